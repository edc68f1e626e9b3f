package dev.framing.scan;

/**
 * Counts the bytes that codecs look at, where the JVM was started with {@code -Dframing.examined=true}: bounded work (law L4) is
 * counted in tests, not timed. Elsewhere the calls compile to nothing.
 */
public final class Examined {
    /** Counting is on. Guard every call with it. */
    public static final boolean ON = Boolean.getBoolean("framing.examined");

    private static final ThreadLocal<long[]> BYTES = ThreadLocal.withInitial(() -> new long[1]);

    private Examined() {}

    /** {@code bytes} more were looked at by this thread. */
    public static void add(long bytes) {
        BYTES.get()[0] += bytes;
    }

    /** Bytes looked at by this thread since the last {@link #reset()}. */
    public static long bytes() {
        return BYTES.get()[0];
    }

    public static void reset() {
        BYTES.get()[0] = 0;
    }
}
