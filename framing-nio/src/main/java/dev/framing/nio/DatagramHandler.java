package dev.framing.nio;

import dev.framing.Frame;
import dev.framing.FrameHandler;
import dev.framing.FramingError;
import java.net.SocketAddress;

/**
 * Receives the frames of datagrams, each with its sender. Exactly one of {@link #onEnd} and {@link #onError} ends a datagram; positions
 * count from its first byte. What a method throws goes to the caller of {@link FramedDatagrams#receive}; the rest of that datagram is
 * dropped, and the next is read as ever.
 */
@FunctionalInterface
public interface DatagramHandler {

    /** One frame, borrowed: see {@link Frame}. */
    void onFrame(SocketAddress sender, Frame frame);

    /** A frame over the limit was dropped: see {@link FrameHandler#onSkipped}. */
    default void onSkipped(SocketAddress sender, long position, long length) {}

    /** The datagram ended behind its last frame. An empty one has none. */
    default void onEnd(SocketAddress sender) {}

    /**
     * The datagram broke; every frame before the error has been delivered. Does nothing unless overridden, because anybody may send
     * anything: {@link FramedDatagrams#broken()} counts.
     */
    default void onError(SocketAddress sender, FramingError error) {}
}
