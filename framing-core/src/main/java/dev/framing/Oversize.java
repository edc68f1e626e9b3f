package dev.framing;

/** What the engine does with a frame longer than {@link FrameCodec#maxFrameLength()}. A head over the limit is an error in all of them. */
public sealed interface Oversize {

    /** {@link FramingError.FrameTooLong} ends the stream (the default). */
    static Oversize fail() {
        return Fail.FAIL;
    }

    /** That frame is dropped as its bytes come, reported once by {@link FrameHandler#onSkipped}, and the next one is delivered. */
    static Oversize skip() {
        return Skip.SKIP;
    }

    /**
     * Frames longer than {@code from} bytes come as {@link Part#FIRST}, {@link Part#MIDDLE}, {@link Part#LAST}, up to {@code total}
     * bytes. Whether a frame comes in parts depends on its length only: one that arrived whole comes as FIRST and LAST.
     *
     * @param from bytes; 0: every frame in parts, its head as soon as it is whole. At most the codec's {@code maxFrameLength}
     * @param total bytes of the whole frame, finite; one over it is {@link FramingError.FrameTooLong}
     */
    static Oversize parts(int from, long total) {
        return new Parts(from, total);
    }

    /** See {@link Oversize#fail()}. */
    enum Fail implements Oversize {
        FAIL
    }

    /** See {@link Oversize#skip()}. */
    enum Skip implements Oversize {
        SKIP
    }

    /** See {@link Oversize#parts(int, long)}. */
    record Parts(int from, long total) implements Oversize {
        public Parts {
            if (from < 0) throw new IllegalArgumentException("from " + from + " is negative");
            if (total < from) throw new IllegalArgumentException("total " + total + " is below from " + from);
            if (total == Long.MAX_VALUE) throw new IllegalArgumentException("total must be finite");
        }
    }
}
