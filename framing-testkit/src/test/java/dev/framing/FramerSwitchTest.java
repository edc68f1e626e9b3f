package dev.framing;

import static dev.framing.Heard.buffer;
import static dev.framing.Heard.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.framing.probe.ChunkedProbe;
import dev.framing.probe.DelimiterProbe;
import dev.framing.probe.LengthProbe;
import dev.framing.testkit.CountingAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** L8: another codec, or another library, begins at exactly the first byte that was not told. */
class FramerSwitchTest {
    /** How bytes are given. */
    enum Way {
        OFFER,
        LEND,
        ROOM;

        void give(Framer framer, byte[] stream, int from, int to) {
            switch (this) {
                case OFFER -> framer.offer(Unpooled.copiedBuffer(stream, from, to - from));
                case LEND -> framer.lend(Unpooled.wrappedBuffer(stream, from, to - from));
                case ROOM -> {
                    framer.room(64).writeBytes(stream, from, to - from);
                    framer.received();
                }
            }
        }
    }

    private static final byte[] LINE_THEN_COUNTED = bytes("hello\n\0\3abc\0\1d");
    private static final int LINE = 6;

    private final CountingAllocator engine = new CountingAllocator();

    @AfterEach
    void everythingIsReleased() {
        assertThat(engine.used()).isZero();
    }

    private static FrameDecoder counted() {
        return new LengthProbe(0, 2, 0);
    }

    private static FrameDecoder lines() {
        return new DelimiterProbe(-1, "\n");
    }

    /** One line, and no more. */
    private static final class OneLine implements FrameDecoder {
        @Override
        public void decode(ByteBuf in, int index, int end, FrameSink out) {
            int lf = in.indexOf(index, end, (byte) '\n');
            if (lf < 0) out.pending(index, 0, end - index, end - index + 1L, -1);
            else if (out.frame(index, 0, lf - index, 1)) out.finish();
        }
    }

    private Framer framer(FrameDecoder decoder, BiConsumer<Framer, Frame> then, Heard heard) {
        Framer[] framer = new Framer[1];
        framer[0] = Framer.builder(decoder, 64).allocator(engine).build(new FrameHandler() {
            @Override
            public void onFrame(Frame frame) {
                heard.onFrame(frame);
                then.accept(framer[0], frame);
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
        return framer[0];
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void keepIsExactAtEveryCut(Way way) {
        for (int cut = 0; cut <= LINE_THEN_COUNTED.length; cut++) {
            Heard heard = new Heard();
            Framer framer = framer(
                    lines(),
                    (engine, frame) -> {
                        if (frame.tailLength() == 1) engine.switchTo(counted(), 64, Leftover.KEEP);
                    },
                    heard);
            way.give(framer, LINE_THEN_COUNTED, 0, cut);
            way.give(framer, LINE_THEN_COUNTED, cut, LINE_THEN_COUNTED.length);
            framer.end();
            assertThat(heard.events).as("cut " + cut).containsExactly("0:hello", "6:abc", "11:d", "end");
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void requireEmptyIsExactAtEveryCut(Way way) {
        for (int cut = 1; cut <= LINE_THEN_COUNTED.length; cut++) {
            for (int before = 0; before < LINE; before++) { // bytes that came in a read of their own
                Heard heard = new Heard();
                Framer framer = framer(
                        lines(), (engine, frame) -> engine.switchTo(counted(), 64, Leftover.REQUIRE_EMPTY), heard);
                way.give(framer, LINE_THEN_COUNTED, 0, Math.min(before, cut));
                way.give(framer, LINE_THEN_COUNTED, Math.min(before, cut), cut);
                if (cut < LINE) assertThat(heard.events).isEmpty();
                else if (cut == LINE) assertThat(heard.events).containsExactly("0:hello");
                else {
                    assertThat(heard.events).containsExactly("0:hello", "LeftoverBytes at 6");
                    assertThat(framer.error().get()).isEqualTo(new FramingError.LeftoverBytes(LINE, cut - LINE));
                    assertThat(framer.heldBytes()).isZero();
                }
                framer.close();
            }
        }
    }

    /** What came while paused came before the switch. */
    @Test
    void requireEmptySeesWhatIsQueued() {
        Heard heard = new Heard();
        Framer framer = framer(lines(), (engine, frame) -> engine.pause(), heard);
        framer.offer(buffer("hello\n"));
        framer.offer(buffer("abc"));
        framer.offer(buffer("d"));
        framer.switchTo(counted(), 64, Leftover.REQUIRE_EMPTY);
        assertThat(framer.error().get()).isEqualTo(new FramingError.LeftoverBytes(LINE, 4));
        assertThat(heard.events).containsExactly("0:hello", "LeftoverBytes at 6");
        framer.close();
    }

    @Test
    void aSwitchWhilePausedTakesEffectOnResume() {
        for (int cut = LINE; cut <= LINE_THEN_COUNTED.length; cut++) {
            Heard heard = new Heard();
            Framer framer = framer(
                    lines(),
                    (engine, frame) -> {
                        if (frame.position() == 0) engine.pause();
                    },
                    heard);
            Way.OFFER.give(framer, LINE_THEN_COUNTED, 0, cut);
            framer.switchTo(counted(), 64, Leftover.KEEP);
            assertThat(heard.events).containsExactly("0:hello");
            Way.OFFER.give(framer, LINE_THEN_COUNTED, cut, LINE_THEN_COUNTED.length);
            framer.resume();
            framer.end();
            assertThat(heard.events).as("cut " + cut).containsExactly("0:hello", "6:abc", "11:d", "end");
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void whatFollowsFinishWaitsForTheSwitch(Way way) {
        for (int cut = 0; cut <= LINE_THEN_COUNTED.length; cut++) {
            Heard heard = new Heard();
            Framer framer = framer(new OneLine(), (engine, frame) -> {}, heard);
            way.give(framer, LINE_THEN_COUNTED, 0, cut);
            way.give(framer, LINE_THEN_COUNTED, cut, LINE_THEN_COUNTED.length);
            assertThat(heard.events).as("cut " + cut).containsExactly("0:hello");
            assertThat(framer.position()).isEqualTo(LINE);
            framer.switchTo(counted(), 64, Leftover.KEEP);
            framer.end();
            assertThat(heard.events).as("cut " + cut).containsExactly("0:hello", "6:abc", "11:d", "end");
        }
    }

    @Test
    void bytesAfterFinishAreLeftOverAtTheEnd() {
        for (int cut = 0; cut <= LINE_THEN_COUNTED.length; cut++) {
            Heard heard = new Heard();
            Framer framer = framer(new OneLine(), (engine, frame) -> {}, heard);
            Way.OFFER.give(framer, LINE_THEN_COUNTED, 0, cut);
            Way.OFFER.give(framer, LINE_THEN_COUNTED, cut, LINE_THEN_COUNTED.length);
            framer.end();
            assertThat(framer.error().get())
                    .isEqualTo(new FramingError.LeftoverBytes(LINE, LINE_THEN_COUNTED.length - LINE));
        }
        Heard heard = new Heard();
        Framer framer = framer(new OneLine(), (engine, frame) -> {}, heard);
        framer.offer(buffer("hello\n"));
        framer.end();
        assertThat(heard.events).containsExactly("0:hello", "end");
    }

    @Test
    void noSwitchWhileAFrameIsOpen() {
        Heard heard = new Heard();
        Framer framer = Framer.builder(new ChunkedProbe(), 64).allocator(engine).build(heard);
        framer.offer(buffer("P\r\nA:b\r\n\r\n5\r\nhe"));
        assertThatIllegalStateException()
                .isThrownBy(() -> framer.switchTo(counted(), 64, Leftover.KEEP))
                .withMessageContaining("byte 0");
        assertThatIllegalStateException().isThrownBy(framer::detach);
        framer.offer(buffer("llo\r\n0\r\n\r\n"));
        framer.switchTo(counted(), 64, Leftover.KEEP);
        framer.offer(buffer("\0\1x"));
        framer.end();
        assertThat(heard.events).containsExactly("0:hello", "25:x", "end");
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void detachHandsOverExactlyTheUnreadBytes(Way way) {
        byte[] stream = bytes("\0\1a\0\0\0\5hello\0\2bc\0\3def");
        List<Integer> boundaries = List.of(3, 5, 12, 16, 21);
        for (int stop = 0; stop < boundaries.size(); stop++) {
            int boundary = boundaries.get(stop);
            for (int cut = 0; cut <= stream.length; cut++) {
                Heard heard = new Heard();
                Framer framer = framer(
                        counted(),
                        (engine, frame) -> {
                            if (frame.position() + frame.length() == boundary) engine.pause();
                        },
                        heard);
                way.give(framer, stream, 0, cut);
                way.give(framer, stream, cut, stream.length);
                assertThat(framer.position()).isEqualTo(boundary);
                ByteBuf rest = framer.detach();
                assertThat(ByteBufUtil.getBytes(rest))
                        .as("cut " + cut)
                        .isEqualTo(Arrays.copyOfRange(stream, boundary, stream.length));
                rest.release();
                assertThat(heard.events).hasSize(stop + 1);
                assertThat(framer.heldBytes()).isZero();
                assertThatIllegalStateException().isThrownBy(framer::end);
            }
        }
    }

    @Test
    void detachHandsOverTheBeginningOfAFrame() {
        Heard heard = new Heard();
        Framer framer = framer(counted(), (engine, frame) -> {}, heard);
        framer.offer(buffer("\0\1a\0\5he"));
        ByteBuf rest = framer.detach();
        assertThat(rest.toString(StandardCharsets.ISO_8859_1)).isEqualTo("\0\5he");
        rest.release();
        assertThat(heard.events).containsExactly("0:a");
    }
}
