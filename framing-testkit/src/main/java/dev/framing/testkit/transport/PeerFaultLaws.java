package dev.framing.testkit.transport;

import dev.framing.Framer;
import dev.framing.FramingError;
import dev.framing.testkit.Transcript;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Future;

/** What the peer, or the network, does after each byte of a stream of three frames: it ends, half-closes, resets. */
final class PeerFaultLaws {
    /** Linux lets bytes that came before a reset be read after it; elsewhere they are lost. */
    private static final boolean READS_BEFORE_RESETS =
            System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux");

    private final Rig rig;

    PeerFaultLaws(Rig rig) {
        this.rig = rig;
    }

    // ------------------------------------------------------------------------------------------------ the peer ends

    void theEndIsCleanOnlyBetweenFrames() {
        Offsets.each(rig, (side, sample, offset) -> {
            try (Rig.Pair pair = rig.open(side, rig.settings(sample.codec()))) {
                pair.peer().write(sample.prefix(offset));
                pair.peer().close();
                pair.witness().awaitOver();
                Offsets.expect(Offsets.end(sample, offset), pair);
                pair.awaitClosed();
            }
        });
    }

    void whenThePeerEndsWeEndToo() {
        Offsets.each(rig, (side, sample, offset) -> {
            try (Rig.Pair pair = rig.open(side, rig.settings(sample.codec()))) {
                pair.peer().write(sample.prefix(offset));
                pair.peer().end();
                heard(pair, new byte[0]);
                pair.witness().awaitOver();
                Offsets.expect(Offsets.end(sample, offset), pair);
                pair.awaitClosed();
            }
        });
    }

    void withHalfOpenAllowedWritingGoesOnUntilOurEnd() {
        Offsets.each(rig, (side, sample, offset) -> {
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
                Offsets.expect(Offsets.end(sample, offset), pair);
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

    static void sendAll(Link link, Sample sample) throws Exception {
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
        Offsets.each(rig, (side, sample, offset) -> {
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
        Offsets.each(rig, (side, sample, offset) -> {
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
            Offsets.expect(expected, pair);
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
        Offsets.each(rig, (side, sample, offset) -> {
            for (String toxic : List.of("reset-after=", "half-close-after=", "stall-after=")) {
                if (side == Side.CONNECTING && offset == 0 && toxic.startsWith("reset"))
                    continue; // connecting may fail
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
                        Offsets.expect(
                                toxic.startsWith("stall")
                                        ? sample.told(offset, framer -> {})
                                        : Offsets.end(sample, offset),
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
                            Offsets.expect(Offsets.end(sample, sample.bytes().length), pair);
                            pair.awaitClosed();
                        }
                    }));
                }
            }
        }
        rig.all(trials);
    }
}
