package dev.framing.codec;

import dev.framing.FrameSink;
import dev.framing.scan.ByteSet;
import dev.framing.scan.Examined;
import io.netty.buffer.ByteBuf;

/**
 * Decodes {@link Stuffed#dots()}.
 *
 * <pre>
 *   at            byte           then
 *   line start    . CR LF        the frame ends
 *   line start    . other        the dot is no payload; in the line
 *   both          CR LF          payload; line start
 *   both          CR or LF else  malformed
 *   both          other          payload; in the line
 * </pre>
 */
final class DotsDecoder extends StuffedDecoder {
    private static final ByteSet LINE_ENDS = ByteSet.of("\r\n");
    /** {@code . CR LF} */
    private static final int AT_START = 3;
    /** {@code CR LF . CR LF} */
    private static final int IN_LINE = 5;

    /** The byte at {@link #scanned} begins a line. */
    private boolean lineStart = true;

    @Override
    public void decode(ByteBuf in, int index, int end, FrameSink out) {
        int at = index;
        for (; ; ) {
            int i = at + scanned;
            if (lineStart && i < end && in.getByte(i) == '.') {
                if (!dot(in, at, i, end, out)) return;
                at = lineStart ? i + 3 : i + 1;
                continue;
            }
            i = LINE_ENDS.next(in, i, end);
            lineStart &= i == at + scanned;
            scanned = i - at;
            if (i == end) {
                unfinished(at, end, lineStart ? AT_START : IN_LINE, out);
                return;
            }
            if (in.getByte(i) == '\n') {
                if (unfinished(at, end, lineStart ? AT_START : IN_LINE, out)) out.malformed(i, "bare LF");
                return;
            }
            if (i + 1 == end) {
                unfinished(at, end, IN_LINE, out);
                return;
            }
            if (Examined.ON) Examined.add(1);
            if (in.getByte(i + 1) != '\n') {
                if (unfinished(at, end, IN_LINE, out)) out.malformed(i, "bare CR");
                return;
            }
            scanned += 2;
            lineStart = true;
        }
    }

    /** A line begins with the dot at {@code i}. False: return at once; else {@link #lineStart} says whether the frame has ended. */
    private boolean dot(ByteBuf in, int index, int i, int end, FrameSink out) {
        int there = Math.min(AT_START, end - i);
        if (Examined.ON) Examined.add(there);
        int second = there > 1 ? in.getByte(i + 1) : '\r';
        int third = there > 2 ? in.getByte(i + 2) : '\n';
        if (second == '\n' || second == '\r' && third != '\n') {
            if (unfinished(index, end, AT_START, out)) out.malformed(i + 1, second == '\n' ? "bare LF" : "bare CR");
            return false;
        }
        if (second == '\r') {
            if (there == AT_START) return whole(index, AT_START, out);
            unfinished(index, end, AT_START, out);
            return false;
        }
        if (!inPieces(index, out)) return false;
        lineStart = false;
        return out.drop(i, 1);
    }
}
