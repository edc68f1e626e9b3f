package dev.framing;

import static dev.framing.Heard.buffer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.framing.FramingError.TimedOut;
import dev.framing.codec.Delimited;
import dev.framing.codec.LengthPrefixed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A connection under a clock of the test's own. */
class DeadlineWatchTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Duration IDLE = Duration.ofSeconds(100);
    private static final Deadlines LIMITS = new Deadlines(
            IDLE, Duration.ofSeconds(10), Duration.ofSeconds(30), 50, Duration.ofSeconds(5), Duration.ofSeconds(60));
    /** Four bytes of length. */
    private static final FrameCodec CODEC =
            LengthPrefixed.uint32().toBuilder().max(1 << 20).build();

    /** A connection, its clock, and everything that it was told. */
    private static final class Peer {
        final Heard heard = new Heard();
        final Framer framer;
        final DeadlineWatch watch;
        long now;

        Peer(FrameCodec codec, Oversize policy, Deadlines limits, long start) {
            framer = Framer.builder(codec).oversize(policy).build(heard);
            now = start;
            watch = new DeadlineWatch(limits, framer, now);
        }

        Peer(Deadlines limits) {
            this(CODEC, Oversize.fail(), limits, 0);
        }

        void sends(String bytes) {
            framer.offer(buffer(bytes));
            watch.received(bytes.length(), now);
        }

        /** Nothing is due for exactly this long, then {@code which} is. */
        void isCutOffAfter(long nanos, Deadline which) {
            assertThat(watch.remaining(now)).isEqualTo(nanos);
            now += nanos - 1;
            assertThat(watch.remaining(now)).isOne();
            assertThat(watch.expire(now)).isNull();
            assertThat(framer.isOver()).isFalse();
            now++;
            assertThat(watch.remaining(now)).isZero();
            assertThat(watch.expire(now)).isEqualTo(which);
            assertThat(watch.remaining(now)).isEqualTo(DeadlineWatch.NEVER);
            assertThat(watch.expire(now + 1000 * SECOND)).isNull();
        }

        TimedOut error() {
            return (TimedOut) framer.error().get();
        }
    }

    @Test
    void eachPassesAtItsLimitAndNotBefore() {
        Peer silent = new Peer(LIMITS);
        silent.isCutOffAfter(100 * SECOND, Deadline.IDLE);
        assertThat(silent.error()).isEqualTo(new TimedOut(0, Deadline.IDLE, IDLE, 0));

        Peer head = new Peer(LIMITS);
        head.sends("\0\0\0\1a\0");
        head.isCutOffAfter(10 * SECOND, Deadline.HEAD);
        assertThat(head.error()).isEqualTo(new TimedOut(5, Deadline.HEAD, LIMITS.head(), 1));
        assertThat(head.heard.events).containsExactly("0:a", "TimedOut at 5");

        Peer frame = new Peer(LIMITS);
        frame.sends("\0\0");
        frame.now += 3 * SECOND;
        frame.sends("\0\5a");
        frame.isCutOffAfter(27 * SECOND, Deadline.FRAME);
        assertThat(frame.error()).isEqualTo(new TimedOut(0, Deadline.FRAME, LIMITS.frame(), 5));

        Peer rate = new Peer(CODEC, Oversize.parts(0, 1 << 24), LIMITS, 0);
        rate.sends("\0\1\0\0");
        rate.now += SECOND;
        rate.sends("x".repeat(49));
        rate.isCutOffAfter(4 * SECOND, Deadline.RATE);
        assertThat(rate.error()).isEqualTo(new TimedOut(0, Deadline.RATE, LIMITS.window(), 49));

        Peer output = new Peer(LIMITS);
        output.watch.sent(0, 700, output.now);
        output.isCutOffAfter(60 * SECOND, Deadline.OUTPUT);
        assertThat(output.error()).isEqualTo(new TimedOut(0, Deadline.OUTPUT, LIMITS.output(), 700));
    }

    /** The numbers of a frame before do not stand in the error of the silence after it. */
    @Test
    void theErrorOfAnIdlePeerCountsNothing() {
        Peer peer = new Peer(LIMITS);
        peer.sends("\0\0\0\3a");
        peer.sends("b");
        peer.sends("c\0");
        peer.sends("\0");
        peer.sends("\0\0");
        peer.isCutOffAfter(100 * SECOND, Deadline.IDLE);
        assertThat(peer.error().bytes()).isZero();
    }

    @Test
    void oneByteASecondIsActivityAndStillTooSlow() {
        Peer head = new Peer(LIMITS.withHead(Duration.ofMillis(2500)));
        assertThat(dribble(head, "\0\0\0\377")).isEqualTo(Deadline.HEAD);
        assertThat(head.now).isEqualTo(2500 * SECOND / 1000);
        Peer frame = new Peer(LIMITS);
        assertThat(dribble(frame, "\0\0\0\377" + "x".repeat(100))).isEqualTo(Deadline.FRAME);
        assertThat(frame.now).isEqualTo(30 * SECOND);
        Peer line = new Peer(Delimited.lf(), Oversize.fail(), LIMITS, 0);
        assertThat(dribble(line, "x".repeat(100))).isEqualTo(Deadline.FRAME); // a line has no head
        assertThat(line.now).isEqualTo(30 * SECOND);
    }

    private static Deadline dribble(Peer peer, String bytes) {
        for (int i = 0; i < bytes.length(); i++) {
            peer.sends(bytes.substring(i, i + 1));
            long next = peer.now + SECOND;
            while (peer.watch.remaining(peer.now) <= next - peer.now) {
                peer.now += peer.watch.remaining(peer.now);
                Deadline due = peer.watch.expire(peer.now);
                if (due != null) return due;
            }
            peer.now = next;
        }
        return null;
    }

    /** Whoever limits the whole frame limits its head, also where the head's own limit is off or longer. */
    @ParameterizedTest
    @ValueSource(ints = {0, 31, 3000})
    void theTimeOfAFrameIsTheTimeOfItsHeadToo(int head) {
        Peer peer = new Peer(LIMITS.withHead(Duration.ofSeconds(head)));
        peer.sends("\0");
        peer.isCutOffAfter(30 * SECOND, Deadline.FRAME);
        assertThat(peer.error().within()).isEqualTo(LIMITS.frame());
    }

    @Test
    void heartBeatsRestartTheIdleTimeOnly() {
        FrameCodec beats =
                Delimited.builder().start("<").end(">").between(" ").max(100).build();
        Peer idle = new Peer(beats, Oversize.fail(), LIMITS, 0);
        for (int i = 0; i < 100; i++) {
            idle.now += 99 * SECOND;
            assertThat(idle.watch.expire(idle.now)).isNull();
            idle.sends("  ");
        }
        idle.isCutOffAfter(100 * SECOND, Deadline.IDLE);
        assertThat(idle.error().position()).isEqualTo(200);

        // what is dropped inside a frame is the frame's
        FrameCodec escaped = Delimited.builder()
                .delimiter("\n")
                .escape("\\")
                .unescape(true)
                .max(100)
                .build();
        Peer frame = new Peer(escaped, Oversize.fail(), LIMITS, 0);
        frame.sends("a");
        frame.now += 29 * SECOND;
        frame.sends("\\");
        frame.isCutOffAfter(SECOND, Deadline.FRAME);
    }

    @Test
    void whatIsSentRestartsTheIdleTimeOnly() {
        Peer peer = new Peer(LIMITS);
        peer.now += 99 * SECOND;
        peer.watch.sent(10, 0, peer.now);
        assertThat(peer.watch.remaining(peer.now)).isEqualTo(100 * SECOND);
        peer.watch.sent(0, 0, peer.now + SECOND);
        assertThat(peer.watch.remaining(peer.now)).isEqualTo(100 * SECOND);
        peer.sends("\0\0\0\5");
        peer.now += 29 * SECOND;
        peer.watch.sent(10, 0, peer.now);
        peer.isCutOffAfter(SECOND, Deadline.FRAME);
    }

    @ParameterizedTest
    @EnumSource(Deadline.class)
    void standingStillMovesWhatThePeerOwesByExactlyThatTime(Deadline which) {
        Oversize policy = which == Deadline.RATE ? Oversize.parts(0, 1 << 24) : Oversize.fail();
        Peer peer = new Peer(CODEC, policy, which == Deadline.OUTPUT ? Deadlines.standard() : LIMITS, 0);
        switch (which) {
            case IDLE -> peer.sends("\0\0\0\0");
            case HEAD -> peer.sends("\0");
            case FRAME, RATE -> peer.sends("\0\0\1\0");
            case OUTPUT -> peer.watch.sent(0, 10, peer.now);
        }
        peer.now += SECOND;
        long left = peer.watch.remaining(peer.now);
        assertThat(left).isPositive().isLessThan(100 * SECOND);
        peer.watch.reading(false, peer.now);
        peer.watch.reading(false, peer.now + SECOND);
        if (which == Deadline.OUTPUT) {
            peer.isCutOffAfter(left, Deadline.OUTPUT);
            return;
        }
        assertThat(peer.watch.remaining(peer.now)).isEqualTo(DeadlineWatch.NEVER);
        peer.now += 5000 * SECOND;
        assertThat(peer.watch.expire(peer.now)).isNull();
        peer.watch.reading(true, peer.now);
        peer.watch.reading(true, peer.now + SECOND);
        peer.isCutOffAfter(left, which);
    }

    /** A phase that begins while this side stands still has all of its time from when it goes on, and no more. */
    @Test
    void whatBeginsWhileStandingStillBeginsWithTheNextRead() {
        List<Consumer<Peer>> begins = List.of(
                peer -> peer.sends("\0\0\0\1a"), // idle again
                peer -> peer.watch.sent(5, 0, peer.now),
                peer -> peer.sends("\0"));
        List<Long> limits = List.of(100 * SECOND, 100 * SECOND, 10 * SECOND);
        for (int i = 0; i < begins.size(); i++) {
            Peer peer = new Peer(LIMITS);
            peer.watch.reading(false, peer.now);
            peer.now += 40 * SECOND;
            begins.get(i).accept(peer);
            peer.now += 40 * SECOND;
            peer.watch.reading(true, peer.now);
            assertThat(peer.watch.remaining(peer.now)).as("case " + i).isEqualTo(limits.get(i));
        }
    }

    @Test
    void anHonestSlowUploadLivesForHours() {
        for (Oversize policy : List.of(Oversize.parts(100, 1 << 24), Oversize.skip())) {
            Peer peer = new Peer(LengthPrefixed.uint32().toBuilder().max(200).build(), policy, LIMITS, 0);
            peer.sends("\0\1\0\0");
            int left = 1 << 16;
            for (; left >= 10; left -= 10) { // 10 bytes a second, exactly the least rate
                peer.now += SECOND;
                peer.sends("x".repeat(10));
                assertThat(peer.watch.expire(peer.now)).isNull();
            }
            assertThat(peer.now).isGreaterThan(6000 * SECOND);
            peer.sends("x".repeat(left));
            assertThat(peer.framer.openFrame()).isEqualTo(-1);
            peer.isCutOffAfter(100 * SECOND, Deadline.IDLE);
        }
    }

    @Test
    void oneBelowTheLeastRateDiesAfterOneWindow() {
        Peer peer = new Peer(CODEC, Oversize.parts(0, 1 << 24), LIMITS, 0);
        peer.sends("\0\1\0\0");
        for (int i = 0; i < 49; i++) {
            peer.now += SECOND / 10;
            peer.sends("x");
            assertThat(peer.watch.expire(peer.now)).isNull();
        }
        peer.now += SECOND / 10;
        assertThat(peer.watch.expire(peer.now)).isEqualTo(Deadline.RATE);
        assertThat(peer.now).isEqualTo(5 * SECOND);
        assertThat(peer.error().bytes()).isEqualTo(49);
    }

    @Test
    void aBurstBanksNoCreditBeyondItsWindow() {
        Peer peer = new Peer(CODEC, Oversize.parts(0, 1 << 24), LIMITS, 0);
        peer.sends("\0\1\0\0" + "x".repeat(40_000));
        peer.now += SECOND;
        peer.sends("x".repeat(1000));
        peer.now += 4 * SECOND;
        assertThat(peer.watch.expire(peer.now)).isNull(); // a new window
        peer.isCutOffAfter(5 * SECOND, Deadline.RATE);
        assertThat(peer.error().bytes()).isZero();
    }

    /** Where only frames over 100 bytes come in parts, the rate counts from when that is known. */
    @Test
    void aFrameThatProvesToBeLongHasARateFromThereOn() {
        FrameCodec dots = Delimited.builder()
                .delimiter("\n")
                .escape("\\")
                .unescape(true)
                .max(1000)
                .build();
        Peer peer = new Peer(dots, Oversize.parts(100, 1 << 24), LIMITS, 0);
        peer.sends("\\a");
        peer.now += 29 * SECOND;
        peer.sends("x".repeat(200));
        peer.isCutOffAfter(5 * SECOND, Deadline.RATE);
    }

    @Test
    void manyFramesInOneReadAreOneEvent() {
        Peer peer = new Peer(LIMITS);
        peer.sends("\0\0\0\1a".repeat(1000));
        assertThat(peer.heard.events).hasSize(1000);
        assertThat(peer.watch.remaining(peer.now)).isEqualTo(100 * SECOND);
        peer.now += 7 * SECOND;
        peer.sends("\0\0\0\1b".repeat(10) + "\0\0");
        assertThat(peer.watch.remaining(peer.now)).isEqualTo(10 * SECOND); // the open frame began now
        peer.now += 9 * SECOND;
        peer.sends("\0\1c" + "\0\0\0\1d".repeat(10) + "\0\0\0\5");
        assertThat(peer.watch.remaining(peer.now)).isEqualTo(30 * SECOND); // another one
        peer.now += 29 * SECOND;
        peer.sends("five." + "\0");
        peer.isCutOffAfter(10 * SECOND, Deadline.HEAD);
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE - SECOND, Long.MAX_VALUE, -SECOND, Long.MIN_VALUE})
    void theClockMayWrapAround(long start) {
        for (Deadline which : Deadline.values()) {
            Oversize policy = which == Deadline.RATE ? Oversize.parts(0, 1 << 24) : Oversize.fail();
            Peer peer = new Peer(CODEC, policy, LIMITS, start);
            switch (which) {
                case IDLE -> peer.isCutOffAfter(100 * SECOND, which);
                case HEAD -> {
                    peer.sends("\0");
                    peer.watch.reading(false, peer.now);
                    peer.now += 3 * SECOND;
                    peer.watch.reading(true, peer.now);
                    peer.isCutOffAfter(10 * SECOND, which);
                }
                case FRAME -> {
                    peer.sends("\0\0\0\5");
                    peer.isCutOffAfter(30 * SECOND, which);
                }
                case RATE -> {
                    peer.sends("\0\1\0\0");
                    peer.isCutOffAfter(5 * SECOND, which);
                }
                case OUTPUT -> {
                    peer.watch.sent(0, 1, peer.now);
                    peer.isCutOffAfter(60 * SECOND, which);
                }
            }
        }
    }

    @Test
    void afterTheEndOnlyTheOutputIsDue() {
        Peer peer = new Peer(LIMITS);
        peer.sends("\0\0\0\1a");
        peer.framer.end();
        assertThat(peer.watch.remaining(peer.now)).isEqualTo(DeadlineWatch.NEVER);
        peer.watch.sent(0, 10, peer.now);
        peer.now += 59 * SECOND;
        peer.watch.sent(0, 20, peer.now); // more to send is no progress
        peer.now += SECOND;
        assertThat(peer.watch.expire(peer.now)).isEqualTo(Deadline.OUTPUT);
        assertThat(peer.heard.events).containsExactly("0:a", "end"); // that stream had ended well
    }

    @Test
    void outputThatMovesIsNotDue() {
        Peer peer = new Peer(LIMITS.withIdle(Duration.ZERO));
        peer.watch.sent(0, 100, peer.now);
        for (int left = 99; left > 0; left--) {
            peer.now += 59 * SECOND;
            assertThat(peer.watch.expire(peer.now)).isNull();
            peer.watch.sent(1, left, peer.now);
        }
        peer.watch.sent(1, 0, peer.now);
        assertThat(peer.watch.remaining(peer.now)).isEqualTo(DeadlineWatch.NEVER);
        peer.now += 1000 * SECOND;
        peer.watch.sent(0, 1, peer.now);
        peer.isCutOffAfter(60 * SECOND, Deadline.OUTPUT);
    }

    @Test
    void zeroIsOffAndCenturiesDoNotOverflow() {
        Peer off = new Peer(Deadlines.none());
        off.watch.sent(0, 10, off.now);
        List<Long> left = new ArrayList<>();
        left.add(off.watch.remaining(off.now));
        off.sends("\0");
        left.add(off.watch.remaining(off.now));
        off.sends("\0\0\5");
        left.add(off.watch.remaining(off.now));
        Peer parts = new Peer(CODEC, Oversize.parts(0, 1 << 24), Deadlines.none(), 0);
        parts.sends("\0\1\0\0x");
        left.add(parts.watch.remaining(parts.now));
        assertThat(left).containsOnly(DeadlineWatch.NEVER);
        assertThat(off.watch.expire(Long.MAX_VALUE / 2)).isNull();

        Peer centuries = new Peer(Deadlines.none().withIdle(Duration.ofSeconds(Long.MAX_VALUE)));
        assertThat(centuries.watch.remaining(centuries.now + 1)).isGreaterThan(1L << 60);
        assertThat(centuries.watch.expire(centuries.now + (1L << 60))).isNull();
    }

    @Test
    void pausedItIsToldWhenDeliveryGoesOn() {
        Peer peer = new Peer(LIMITS);
        peer.framer.pause();
        peer.sends("\0\0\0\1a\0");
        peer.watch.sent(0, 1, peer.now);
        peer.watch.reading(false, peer.now);
        peer.isCutOffAfter(60 * SECOND, Deadline.OUTPUT);
        assertThat(peer.heard.events).isEmpty();
        peer.framer.resume();
        assertThat(peer.heard.events).containsExactly("0:a", "TimedOut at 5");
    }

    @Test
    void limitsThatSayNothingAreRefused() {
        Duration minus = Duration.ofNanos(-1);
        List<Consumer<Deadlines>> wrong = List.of(
                d -> d.withIdle(minus),
                d -> d.withHead(minus),
                d -> d.withFrame(minus),
                d -> d.withOutput(minus),
                d -> d.withLeastRate(-1, Duration.ofSeconds(1)),
                d -> d.withLeastRate(1, minus),
                d -> d.withLeastRate(1, Duration.ZERO),
                d -> d.withLeastRate(0, Duration.ofSeconds(1)));
        for (Consumer<Deadlines> w : wrong)
            assertThatIllegalArgumentException().isThrownBy(() -> w.accept(Deadlines.standard()));
        Deadlines other = LIMITS.withIdle(Duration.ofSeconds(1))
                .withHead(Duration.ofSeconds(2))
                .withFrame(Duration.ofSeconds(3))
                .withLeastRate(4, Duration.ofSeconds(5))
                .withOutput(Duration.ofSeconds(6));
        assertThat(other)
                .isEqualTo(new Deadlines(
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(3),
                        4,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(6)));
        assertThat(Deadlines.standard().idle()).isZero();
    }
}
