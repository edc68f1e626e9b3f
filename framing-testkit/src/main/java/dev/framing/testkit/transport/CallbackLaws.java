package dev.framing.testkit.transport;

import dev.framing.Frame;
import dev.framing.Framer;
import dev.framing.FramingError;
import dev.framing.testkit.Wire;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Handlers that end, close and abort inside a callback, and handlers that throw. */
final class CallbackLaws {
    private static final byte[] STREAM = Sample.all().get(0).bytes();

    private final Rig rig;

    CallbackLaws(Rig rig) {
        this.rig = rig;
    }

    private interface Act {
        void act(Link link) throws Exception;
    }

    /** @param expected what the peer reads; null: a reset */
    private void inACallback(Act act, byte @Nullable [] expected, boolean more) {
        MisuseLaws.onBothSides(rig, 8, (side, round) -> {
            Settings patient = rig.settings(Sample.LENGTHS).withDrain(Rig.PATIENCE);
            try (Rig.Pair pair = rig.open(side, patient, link -> new Witness(link) {
                @Override
                void frame(Frame frame) throws Exception {
                    if (frame.position() > 0) return;
                    act.act(link);
                    if (!more) nothingMore();
                }
            })) {
                pair.peer().write(STREAM);
                if (expected == null) {
                    if (pair.peer().readToEnd().reset() == null)
                        throw new AssertionError("the peer saw an end, no reset");
                } else {
                    PeerFaultLaws.heard(pair, expected);
                }
                pair.peer().close();
                if (more) pair.witness().awaitOver();
                else pair.witness().awaitFrames(1);
                pair.awaitClosed();
                if (pair.witness().frames() != (more ? 3 : 1))
                    throw new AssertionError("told\n" + pair.witness().transcript());
            }
        });
    }

    void aHandlerMayEndCloseAndAbort() {
        byte[] last = Wire.of(Sample.LENGTHS, Wire.bytes("last"));
        inACallback(
                link -> {
                    link.send(Unpooled.wrappedBuffer(Wire.bytes("last")));
                    link.end();
                },
                last,
                true);
        inACallback(
                link -> {
                    link.send(Unpooled.wrappedBuffer(Wire.bytes("last")));
                    link.abort();
                },
                null,
                false);
    }

    /** A blocking close() inside a callback waits for the peer's end: the peer gives it. */
    void aHandlerMayClose() {
        inACallback(
                link -> {
                    link.send(Unpooled.wrappedBuffer(Wire.bytes("last")));
                    link.close();
                },
                Wire.of(Sample.LENGTHS, Wire.bytes("last")),
                false);
    }

    // ------------------------------------------------------------------------ handlers throw

    void aHandlerThatThrowsKillsItsOwnConnectionOnly() {
        List<Rig.Trial> trials = new ArrayList<>();
        for (Side side : Side.values()) {
            for (String where : List.of("frame 0", "frame 1", "frame 2", "end", "error", "reset")) {
                for (Throwable thrown : List.of(new IllegalStateException("its own"), new AssertionError("its own"))) {
                    trials.add(new Rig.Trial(side + ", in " + where, () -> throwing(side, where, thrown)));
                }
            }
        }
        rig.all(trials);
    }

    private void throwing(Side side, String where, Throwable thrown) throws Exception {
        try (Rig.Pair lives = rig.open(side, rig.settings(Sample.LENGTHS));
                Rig.Pair dies = rig.open(side, rig.settings(Sample.LENGTHS), link -> new Witness(link) {
                    @Override
                    void frame(Frame frame) {
                        at("frame " + frames());
                    }

                    @Override
                    void ended() {
                        at("end");
                    }

                    @Override
                    void failed(FramingError error) {
                        at(error instanceof FramingError.Reset ? "reset" : "error");
                    }

                    private void at(String here) {
                        if (!here.equals(where)) return;
                        nothingMore();
                        if (thrown instanceof Error e) throw e;
                        throw (RuntimeException) thrown;
                    }
                })) {
            dies.peer().write(STREAM);
            dies.witness().awaitFrames(where.startsWith("frame") ? 1 : 3);
            if (where.equals("reset")) dies.peer().reset();
            if (where.equals("error")) dies.peer().write(STREAM, 0, 1);
            if (where.equals("error") || where.equals("end")) dies.peer().end();
            dies.awaitClosed();
            if (!where.equals("reset")) dies.peer().readToEnd();
            MisuseLaws.tooLate(dies.link());

            lives.peer().write(STREAM);
            lives.peer().end();
            lives.witness().awaitOver();
            Sample.inMemory(Sample.LENGTHS, STREAM, Framer::end)
                    .difference(lives.witness().transcript())
                    .forEach(difference -> {
                        throw new AssertionError("the other connection: " + difference);
                    });
            lives.awaitClosed();
        }
    }
}
