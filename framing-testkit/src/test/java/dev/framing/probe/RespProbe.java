package dev.framing.probe;

import static dev.framing.probe.Probe.bytes;

import dev.framing.FrameDecoder;
import dev.framing.FrameSink;
import dev.framing.testkit.Reading;
import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * As RESP: an array with all that is in it is one frame, of no head and no tail.
 * <pre>
 *   + | - | : text CRLF      $ length CRLF data CRLF      * count CRLF value...      $-1, *-1: null
 * </pre>
 */
final class RespProbe implements FrameDecoder {
    static final Probe PROBE = new Probe(
            "arrays of values",
            RespProbe::new,
            (stream, ended, out) -> read(stream, out),
            true,
            List.of(
                    bytes("+OK\r\n*2\r\n$3\r\nfoo\r\n*2\r\n:1\r\n$0\r\n\r\n*0\r\n$-1\r\n*-1\r\n*3\r\n$20\r\n"
                            + "v".repeat(20) + "\r\n+a\r\n:7\r\n-err\r\n"),
                    bytes("+OK\r\n*2\r\n$1\r\nx\r\n$536870912\r\nabc"),
                    bytes("*1\r\n$3\r\nfooX\r\n"),
                    bytes("*1\r\n$3\r\nfoo\rX\n"),
                    bytes("*2\r\n?\r\n"),
                    bytes(":1\r\n*2\r\n$a\r\n"),
                    bytes(":1\r\n+abc\n"),
                    bytes("*3\r\n:1\r\n:2\r\n"),
                    bytes("*1\r\n$53687063870912\r\nabc"), // narrowed too early, negative
                    bytes("$30\r\n" + "v".repeat(25)),
                    bytes("*4\r\n$12\r\n" + "v".repeat(12) + "\r\n$x\r\n")));

    private static final int LEAST_VALUE = 3;

    /** Values that the frame still lacks. */
    private long missing = 1;
    /** Where the next line starts, from the first byte not told. */
    private long next;
    /** Where the CRLF of a bulk string stands, from the first byte not told; -1: not in one. */
    private long bulkEnd = -1;
    /** Bytes of the next line in which there is no LF. */
    private int seen;

    @Override
    public void decode(ByteBuf in, int index, int end, FrameSink out) {
        while (true) {
            if (bulkEnd >= 0 && !bulk(in, index, end, out)) return;
            if (missing == 0) {
                int length = (int) next;
                missing = 1;
                next = seen = 0;
                if (!out.frame(index, 0, length, 0)) return;
                index += length;
            }
            if (!line(in, index, end, out)) return;
        }
    }

    /** Waits for a bulk string's data and checks its CRLF. */
    private boolean bulk(ByteBuf in, int index, int end, FrameSink out) {
        int there = end - index;
        for (int k = 0; k < 2; k++) {
            long at = bulkEnd + k;
            if (there > at && in.getByte(index + (int) at) != (k == 0 ? '\r' : '\n')) {
                notWhole(index, (int) bulkEnd, bulkEnd + 2, out);
                out.malformed(index + (int) at, "a bulk string ends with CRLF");
                return false;
            }
        }
        if (there < bulkEnd + 2) {
            notWhole(index, (int) Math.min(there, bulkEnd), bulkEnd + 2, out);
            return false;
        }
        next = bulkEnd + 2;
        bulkEnd = -1;
        missing--;
        return true;
    }

    private boolean line(ByteBuf in, int index, int end, FrameSink out) {
        int start = index + (int) next;
        int lf = start + seen;
        if (lf == start && lf < end && "+-:$*".indexOf(in.getByte(lf)) < 0) {
            notWhole(index, (int) next, next + LEAST_VALUE, out);
            out.malformed(start, "a value starts with one of +-:$*");
            return false;
        }
        while (lf < end && in.getByte(lf) != '\n') lf++;
        if (lf == end) {
            seen = lf - start;
            if (index < end) notWhole(index, (int) next, Math.max(next + LEAST_VALUE, end - index + 1L), out);
            return false;
        }
        int type = in.getByte(start);
        boolean counted = type == '$' || type == '*';
        boolean none = counted && in.getByte(start + 1) == '-';
        int wrong = lf - start < 2 || in.getByte(lf - 1) != '\r' ? lf : -1;
        long count = 0;
        if (wrong < 0 && counted) {
            int first = start + (none ? 2 : 1);
            if (first >= lf - 1) wrong = lf - 1;
            for (int i = first; i < lf - 1 && wrong < 0; i++) {
                int digit = in.getByte(i) - '0';
                if (digit < 0 || digit > 9 || count > 1L << 50) wrong = i;
                else count = count * 10 + digit;
            }
        }
        if (wrong >= 0) {
            seen = 0;
            notWhole(index, (int) next, Math.max(next + LEAST_VALUE, lf - index + 1L), out);
            out.malformed(wrong, "a line of this type");
            return false;
        }
        seen = 0;
        next = lf + 1L - index;
        if (type == '$' && !none) bulkEnd = next + count;
        else missing += (type == '*' && !none ? count : 0) - 1;
        return true;
    }

    private void notWhole(int index, int certain, long least, FrameSink out) {
        int taken = out.pending(index, 0, certain, least + LEAST_VALUE * (missing - 1), -1);
        next = Math.max(0, next - taken);
        if (bulkEnd >= 0) bulkEnd -= taken;
    }

    // ------------------------------------------------------------------------------------------------ reference

    private static void read(byte[] stream, Reading out) {
        for (int p = 0; p < stream.length; ) {
            int end = value(stream, p, p, out);
            if (end < 0) return;
            out.frame(p, end, 0, 0);
            p = end;
        }
    }

    /** The end of the value at {@code p}, or -1. */
    private static int value(byte[] stream, int p, int frame, Reading out) {
        if (p == stream.length) return truncated(frame, out);
        if ("+-:$*".indexOf(stream[p]) < 0) return malformed(p, frame, out);
        int lf = p;
        while (lf < stream.length && stream[lf] != '\n') lf++;
        if (lf == stream.length) return truncated(frame, out);
        if (lf - p < 2 || stream[lf - 1] != '\r') return malformed(lf, frame, out);
        if (stream[p] != '$' && stream[p] != '*') return lf + 1;
        boolean none = stream[p + 1] == '-';
        long count = 0;
        int first = none ? p + 2 : p + 1;
        if (first >= lf - 1) return malformed(lf - 1, frame, out);
        for (int i = first; i < lf - 1; i++) {
            if (stream[i] < '0' || stream[i] > '9' || count > 1L << 50) return malformed(i, frame, out);
            count = count * 10 + stream[i] - '0';
        }
        if (none) return lf + 1;
        if (stream[p] == '$') {
            long end = lf + 1 + count;
            if (end < stream.length && stream[(int) end] != '\r') return malformed((int) end, frame, out);
            if (end + 1 < stream.length && stream[(int) end + 1] != '\n') return malformed((int) end + 1, frame, out);
            return end + 2 > stream.length ? truncated(frame, out) : (int) end + 2;
        }
        int at = lf + 1;
        for (long k = 0; k < count && at >= 0; k++) at = value(stream, at, frame, out);
        return at;
    }

    private static int malformed(int at, int frame, Reading out) {
        out.malformed(at, frame);
        return -1;
    }

    private static int truncated(int frame, Reading out) {
        out.truncated(frame);
        return -1;
    }
}
