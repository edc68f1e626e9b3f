package dev.framing.testkit.transport;

import dev.framing.Deadline;
import dev.framing.DeadlineWatch;
import dev.framing.Deadlines;
import dev.framing.Framer;
import dev.framing.FramingError;
import dev.framing.testkit.Event;
import dev.framing.testkit.Transcript;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Future;

/** What the peer does after each byte of a stream of three frames: it ends, resets, half-closes, or goes silent. */
final class PeerFaultLaws {
    private static final Duration DEADLINE = Duration.ofMillis(150);
    /** Linux lets bytes that came before a reset be read after it; elsewhere they are lost. */
    private static final boolean READS_BEFORE_RESETS =
            System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux");

    private final Rig rig;

    PeerFaultLaws(Rig rig) {
        this.rig = rig;
    }

    private interface Fault {
        void strike(Side side, Sample sample, int offset) throws Exception;
    }

    private void atEveryOffset(Fault fault) {
        List<Rig.Trial> trials = new ArrayList<>();
        for (Sample sample : Sample.all()) {
            for (Side side : Side.values()) {
                for (int n = 0; n <= sample.bytes().length; n++) {
                    int offset = n;
                    trials.add(new Rig.Trial(
                            sample.codec() + ", " + side + ", after byte " + n,
                            () -> fault.strike(side, sample, offset)));
                }
            }
        }
        rig.all(trials);
    }

    private static void expect(Transcript expected, Rig.Pair pair) {
        expected.difference(pair.witness().transcript()).forEach(difference -> {
            throw new AssertionError(difference + "\n" + pair.witness().transcript());
        });
    }

    /** End between two frames, Truncated inside one: said here once more, so that engine and adapter cannot agree in a mistake. */
    private static Transcript end(Sample sample, int offset) {
        Transcript told = sample.told(offset, Framer::end);
        boolean clean = told.events().get(told.events().size() - 1) instanceof Event.Ended;
        boolean truncated = told.error().exists(FramingError.Truncated.class::isInstance);
        if (told.frames().size() != sample.wholeIn(offset) || (sample.isBetweenFrames(offset) ? !clean : !truncated))
            throw new AssertionError("the engine itself tells\n" + told);
        return told;
    }

    // ------------------------------------------------------------------------------------------------ the peer ends

    void theEndIsCleanOnlyBetweenFrames() {
        atEveryOffset((side, sample, offset) -> {
            try (Rig.Pair pair = rig.open(side, rig.settings(sample.codec()))) {
                pair.peer().write(sample.prefix(offset));
                pair.peer().close();
                pair.witness().awaitOver();
                expect(end(sample, offset), pair);
                pair.awaitClosed();
            }
        });
    }

    void whenThePeerEndsWeEndToo() {
        atEveryOffset((side, sample, offset) -> {
            try (Rig.Pair pair = rig.open(side, rig.settings(sample.codec()))) {
                pair.peer().write(sample.prefix(offset));
                pair.peer().end();
                heard(pair, new byte[0]);
                pair.witness().awaitOver();
                expect(end(sample, offset), pair);
                pair.awaitClosed();
            }
        });
    }

    void withHalfOpenAllowedWritingGoesOnUntilOurEnd() {
        atEveryOffset((side, sample, offset) -> {
            Settings settings = rig.settings(sample.codec()).allowHalfOpen();
            // a broken stream is closed by the adapter: what is sent in onError still goes out
            try (Rig.Pair pair = rig.open(side, settings, link -> new Witness(link) {
                @Override
                void failed(FramingError error) throws Exception {
                    sendAll(link, sample);
                }
            })) {
                pair.peer().write(sample.prefix(offset));
                pair.peer().end();
                pair.witness().awaitOver();
                expect(end(sample, offset), pair);
                if (sample.isBetweenFrames(offset)) {
                    sendAll(pair.link(), sample);
                    if (!Arrays.equals(pair.peer().read(sample.bytes().length), sample.bytes()))
                        throw new AssertionError("the peer heard something else");
                    if (pair.link().isClosed()) throw new AssertionError("closed before our end");
                    sendAll(pair.link(), sample);
                    pair.link().end();
                }
                heard(pair, sample.bytes());
                pair.awaitClosed();
            }
        });
    }

    private static void sendAll(Link link, Sample sample) throws Exception {
        for (byte[] payload : sample.payloads()) link.send(Sample.buffer(payload));
    }

    /** The peer reads these bytes, then the end. */
    static void heard(Rig.Pair pair, byte[] expected) {
        Peer.Heard heard = pair.peer().readToEnd();
        if (heard.reset() != null)
            throw new AssertionError("the peer was reset after " + heard.bytes().length + " bytes", heard.reset());
        if (!Arrays.equals(heard.bytes(), expected))
            throw new AssertionError("the peer heard " + heard.bytes().length + " bytes, not the " + expected.length
                    + " that were sent");
    }

    // ------------------------------------------------------------------------------------------------ the peer resets

    void aResetComesAfterTheFramesBeforeItAndIsNoEnd() {
        atEveryOffset((side, sample, offset) -> {
            try (Rig.Pair pair = rig.open(side, rig.settings(sample.codec()))) {
                pair.peer().write(sample.prefix(offset));
                pair.witness().awaitFrames(sample.wholeIn(offset));
                pair.peer().reset();
                pair.witness().awaitOver();
                expectReset(sample, offset, pair);
                pair.awaitClosed();
            }
        });
    }

    /** The same while we write to it: whichever call is told, the application is told once. */
    void aResetWhileWeSendIsToldOnce() {
        atEveryOffset((side, sample, offset) -> {
            try (Rig.Pair pair = rig.open(side, rig.settings(sample.codec()))) {
                sendAll(pair.link(), sample);
                pair.peer().read(offset);
                pair.peer().write(sample.bytes());
                pair.witness().awaitFrames(sample.payloads().size());
                pair.peer().reset();
                try {
                    for (int i = 0; i < 5; i++) sendAll(pair.link(), sample);
                } catch (Exception nothingCanBeSent) {
                    // allowed, not required: the reset is told to the handler
                }
                pair.witness().awaitOver();
                expectReset(sample, sample.bytes().length, pair);
                pair.awaitClosed();
            }
        });
    }

    private static void expectReset(Sample sample, int offset, Rig.Pair pair) {
        Transcript expected = sample.told(offset, Framer::reset);
        if (READS_BEFORE_RESETS) {
            expect(expected, pair);
            return;
        }
        Transcript told = pair.witness().transcript();
        long boundary = sample.frames(sample.wholeIn(offset)).length;
        if (!told.frames().equals(expected.frames())
                || !told.error().exists(e -> e instanceof FramingError.Reset && e.position() == boundary))
            throw new AssertionError("told\n" + told + "not\n" + expected);
    }

    // ------------------------------------------------------------------------------------------------ the network

    /** The peer sends all of it; the network cuts it off. */
    void whatTheNetworkCutsOffIsToldAsItIs() {
        atEveryOffset((side, sample, offset) -> {
            for (String toxic : List.of("reset-after=", "half-close-after=", "stall-after=")) {
                Rig.Line line = Rig.Line.in(toxic + offset);
                try (Rig.Pair pair = rig.open(side, rig.settings(sample.codec()), Witness::new, line)) {
                    Future<?> sending = rig.start(() -> {
                        try {
                            pair.peer().write(sample.bytes());
                        } catch (IOException reset) {
                            // by the network
                        }
                        return null;
                    });
                    pair.witness().awaitFrames(toxic.startsWith("reset") ? 0 : sample.wholeIn(offset));
                    if (toxic.startsWith("stall")) pair.link().close();
                    else pair.witness().awaitOver();
                    pair.awaitClosed(rig.settings(sample.codec()).drain());
                    if (toxic.startsWith("reset")) expectReset(sample, offset, pair);
                    else
                        expect(
                                toxic.startsWith("stall") ? sample.told(offset, framer -> {}) : end(sample, offset),
                                pair);
                    Rig.get(sending);
                }
            }
        });
    }

    /** Bytes that come one by one, late, or a few at a time. */
    void aSlowNetworkChangesNothing() {
        List<Rig.Trial> trials = new ArrayList<>();
        for (Sample sample : Sample.all()) {
            for (Side side : Side.values()) {
                for (String toxics :
                        List.of("slices=1", "slices=1, delay=1ms", "slices=7, delay=3ms", "rate=4000", "delay=20ms")) {
                    List<Toxic> both = Toxic.parseAll(toxics);
                    trials.add(new Rig.Trial(sample.codec() + ", " + side + ", " + toxics, () -> {
                        Rig.Line line = new Rig.Line(0, both, both);
                        try (Rig.Pair pair = rig.open(side, rig.settings(sample.codec()), Witness::new, line)) {
                            sendAll(pair.link(), sample);
                            pair.peer().write(sample.bytes());
                            pair.peer().end();
                            heard(pair, sample.bytes());
                            pair.witness().awaitOver();
                            expect(end(sample, sample.bytes().length), pair);
                            pair.awaitClosed();
                        }
                    }));
                }
            }
        }
        rig.all(trials);
    }

    // ------------------------------------------------------------------------------------------------ the peer stalls

    void closingDoesNotWaitForASilentPeer() {
        atEveryOffset((side, sample, offset) -> {
            Settings settings = rig.settings(sample.codec());
            try (Rig.Pair pair = rig.open(side, settings)) {
                pair.peer().write(sample.prefix(offset));
                pair.witness().awaitFrames(sample.wholeIn(offset));
                sendAll(pair.link(), sample);
                pair.link().close();
                heard(pair, sample.bytes());
                pair.awaitClosed(settings.drain());
                expect(sample.told(offset, framer -> {}), pair);
                pair.witness().nothingMore();
            }
        });
    }

    void abortingResetsASilentPeer() {
        atEveryOffset((side, sample, offset) -> {
            try (Rig.Pair pair = rig.open(side, rig.settings(sample.codec()))) {
                pair.peer().write(sample.prefix(offset));
                pair.witness().awaitFrames(sample.wholeIn(offset));
                pair.link().abort();
                if (pair.peer().readToEnd().reset() == null) throw new AssertionError("the peer saw an end, no reset");
                pair.awaitClosed();
                expect(sample.told(offset, framer -> {}), pair);
                pair.witness().nothingMore();
            }
        });
    }

    void aSilentPeerIsTimedOut() {
        boolean idle = rig.adapter.deadlines().contains(Deadline.IDLE);
        boolean frame = rig.adapter.deadlines().containsAll(List.of(Deadline.HEAD, Deadline.FRAME));
        Deadlines limits = Deadlines.none().withHead(DEADLINE).withFrame(DEADLINE.multipliedBy(2));
        // the time to the first byte counts too: on a machine that is busy it must not be over before the peer has
        // written
        Deadlines idles = Deadlines.none().withIdle(DEADLINE.multipliedBy(4));
        atEveryOffset((side, sample, offset) -> {
            boolean between = sample.isBetweenFrames(offset);
            if (between ? !idle : !frame) return;
            Deadlines of = between ? idles : limits;
            Settings settings = rig.settings(sample.codec()).withDeadlines(of);
            try (Rig.Pair pair = rig.open(side, settings)) {
                pair.peer().write(sample.prefix(offset));
                pair.witness().awaitOver();
                expect(timedOut(sample, offset, of), pair);
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
        if (!rig.adapter.deadlines().contains(Deadline.OUTPUT)) return;
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
}
