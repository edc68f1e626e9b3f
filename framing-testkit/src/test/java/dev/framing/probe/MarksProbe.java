package dev.framing.probe;

import static dev.framing.probe.Probe.bytes;

import dev.framing.FrameDecoder;
import dev.framing.FrameSink;
import dev.framing.testkit.Reading;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * As MLLP: a start mark, an end mark of two bytes, and line ends between frames that belong to none.
 * <pre>
 *   | 0b | payload | 1c 0d | (0d | 0a)*
 * </pre>
 */
final class MarksProbe implements FrameDecoder {
    static final Probe PROBE = new Probe(
            "start mark and end mark",
            MarksProbe::new,
            (stream, ended, out) -> read(stream, out),
            true,
            List.of(
                    bytes("\13abc\34\r\13\34x\34\34\r\r\n\13\34\r\13" + "m".repeat(35) + "\34\r\n\13z\34\r"),
                    bytes("\13abc\34\rX\13a\34\r"),
                    bytes("\13abc\34\r\13defg\34"),
                    bytes("\13a\34\r\13" + "k".repeat(30)),
                    bytes("\r\n\r")));

    private static final int START = 0x0B;
    private static final int END = 0x1C;

    private int scanned;
    /** The start mark was taken. */
    private boolean inside;

    @Override
    public void decode(ByteBuf in, int index, int end, FrameSink out) {
        while (index < end) {
            if (!inside) {
                int b = in.getByte(index);
                if (b == '\r' || b == '\n') {
                    if (!out.drop(index, 1)) return;
                    index++;
                    continue;
                }
                if (b != START) {
                    out.malformed(index, "a frame starts with 0x0b");
                    return;
                }
            }
            int head = inside ? 0 : 1;
            int i = index + Math.max(scanned, head);
            while (i + 1 < end && !(in.getByte(i) == END && in.getByte(i + 1) == '\r')) i++;
            if (i + 1 >= end) {
                if (i < end && in.getByte(i) != END) i++;
                scanned = i - index;
                int taken = out.pending(index, head, scanned, scanned + 2L, -1);
                scanned -= taken;
                inside |= taken > 0;
                return;
            }
            scanned = 0;
            inside = false;
            if (!out.frame(index, head, i - index - head, 2)) return;
            index = i + 2;
        }
    }

    private static void read(byte[] stream, Reading out) {
        String text = new String(stream, StandardCharsets.ISO_8859_1);
        for (int p = 0; p < stream.length; ) {
            if (stream[p] == '\r' || stream[p] == '\n') {
                p++;
                continue;
            }
            if (stream[p] != START) {
                out.malformed(p, p, 0, 0);
                return;
            }
            int i = text.indexOf("\34\r", p + 1);
            if (i < 0) {
                boolean half = stream.length - p > 1 && text.endsWith("\34");
                out.truncated(p, 1, stream.length - p + (half ? 1 : 2));
                return;
            }
            out.frame(p, i + 2, 1, 2);
            p = i + 2;
        }
    }
}
