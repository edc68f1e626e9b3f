package dev.framing.probe;

import static dev.framing.probe.Probe.bytes;

import dev.framing.FrameDecoder;
import dev.framing.FrameSink;
import dev.framing.scan.Examined;
import dev.framing.testkit.Reading;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One of several delimiters, the longest at one place; an escape byte takes the next byte out of the search, and may not stand before
 * NUL.
 */
public final class DelimiterProbe implements FrameDecoder {
    static final Probe ESCAPED = new Probe(
            "two delimiters with an escape",
            () -> new DelimiterProbe('\\', "\r\n", "\n"),
            (stream, ended, out) -> read(stream, ended, out, '\\', "\r\n", "\n"),
            true,
            List.of(
                    bytes("abc\r\n\nx\\\ny\n\r\na\rb\\\\\n" + "long".repeat(12) + "\r\nend\n"),
                    bytes("ab\ncd\\\0ef\n"),
                    bytes("ab\n" + "x".repeat(18) + "\\\0ef\n"),
                    bytes("one\ntw\\"),
                    bytes("one\n" + "t".repeat(30)),
                    bytes("one\ntwo\r")));

    static final Probe AMBIGUOUS = new Probe(
            "three delimiters, one the beginning of another",
            () -> new DelimiterProbe(-1, "\r", "\r\n", "\n"),
            (stream, ended, out) -> read(stream, ended, out, -1, "\r", "\r\n", "\n"),
            true,
            List.of(
                    bytes("abc\r\n\nx\r\ry\n\r\nabcdef\r\nabcdefg\r" + "long".repeat(12) + "\r\nend\r"),
                    bytes("abcdef\rabcde\r\nabc")));

    private final int escape;
    private final byte[][] delimiters;
    private final int shortest;
    /** From the first byte not told on: surely no delimiter begins in these. */
    private int scanned;

    public DelimiterProbe(int escape, String... delimiters) {
        this.escape = escape;
        this.delimiters = new byte[delimiters.length][];
        int least = Integer.MAX_VALUE;
        for (int i = 0; i < delimiters.length; i++) {
            this.delimiters[i] = bytes(delimiters[i]);
            least = Math.min(least, delimiters[i].length());
        }
        shortest = least;
    }

    @Override
    public void decode(ByteBuf in, int index, int end, FrameSink out) {
        scan(in, index, end, out, false);
    }

    @Override
    public void end(ByteBuf in, int index, int end, FrameSink out) {
        scan(in, index, end, out, true);
    }

    private void scan(ByteBuf in, int index, int end, FrameSink out, boolean ended) {
        int i = index + scanned;
        while (i < end) {
            if (Examined.ON) Examined.add(1);
            if (in.getUnsignedByte(i) == escape) {
                if (i + 1 == end) break;
                if (in.getByte(i + 1) == 0) {
                    notWhole(in, index, i, i + 1, out);
                    out.malformed(i, "an escape must not stand before NUL");
                    return;
                }
                i += 2;
                continue;
            }
            int found = 0;
            boolean longer = false;
            for (byte[] d : delimiters) {
                int k = 0;
                while (k < d.length && i + k < end && in.getByte(i + k) == d[k]) k++;
                if (k == d.length) found = Math.max(found, k);
                else if (i + k == end && !ended) longer = true;
            }
            if (longer) break;
            if (found == 0) {
                i++;
                continue;
            }
            scanned = 0;
            if (!out.frame(index, 0, i - index, found)) return;
            index = i += found;
        }
        if (index < end) notWhole(in, index, i, end, out);
        else scanned = 0;
    }

    /** {@code [index, i)} is payload; what stands in {@code [i, end)} may become a delimiter or more payload. */
    private void notWhole(ByteBuf in, int index, int i, int end, FrameSink out) {
        scanned = i - index;
        scanned -= out.pending(index, 0, i - index, i - index + (long) least(in, i, end), -1);
    }

    /** Bytes that the frame has at least from {@code i} on. */
    private int least(ByteBuf in, int i, int end) {
        if (i >= end) return shortest;
        if (in.getUnsignedByte(i) == escape) return 2 + shortest;
        int least = Integer.MAX_VALUE;
        boolean ends = false;
        for (byte[] d : delimiters) {
            int k = 0;
            while (k < d.length && i + k < end && in.getByte(i + k) == d[k]) k++;
            if (k == d.length || i + k == end) least = Math.min(least, d.length);
            ends |= k == d.length;
        }
        return ends ? least : Math.min(least, 1 + least(in, i + 1, end));
    }

    private static void read(byte[] stream, boolean ended, Reading out, int escape, String... delimiters) {
        String text = new String(stream, StandardCharsets.ISO_8859_1);
        int p = 0;
        int i = 0;
        while (i < stream.length) {
            if ((stream[i] & 0xFF) == escape) {
                if (i + 1 == stream.length) break;
                if (stream[i + 1] == 0) {
                    out.malformed(i, p, 0, least(text.substring(p, i + 1), escape, delimiters));
                    return;
                }
                i += 2;
                continue;
            }
            int found = 0;
            boolean longer = false;
            for (String d : delimiters) {
                if (text.startsWith(d, i)) found = Math.max(found, d.length());
                else if (!ended && d.startsWith(text.substring(i))) longer = true;
            }
            if (longer) break;
            if (found == 0) {
                i++;
                continue;
            }
            out.frame(p, i + found, 0, found);
            p = i = i + found;
        }
        if (p < stream.length) out.truncated(p, 0, least(text.substring(p), escape, delimiters));
    }

    /** By trial: the shortest frame that begins so. Every continuation that can be shortest is a delimiter, or ends in one. */
    private static long least(String begun, int escape, String... delimiters) {
        long least = Long.MAX_VALUE;
        for (String escaped : new String[] {"", "x"}) {
            for (String d : delimiters) {
                for (int k = 0; k <= d.length(); k++) {
                    String whole = begun + escaped + d.substring(k);
                    Reading trial = new Reading(bytes(whole));
                    readWhole(whole, trial, escape, delimiters);
                    if (trial.frames().isEmpty()) continue;
                    long length = trial.frames().get(0).length();
                    if (length >= begun.length()) least = Math.min(least, length);
                }
            }
        }
        return least;
    }

    private static void readWhole(String text, Reading out, int escape, String... delimiters) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == escape) {
                i++;
                continue;
            }
            int found = 0;
            for (String d : delimiters) if (text.startsWith(d, i)) found = Math.max(found, d.length());
            if (found == 0) continue;
            out.frame(0, i + found, 0, found);
            return;
        }
    }
}
