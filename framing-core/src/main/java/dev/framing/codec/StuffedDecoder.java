package dev.framing.codec;

import dev.framing.FrameDecoder;
import dev.framing.FrameSink;

/** What the decoders of {@link Stuffed} have in common: a frame is told whole until a byte in it stands for something else. */
abstract class StuffedDecoder implements FrameDecoder {
    /** Payload bytes, from the first byte not told on, that stand for themselves. */
    int scanned;
    /** The frame's head, if it has one, was told. */
    boolean inside;
    /** The frame is told in pieces. */
    boolean begun;

    /**
     * Tells {@link #scanned} bytes of a frame that is not whole and has {@code more} bytes after them at least; false: return at once.
     */
    final boolean unfinished(int index, int end, int more, FrameSink out) {
        int n = scanned;
        if (begun) {
            scanned = 0;
            if (n > 0 && !out.piece(index, n)) return false;
            out.pending(index + n, 0, 0, more, -1);
        } else if (index < end) {
            int taken = out.pending(index, 0, n, (long) n + more, -1);
            if (taken < 0) return false;
            scanned -= taken;
            inside |= taken > 0;
        }
        return true;
    }

    /** Tells a frame of {@link #scanned} payload bytes from {@code index} on, and its tail; false: return at once. */
    final boolean whole(int index, int tail, FrameSink out) {
        int n = scanned;
        scanned = 0;
        if (!begun) {
            inside = false;
            return out.frame(index, 0, n, tail);
        }
        if (n > 0 && !out.piece(index, n)) return false; // the tail is found again
        inside = begun = false;
        return out.end(index + n, tail);
    }

    /** Goes over to pieces and tells {@link #scanned} bytes; false: return at once. */
    final boolean inPieces(int index, FrameSink out) {
        if (!begun) {
            inside = begun = true;
            if (!out.begin(index, 0)) return false;
        }
        int n = scanned;
        scanned = 0;
        return n == 0 || out.piece(index, n);
    }
}
