package dev.framing.testkit.transport;

import dev.framing.Frame;
import dev.framing.Framer;
import dev.framing.testkit.Transcript;
import dev.framing.testkit.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/** Applications that do what one does not: twice, too late, or from the wrong thread. */
final class MisuseLaws {
    private static final int MANY = 3000;
    private static final byte[] STREAM = Sample.all().get(0).bytes();

    private final Rig rig;

    MisuseLaws(Rig rig) {
        this.rig = rig;
    }

    interface Run {
        void run(Side side, int round) throws Exception;
    }

    private void onBothSides(int rounds, Run run) {
        onBothSides(rig, rounds, run);
    }

    static void onBothSides(Rig rig, int rounds, Run run) {
        List<Rig.Trial> trials = new ArrayList<>();
        for (Side side : Side.values()) {
            for (int i = 0; i < rounds; i++) {
                int round = i;
                trials.add(new Rig.Trial(side + ", round " + i, () -> run.run(side, round)));
            }
        }
        rig.all(trials);
    }

    private Settings settings() {
        return rig.settings(Sample.LENGTHS);
    }

    static void tooLate(Link link) {
        ByteBuf late = Unpooled.buffer().writeBytes(Wire.bytes("late"));
        try {
            link.send(late);
        } catch (Exception refused) {
            // it may say so
        }
        Rig.await("what came too late to be released", Rig.SOON, () -> late.refCnt() == 0);
    }

    // ------------------------------------------------------------------------------------------------ twice, too late

    void whatIsSentAfterTheEndIsReleasedAndGoesNowhere() {
        onBothSides(8, (side, round) -> {
            try (Rig.Pair pair = rig.open(side, settings())) {
                pair.link().send(Unpooled.wrappedBuffer(Wire.bytes("last")));
                pair.link().end();
                tooLate(pair.link());
                pair.link().end();
                PeerFaultLaws.heard(pair, Wire.of(Sample.LENGTHS, Wire.bytes("last")));
                pair.peer().close();
                pair.awaitClosed();
                tooLate(pair.link());
            }
        });
    }

    void endingAndClosingTwiceIsOnce() {
        onBothSides(16, (side, round) -> {
            Settings patient = settings().withDrain(Rig.PATIENCE);
            try (Rig.Pair pair = rig.open(side, patient)) {
                Link link = pair.link();
                link.send(Unpooled.wrappedBuffer(Wire.bytes("last")));
                // some close in peace, some are interrupted by another: who aborts does not wait
                Future<?> first = rig.start(() -> {
                    link.close();
                    return null;
                });
                Future<?> second = rig.start(() -> {
                    link.close();
                    return null;
                });
                PeerFaultLaws.heard(pair, Wire.of(Sample.LENGTHS, Wire.bytes("last")));
                if (round % 2 == 0) link.abort();
                else pair.peer().close();
                pair.awaitClosed();
                Rig.get(first);
                Rig.get(second);
                link.close();
                link.abort();
                link.abort();
                link.pause();
                link.resume();
                tooLate(link);
                pair.witness().nothingMore();
            }
        });
    }

    // ------------------------------------------------------------------------------------------------ threads

    void pauseAndResumeFromAnyThreadLoseNothing() {
        onBothSides(2, (side, round) -> {
            try (Rig.Pair pair = rig.open(
                    side,
                    rig.settings(Flood.CODEC),
                    link -> new Witness(link, false) {
                        private int next;

                        @Override
                        void frame(Frame frame) {
                            if (!Arrays.equals(frame.bytes(), Flood.payload(next++)))
                                throw new AssertionError("frame " + (next - 1) + " is " + frame);
                            if (next % 100 == 0) link.pause();
                        }
                    },
                    Rig.Line.PLAIN)) {
                AtomicBoolean done = new AtomicBoolean();
                List<Future<?>> hands = new ArrayList<>();
                for (int i = 0; i < 2; i++) {
                    Random random = new Random(round * 10L + i);
                    hands.add(rig.start(() -> {
                        while (!done.get()) {
                            if (random.nextInt(3) == 0) pair.link().pause();
                            else pair.link().resume();
                            LockSupport.parkNanos(random.nextInt(50_000));
                        }
                        return null;
                    }));
                }
                for (int i = 0; i < MANY; i++) pair.peer().write(Flood.frame(i));
                pair.peer().end();
                pair.witness().awaitOver();
                done.set(true);
                for (Future<?> hand : hands) Rig.get(hand);
                if (pair.witness().frames() != MANY)
                    throw new AssertionError("told " + pair.witness().frames() + " frames");
                pair.awaitClosed();
            }
        });
    }

    void nothingIsToldWhilePaused() {
        onBothSides(8, (side, round) -> {
            try (Rig.Pair pair = rig.open(side, settings(), link -> new Witness(link) {
                @Override
                void frame(Frame frame) {
                    link.pause();
                }
            })) {
                pair.peer().write(STREAM);
                pair.peer().end();
                Transcript expected = Sample.inMemory(Sample.LENGTHS, STREAM, Framer::end);
                for (int told = 1; told <= 3; told++) {
                    pair.witness().awaitFrames(told);
                    LockSupport.parkNanos(5_000_000);
                    Transcript heard = pair.witness().transcript();
                    if (!heard.events().equals(expected.events().subList(0, told)))
                        throw new AssertionError("told while paused\n" + heard);
                    pair.link().resume();
                }
                pair.witness().awaitOver();
                expected.difference(pair.witness().transcript()).forEach(difference -> {
                    throw new AssertionError(difference);
                });
                pair.awaitClosed();
            }
        });
    }

    void framesOfManyThreadsAreNotMixed() {
        int threads = 4;
        onBothSides(2, (side, round) -> {
            try (Rig.Pair pair = rig.open(side, rig.settings(Flood.CODEC))) {
                List<Future<?>> senders = new ArrayList<>();
                for (int t = 0; t < threads; t++) {
                    int thread = t;
                    senders.add(rig.start(() -> {
                        for (int i = 0; i < 500; i++)
                            pair.link().send(Unpooled.wrappedBuffer(Flood.payload(i * threads + thread)));
                        return null;
                    }));
                }
                int[] next = new int[threads];
                for (int i = 0; i < 500 * threads; i++) {
                    byte[] frame = pair.peer().read(Flood.FRAME);
                    int number = (frame[2] & 0xff) | (frame[3] & 0xff) << 8;
                    if (number != next[number % threads]++ * threads + number % threads
                            || !Arrays.equals(frame, Flood.frame(number)))
                        throw new AssertionError("frame " + number + " came mixed or out of turn");
                }
                for (Future<?> sender : senders) Rig.get(sender);
            }
        });
    }
}
