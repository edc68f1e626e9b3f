package dev.framing.probe;

import static dev.framing.probe.Probe.bytes;

import dev.framing.FrameDecoder;
import dev.framing.FrameSink;
import dev.framing.testkit.Reading;
import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * As netstrings: the length is exact, and yet the tail must be looked at.
 * <pre>
 *   | length | payload | ',' |
 * </pre>
 */
final class CheckedTailProbe implements FrameDecoder {
    static final Probe PROBE = new Probe(
            "length with a checked tail",
            CheckedTailProbe::new,
            (stream, ended, out) -> read(stream, out),
            true,
            List.of(
                    bytes("\5hello,\0,\1x,\40" + "q".repeat(32) + ",\2ab,"),
                    bytes("\5hello,\24" + "z".repeat(20) + ";\1a,"),
                    bytes("\1a,\62" + "z".repeat(30)),
                    bytes("\1a,\5hello"),
                    bytes("\0;\0,")));

    /** Payload bytes to come of a frame that was taken, or -1. */
    private long left = -1;

    @Override
    public boolean announced() {
        return true;
    }

    @Override
    public void decode(ByteBuf in, int index, int end, FrameSink out) {
        while (index < end) {
            int head = left < 0 ? 1 : 0;
            long untilComma = head + (left < 0 ? in.getUnsignedByte(index) : left);
            if (end - index <= untilComma) {
                notWhole(index, head, end - index, untilComma, out);
                return;
            }
            int comma = index + (int) untilComma;
            if (in.getByte(comma) != ',') {
                notWhole(index, head, (int) untilComma, untilComma, out);
                out.malformed(comma, "the payload must be followed by a comma");
                return;
            }
            left = -1;
            if (!out.frame(index, head, comma - index - head, 1)) return;
            index = comma + 1;
        }
    }

    private void notWhole(int index, int head, int certain, long untilComma, FrameSink out) {
        int taken = out.pending(index, head, certain, untilComma + 1, -1);
        if (taken > 0) left = untilComma - taken;
    }

    private static void read(byte[] stream, Reading out) {
        for (int p = 0; p < stream.length; ) {
            int comma = p + 1 + (stream[p] & 0xFF);
            if (comma >= stream.length) {
                out.truncated(p, 1, comma + 1 - p);
                return;
            }
            if (stream[comma] != ',') {
                out.malformed(comma, p, 1, comma + 1 - p);
                return;
            }
            out.frame(p, comma + 1, 1, 1);
            p = comma + 1;
        }
    }
}
