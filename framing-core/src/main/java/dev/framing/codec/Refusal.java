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

    /** Of what {@link dev.framing.FrameEncoder#begin} is told, by a format whose head says the length. */
    static void ofBegin(long length) {
        if (length == -1)
            throw new UnsupportedOperationException("the length stands before the payload: begin needs it");
        if (length < 0) throw new IllegalArgumentException("length " + length + " is negative");
    }

    static void ofLength(long length, int max) {
        if (length > max) throw new IllegalArgumentException("a frame of " + length + " bytes, limit " + max);
    }
}
