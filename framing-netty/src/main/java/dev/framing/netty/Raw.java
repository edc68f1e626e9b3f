package dev.framing.netty;

import dev.framing.FrameCodec;
import dev.framing.FrameDecoder;
import dev.framing.FrameEncoder;

/** A codec without frames: what a handler that only decodes, or whose codec has no encoder, has for its other direction. */
enum Raw implements FrameCodec {
    CODEC;

    /** The codec's one encoder for a stream; where it has none, one that says so. */
    static FrameEncoder encoder(FrameCodec codec) {
        try {
            return codec.newEncoder();
        } catch (UnsupportedOperationException e) {
            return CODEC.newEncoder();
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
