package dev.framing.netty;

import static dev.framing.netty.Heard.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.Deadline;
import dev.framing.Deadlines;
import dev.framing.FrameCodec;
import dev.framing.FramingError;
import dev.framing.FramingException;
import dev.framing.MemoryBudget;
import dev.framing.Oversize;
import dev.framing.codec.Delimited;
import dev.framing.codec.FixedLength;
import dev.framing.codec.LengthPrefixed;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.TooLongFrameException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Errors in Netty's words, once, after the frames before them, and then it is over. */
@ExtendWith(Leaks.class)
class ErrorsTest {
    private final Heard heard = new Heard();

    private static final FrameCodec SHORT =
            LengthPrefixed.builder().width(1).max(10).build();

    private EmbeddedChannel channel(FramingHandler handler) {
        return new EmbeddedChannel(handler, heard);
    }

    private <E extends FramingError> E error(Class<? extends Throwable> netty, Class<E> ours) {
        assertThat(heard.thrown).hasSize(1);
        Throwable thrown = heard.thrown.get(0);
        assertThat(thrown).isInstanceOf(netty).hasCauseInstanceOf(FramingException.class);
        FramingError error = ((FramingException) thrown.getCause()).error();
        assertThat(thrown).hasMessage(error.message());
        return ours.cast(error);
    }

    @Test
    void tooLong() {
        EmbeddedChannel channel = channel(FramingHandler.slices(SHORT));
        channel.writeInbound(bytes("\u0001a\u0050bcd"));
        assertThat(heard.take()).startsWith("a", "TooLongFrameException", "inactive");
        assertThat(error(TooLongFrameException.class, FramingError.FrameTooLong.class)
                        .frameLength())
                .isEqualTo(81);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void malformed() {
        channel(FramingHandler.slices(LengthPrefixed.decimal(':'))).writeInbound(bytes("1:axyz"));
        assertThat(heard.take()).startsWith("a", "CorruptedFrameException");
        assertThat(error(CorruptedFrameException.class, FramingError.Malformed.class)
                        .position())
                .isEqualTo(3);
    }

    @Test
    void truncated() {
        EmbeddedChannel channel = channel(FramingHandler.slices(SHORT));
        channel.writeInbound(bytes("\u0001a\u0003b"));
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        assertThat(heard.take())
                .containsExactly("a", "complete", "CorruptedFrameException", "ChannelInputShutdownEvent", "inactive");
        assertThat(error(CorruptedFrameException.class, FramingError.Truncated.class)
                        .need())
                .isEqualTo(4);
    }

    @Test
    void overBudget() {
        channel(FramingHandler.builder(FixedLength.of(1000))
                        .budget(MemoryBudget.ofBytes(100))
                        .slices())
                .writeInbound(bytes("x".repeat(500)));
        error(DecoderException.class, FramingError.BudgetExceeded.class);
    }

    @Test
    void aBrokenConnectionIsAResetNeverAnEnd() {
        EmbeddedChannel channel = channel(FramingHandler.builder(SHORT).calling(heard));
        channel.writeInbound(bytes("\u0001a\u0003b"));
        channel.pipeline().fireExceptionCaught(new IOException("Connection reset by peer"));
        assertThat(heard.take()).containsExactly("a", "complete", "Reset 2", "inactive");
    }

    @Test
    void whatTheTransportSaidIsTheCauseOfAReset() {
        EmbeddedChannel channel = channel(FramingHandler.slices(SHORT));
        IOException said = new IOException("Connection reset by peer");
        channel.pipeline().fireExceptionCaught(new DecoderException(said));
        assertThat(heard.take()).containsExactly("IOException", "inactive");
        assertThat(error(IOException.class, FramingError.Reset.class).position())
                .isZero();
        assertThat(heard.thrown.get(0).getCause()).hasRootCause(said);
    }

    @Test
    void otherExceptionsPassThrough() {
        EmbeddedChannel channel = channel(FramingHandler.slices(SHORT));
        channel.pipeline().fireExceptionCaught(new IllegalArgumentException("of somebody else"));
        channel.writeInbound(bytes("\u0001a"));
        assertThat(heard.take()).containsExactly("IllegalArgumentException", "a", "complete");
        channel.finish();
    }

    /** The first error is final: what comes after it is released unread. */
    @Test
    void afterAnErrorInputIsReleasedUnread() {
        EmbeddedChannel channel =
                channel(FramingHandler.builder(SHORT).stayOpenOnError().slices());
        ByteBuf more = bytes("\u0001b");
        channel.writeInbound(bytes("\u0050"), more);
        assertThat(channel.isOpen()).isTrue();
        assertThat(more.refCnt()).isZero();
        assertThat(heard.take()).containsExactly("TooLongFrameException", "complete");
        channel.finish();
    }

    /** As Netty's decoders do without failFast. */
    @Test
    void aSkippedFrameIsFiredAndTheNextOneFollows() {
        EmbeddedChannel channel = channel(FramingHandler.builder(Delimited.lf().withMax(4))
                .oversize(Oversize.skip())
                .slices());
        channel.writeInbound(bytes("toolong\nabc\n"));
        assertThat(heard.take()).containsExactly("TooLongFrameException", "abc", "complete");
        assertThat(error(TooLongFrameException.class, FramingError.FrameTooLong.class)
                        .frameLength())
                .isEqualTo(8);
        channel.finish();
    }

    @Test
    void aHandlerOfFramesIsToldItsErrorAndNothingIsFired() {
        channel(FramingHandler.builder(SHORT).calling(heard)).writeInbound(bytes("\u0050"));
        assertThat(heard.take()).containsExactly("FrameTooLong 0", "inactive");
    }

    @Test
    void anErrorThatTheHandlerOfFramesDoesNotTakeIsFired() {
        channel(FramingHandler.calling(SHORT, frame -> {})).writeInbound(bytes("\u0050"));
        error(TooLongFrameException.class, FramingError.FrameTooLong.class);
    }

    @Test
    void whatAHandlerOfFramesThrowsIsFiredUnchangedAndNothingIsHeld() {
        RuntimeException thrown = new IllegalStateException("mine");
        FramingHandler handler = FramingHandler.calling(Delimited.lf(), frame -> {
            throw thrown;
        });
        EmbeddedChannel channel = channel(handler);
        ByteBuf input = bytes("one\ntwo\nthr");
        channel.writeInbound(input);
        assertThat(heard.thrown).containsExactly(thrown);
        assertThat(input.refCnt()).isZero();
        assertThat(handler.heldBytes()).isZero();
        assertThat(channel.isOpen()).isFalse();
        assertThat(heard.take()).startsWith("IllegalStateException").doesNotContain("end");
    }

    /** It may even be a FramingException: of another stream. */
    @Test
    void aForeignFramingExceptionStaysWhatItIs() {
        FramingException foreign = new FramingException(new FramingError.LeftoverBytes(7, 1));
        channel(FramingHandler.calling(Delimited.lf(), frame -> {
                    throw foreign;
                }))
                .writeInbound(bytes("one\n"));
        assertThat(heard.thrown).containsExactly(foreign);
    }

    // ------------------------------------------------------------------------------------------------ deadlines

    @Test
    void aSlowFrameIsTimedOutByOneTask() {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.freezeTime();
        long[] now = {0};
        channel.pipeline()
                .addLast(FramingHandler.builder(SHORT)
                        .deadlines(Deadlines.none()
                                .withFrame(Duration.ofSeconds(10))
                                .withIdle(Duration.ofSeconds(60)))
                        .clock(() -> now[0])
                        .slices());
        channel.pipeline().addLast(heard);
        for (int i = 0; i < 100; i++) channel.writeInbound(bytes("\u0001a\u0003"), bytes("abc"));
        heard.take();
        channel.writeInbound(bytes("\u0003a"));
        pass(channel, now, 9_999);
        assertThat(heard.take()).containsExactly("complete");
        channel.writeInbound(bytes("b"));
        heard.take();
        pass(channel, now, 2);
        assertThat(heard.take()).startsWith("DecoderException");
        FramingError.TimedOut late = error(DecoderException.class, FramingError.TimedOut.class);
        assertThat(late.deadline()).isEqualTo(Deadline.FRAME);
        assertThat(late.bytes()).isEqualTo(3);
        assertThat(channel.isOpen()).isFalse();
    }

    /** However much is read, one task waits, and it is not moved. */
    @Test
    void readsScheduleNothing() {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.freezeTime();
        int[] asked = {0};
        long[] now = {0};
        channel.pipeline()
                .addLast(FramingHandler.builder(SHORT)
                        .deadlines(Deadlines.standard().withIdle(Duration.ofSeconds(60)))
                        .clock(() -> {
                            asked[0]++;
                            return now[0];
                        })
                        .calling(frame -> {}));
        for (int i = 0; i < 1000; i++) {
            channel.writeInbound(bytes("\u0001"));
            channel.writeInbound(bytes("a"));
        }
        asked[0] = 0;
        later(channel);
        assertThat(asked[0]).as("tasks that look at the clock").isOne();
        channel.close();
        asked[0] = 0;
        later(channel);
        assertThat(asked[0]).isZero();
    }

    private static void later(EmbeddedChannel channel) {
        channel.advanceTimeBy(100, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
    }

    private static void pass(EmbeddedChannel channel, long[] now, long millis) {
        now[0] += TimeUnit.MILLISECONDS.toNanos(millis);
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }

    /** While we do not read, the peer's time stands still. */
    @Test
    void aPauseStopsTheClock() {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.freezeTime();
        long[] now = {0};
        FramingHandler handler = FramingHandler.builder(SHORT)
                .deadlines(Deadlines.none().withFrame(Duration.ofSeconds(10)))
                .clock(() -> now[0])
                .slices();
        channel.pipeline().addLast(handler, heard);
        channel.writeInbound(bytes("\u0003a"));
        pass(channel, now, 5_000);
        handler.pause();
        pass(channel, now, 60_000);
        handler.resume();
        pass(channel, now, 4_000);
        assertThat(heard.take()).containsExactly("complete");
        pass(channel, now, 2_000);
        assertThat(heard.take()).startsWith("DecoderException");
    }
}
