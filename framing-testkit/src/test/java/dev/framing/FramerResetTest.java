package dev.framing;

import static dev.framing.Heard.buffer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.framing.FramingError.Reset;
import dev.framing.FramingError.TimedOut;
import dev.framing.codec.Delimited;
import dev.framing.codec.LengthPrefixed;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** When a reset is one. What it tells of every kind of stream: {@code dev.framing.probe.ResetTest}. */
class FramerResetTest {
    private static final FrameCodec CODEC =
            LengthPrefixed.uint16().toBuilder().max(64).build();

    private final Heard heard = new Heard();

    @Test
    void afterTheEndItDoesNothing() {
        Framer framer = Framer.of(CODEC, heard);
        framer.offer(buffer("\0\1a"));
        framer.end();
        framer.reset();
        framer.timedOut(Deadline.OUTPUT, Duration.ofSeconds(1), 5);
        assertThat(heard.events).containsExactly("0:a", "end");
        assertThat(framer.error().isEmpty()).isTrue();
    }

    @Test
    void thePeersEndStandsAlsoWhereItIsStillToBeTold() {
        Framer framer = Framer.of(CODEC, heard);
        framer.pause();
        framer.offer(buffer("\0\1a"));
        framer.end();
        framer.reset();
        framer.resume();
        assertThat(heard.events).containsExactly("0:a", "end");
    }

    @Test
    void afterAnErrorItDoesNothing() {
        Framer framer = Framer.of(CODEC, heard);
        framer.offer(buffer("\0\1a\377\377"));
        framer.reset();
        assertThat(heard.events).containsExactly("0:a", "FrameTooLong at 3");
    }

    @Test
    void theErrorInWhatCameBeforeIsTheFirst() {
        Framer framer = Framer.of(CODEC, heard);
        framer.pause();
        framer.offer(buffer("\0\1a\377\377"));
        framer.reset();
        assertThat(heard.events).isEmpty();
        framer.resume();
        assertThat(heard.events).containsExactly("0:a", "FrameTooLong at 3");
        assertThat(framer.heldBytes()).isZero();
    }

    @Test
    void afterCloseItDoesNothing() {
        Framer framer = Framer.of(CODEC, heard);
        framer.close();
        framer.reset();
        Framer detached = Framer.of(CODEC, heard);
        detached.detach().release();
        detached.reset();
        assertThat(heard.events).isEmpty();
    }

    @Test
    void insideACallbackItIsRefused() {
        Framer[] framer = new Framer[1];
        framer[0] = Framer.of(CODEC, frame -> {
            heard.onFrame(frame);
            assertThatIllegalStateException()
                    .isThrownBy(() -> framer[0].reset())
                    .withMessageContaining("inside a callback");
            assertThatIllegalStateException().isThrownBy(() -> framer[0].restart(CODEC));
        });
        framer[0].offer(buffer("\0\1a\0\1b"));
        framer[0].close();
        assertThat(heard.events).containsExactly("0:a", "3:b");
    }

    @Test
    void afterItNothingIsTaken() {
        Framer framer = Framer.of(CODEC, heard);
        framer.offer(buffer("\0\5ab"));
        framer.pause();
        framer.reset();
        assertThatIllegalStateException().isThrownBy(() -> framer.offer(buffer("cde")));
        framer.resume();
        framer.offer(buffer("cde")); // released unread, as after any error
        assertThat(heard.events).containsExactly("Reset at 0");
        assertThat(framer.error().get()).isEqualTo(new Reset(0, 4));
        assertThat(framer.error().get().message())
                .isEqualTo("connection reset at byte 4: 4 bytes of the frame at byte 0 arrived");
    }

    @Test
    void aSwitchWhilePausedComesBeforeIt() {
        Framer framer = Framer.of(CODEC, heard);
        framer.offer(buffer("\0\1a"));
        framer.pause();
        framer.offer(buffer("line\nrest"));
        framer.reset();
        framer.switchTo(Delimited.lf(), Leftover.KEEP);
        framer.resume();
        assertThat(heard.events).containsExactly("0:a", "3:line", "Reset at 8");
        assertThat(framer.error().get()).isEqualTo(new Reset(8, 4));
    }

    @Test
    void aHandlerThatHearsNoErrorsHasItThrown() {
        Framer framer = Framer.of(CODEC, frame -> {});
        framer.offer(buffer("\0\1a"));
        assertThatThrownBy(framer::reset)
                .isInstanceOfSatisfying(
                        FramingException.class, e -> assertThat(e.error()).isEqualTo(new Reset(3, 0)));
        assertThat(framer.heldBytes()).isZero();
    }

    @Test
    void aPassedDeadlineIsTheSameWithItsOwnError() {
        Framer framer = Framer.of(CODEC, heard);
        framer.offer(buffer("\0\1a\0\5bc"));
        framer.timedOut(Deadline.FRAME, Duration.ofSeconds(30), 0);
        framer.reset();
        assertThat(heard.events).containsExactly("0:a", "TimedOut at 3");
        assertThat(framer.error().get()).isEqualTo(new TimedOut(3, Deadline.FRAME, Duration.ofSeconds(30), 4));
        assertThat(framer.error().get().message())
                .isEqualTo("the frame at byte 3 is not whole after 30s: 4 bytes arrived");
    }
}
