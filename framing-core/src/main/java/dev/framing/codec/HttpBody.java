package dev.framing.codec;

import dev.framing.codec.Asked.Method;
import org.jspecify.annotations.Nullable;

/** RFC 9112 6.3: the body of an HTTP/1.1 message, and 9.3 to 9.6: whether another message may follow. */
abstract class HttpBody extends BodyRule {

    private HttpBody() {}

    /** Of requests; their methods are told to the side that answers, if there is one. */
    static BodyRule ofRequests(@Nullable Asked told) {
        return new Requests(told);
    }

    /** Of responses to those requests. */
    static BodyRule ofResponses(Asked asked) {
        return new Responses(asked, Method.OTHER);
    }

    /** Of responses that all answer that method. */
    static BodyRule ofResponsesTo(Method method) {
        return new Responses(null, method);
    }

    /** 9.3: does the connection end with this message? */
    static boolean ends(HeadScanner head, Headers headers) {
        boolean persists = head.minor() > 0;
        if (!head.framing().hasConnection()) return !persists;
        return headers.lists("connection", "close") || !persists && !headers.lists("connection", "keep-alive");
    }

    private static final class Requests extends HttpBody {
        private final @Nullable Asked told;

        Requests(@Nullable Asked told) {
            this.told = told;
        }

        @Override
        boolean isFull() {
            return told != null && told.isFull();
        }

        @Override
        Body body(HeadScanner head) {
            return head.framing().hasCoding() ? Body.CHUNKED : Body.LENGTH; // items 4, 6, 7
        }

        /** A client that asks for CONNECT says no more before the answer, and then speaks another protocol (9110 9.3.6). */
        @Override
        Next whole(HeadScanner head, Headers headers) {
            Method method = Method.of(headers);
            if (told != null) told.add(method, head.minor() > 0);
            if (method == Method.CONNECT) return Next.SWITCH;
            return ends(head, headers) ? Next.NOTHING : Next.MESSAGE;
        }
    }

    private static final class Responses extends HttpBody {
        private static final int SWITCHING_PROTOCOLS = 101;
        private static final int NO_CONTENT = 204;
        private static final int NOT_MODIFIED = 304;

        private final @Nullable Asked asked;
        private final Method to;

        Responses(@Nullable Asked asked, Method to) {
            this.asked = asked;
            this.to = to;
        }

        @Override
        @Nullable
        String refusal() {
            return asked != null && asked.isEmpty() ? "a response that nobody asked for (RFC 9112 9.2)" : null;
        }

        @Override
        Body body(HeadScanner head) {
            if (hasNone(head)) return Body.LENGTH;
            FramingFields framing = head.framing();
            return framing.hasCoding()
                    ? Body.CHUNKED
                    : framing.hasLength() ? Body.LENGTH : Body.UNTIL_CLOSE; // items 4, 6, 8
        }

        @Override
        long length(HeadScanner head) {
            return hasNone(head) ? 0 : head.framing().length();
        }

        @Override
        Next whole(HeadScanner head, Headers headers) {
            int status = head.status();
            boolean interim = status < 200 && status != SWITCHING_PROTOCOLS;
            if (interim) return Next.MESSAGE; // 9110 15.2: the answer is still to come
            boolean tunnel = status == SWITCHING_PROTOCOLS || method() == Method.CONNECT && isSuccess(status);
            boolean last = body(head) == Body.UNTIL_CLOSE || ends(head, headers);
            if (asked != null) asked.take();
            return tunnel ? Next.SWITCH : last ? Next.NOTHING : Next.MESSAGE;
        }

        /** Items 1 and 2. */
        private boolean hasNone(HeadScanner head) {
            int status = head.status();
            if (status == 0) return false;
            return status < 200
                    || status == NO_CONTENT
                    || status == NOT_MODIFIED
                    || method() == Method.HEAD
                    || method() == Method.CONNECT && isSuccess(status);
        }

        private Method method() {
            return asked == null ? to : asked.first();
        }

        private static boolean isSuccess(int status) {
            return status >= 200 && status < 300;
        }
    }
}
