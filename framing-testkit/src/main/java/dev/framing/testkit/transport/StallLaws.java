package dev.framing.testkit.transport;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.framing.Deadline;
import dev.framing.DeadlineWatch;
import dev.framing.Deadlines;
import dev.framing.Frame;
import dev.framing.FramingError;
import dev.framing.Oversize;
import dev.framing.testkit.Transcript;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A peer that goes silent after each byte of a stream of three frames: we close, we abort, or a deadline passes. */
final class StallLaws {
    private static final Duration DEADLINE = Duration.ofMillis(150);
    /** Where the time to the peer's first byte counts too, which must not be over before it has written, be the machine busy or not. */
    private static final Duration LONGER = Duration.ofSeconds(1);

    private final Rig rig;

    StallLaws(Rig rig) {
        this.rig = rig;
    }

    void closingDoesNotWaitForASilentPeer() {
        Offsets.each(rig, (side, sample, offset) -> {
            Settings settings = rig.settings(sample.codec());
            try (Rig.Pair pair = rig.open(side, settings)) {
                pair.peer().write(sample.prefix(offset));
                pair.witness().awaitFrames(sample.wholeIn(offset));
                PeerFaultLaws.sendAll(pair.link(), sample);
                pair.link().close();
                PeerFaultLaws.heard(pair, sample.bytes());
                pair.awaitClosed(settings.drain());
                Offsets.expect(sample.told(offset, framer -> {}), pair);
                pair.witness().nothingMore();
            }
        });
    }

    void abortingResetsASilentPeer() {
        Offsets.each(rig, (side, sample, offset) -> {
            try (Rig.Pair pair = rig.open(side, rig.settings(sample.codec()))) {
                pair.peer().write(sample.prefix(offset));
                pair.witness().awaitFrames(sample.wholeIn(offset));
                pair.link().abort();
                if (pair.peer().readToEnd().reset() == null) throw new AssertionError("the peer saw an end, no reset");
                pair.awaitClosed();
                Offsets.expect(sample.told(offset, framer -> {}), pair);
                pair.witness().nothingMore();
            }
        });
    }

    // ------------------------------------------------------------------------------------------------ deadlines

    void aSilentPeerIsTimedOut() {
        boolean idle = rig.adapter.deadlines().contains(Deadline.IDLE);
        boolean frame = rig.adapter.deadlines().containsAll(List.of(Deadline.HEAD, Deadline.FRAME));
        assumeTrue(idle || frame, "the adapter keeps no deadline for what comes");
        Deadlines limits = Deadlines.none().withHead(DEADLINE).withFrame(DEADLINE);
        Deadlines silent = Deadlines.none().withIdle(DEADLINE);
        Deadlines idles = Deadlines.none().withIdle(LONGER);
        Offsets.each(rig, (side, sample, offset) -> {
            boolean between = sample.isBetweenFrames(offset);
            if (between ? !idle : !frame) return;
            Deadlines of = offset == 0 ? silent : between ? idles : limits;
            Settings settings = rig.settings(sample.codec()).withDeadlines(of);
            try (Rig.Pair pair = rig.open(side, settings)) {
                pair.peer().write(sample.prefix(offset));
                pair.witness().awaitOver();
                Offsets.expect(timedOut(sample, offset, of), pair);
                pair.peer().readToEnd();
                pair.awaitClosed(settings.drain());
            }
        });
    }

    private static Transcript timedOut(Sample sample, int offset, Deadlines of) {
        Transcript told = sample.told(offset, framer -> {
            DeadlineWatch watch = new DeadlineWatch(of, framer, 0);
            watch.received(offset, 0);
            watch.expire(watch.remaining(0));
        });
        FramingError error = told.error().get();
        if (!(error instanceof FramingError.TimedOut late)
                || (late.deadline() == Deadline.IDLE) != sample.isBetweenFrames(offset))
            throw new AssertionError("the watch itself tells\n" + told);
        return told;
    }

    /** The peer takes nothing of what we send. */
    void aPeerThatTakesNothingIsTimedOut() throws Exception {
        assumeTrue(rig.adapter.deadlines().contains(Deadline.OUTPUT), "the adapter keeps no output deadline");
        Settings settings =
                rig.settings(Flood.CODEC).withDeadlines(Deadlines.none().withOutput(DEADLINE));
        for (Side side : Side.values()) {
            try (Rig.Pair pair = rig.open(side, settings, Witness::new, Rig.Line.NARROW)) {
                for (int i = 0; i < 10_000; i++) pair.link().send(Unpooled.wrappedBuffer(Flood.payload(i)));
                pair.witness().awaitOver();
                FramingError error = pair.witness().transcript().error().get();
                if (!(error instanceof FramingError.TimedOut late) || late.deadline() != Deadline.OUTPUT)
                    throw new AssertionError("told " + error.message());
                pair.awaitClosed(settings.drain());
            }
        }
    }

    /** The least rate is of frames in parts. */
    void aFrameThatTricklesIsTimedOut() throws Exception {
        assumeTrue(rig.adapter.deadlines().contains(Deadline.RATE), "the adapter keeps no least rate");
        Sample sample = Sample.all().get(0);
        int offset = sample.bytes().length - 10;
        Settings settings = rig.settings(sample.codec())
                .withOversize(Oversize.parts(0, 1000))
                .withDeadlines(Deadlines.none().withLeastRate(1000, DEADLINE));
        for (Side side : Side.values()) {
            try (Rig.Pair pair = rig.open(side, settings)) {
                pair.peer().write(sample.prefix(offset));
                pair.witness().awaitOver();
                FramingError error = pair.witness().transcript().error().get();
                if (!(error instanceof FramingError.TimedOut late)
                        || late.deadline() != Deadline.RATE
                        || late.position() != sample.frames(2).length) throw new AssertionError("told " + error);
                pair.awaitClosed(settings.drain());
            }
        }
    }

    /** A frame and the beginning of the next have come, and we pause: that is no fault of the peer's. */
    void deadlinesStandStillWhilePaused() throws Exception {
        Sample sample = Sample.all().get(0);
        Deadlines limits = Deadlines.none().withIdle(LONGER).withHead(DEADLINE).withFrame(DEADLINE);
        Settings settings = rig.settings(sample.codec()).withDeadlines(limits);
        rig.all(List.of(
                new Rig.Trial("ACCEPTING", () -> pausing(Side.ACCEPTING, settings, sample)),
                new Rig.Trial("CONNECTING", () -> pausing(Side.CONNECTING, settings, sample))));
    }

    private void pausing(Side side, Settings settings, Sample sample) throws Exception {
        int half = sample.frames(2).length + 20;
        try (Rig.Pair pair = rig.open(side, settings, link -> new Witness(link) {
            @Override
            void frame(Frame frame) {
                if (frame.position() == 0) link.pause();
            }
        })) {
            pair.peer().write(sample.prefix(half));
            pair.witness().awaitFrames(1);
            LockSupport.parkNanos(LONGER.plus(DEADLINE).toNanos());
            pair.peer().write(sample.bytes(), half, sample.bytes().length);
            pair.peer().end();
            pair.link().resume();
            pair.witness().awaitOver();
            Offsets.expect(Offsets.end(sample, sample.bytes().length), pair);
            pair.awaitClosed();
        }
    }
}
