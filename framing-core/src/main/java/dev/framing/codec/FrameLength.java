package dev.framing.codec;

import io.netty.buffer.ByteBuf;

/** How long is the frame that starts here? See {@link ByLength}. */
@FunctionalInterface
public interface FrameLength {
    /** The bytes that are there do not say it yet. */
    long NEED_MORE = -1;

    /**
     * Bytes of the whole frame that starts at {@code index}, at least 1, or {@link #NEED_MORE}. A function of the bytes
     * {@code [index, index + available)} and nothing else: more of them change no answer but NEED_MORE. Reads {@code in} by absolute
     * index, moves none of its indices, writes nothing.
     *
     * @param available bytes that are there, at least 1
     */
    long of(ByteBuf in, int index, int available);
}
