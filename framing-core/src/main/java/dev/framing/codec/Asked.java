package dev.framing.codec;

/**
 * What the requests were whose responses have not come yet, oldest first: a response cannot be cut without knowing what was asked (RFC
 * 9112 6.3 items 1 and 2). One thread adds, one thread takes; they may be two.
 */
final class Asked {
    /** What a request's method means for its response. */
    enum Method {
        /** A response to HEAD has no body, whatever its fields say. */
        HEAD,
        /** A 2xx response to CONNECT ends HTTP on this connection. */
        CONNECT,
        OTHER;

        /** Methods are case-sensitive (RFC 9110 9.1). */
        static Method of(CharSequence name) {
            return "HEAD".contentEquals(name) ? HEAD : "CONNECT".contentEquals(name) ? CONNECT : OTHER;
        }

        /** That of the request whose head it is; makes no string. */
        static Method of(Headers head) {
            return head.startLine().isPart(0, "HEAD") ? HEAD : head.startLine().isPart(0, "CONNECT") ? CONNECT : OTHER;
        }
    }

    /** Requests that may wait for their response: more than any client pipelines. A power of two. */
    static final int MOST = 256;

    private static final Method[] METHODS = Method.values();

    /** Beside the method: it was HTTP/1.0. */
    private static final int OLD = 8;

    private final byte[] ring = new byte[MOST];
    /** Requests added, by one thread; written after the ring. */
    private volatile int added;
    /** Requests taken, by the other. */
    private volatile int taken;

    /**
     * One more was asked.
     *
     * @throws IllegalStateException {@link #MOST} wait already
     */
    void add(Method method) {
        add(method, true);
    }

    /** @param knowsChunks it was not HTTP/1.0, so that the response may be chunked (RFC 9112 6.1) */
    void add(Method method, boolean knowsChunks) {
        int n = added;
        if (n - taken == MOST) throw new IllegalStateException(MOST + " requests wait for their response");
        ring[n & MOST - 1] = (byte) (method.ordinal() | (knowsChunks ? 0 : OLD));
        added = n + 1;
    }

    boolean isFull() {
        return added - taken == MOST;
    }

    boolean isEmpty() {
        return added == taken;
    }

    /** The oldest; not empty. */
    Method first() {
        return METHODS[ring[taken & MOST - 1] & ~OLD];
    }

    /** May the response to it be chunked? */
    boolean firstKnowsChunks() {
        return (ring[taken & MOST - 1] & OLD) == 0;
    }

    /** The oldest was answered. */
    void take() {
        int n = taken;
        taken = n + 1; // one thread takes
    }
}
