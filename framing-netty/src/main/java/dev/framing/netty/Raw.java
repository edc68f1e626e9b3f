package dev.framing.netty;

import dev.framing.FrameCodec;
import dev.framing.FrameDecoder;
import dev.framing.FrameEncoder;

/** A codec without frames: what a handler that only decodes, or whose codec has no encoder, has for its other direction. */
enum Raw implements FrameCodec {
    CODEC;

    static FrameCodec unlessWritable(FrameCodec codec) {
        try {
            codec.newEncoder();
            return codec;
        } catch (UnsupportedOperationException e) {
            return CODEC;
        }
    }

    @Override
    public FrameDecoder newDecoder() {
        throw new UnsupportedOperationException("this codec writes only");
    }

    @Override
    public FrameEncoder newEncoder() {
        return (head, payload, out) -> {
            throw new UnsupportedOperationException("this handler, or its codec, writes no frames: Outgoing.raw does");
        };
    }

    @Override
    public int maxFrameLength() {
        return 0;
    }
}
