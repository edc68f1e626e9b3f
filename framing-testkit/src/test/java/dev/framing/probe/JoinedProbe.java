package dev.framing.probe;

import static dev.framing.probe.LengthProbe.sample;
import static dev.framing.probe.Probe.join;

import dev.framing.FrameDecoder;
import dev.framing.FrameSink;
import dev.framing.testkit.Reading;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A decorator: joins the frames of another decoder into one while their first byte is even. The other's frames are whole, so the heads
 * and tails between them are dropped.
 * <pre>
 *   | head | payload | tail | head | payload | tail |   is   | head | payload payload | tail |
 *     even                    odd
 * </pre>
 */
final class JoinedProbe implements FrameDecoder, FrameSink {
    static final Probe PROBE = new Probe(
            "fragments joined by a decorator",
            () -> new JoinedProbe(new LengthProbe(1, 5, 3)),
            (stream, ended, out) -> read(stream, out),
            true,
            List.of(
                    join(
                            sample(4, 1),
                            sample(2, 2),
                            sample(0, 2),
                            sample(5, 3),
                            sample(33, 1),
                            sample(6, 4),
                            sample(0, 5)),
                    join(sample(3, 2), sample(30, 2), sample(1, 1), sample(0, 2), sample(0, 3)),
                    join(sample(1, 1), sample(1, 2), Arrays.copyOf(sample(20, 2), 17)),
                    join(sample(1, 2), Arrays.copyOf(sample(3, 3), 3)),
                    join(sample(2, 2), sample(60, 1), sample(1, 1))));

    private final FrameDecoder inner;
    private @Nullable FrameSink told;
    private @Nullable ByteBuf in;
    /** A joined frame is open. */
    private boolean open;
    /** The fragment being told is its last. */
    private boolean last;
    /** Payload bytes to come of a fragment being told, which the inner decoder has done with; -1: none. */
    private long left = -1;

    private int leftTail;

    JoinedProbe(FrameDecoder inner) {
        this.inner = inner;
    }

    @Override
    public void decode(ByteBuf bytes, int index, int end, FrameSink out) {
        in = bytes;
        told = out;
        if (left >= 0) {
            int n = (int) Math.min(left, end - index);
            left -= n;
            if (n > 0 && !out.piece(index, n)) return;
            index += n;
            if (left > 0 || end - index < leftTail) {
                out.pending(index, 0, 0, left + leftTail, -1);
                return;
            }
            left = -1;
            if (!close(index, leftTail)) return;
            index += leftTail;
        }
        if (index < end) inner.decode(bytes, index, end, this);
    }

    private FrameSink out() {
        if (told == null) throw new IllegalStateException("not decoding");
        return told;
    }

    private boolean isLast(int index) {
        return in != null && (in.getByte(index) & 1) != 0;
    }

    private boolean start(int index, int head) {
        last = isLast(index);
        if (open) return out().drop(index, head);
        open = true;
        return out().begin(index, head);
    }

    private boolean close(int index, int tail) {
        if (!last) return out().drop(index, tail);
        last = open = false;
        return out().end(index, tail);
    }

    @Override
    public boolean frame(int index, int head, int payload, int tail) {
        if (!open && isLast(index)) return out().frame(index, head, payload, tail);
        left = payload; // what is not told where the answer is false
        leftTail = tail;
        if (!start(index, head)) return false;
        left = 0;
        if (!out().piece(index + head, payload)) return false;
        left = -1;
        return close(index + head + payload, tail);
    }

    @Override
    public int pending(int index, int head, int certain, long least, int tail) {
        boolean alone = !open && certain >= head && isLast(index);
        if (alone) return out().pending(index, head, certain, least, tail);
        if (certain < head || tail < 0) {
            if (open) out().pending(index, 0, 0, least, -1);
            else out().pending(index, head, certain, least, -1);
            return 0;
        }
        int payload = certain - head;
        left = least - tail - head;
        leftTail = tail;
        if (!start(index, head)) return certain;
        left -= payload;
        if (payload > 0 && !out().piece(index + head, payload)) return certain;
        out().pending(index + certain, 0, 0, left + tail, -1);
        return certain;
    }

    @Override
    public boolean tooLong(long limit, String unit) {
        return out().tooLong(limit, unit);
    }

    @Override
    public boolean malformed(int index, String reason) {
        return out().malformed(index, reason);
    }

    @Override
    public boolean drop(int index, int length) {
        return out().drop(index, length);
    }

    @Override
    public void detail(Object detail) {
        out().detail(detail);
    }

    @Override
    public void finish() {
        out().finish();
    }

    @Override
    public boolean begin(int index, int head) {
        throw new UnsupportedOperationException("whole frames only");
    }

    @Override
    public boolean piece(int index, int length) {
        throw new UnsupportedOperationException("whole frames only");
    }

    @Override
    public ByteBuf transform(int index, int length) {
        throw new UnsupportedOperationException("whole frames only");
    }

    @Override
    public boolean end(int index, int tail) {
        throw new UnsupportedOperationException("whole frames only");
    }

    private static void read(byte[] stream, Reading out) {
        ByteArrayOutputStream joined = null;
        int start = 0;
        for (int p = 0; p < stream.length; ) {
            if (joined == null) start = p;
            int length = stream.length - p < 5 ? 5 : 8 + LengthProbe.length(stream, p + 1);
            if (length > stream.length - p) {
                out.truncated(start, 5, p - start + length);
                return;
            }
            if (joined == null) joined = new ByteArrayOutputStream();
            joined.write(stream, p + 5, length - 8);
            boolean last = (stream[p] & 1) != 0;
            p += length;
            if (!last) continue;
            out.frame(start, p - start, 5, joined.toByteArray(), p, 3, false);
            joined = null;
        }
        if (joined != null) out.truncated(start);
    }
}
