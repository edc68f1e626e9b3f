package dev.framing.probe;

import static dev.framing.probe.Probe.bytes;

import dev.framing.FrameDecoder;
import dev.framing.FrameSink;
import dev.framing.testkit.Reading;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.List;

/**
 * SLIP (RFC 1055): told whole, with nothing copied, as long as nothing is escaped; in pieces from the first escape on.
 * <pre>
 *   | payload | c0 |       db dc is c0, db dd is db; empty frames are dropped
 * </pre>
 */
public final class SlipProbe implements FrameDecoder {
    static final Probe PROBE = new Probe(
            "escaped payload",
            SlipProbe::new,
            (stream, ended, out) -> read(stream, out),
            true,
            List.of(
                    bytes("\300abc\300\300d\333\334e\300\333\335\300" + "s".repeat(30) + "\300" + "s".repeat(20)
                            + "\333\334" + "t".repeat(20) + "\333\335\333\335\300z\300"),
                    bytes("ab\300cd\333x\300"),
                    bytes("ab\300" + "c".repeat(20) + "\333\334ab\333x\300"),
                    bytes("ab\300cd"),
                    bytes("ab\300cd\333"),
                    bytes("ab\300\333\334" + "k".repeat(30)),
                    bytes("\300\333\334\300\333")));

    private static final int END = 0xC0;
    private static final int ESCAPE = 0xDB;

    /** From the first byte not told on: payload without an escape. */
    private int scanned;
    /** An escape was met: the frame is told in pieces. */
    private boolean inPieces;
    /** Bytes of the frame were taken: it is not empty. */
    private boolean taken;

    @Override
    public void decode(ByteBuf in, int index, int end, FrameSink out) {
        for (int i = index + scanned; i < end; i++) {
            int b = in.getUnsignedByte(i);
            if (b == END) {
                if (!whole(index, i, out)) return;
                index = i + 1;
            } else if (b == ESCAPE) {
                int next = i + 1 < end ? in.getUnsignedByte(i + 1) : -1;
                if (next != 0xDC && next != 0xDD) {
                    notWhole(index, i - index, 3, out);
                    if (next >= 0) out.malformed(i + 1, "an escape is followed by 0xdc or 0xdd");
                    return;
                }
                scanned = i - index;
                if (!inPieces) {
                    inPieces = true;
                    if (!out.begin(index, 0)) return;
                }
                scanned = 0;
                if (i > index && !out.piece(index, i - index)) return;
                ByteBuf room = out.transform(i, 2);
                if (room == null) return;
                room.writeByte(next == 0xDC ? END : ESCAPE);
                index = i + 2;
                i++;
            }
        }
        if (index < end || inPieces) notWhole(index, end - index, 1, out);
        else scanned = 0;
    }

    private boolean whole(int index, int i, FrameSink out) {
        scanned = 0;
        if (inPieces) {
            if (i > index && !out.piece(index, i - index)) return false;
            inPieces = taken = false;
            return out.end(i, 1);
        }
        if (i == index && !taken) return out.drop(index, 1);
        taken = false;
        return out.frame(index, 0, i - index, 1);
    }

    /** {@code [index, index + n)} is payload; at least {@code more} bytes come. */
    private void notWhole(int index, int n, int more, FrameSink out) {
        if (inPieces) {
            scanned = 0;
            if (n == 0 || out.piece(index, n)) out.pending(index + n, 0, 0, more, -1);
        } else {
            scanned = n;
            int told = out.pending(index, 0, n, n + more, -1);
            scanned -= told;
            taken |= told > 0;
        }
    }

    private static void read(byte[] stream, Reading out) {
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        int p = 0;
        for (int i = 0; i < stream.length; i++) {
            int b = stream[i] & 0xFF;
            if (b == END) {
                if (i > p) out.frame(p, i + 1 - p, 0, payload.toByteArray(), i + 1, 1, false);
                payload.reset();
                p = i + 1;
            } else if (b == ESCAPE) {
                if (i + 1 == stream.length) {
                    out.truncated(p, 0, i - p + 3);
                    return;
                }
                int escaped = stream[++i] & 0xFF;
                if (escaped != 0xDC && escaped != 0xDD) {
                    out.malformed(i, p, 0, i - p + 2);
                    return;
                }
                payload.write(escaped == 0xDC ? END : ESCAPE);
            } else {
                payload.write(b);
            }
        }
        if (p < stream.length) out.truncated(p, 0, stream.length - p + 1);
    }
}
