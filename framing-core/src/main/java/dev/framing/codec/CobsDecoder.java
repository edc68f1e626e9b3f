package dev.framing.codec;

import dev.framing.FrameDecoder;
import dev.framing.FrameSink;
import dev.framing.scan.ByteSet;
import dev.framing.scan.Examined;
import io.netty.buffer.ByteBuf;

/**
 * Decodes {@link Stuffed#cobs()}.
 *
 * <pre>
 *   code c, 1 to 254:  c - 1 bytes and a zero, which only the last block of a frame has not
 *   code 255:          254 bytes
 *
 *   | code | block | code | block |  00  |
 *   | head | left -'   '- the zero of the block before it
 * </pre>
 */
final class CobsDecoder implements FrameDecoder {
    private static final int FULL = 255;
    private static final ByteSet ZERO = ByteSet.of("\0");

    /** The frame's first code byte was told. */
    private boolean inside;
    /** The frame is told in pieces: it has a second block. */
    private boolean begun;
    /** Bytes of the block, from the first byte not told on. Known from the code byte, or remembered once that was told. */
    private int left;
    /** The block is of 254 bytes and has no zero. */
    private boolean full;
    /** Bytes from the first not told on that were found right. */
    private int scanned;

    @Override
    public void decode(ByteBuf in, int index, int end, FrameSink out) {
        int at = index;
        while (inside || at < end) {
            if (!inside) {
                if (Examined.ON) Examined.add(1);
                int code = in.getUnsignedByte(at);
                if (code == 0) {
                    if (!out.drop(at++, 1)) return;
                    continue;
                }
                left = code - 1;
                full = code == FULL;
            }
            int head = inside ? 0 : 1;
            int next = at + head + left;
            int there = Math.min(next, end);
            int zero = ZERO.next(in, Math.max(at + head, at + scanned), there);
            scanned = zero - at;
            if (zero < there) {
                if (unfinished(at, head, out)) out.malformed(zero, "a zero before the end of the block");
                return;
            }
            if (next >= end) {
                unfinished(at, head, out);
                return;
            }
            if (Examined.ON) Examined.add(1);
            int code = in.getUnsignedByte(next);
            if (!(code == 0 ? last(at, head, out) : block(at, head, code, out))) return;
            at = next + 1;
        }
    }

    /** Tells the block's bytes and the zero that ends the frame. */
    private boolean last(int index, int head, FrameSink out) {
        int n = left;
        if (!begun) {
            reset();
            return out.frame(index, head, n, 1);
        }
        left = scanned = 0;
        if (n > 0 && !out.piece(index, n)) return false; // the end is found again
        reset();
        return out.end(index + n, 1);
    }

    /** Tells the block's bytes and the code byte of the next block. */
    private boolean block(int index, int head, int code, FrameSink out) {
        int at = index;
        if (!begun) {
            inside = begun = true;
            scanned -= head;
            if (!out.begin(at, head)) return false;
            at += head;
        }
        int n = left;
        left = scanned = 0;
        if (n > 0 && !out.piece(at, n)) return false; // the code byte is found again
        at += n;
        boolean zero = !full;
        left = code - 1;
        full = code == FULL;
        if (!zero) return out.drop(at, 1);
        ByteBuf room = out.transform(at, 1);
        if (room == null) return false;
        room.writeByte(0);
        return true;
    }

    private boolean unfinished(int index, int head, FrameSink out) {
        int n = scanned;
        if (begun) {
            left -= n;
            scanned = 0;
            if (n > 0 && !out.piece(index, n)) return false;
            out.pending(index + n, 0, 0, left + 1L, -1);
            return true;
        }
        if (n == 0) return true;
        int taken = out.pending(index, head, n, head + left + 1L, -1);
        if (taken < 0) return false;
        if (taken > 0) {
            inside = true;
            left -= taken - head;
            scanned -= taken;
        }
        return true;
    }

    private void reset() {
        inside = begun = false;
        left = scanned = 0;
    }
}
