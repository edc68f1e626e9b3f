package dev.framing;

/**
 * Receives the frames of one stream. Exactly one of {@link #onEnd} and {@link #onError} ends a stream, unless the engine is closed
 * first. What a method throws is rethrown unchanged to the caller of the {@link Framer}, which is then closed.
 */
@FunctionalInterface
public interface FrameHandler {

    /** One frame, or one part of it. {@code frame} is borrowed: see {@link Frame}. */
    void onFrame(Frame frame);

    /** A frame over the limit was dropped ({@link Oversize#skip()}): {@code [position, position + length)} of the stream. */
    default void onSkipped(long position, long length) {}

    /** The stream ended between two frames. */
    default void onEnd() {}

    /**
     * The stream broke. Every frame before the error has been delivered; nothing follows. Unless this is overridden the error is thrown
     * out of the call that showed it, as a {@link FramingException}: it is never lost.
     */
    default void onError(FramingError error) {
        throw new FramingException(error);
    }
}
