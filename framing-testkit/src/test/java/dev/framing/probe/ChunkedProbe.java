package dev.framing.probe;

import static dev.framing.probe.Probe.bytes;

import dev.framing.BorrowedDetail;
import dev.framing.FrameDecoder;
import dev.framing.FrameSink;
import dev.framing.testkit.Reading;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;

/**
 * As HTTP: lines up to an empty one are the head, chunks the payload, trailer lines the tail. The head comes with a detail: where its
 * lines start.
 * <pre>
 *   | line CRLF ... CRLF | (size [;extension] CRLF data CRLF)* 0 CRLF | trailers CRLF |
 * </pre>
 */
public final class ChunkedProbe implements FrameDecoder {
    private static final String LONG = "POST / HTTP/1.1\r\nA: b\r\n\r\n";
    private static final String HEAD = "P\r\nA:b\r\n\r\n";

    static final Probe PROBE = new Probe(
            "chunked body with trailers",
            ChunkedProbe::new,
            (stream, ended, out) -> read(stream, out),
            true,
            List.of(
                    bytes(LONG + "5\r\nhello\r\n1;x=y\r\nQ\r\n0\r\nT: u\r\n\r\n" + HEAD + "0\r\n\r\n" + HEAD
                            + "2;ext\r\nab\r\n0;z\r\n\r\n"),
                    bytes(HEAD + "0\r\n\r\n" + HEAD + "1e\r\n" + "d".repeat(30) + "\r\n0\r\n\r\n" + HEAD
                            + "1\r\nx\r\n0\r\n\r\n"),
                    bytes(HEAD + "5\r\nhelloXX"),
                    bytes(HEAD + "5\r\nhello\rX"),
                    bytes(HEAD + "g\r\n"),
                    bytes(HEAD + "2\r\nab\r\n-1\r\n"),
                    bytes(HEAD + "1\n"),
                    bytes(HEAD + "100000000000000000000\r\n"),
                    bytes(HEAD + "3\r\nab"),
                    bytes(HEAD + "5;a\rb\r\nhello\r\n0\r\n\r\n"),
                    bytes("P\nA:b\r\n\r\n"),
                    bytes(HEAD + "0\r\nT\n\r\n"),
                    bytes(HEAD + "0\r\nT: u\r\n"),
                    bytes(LONG + "ffffff\r\nabc"),
                    bytes(HEAD + "0"),
                    bytes("P\r\nabc")));

    /** Where the lines of the head start, from its first byte on. Reused: keep a copy. */
    public static final class Lines implements BorrowedDetail {
        private int count;
        private int[] at = new int[64];

        public int count() {
            return count;
        }

        @Override
        public Object keep(ByteBuf bytes, int head, int tail) {
            Lines kept = new Lines();
            kept.count = count;
            kept.at = at.clone();
            return kept;
        }

        @Override
        public String toString() {
            return "lines at " + Arrays.toString(Arrays.copyOf(at, count));
        }
    }

    private enum Phase {
        HEAD,
        SIZE,
        DATA,
        DATA_END,
        TRAILER
    }

    /** The shortest that may follow data: CRLF, a last chunk, no trailers. */
    private static final int LEAST_AFTER_DATA = 7;

    private static final int LEAST_LAST_CHUNK = 5;

    private Phase phase = Phase.HEAD;
    private int scanned;
    /** Start of the line being read, from the first byte not told. */
    private int line;

    private long left;
    private final Lines lines = new Lines();

    @Override
    public void decode(ByteBuf in, int index, int end, FrameSink out) {
        int at = index;
        while (at >= 0) {
            at = switch (phase) {
                case HEAD, TRAILER -> lines(in, at, end, out);
                case SIZE -> size(in, at, end, out);
                case DATA -> data(at, end, out);
                case DATA_END -> dataEnd(in, at, end, out);
            };
        }
    }

    /** Each of these goes on at the index it returns; -1: return. */
    private int lines(ByteBuf in, int index, int end, FrameSink out) {
        boolean head = phase == Phase.HEAD;
        if (head && scanned == 0) lines.count = line = 0;
        int next = -1;
        for (int i = index + scanned; i < end && next < 0; i++) {
            int b = in.getByte(i);
            int start = index + line;
            if (b == 0 || b == '\n' && (i == start || in.getByte(i - 1) != '\r')) {
                scanned = i - index;
                linesMissing(index, scanned, out);
                out.malformed(i, "lines end with CRLF and hold no NUL");
                return -1;
            }
            if (b != '\n') continue;
            line = i + 1 - index;
            if (i - start == 1 && (!head || start > index)) next = i + 1;
            else if (head && lines.count < lines.at.length) lines.at[lines.count++] = start - index;
        }
        if (next < 0) {
            scanned = end - index;
            linesMissing(index, scanned, out);
            return -1;
        }
        scanned = line = 0;
        phase = head ? Phase.SIZE : Phase.HEAD;
        if (head) out.detail(lines);
        return (head ? out.begin(index, next - index) : out.end(index, next - index)) ? next : -1;
    }

    private void linesMissing(int index, int there, FrameSink out) {
        if (phase == Phase.TRAILER) out.pending(index, 0, 0, Math.max(there + 1, 2), -1);
        else if (there > 0) out.pending(index, there + 1, there, there + 1, -1);
    }

    private int size(ByteBuf in, int index, int end, FrameSink out) {
        int lf = index + scanned;
        while (lf < end && in.getByte(lf) != '\n') lf++;
        long size = 0;
        int wrong = -1;
        int i = index;
        for (; i < lf && wrong < 0; i++) {
            int digit = Character.digit(in.getByte(i), 16);
            if (digit < 0) break;
            if (size > Long.MAX_VALUE >> 5) wrong = i;
            size = size * 16 + digit;
        }
        if (wrong < 0) wrong = afterSize(in, index, i, lf, end);
        if (wrong >= 0) {
            scanned = 0;
            out.pending(index, 0, 0, Math.max(wrong - index + 4L, LEAST_LAST_CHUNK), -1);
            out.malformed(wrong, "a chunk starts with its size");
            return -1;
        }
        if (lf == end) {
            scanned = end - index;
            int lineRest = scanned > 0 && in.getByte(end - 1) == '\r' ? 1 : 2;
            out.pending(index, 0, 0, Math.max(scanned + lineRest + 2L, LEAST_LAST_CHUNK), -1);
            return -1;
        }
        scanned = 0;
        left = size;
        phase = size == 0 ? Phase.TRAILER : Phase.DATA;
        return out.drop(index, lf + 1 - index) ? lf + 1 : -1;
    }

    /** The first wrong byte in {@code [i, lf)}, what follows the digits of a size line, or at its end; -1: none. */
    private static int afterSize(ByteBuf in, int index, int i, int lf, int end) {
        if (i < lf && (i == index || in.getByte(i) != ';' && in.getByte(i) != '\r')) return i;
        if (i == lf && lf < end) return lf;
        for (int k = i; k < lf; k++) {
            boolean cr = in.getByte(k) == '\r';
            if (cr && k + 1 < end && k + 1 != lf) return k;
            if (!cr && k + 1 == lf && lf < end) return lf;
        }
        return -1;
    }

    private int data(int index, int end, FrameSink out) {
        int n = (int) Math.min(left, end - index);
        left -= n;
        if (left == 0) phase = Phase.DATA_END;
        if (n > 0 && !out.piece(index, n)) return -1;
        if (left == 0) return index + n;
        out.pending(index + n, 0, 0, left + LEAST_AFTER_DATA, -1);
        return -1;
    }

    private int dataEnd(ByteBuf in, int index, int end, FrameSink out) {
        int wrong = end > index && in.getByte(index) != '\r'
                ? index
                : end > index + 1 && in.getByte(index + 1) != '\n' ? index + 1 : -1;
        if (wrong >= 0 || end - index < 2) {
            out.pending(index, 0, 0, LEAST_AFTER_DATA, -1);
            if (wrong >= 0) out.malformed(wrong, "chunk data must be followed by CRLF");
            return -1;
        }
        phase = Phase.SIZE;
        return out.drop(index, 2) ? index + 2 : -1;
    }

    // ------------------------------------------------------------------------------------------------ reference

    private static void read(byte[] stream, Reading out) {
        for (int start = 0; start < stream.length; ) {
            int i = block(stream, start, start, true, out);
            if (i < 0) return;
            int head = i - start;
            ByteArrayOutputStream payload = new ByteArrayOutputStream();
            i = chunks(stream, i, start, payload, out);
            if (i < 0) return;
            int trailers = i;
            i = block(stream, i, start, false, out);
            if (i < 0) return;
            out.frame(start, i - start, head, payload.toByteArray(), i, i - trailers, false);
            start = i;
        }
    }

    /** Lines from {@code from} up to an empty one; the index behind it, or -1. */
    private static int block(byte[] stream, int from, int frame, boolean needsOne, Reading out) {
        int line = from;
        for (int i = from; i < stream.length; i++) {
            if (stream[i] == 0 || stream[i] == '\n' && (i == line || stream[i - 1] != '\r')) {
                out.malformed(i, frame);
                return -1;
            }
            if (stream[i] != '\n') continue;
            if (i - line == 1 && (!needsOne || line > from)) return i + 1;
            line = i + 1;
        }
        out.truncated(frame);
        return -1;
    }

    /** Chunks from {@code i} on up to the one of no bytes; the index behind its line, or -1. */
    private static int chunks(byte[] stream, int i, int frame, ByteArrayOutputStream payload, Reading out) {
        while (true) {
            long size = 0;
            int d = i;
            for (; d < stream.length && Character.digit(stream[d], 16) >= 0; d++) {
                if (size > Long.MAX_VALUE >> 5) return malformed(d, frame, out);
                size = size * 16 + Character.digit(stream[d], 16);
            }
            if (d == stream.length) return truncated(frame, out);
            if (d == i || stream[d] != ';' && stream[d] != '\r') return malformed(d, frame, out);
            while (d < stream.length && stream[d] != '\r' && stream[d] != '\n') d++;
            if (d == stream.length) return truncated(frame, out);
            if (stream[d] == '\n') return malformed(d, frame, out);
            if (d + 1 == stream.length) return truncated(frame, out);
            if (stream[d + 1] != '\n') return malformed(d, frame, out);
            i = d + 2;
            if (size == 0) return i;
            if (size > stream.length - i) return truncated(frame, out);
            payload.write(stream, i, (int) size);
            i += (int) size;
            for (char expected : new char[] {'\r', '\n'}) {
                if (i == stream.length) return truncated(frame, out);
                if (stream[i] != expected) return malformed(i, frame, out);
                i++;
            }
        }
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
