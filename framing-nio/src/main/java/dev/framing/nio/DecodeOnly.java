package dev.framing.nio;

import dev.framing.FrameCodec;
import dev.framing.FrameDecoder;
import dev.framing.FrameEncoder;

/** A codec without an encoder: its socket reads frames, and writes raw bytes only. */
record DecodeOnly(FrameCodec codec, UnsupportedOperationException reason) implements FrameCodec {

    static FrameCodec unlessWritable(FrameCodec codec) {
        try {
            codec.newEncoder();
            return codec;
        } catch (UnsupportedOperationException e) {
            return new DecodeOnly(codec, e);
        }
    }

    /** The codec's one encoder for a stream; where it has none, one that says so. */
    static FrameEncoder encoder(FrameCodec codec) {
        try {
            return codec.newEncoder();
        } catch (UnsupportedOperationException e) {
            return new DecodeOnly(codec, e).newEncoder();
        }
    }

    @Override
    public FrameDecoder newDecoder() {
        return codec.newDecoder();
    }

    @Override
    public FrameEncoder newEncoder() {
        return (head, payload, out) -> {
            throw new UnsupportedOperationException(reason.getMessage(), reason);
        };
    }

    @Override
    public int maxFrameLength() {
        return codec.maxFrameLength();
    }
}
