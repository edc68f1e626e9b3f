package dev.framing;

import io.netty.buffer.ByteBuf;

/** Where a {@link FrameEncoder} puts the bytes of its frames, in order. Done by {@link OutboundQueue}. */
public interface FrameWriter {

    /**
     * The batch that is being filled, with room for at least {@code length} bytes: write them at its writer index before the next call.
     * Never touch what stands before it.
     */
    ByteBuf room(int length);

    /**
     * The bytes {@code [index, index + length)} of {@code payload}: by reference where they are many, copied into the batch where
     * that is faster. {@code payload} stays borrowed; the queue counts its own references.
     */
    void write(ByteBuf payload, int index, int length);
}
