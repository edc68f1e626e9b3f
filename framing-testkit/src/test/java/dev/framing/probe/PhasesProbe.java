package dev.framing.probe;

import static dev.framing.probe.LengthProbe.sample;
import static dev.framing.probe.Probe.bytes;
import static dev.framing.probe.Probe.join;

import dev.framing.FrameDecoder;
import dev.framing.FrameSink;
import dev.framing.testkit.Reading;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** As PostgreSQL: the first frame by one decoder, the rest by another. */
final class PhasesProbe implements FrameDecoder {
    static final Probe PROBE = new Probe(
            "a first frame of another kind",
            () -> new PhasesProbe(new LengthProbe(0, 2, 0), new LengthProbe(1, 5, 3)),
            (stream, ended, out) -> read(stream, out),
            false,
            List.of(
                    join(bytes("\0\5hello"), sample(3, 1), sample(22, 2), sample(0, 1)),
                    join(bytes("\0\40" + "h".repeat(32)), sample(3, 1)),
                    bytes("\0\40abc")));

    private final FrameDecoder first;
    private final FrameDecoder then;
    private boolean second;

    PhasesProbe(FrameDecoder first, FrameDecoder then) {
        this.first = first;
        this.then = then;
    }

    @Override
    public boolean announced() {
        return second ? then.announced() : first.announced();
    }

    @Override
    public void decode(ByteBuf in, int index, int end, FrameSink out) {
        if (!second) {
            Once once = new Once(out);
            first.decode(in, index, end, once);
            if (!second) return;
            index = once.next;
            if (!once.goOn) return;
        }
        then.decode(in, index, end, out);
    }

    /** Lets one frame through. */
    private final class Once implements FrameSink {
        private final FrameSink out;
        private int next;
        private boolean goOn;

        Once(FrameSink out) {
            this.out = out;
        }

        @Override
        public boolean frame(int index, int head, int payload, int tail) {
            second = true;
            next = index + head + payload + tail;
            goOn = out.frame(index, head, payload, tail);
            return false;
        }

        @Override
        public int pending(int index, int head, int certain, long least, int tail) {
            int taken = out.pending(index, head, certain, least, tail);
            second |= taken > 0; // the engine moves the rest of it
            return taken;
        }

        @Override
        public boolean tooLong(long limit, String unit) {
            return out.tooLong(limit, unit);
        }

        @Override
        public boolean malformed(int index, String reason) {
            return out.malformed(index, reason);
        }

        @Override
        public boolean drop(int index, int length) {
            return out.drop(index, length);
        }

        @Override
        public void detail(Object detail) {
            out.detail(detail);
        }

        @Override
        public void finish() {
            out.finish();
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
        public @Nullable ByteBuf transform(int index, int length) {
            throw new UnsupportedOperationException("whole frames only");
        }

        @Override
        public boolean end(int index, int tail) {
            throw new UnsupportedOperationException("whole frames only");
        }
    }

    private static void read(byte[] stream, Reading out) {
        if (stream.length == 0) return;
        int length = stream.length < 2 ? 2 : 2 + LengthProbe.length(stream, 0);
        if (length > stream.length) {
            out.truncated(0, 2, length);
            return;
        }
        out.frame(0, length, 2, 0);
        LengthProbe.read(stream, length, 1, 5, 3, out);
    }
}
