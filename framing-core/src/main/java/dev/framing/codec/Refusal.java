package dev.framing.codec;

import io.netty.buffer.ByteBuf;

/** What an encoder does not write, before it has written anything. */
final class Refusal {
    private Refusal() {}

    static void ofHead(ByteBuf head) {
        if (head.isReadable())
            throw new IllegalArgumentException(
                    head.readableBytes() + " bytes of head, but this format has none to choose");
    }

    static void ofLength(long length, int max) {
        if (length > max) throw new IllegalArgumentException("a frame of " + length + " bytes, limit " + max);
    }
}
