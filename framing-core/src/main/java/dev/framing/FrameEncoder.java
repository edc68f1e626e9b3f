package dev.framing;

import io.netty.buffer.ByteBuf;

/**
 * Writes the frames of one stream. Stateful where the format is, one per stream, never shared. Borrows every buffer it is given: it
 * releases none and moves no index, and hands payload on through {@link FrameWriter#write}.
 *
 * <p>What the format cannot carry is refused with an {@link IllegalArgumentException} that says why (a payload that contains the
 * delimiter, a length that does not fit the field, a frame over the codec's limit); nothing of that frame is written then.
 */
public interface FrameEncoder {

    /**
     * One whole frame.
     *
     * @param head the head bytes that are not derived (a type, a sequence number, further header fields); often empty
     * @param payload the payload, {@code [readerIndex, writerIndex)}
     */
    void encode(ByteBuf head, ByteBuf payload, FrameWriter out);

    /**
     * The head of a frame whose payload comes in pieces.
     *
     * @param length payload bytes to come, or -1: not known yet
     * @throws UnsupportedOperationException where the format must know the length first and {@code length} is -1, or writes no pieces
     * @throws IllegalArgumentException {@code length} is below -1, or what the format cannot carry; nothing was written
     * @throws IllegalStateException the frame begun before has not ended
     */
    default void begin(ByteBuf head, long length, FrameWriter out) {
        throw new UnsupportedOperationException("this format writes whole frames only");
    }

    /**
     * Payload bytes of the frame begun.
     *
     * @throws IllegalStateException no frame was begun, or these are more bytes than are left of its length; nothing was written
     */
    default void piece(ByteBuf payload, FrameWriter out) {
        throw new UnsupportedOperationException("this format writes whole frames only");
    }

    /**
     * The end of the frame begun.
     *
     * @throws IllegalStateException no frame was begun, or bytes of its length are missing; it goes on
     */
    default void end(FrameWriter out) {
        throw new UnsupportedOperationException("this format writes whole frames only");
    }

    /**
     * The end of the frame begun, with tail bytes that are not derived (the trailers of a chunked message). An empty tail is {@link
     * #end(FrameWriter)}.
     *
     * @throws UnsupportedOperationException where the format has no such bytes, or not in this frame; nothing was written, it goes on
     * @throws IllegalArgumentException what the format cannot carry there; nothing was written, it goes on
     * @throws IllegalStateException no frame was begun, or bytes of its length are missing; it goes on
     */
    default void end(ByteBuf tail, FrameWriter out) {
        if (tail.isReadable())
            throw new UnsupportedOperationException(
                    tail.readableBytes() + " bytes of tail, but this format has none to choose");
        end(out);
    }
}
