package dev.framing.nio;

import dev.framing.FrameCodec;
import dev.framing.FrameDecoder;
import dev.framing.FrameEncoder;

/** Reads frames up to {@code maxFrameLength} and writes longer ones. */
record SimCodec(int maxFrameLength) implements FrameCodec {
    @Override
    public FrameDecoder newDecoder() {
        return Length4.CODEC.newDecoder();
    }

    @Override
    public FrameEncoder newEncoder() {
        return Length4.CODEC.newEncoder();
    }
}
