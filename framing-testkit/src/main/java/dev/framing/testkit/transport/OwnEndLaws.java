package dev.framing.testkit.transport;

import dev.framing.Frame;
import dev.framing.Framer;
import dev.framing.FramingError;
import dev.framing.testkit.Transcript;
import dev.framing.testkit.Wire;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** The other direction: we end, close or abort, after none, one, two ... frames sent; a plain socket sees what arrives. */
final class OwnEndLaws {
    private static final int MOST = 20;
    /** Less than anybody drains. */
    private static final int UNREAD = 300;
    /** Frames of {@link Flood} in an answer: more than a narrow line takes before the peer reads. */
    private static final int ANSWER = 100;

    private final Rig rig;

    OwnEndLaws(Rig rig) {
        this.rig = rig;
    }

    private interface End {
        void strike(Side side, int sent) throws Exception;
    }

    private void afterEveryFrame(End end) {
        List<Rig.Trial> trials = new ArrayList<>();
        for (Side side : Side.values()) {
            for (int n = 0; n <= MOST; n++) {
                int sent = n;
                trials.add(new Rig.Trial(side + ", after " + n + " frames", () -> end.strike(side, sent)));
            }
        }
        rig.all(trials);
    }

    /** The {@code i}-th payload: none, short ones, and now and then one that a socket does not take at once. */
    private static byte[] payload(int i) {
        byte[] payload = new byte[i % 3 == 2 ? 30_000 : i * 5];
        Arrays.fill(payload, (byte) i);
        return payload;
    }

    private static byte[] frames(int count) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) all.writeBytes(Wire.of(Sample.LENGTHS, payload(i)));
        return all.toByteArray();
    }

    private static void send(Link link, int count) throws Exception {
        for (int i = 0; i < count; i++) link.send(Unpooled.wrappedBuffer(payload(i)));
    }

    void ourEndComesAfterWhatWasSentAndReceivingGoesOn() {
        byte[] theirs = Sample.all().get(0).bytes();
        Transcript expected = Sample.inMemory(Sample.LENGTHS, theirs, Framer::end);
        afterEveryFrame((side, sent) -> {
            try (Rig.Pair pair = rig.open(side, rig.settings(Sample.LENGTHS))) {
                send(pair.link(), sent);
                pair.link().end();
                pair.link().end();
                PeerFaultLaws.heard(pair, frames(sent));
                pair.peer().write(theirs);
                pair.witness().awaitFrames(3);
                if (pair.link().isClosed()) throw new AssertionError("closed before the peer's end");
                pair.peer().end();
                pair.witness().awaitOver();
                expected.difference(pair.witness().transcript()).forEach(difference -> {
                    throw new AssertionError(difference);
                });
                pair.awaitClosed();
            }
        });
    }

    /**
     * Closing with bytes unread would be a reset, and a reset takes with it what waits to be sent: so the peer reads late, and through a
     * narrow line.
     */
    void closingLosesNothingThoughThePeerKeepsSending() {
        byte[] unread = Wire.of(Sample.LENGTHS, new byte[1000]);
        afterEveryFrame((side, sent) -> {
            boolean paused = sent % 2 == 0;
            Settings patient = rig.settings(Sample.LENGTHS).withDrain(Rig.PATIENCE);
            Function<Link, Witness> application = link -> new Witness(link) {
                @Override
                void frame(Frame frame) {
                    if (paused) link.pause();
                }
            };
            try (Rig.Pair pair = rig.open(side, patient, application, Rig.Line.NARROW)) {
                Future<?> sending = rig.start(() -> {
                    for (int i = 0; i < UNREAD; i++) pair.peer().write(unread);
                    return null;
                });
                pair.witness().awaitFrames(1);
                CountDownLatch given = new CountDownLatch(1);
                Future<?> closing = rig.start(() -> {
                    send(pair.link(), sent);
                    given.countDown();
                    pair.link().close();
                    return null;
                });
                awaitOrGoOn(given);
                PeerFaultLaws.heard(pair, frames(sent));
                Rig.get(sending);
                pair.peer().close();
                Rig.get(closing);
                pair.awaitClosed();
                if (pair.witness().transcript().frames().size()
                        != pair.witness().transcript().events().size())
                    throw new AssertionError(
                            "told after we had closed\n" + pair.witness().transcript());
            }
        });
    }

    /** A blocking send may wait for the peer to read. */
    private static void awaitOrGoOn(CountDownLatch given) throws InterruptedException {
        boolean unused = given.await(100, TimeUnit.MILLISECONDS);
    }

    void abortingResetsAndNothingIsHeld() {
        afterEveryFrame((side, sent) -> {
            try (Rig.Pair pair = rig.open(side, rig.settings(Sample.LENGTHS))) {
                send(pair.link(), sent);
                pair.link().abort();
                pair.link().abort();
                pair.awaitClosed();
                Peer.Heard heard = pair.peer().readToEnd();
                if (heard.reset() == null) throw new AssertionError("the peer saw an end, no reset");
                byte[] all = frames(sent);
                if (!Arrays.equals(heard.bytes(), Arrays.copyOf(all, heard.bytes().length)))
                    throw new AssertionError("the peer heard something else");
                pair.witness().nothingMore();
            }
        });
    }

    /** A broken stream, and an answer that says so: it arrives, though the peer has sent more than we read. */
    void anAnswerToABrokenStreamArrives() {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        for (int i = 0; i < ANSWER; i++) answer.writeBytes(Flood.frame(i));
        byte[] tooLong = new byte[100_000];
        Arrays.fill(tooLong, (byte) 0x7f);
        afterEveryFrame((side, sent) -> {
            Settings patient = rig.settings(Flood.CODEC).withDrain(Rig.PATIENCE);
            CountDownLatch given = new CountDownLatch(1);
            Function<Link, Witness> application = link -> new Witness(link) {
                @Override
                void failed(FramingError error) throws Exception {
                    for (int i = 0; i < ANSWER; i++) link.send(Unpooled.wrappedBuffer(Flood.payload(i)));
                    given.countDown();
                }
            };
            try (Rig.Pair pair = rig.open(side, patient, application, Rig.Line.NARROW)) {
                Future<?> sending = rig.start(() -> {
                    for (int i = 0; i < sent; i++) pair.peer().write(Wire.of(Flood.CODEC, new byte[i]));
                    pair.peer().write(tooLong);
                    return null;
                });
                awaitOrGoOn(given);
                PeerFaultLaws.heard(pair, answer.toByteArray());
                Rig.get(sending);
                pair.peer().close();
                pair.awaitClosed();
                if (pair.witness().frames() != sent)
                    throw new AssertionError("told " + pair.witness().transcript());
            }
        });
    }

    /** What is heard when a peer resets a connection that we are closing: nothing, and it is over. */
    void aResetWhileWeCloseIsQuiet() {
        afterEveryFrame((side, sent) -> {
            try (Rig.Pair pair = rig.open(side, rig.settings(Sample.LENGTHS))) {
                Future<?> closing = rig.start(() -> {
                    try {
                        send(pair.link(), sent);
                        pair.link().close();
                    } catch (Exception reset) {
                        pair.link().abort(); // what was sent is lost, and that may be said
                    }
                    return null;
                });
                pair.peer().reset();
                Rig.get(closing);
                pair.awaitClosed();
            }
        });
    }
}
