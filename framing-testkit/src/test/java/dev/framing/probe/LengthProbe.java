package dev.framing.probe;

import static dev.framing.probe.Probe.bytes;
import static dev.framing.probe.Probe.join;

import dev.framing.FrameDecoder;
import dev.framing.FrameSink;
import dev.framing.testkit.Reading;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.List;

/**
 * A length field of two bytes in a head, counting the payload; a fixed trailer that nobody checks. No state at all.
 * <pre>
 *   | ... length ... | payload | trailer |
 * </pre>
 */
public final class LengthProbe implements FrameDecoder {
    static final Probe LONG_HEAD = new Probe(
            "length in a head of 5, trailer of 3",
            () -> new LengthProbe(1, 5, 3),
            (stream, ended, out) -> read(stream, 0, 1, 5, 3, out),
            true,
            List.of(
                    join(sample(0, 1), sample(4, 2), sample(12, 3), sample(33, 4), sample(0, 5), sample(2, 6)),
                    join(sample(1, 1), Arrays.copyOf(sample(20, 9), 17)),
                    join(sample(3, 1), Arrays.copyOf(sample(9, 9), 3)),
                    join(sample(40, 1), sample(60, 2), sample(1, 1)),
                    join(sample(7, 1), Arrays.copyOf(sample(60000, 2), 30))));

    static final Probe BARE = new Probe(
            "length and payload",
            () -> new LengthProbe(0, 2, 0),
            (stream, ended, out) -> read(stream, 0, 0, 2, 0, out),
            true,
            List.of(
                    bytes("\0\5hello\0\0\0\1x\0\40" + "q".repeat(32) + "\0\2ab"),
                    bytes("\0\5hello\0\50" + "q".repeat(20)),
                    bytes("\0\5hell"),
                    bytes("\0\1a\377\377abc"),
                    bytes("GET / HTTP/1.1\r\n"),
                    bytes("\0\1a\0")));

    private final int offset;
    private final int head;
    private final int tail;

    public LengthProbe(int offset, int head, int tail) {
        this.offset = offset;
        this.head = head;
        this.tail = tail;
    }

    @Override
    public boolean announced() {
        return true;
    }

    @Override
    public void decode(ByteBuf in, int index, int end, FrameSink out) {
        while (end - index >= head) {
            int length = head + in.getUnsignedShort(index + offset) + tail;
            if (length > end - index) {
                out.pending(index, head, Math.min(end - index, length - tail), length, tail);
                return;
            }
            if (!out.frame(index, head, length - head - tail, tail)) return;
            index += length;
        }
        // not head + tail: over the limit, it would be told without the length that the whole head states
        if (index < end) out.pending(index, head, end - index, head, -1);
    }

    /** Its head, then {@code payload} bytes of {@code fill}, then three more. */
    static byte[] sample(int payload, int fill) {
        byte[] frame = new byte[5 + payload + 3];
        Arrays.fill(frame, (byte) fill);
        frame[1] = (byte) (payload >> 8);
        frame[2] = (byte) payload;
        return frame;
    }

    static void read(byte[] stream, int from, int offset, int head, int tail, Reading out) {
        for (int p = from; p < stream.length; ) {
            if (stream.length - p < head) {
                out.truncated(p, head, head);
                return;
            }
            int length = head + length(stream, p + offset) + tail;
            if (length > stream.length - p) {
                out.truncated(p, head, length);
                return;
            }
            out.frame(p, p + length, head, tail);
            p += length;
        }
    }

    static int length(byte[] stream, int at) {
        return (stream[at] & 0xFF) << 8 | stream[at + 1] & 0xFF;
    }
}
