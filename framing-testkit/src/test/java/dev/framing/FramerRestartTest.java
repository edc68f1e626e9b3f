package dev.framing;

import static dev.framing.Heard.buffer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.framing.codec.Delimited;
import dev.framing.codec.HeaderFramed;
import dev.framing.codec.LengthPrefixed;
import dev.framing.codec.Stuffed;
import dev.framing.probe.LengthProbe;
import dev.framing.testkit.CountingAllocator;
import dev.framing.testkit.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One engine for many short streams. */
class FramerRestartTest {
    private static final int MAX = 40;
    private static final List<FrameCodec> CODECS = List.of(
            LengthPrefixed.uint16().toBuilder().max(MAX).build(),
            LengthPrefixed.decimal(':').toBuilder().max(MAX).build(),
            Delimited.lines().toBuilder().lastLine(true).max(MAX).build(),
            Delimited.marks("\13", "\34\r").withMax(MAX),
            Delimited.builder()
                    .delimiter("\n")
                    .escape("\\")
                    .unescape(true)
                    .max(MAX)
                    .build(),
            Stuffed.slip().withMax(MAX),
            HeaderFramed.builder().max(MAX * 3).build(),
            new OneFrame());

    private final CountingAllocator engines = new CountingAllocator();
    private final CountingAllocator inputs = new CountingAllocator();

    @AfterEach
    void nothingIsHeld() {
        assertThat(engines.used() + inputs.used()).isZero();
    }

    /** Tells errors with all they say, and pauses now and then. */
    private static final class Told extends Heard {
        Framer framer;
        int pauseAt;

        @Override
        public void onFrame(Frame frame) {
            super.onFrame(frame);
            if (--pauseAt == 0) framer.pause();
        }

        @Override
        public void onError(FramingError error) {
            events.add(error + " " + error.message());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void aThousandStreamsThroughOneEngineAreAThousandEngines(long seed) {
        Random random = new Random(seed);
        Oversize policy = List.of(Oversize.fail(), Oversize.skip(), Oversize.parts(0, 60), Oversize.parts(20, 60))
                .get((int) seed % 4);
        Told one = new Told();
        MemoryBudget budget = MemoryBudget.ofBytes(seed % 3 == 0 ? 150 : 1 << 20);
        int pauses = 0;
        try (Framer reused = engine(CODECS.get(0), policy, budget, one)) {
            for (int i = 0; i < 1000; i++) {
                FrameCodec codec = CODECS.get(random.nextInt(CODECS.size()));
                byte[] stream = stream(codec, random);
                long acts = random.nextLong();
                Told own = new Told();
                one.events.clear();
                try (Framer fresh = engine(codec, policy, MemoryBudget.ofBytes(budget.limit()), own)) {
                    act(fresh, own, stream, new Random(acts));
                }
                reused.restart(codec);
                assertThat(reused.heldBytes()).isZero();
                assertThat(reused.position()).isZero();
                assertThat(reused.error().isEmpty() && !reused.isOver() && !reused.isPaused() && !reused.isFinished())
                        .isTrue();
                act(reused, one, stream, new Random(acts));
                if (reused.isPaused()) pauses++;
                assertThat(one.events).as("stream " + i + " of " + codec).isEqualTo(own.events);
            }
        }
        assertThat(pauses).isPositive(); // left so by a stream before the next
    }

    private Framer engine(FrameCodec codec, Oversize policy, MemoryBudget budget, Told told) {
        Framer framer = Framer.builder(codec)
                .oversize(policy)
                .allocator(engines)
                .budget(budget)
                .build(told);
        told.framer = framer;
        return framer;
    }

    /** Frames of the codec, damaged perhaps, or what another protocol says first. */
    private static byte[] stream(FrameCodec codec, Random random) {
        if (random.nextInt(12) == 0)
            return Wire.bytes(random.nextBoolean() ? "GET / HTTP/1.1\r\n\r\n" : "\26\3\1\2\0abc");
        StringBuilder all = new StringBuilder();
        for (int n = random.nextInt(4); n > 0; n--) {
            byte[] payload = new byte[random.nextInt(random.nextInt(10) == 0 ? 60 : 16)];
            for (int k = 0; k < payload.length; k++) payload[k] = (byte) ('a' + random.nextInt(26));
            try {
                all.append(new String(Wire.of(codec, payload), java.nio.charset.StandardCharsets.ISO_8859_1));
            } catch (IllegalArgumentException tooLong) {
                all.append("x".repeat(50));
            }
        }
        byte[] bytes = Heard.bytes(all.toString());
        if (bytes.length > 0 && random.nextInt(3) == 0)
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        return random.nextInt(3) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)) : bytes;
    }

    private void act(Framer framer, Told told, byte[] stream, Random random) {
        told.pauseAt = random.nextInt(3);
        int from = 0;
        while (from < stream.length && !framer.isOver()) {
            int to = Math.min(stream.length, from + 1 + random.nextInt(random.nextBoolean() ? 4 : 100));
            int way = random.nextInt(3);
            if (way == 0) {
                framer.offer(inputs.buffer(128).writeBytes(stream, from, to - from));
            } else if (way == 1) {
                ByteBuf lent = inputs.buffer(128).writeBytes(stream, from, to - from);
                framer.lend(lent);
                lent.release();
            } else {
                try {
                    ByteBuf room = framer.room(16);
                    to = Math.min(to, from + room.writableBytes());
                    room.writeBytes(stream, from, to - from);
                    framer.received();
                } catch (FramingException overBudget) {
                    break;
                }
            }
            from = to;
        }
        if (random.nextInt(4) > 0 && !framer.isOver()) framer.end();
        if (random.nextBoolean() && framer.isPaused() && !framer.isOver()) framer.resume();
    }

    @Test
    void whatWasHeldIsReleasedAndNotRead() {
        Heard heard = new Heard();
        try (Framer framer = Framer.builder(CODECS.get(0)).allocator(engines).build(heard)) {
            framer.offer(inputs.buffer().writeBytes(Heard.bytes("\0\1a\0\5b")));
            framer.pause();
            framer.offer(inputs.buffer().writeBytes(Heard.bytes("cde")));
            framer.restart(Delimited.lf());
            assertThat(engines.used() + inputs.used()).isZero();
            framer.offer(buffer("line\n"));
            framer.end();
        }
        assertThat(heard.events).containsExactly("0:a", "0:line", "end");
    }

    /** As in the Javadoc of restart: one datagram in memory after the other; a switch is that datagram's own. */
    @Test
    void aSwitchInOneStreamIsNoneInTheNext() {
        Heard heard = new Heard();
        Framer[] framer = new Framer[1];
        framer[0] = Framer.of(Delimited.lf(), new Heard() {
            @Override
            public void onFrame(Frame frame) {
                heard.onFrame(frame);
                if (frame.text(java.nio.charset.StandardCharsets.US_ASCII).equals("binary"))
                    framer[0].switchTo(CODECS.get(0), Leftover.KEEP);
            }

            @Override
            public void onEnd() {
                heard.onEnd();
            }

            @Override
            public void onError(FramingError error) {
                heard.onError(error);
            }
        });
        for (String datagram : List.of("binary\n\0\3abc", "abc\nbinary\n\0", "abc\n")) {
            ByteBuf content = buffer(datagram);
            framer[0].restart(Delimited.lf());
            framer[0].lend(content);
            framer[0].end();
            assertThat(content.refCnt()).isOne();
            content.release();
        }
        framer[0].close();
        assertThat(heard.events)
                .containsExactly("0:binary", "7:abc", "end", "0:abc", "4:binary", "Truncated at 11", "0:abc", "end");
    }

    @Test
    void aFrameThatWasKeptOutlivesIt() {
        List<RetainedFrame> kept = new ArrayList<>();
        try (Framer framer = Framer.builder(CODECS.get(0)).allocator(engines).build(frame -> kept.add(frame.keep()))) {
            for (String text : List.of("\0\1a", "\0\1b")) {
                framer.restart(CODECS.get(0));
                framer.room(16).writeBytes(Heard.bytes(text));
                framer.received();
                framer.end();
            }
        }
        assertThat(kept.get(0).text(java.nio.charset.StandardCharsets.US_ASCII)).isEqualTo("a");
        assertThat(kept.get(1).text(java.nio.charset.StandardCharsets.US_ASCII)).isEqualTo("b");
        kept.forEach(RetainedFrame::close);
    }

    @Test
    void anEngineThatIsClosedStaysClosed() {
        Framer framer = Framer.of(CODECS.get(0), frame -> {});
        framer.close();
        assertThatIllegalStateException().isThrownBy(() -> framer.restart(CODECS.get(0)));
        Framer thrown = Framer.of(CODECS.get(0), frame -> {
            throw new UnsupportedOperationException("the handler's own");
        });
        assertThatThrownBy(() -> thrown.offer(buffer("\0\0"))).isInstanceOf(UnsupportedOperationException.class);
        assertThatIllegalStateException().isThrownBy(() -> thrown.restart(CODECS.get(0)));
    }

    @Test
    void anErrorThatWasThrownIsNoObstacle() {
        Heard heard = new Heard();
        Framer framer = Framer.of(CODECS.get(0), heard::onFrame);
        for (int i = 0; i < 3; i++) {
            framer.restart(CODECS.get(0));
            framer.offer(buffer("\0\1a\0"));
            assertThatThrownBy(framer::end).isInstanceOf(FramingException.class);
        }
        framer.close();
        assertThat(heard.events).containsExactly("0:a", "0:a", "0:a");
    }

    @Test
    void nothingIsAllocatedButTheDecoder() {
        LengthProbe stateless = new LengthProbe(0, 2, 0);
        FrameCodec codec = new FrameCodec() {
            @Override
            public FrameDecoder newDecoder() {
                return stateless;
            }

            @Override
            public FrameEncoder newEncoder() {
                throw new UnsupportedOperationException();
            }

            @Override
            public int maxFrameLength() {
                return 100;
            }
        };
        long[] frames = {0};
        ByteBuf bytes = Unpooled.directBuffer().writeBytes(Heard.bytes("\0\1a\0\2bc"));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        try (Framer framer = Framer.of(codec, frame -> frames[0]++)) {
            for (int round = 0; round < 400 && least > 0; round++) { // until it is compiled
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 5000; i++) {
                    framer.restart(codec);
                    framer.offer(bytes.retain().readerIndex(0));
                    framer.end();
                }
                least = Math.min(least, (threads.getCurrentThreadAllocatedBytes() - before) / 5000);
            }
        }
        bytes.release();
        assertThat(frames[0]).isGreaterThanOrEqualTo(5000 * 2);
        assertThat(least).as("bytes allocated a stream").isZero();
    }

    /** One byte of length and the payload; then the codec has ended. */
    private record OneFrame() implements FrameCodec {
        @Override
        public FrameDecoder newDecoder() {
            return new FrameDecoder() {
                private boolean told;

                @Override
                public void decode(ByteBuf in, int index, int end, FrameSink out) {
                    if (!told && index < end) {
                        int length = 1 + in.getUnsignedByte(index);
                        if (length > end - index) {
                            told = out.pending(index, 1, end - index, length, 0) > 0;
                            return;
                        }
                        told = true;
                        if (!out.frame(index, 1, length - 1, 0)) return;
                    }
                    if (told) out.finish();
                }
            };
        }

        @Override
        public FrameEncoder newEncoder() {
            return (head, payload, out) -> {
                out.room(1).writeByte(payload.readableBytes());
                out.write(payload, payload.readerIndex(), payload.readableBytes());
            };
        }

        @Override
        public int maxFrameLength() {
            return MAX;
        }
    }
}
