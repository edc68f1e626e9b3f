package dev.framing.codec;

import dev.framing.FrameDecoder;
import dev.framing.FrameSink;
import dev.framing.codec.DelimiterSearch.Result;
import dev.framing.scan.ByteSet;
import dev.framing.scan.Examined;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * Decodes {@link Delimited}.
 *
 * <pre>
 *   state     means                                         leaves it by
 *   between   no byte of a frame was told                   frame, or what leads to the next two
 *   inside    pending took the head and some payload        frame (head 0)
 *   begun     unescape: begin was told                      end
 * </pre>
 */
final class DelimitedDecoder implements FrameDecoder {
    /** Told all that can be told now: return. */
    private static final int STOP = -1;

    private final Delimited.Spec spec;
    private final DelimiterSearch search;
    private final byte[] start;
    private final ByteSet between;
    private final int shortest;
    private final boolean keep;

    private boolean inside;
    private boolean begun;

    DelimitedDecoder(Delimited.Spec spec, DelimiterSearch.Tables tables) {
        this.spec = spec;
        search = new DelimiterSearch(spec, tables);
        start = spec.start().getBytes(StandardCharsets.ISO_8859_1);
        between = ByteSet.of(spec.between());
        shortest = tables.shortest;
        keep = spec.keep();
    }

    @Override
    public void decode(ByteBuf in, int index, int end, FrameSink out) {
        tell(in, index, end, out, false);
    }

    @Override
    public void end(ByteBuf in, int index, int end, FrameSink out) {
        tell(in, index, end, out, true);
    }

    private void tell(ByteBuf in, int index, int end, FrameSink out, boolean over) {
        int at = index;
        for (; ; ) {
            if (start.length > 0 && !inside && search.scanned == 0) {
                at = open(in, at, end, out);
                if (at == STOP || search.scanned == 0) return;
            }
            Result result = search.find(in, at, end, over);
            if (result == Result.FOUND) {
                at = found(at, out);
                if (at == STOP) return;
            } else if (result == Result.ESCAPE) {
                at = escape(at, out);
                if (at == STOP) return;
            } else if (result == Result.WRONG) {
                int wrong = at + search.wrongAt;
                if (unfinished(at, end, out)) out.malformed(wrong, outside(in.getByte(wrong)));
                return;
            } else {
                if (over && endsLine(at, end)) lastLine(at, end, out);
                else unfinished(at, end, out);
                return;
            }
        }
    }

    /** Drops what may stand between frames and wants the start mark; {@link DelimiterSearch#scanned} is 0 while it is not whole. */
    private int open(ByteBuf in, int index, int end, FrameSink out) {
        int at = index;
        while (at < end && between.contains(in.getByte(at))) at++;
        if (Examined.ON) Examined.add(at - index);
        if (at > index && !out.drop(index, at - index)) return STOP;
        int there = Math.min(start.length, end - at);
        if (Examined.ON) Examined.add(there);
        for (int k = 0; k < there; k++) {
            if (in.getByte(at + k) == start[k]) continue;
            if (k > 0) out.pending(at, start.length, k, start.length + shortest, -1);
            out.malformed(at + k, "no start mark");
            return STOP;
        }
        if (there == start.length) search.scanned = there;
        else if (there > 0) out.pending(at, start.length, there, start.length + shortest, -1);
        return at;
    }

    private int found(int index, FrameSink out) {
        int at = index + search.matchAt;
        int length = search.matchLength;
        int head = inside ? 0 : start.length;
        search.reset();
        if (begun) {
            if (at > index && !out.piece(index, at - index)) return STOP; // the delimiter is found again
            inside = begun = false;
            return out.end(at, length) ? at + length : STOP;
        }
        inside = false;
        int payload = at - index - head;
        boolean go = keep ? out.frame(index, head, payload + length, 0) : out.frame(index, head, payload, length);
        return go ? at + length : STOP;
    }

    private int escape(int index, FrameSink out) {
        int escape = index + search.scanned;
        int at = index;
        if (!begun) {
            int head = inside ? 0 : start.length;
            inside = begun = true;
            search.shift(head);
            if (!out.begin(at, head)) return STOP;
            at += head;
        }
        search.reset();
        if (escape > at && !out.piece(at, escape - at)) return STOP;
        search.escaped();
        return out.drop(escape, 1) ? escape + 1 : STOP;
    }

    /** Tells what is certain of a frame that is not whole; false: return at once. */
    private boolean unfinished(int index, int end, FrameSink out) {
        int certain = search.certain();
        long least = search.least();
        if (begun) {
            search.shift(certain);
            if (certain > 0 && !out.piece(index, certain)) return false;
            out.pending(index + certain, 0, 0, least - certain, -1);
        } else if (index < end) {
            int taken = out.pending(index, inside ? 0 : start.length, certain, least, -1);
            if (taken < 0) return false;
            search.shift(taken);
            inside |= taken > 0;
        }
        return true;
    }

    /** The end of the stream stands for a delimiter, unless it cuts an escape or, where it is strict, a delimiter. */
    private boolean endsLine(int index, int end) {
        boolean cut = search.inEscape() || spec.strict() && search.certain() < search.scanned;
        return spec.lastLine() && (inside || index < end) && !cut;
    }

    private void lastLine(int index, int end, FrameSink out) {
        int length = end - index;
        int head = inside ? 0 : start.length;
        search.reset();
        if (begun) {
            if (length > 0 && !out.piece(index, length)) return;
            inside = begun = false;
            out.end(end, 0);
        } else {
            inside = false;
            out.frame(index, head, length - head, 0);
        }
    }

    private static String outside(byte value) {
        return switch (value) {
            case '\r' -> "bare CR";
            case '\n' -> "bare LF";
            default -> "part of a mark outside one";
        };
    }
}
