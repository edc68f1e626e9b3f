package dev.framing.codec;

import dev.framing.FrameEncoder;
import dev.framing.FrameWriter;
import dev.framing.scan.ByteSet;
import io.netty.buffer.ByteBuf;

/** Encodes {@link Stuffed#cobs()}; after a last block of 254 bytes no empty one follows. */
final class CobsEncoder implements FrameEncoder {
    private static final int BLOCK = 254;
    private static final ByteSet ZERO = ByteSet.of("\0");

    private final int max;

    CobsEncoder(int max) {
        this.max = max;
    }

    @Override
    public void encode(ByteBuf head, ByteBuf payload, FrameWriter out) {
        Refusal.ofHead(head);
        int from = payload.readerIndex();
        int end = payload.writerIndex();
        Refusal.ofLength(length(payload, from, end), max);
        for (; ; ) {
            int zero = ZERO.next(payload, from, end);
            for (; zero - from >= BLOCK; from += BLOCK) {
                out.room(1).writeByte(BLOCK + 1);
                out.write(payload, from, BLOCK);
                if (from + BLOCK == end) {
                    out.room(1).writeByte(0);
                    return;
                }
            }
            out.room(1).writeByte(zero - from + 1);
            if (zero > from) out.write(payload, from, zero - from);
            if (zero == end) break;
            from = zero + 1;
        }
        out.room(1).writeByte(0);
    }

    /** One code byte for each block, which replaces the zero after it where there is one, and the end. */
    private static long length(ByteBuf payload, int from, int end) {
        long length = 1;
        int at = from;
        for (; ; ) {
            int zero = ZERO.next(payload, at, end);
            int run = zero - at;
            length += run + run / BLOCK;
            boolean exact = zero == end && run > 0 && run % BLOCK == 0;
            if (!exact) length++;
            if (zero == end) return length;
            at = zero + 1;
        }
    }
}
