package dev.framing;

/**
 * How long a frame may be, in bytes of the whole frame.
 *
 * @param oversize what happens above {@code max}
 * @param max the codec's {@link FrameCodec#maxFrameLength()}; a head may never be longer
 * @param whole up to here a frame is delivered whole
 * @param error above this a frame is an error
 */
record Limits(Oversize oversize, int max, int whole, long error) {

    static Limits of(Oversize oversize, int max) {
        if (oversize instanceof Oversize.Parts parts)
            return new Limits(oversize, max, Math.min(parts.from(), max), parts.total());
        return new Limits(oversize, max, max, oversize instanceof Oversize.Skip ? Long.MAX_VALUE : max);
    }

    boolean skips() {
        return oversize instanceof Oversize.Skip;
    }

    boolean parts() {
        return oversize instanceof Oversize.Parts;
    }

    /** A nested frame is always delivered whole, so that under PARTS it may not be longer than one. */
    long of(boolean nested) {
        return nested && parts() ? max : error;
    }

    /** What no policy lets through: may be told before the head is whole, so that it never matters how much of it has come. */
    long ofPartialHead(boolean nested) {
        return Math.max(of(nested), max);
    }
}
