package dev.framing.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.Frame;
import dev.framing.FrameCodec;
import dev.framing.FrameDecoder;
import dev.framing.FrameHandler;
import dev.framing.FrameSink;
import dev.framing.Framer;
import dev.framing.FramingError;
import dev.framing.FramingError.FrameTooLong;
import dev.framing.FramingError.LeftoverBytes;
import dev.framing.FramingError.Reset;
import dev.framing.FramingError.Truncated;
import dev.framing.Oversize;
import dev.framing.Part;
import dev.framing.codec.Delimited;
import dev.framing.codec.HeaderFramed;
import dev.framing.codec.LengthPrefixed;
import dev.framing.codec.Stuffed;
import dev.framing.testkit.CountingAllocator;
import dev.framing.testkit.Cuts;
import dev.framing.testkit.Event;
import dev.framing.testkit.Replay;
import dev.framing.testkit.StreamLaws;
import dev.framing.testkit.Transcript;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A connection that breaks after any byte of a stream: everything before it is told, then one {@link Reset} with the position of the
 * frame that was open and how much of it had come, however the bytes were cut and given.
 */
class ResetTest {
    private static final int MAX = 48;

    record Sample(String name, Supplier<? extends FrameDecoder> decoders, List<byte[]> streams) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Sample> samples() {
        Stream<Sample> probes = Probe.all().stream().map(p -> new Sample(p.name(), p.decoders(), p.streams()));
        Stream<Sample> codecs = Stream.of(
                sample(
                        LengthPrefixed.uint16().toBuilder().max(MAX).build(),
                        "\0\3abc\0\0\0\50" + "x".repeat(40) + "\0\4ab"),
                sample(Delimited.lines().withMax(MAX), "a\r\n\nbb\n" + "x".repeat(40) + "\r\nlast\r"),
                sample(Delimited.marks("\13", "\34\r").withMax(MAX), "\13ab\34\r\13c\34d\34\r\13" + "y".repeat(30)),
                sample(
                        Delimited.builder()
                                .delimiter("\n")
                                .escape("\\")
                                .unescape(true)
                                .max(MAX)
                                .build(),
                        "a\\\nb\n" + "c\\\\".repeat(9) + "\nd\\"),
                sample(Stuffed.slip().withMax(MAX), "\300ab\300\300c\333\334d\300" + "e".repeat(30) + "\333"),
                sample(
                        HeaderFramed.builder().max(200).build(),
                        "Content-Length: 5\r\n\r\nhelloContent-Length: 2\r\nA: b\r\n\r\nx"),
                sample("ends after two frames", TwoFrames::new, "\1a\2bcrest"),
                sample("until the end", () -> new TwoFrames().untilEnd(), "\1abody"));
        return Stream.concat(probes, codecs);
    }

    private static Sample sample(FrameCodec codec, String stream) {
        return sample(codec.toString(), codec::newDecoder, stream);
    }

    private static Sample sample(String name, Supplier<? extends FrameDecoder> decoders, String stream) {
        return new Sample(name, decoders, List.of(Probe.bytes(stream)));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void everythingBeforeItIsToldThenOneReset(Sample sample) {
        for (byte[] stream : sample.streams) {
            for (Oversize policy : StreamLaws.policies(MAX)) {
                for (int length = 0; length <= stream.length; length++) {
                    byte[] came = Arrays.copyOf(stream, length);
                    Broken expected = expected(sample, came, policy);
                    int seed = 0;
                    for (Cuts cuts : List.of(Cuts.whole(), Cuts.oneByte(), Cuts.every(7), Cuts.random(length))) {
                        for (Way way : Way.values()) {
                            boolean paused = seed++ % 2 == 1;
                            assertThat(broken(sample, came, policy, cuts, way, paused))
                                    .as("%s, %s, %s, %s, paused %s", policy, cuts, way, paused, hex(came))
                                    .isEqualTo(expected);
                            assertThat(broken(sample, came, policy, cuts, way, !paused))
                                    .as("%s, %s, %s, %s, paused %s", policy, cuts, way, !paused, hex(came))
                                    .isEqualTo(expected);
                        }
                    }
                }
            }
        }
    }

    /** What was told; in parts: what of the frame that never became whole. */
    record Broken(List<Event> events, String unfinished) {
        /** How much of a frame was told before it proved too long may depend on the cut. */
        static Broken of(List<Event> events, byte[] unfinished) {
            boolean tooLong = !events.isEmpty()
                    && events.get(events.size() - 1) instanceof Event.Failed f
                    && f.error() instanceof FrameTooLong;
            return new Broken(events, tooLong ? "" : hex(unfinished));
        }
    }

    /** By the engine's own account of the same bytes where the peer has ended: the frame that is truncated there is the one open here. */
    private static Broken expected(Sample sample, byte[] came, Oversize policy) {
        Replay replay = Replay.of(sample.decoders, MAX).oversize(policy);
        Transcript soFar = replay.withoutEnd().run(came);
        List<Event> events = new ArrayList<>(soFar.events());
        Transcript ended = replay.run(came);
        FramingError error = ended.error().getOrNull();
        if (soFar.error().isEmpty()) {
            Reset reset;
            if (error instanceof Truncated t) reset = new Reset(t.position(), t.have());
            else if (error instanceof LeftoverBytes l) reset = new Reset(l.position(), l.bytes());
            else reset = new Reset(came.length, 0);
            // what the end itself completes was open still
            Event last = ended.events().get(Math.max(0, ended.events().size() - 2));
            boolean completed = ended.events().size() > soFar.events().size() + 1;
            if (completed && last instanceof Event.Framed f) reset = new Reset(f.position(), f.length());
            if (completed && last instanceof Event.Skipped f) reset = new Reset(f.position(), f.length());
            events.add(new Event.Failed(reset));
        }
        return Broken.of(events, soFar.unfinished());
    }

    enum Way {
        OFFER,
        LEND,
        ROOM,
        MIXED
    }

    private static Broken broken(Sample sample, byte[] came, Oversize policy, Cuts cuts, Way way, boolean pausing) {
        CountingAllocator engines = new CountingAllocator();
        CountingAllocator inputs = new CountingAllocator();
        Told told = new Told(pausing);
        Framer framer = Framer.builder(sample.decoders.get(), MAX)
                .oversize(policy)
                .allocator(engines)
                .build(told);
        told.framer = framer;
        int from = 0;
        for (int to : cuts.ends(came.length)) {
            Way now = way == Way.MIXED ? Way.values()[to % 3] : way;
            give(framer, now, came, from, to, inputs);
            from = to;
        }
        framer.reset();
        framer.reset();
        while (framer.isPaused() && !framer.isOver()) framer.resume();
        assertThat(framer.isOver()).isTrue();
        assertThat(framer.heldBytes() + engines.used() + inputs.used())
                .as("bytes held")
                .isZero();
        return Broken.of(told.events, told.payload == null ? new byte[0] : told.payload.toByteArray());
    }

    private static void give(Framer framer, Way way, byte[] came, int from, int to, CountingAllocator buffers) {
        if (way == Way.ROOM) {
            for (int at = from; at < to && !framer.isOver(); ) {
                ByteBuf room = framer.room(32);
                int n = Math.min(to - at, room.writableBytes());
                room.writeBytes(came, at, n);
                framer.received();
                at += n;
            }
            return;
        }
        ByteBuf bytes = buffers.buffer(to - from + 1).writeBytes(came, from, to - from);
        if (way == Way.OFFER) {
            framer.offer(bytes);
        } else {
            framer.lend(bytes);
            bytes.release();
        }
    }

    private static final class Told implements FrameHandler {
        final List<Event> events = new ArrayList<>();
        private final boolean pausing;
        Framer framer;
        ByteArrayOutputStream payload;
        private byte[] head;
        private final List<String> details = new ArrayList<>();

        Told(boolean pausing) {
            this.pausing = pausing;
        }

        @Override
        public void onFrame(Frame f) {
            assertThat(framer.isPaused()).isFalse();
            if (f.part() == Part.WHOLE) {
                List<String> with =
                        f.detail(Object.class).map(ResetTest::describe).toJavaList();
                events.add(new Event.Framed(f.position(), f.length(), head(f), f.bytes(), tail(f), with));
            } else {
                part(f);
            }
            if (pausing) framer.pause();
        }

        private void part(Frame f) {
            if (f.part() == Part.FIRST) {
                payload = new ByteArrayOutputStream();
                head = head(f);
                details.clear();
            }
            payload.writeBytes(f.bytes());
            f.detail(Object.class).map(ResetTest::describe).forEach(details::add);
            if (f.part() != Part.LAST) return;
            events.add(new Event.Framed(
                    f.position(), f.length(), head, payload.toByteArray(), tail(f), List.copyOf(details)));
            payload = null;
        }

        @Override
        public void onSkipped(long position, long length) {
            events.add(new Event.Skipped(position, length));
        }

        @Override
        public void onEnd() {
            events.add(new Event.Ended());
        }

        @Override
        public void onError(FramingError error) {
            events.add(new Event.Failed(error));
        }

        private static byte[] head(Frame f) {
            return bytes(f, f.payloadIndex() - f.headLength(), f.headLength());
        }

        private static byte[] tail(Frame f) {
            return bytes(f, f.payloadIndex() + f.payloadLength(), f.tailLength());
        }

        private static byte[] bytes(Frame f, int index, int length) {
            byte[] bytes = new byte[length];
            f.buffer().getBytes(index, bytes);
            return bytes;
        }
    }

    /** As a replay prints it. */
    private static String describe(Object detail) {
        String text = String.valueOf(detail);
        String name = detail.getClass().getName();
        return text.startsWith(name + '@') ? name : text;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    /** One byte of length, then the payload; two of them, or one and a body that the end of the stream ends. */
    private static final class TwoFrames implements FrameDecoder {
        private int told;
        private boolean untilEnd;

        TwoFrames untilEnd() {
            untilEnd = true;
            told = 1;
            return this;
        }

        @Override
        public void decode(ByteBuf in, int index, int end, FrameSink out) {
            for (int at = index; at < end; ) {
                if (told == 2) {
                    if (untilEnd) out.pending(at, 0, end - at, end - at + 1L, -1);
                    else out.finish();
                    return;
                }
                int length = 1 + in.getByte(at);
                if (length > end - at) {
                    if (out.pending(at, 1, end - at, length, 0) > 0) told++; // the engine moves the rest
                    return;
                }
                told++;
                if (!out.frame(at, 1, length - 1, 0)) return;
                at += length;
            }
        }

        @Override
        public void end(ByteBuf in, int index, int end, FrameSink out) {
            if (untilEnd && index < end) out.frame(index, 0, end - index, 0);
        }
    }
}
