package dev.framing.testkit.transport;

import dev.framing.Frame;
import dev.framing.FramingError;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Consumers slower than the peer, and peers slower than what we send: somebody waits, and nobody holds much meanwhile. */
final class FlowLaws {
    /** Frames of {@link Flood}: more than the buffers of two sockets take. */
    private static final int FRAMES = 16 * 1024;
    /** One read of any adapter. */
    private static final int READ = 64 * 1024;
    /** Who makes no progress for so long is blocked. */
    private static final Duration STILL = Duration.ofMillis(250);

    private final Rig rig;

    FlowLaws(Rig rig) {
        this.rig = rig;
    }

    private interface Run {
        void run(Side side) throws Exception;
    }

    private void onBothSides(Run run) {
        List<Rig.Trial> trials = new ArrayList<>();
        for (Side side : Side.values()) trials.add(new Rig.Trial(side.toString(), () -> run.run(side)));
        rig.all(trials);
    }

    /** The application of a connection that brings {@link Flood}. */
    private static class Consumer extends Witness {
        int next;

        Consumer(Link link) {
            super(link, false);
        }

        @Override
        void frame(Frame frame) throws Exception {
            if (!Arrays.equals(frame.bytes(), Flood.payload(next)) || frame.position() != (long) next * Flood.FRAME)
                throw new AssertionError("frame " + next + " is " + frame);
            next++;
        }

        @Override
        void failed(FramingError error) {
            throw new AssertionError(error.message());
        }
    }

    /** Sends {@link Flood} from another thread. */
    private Future<?> send(Peer peer, int frames, AtomicInteger sent) {
        return rig.start(() -> {
            for (int i = 0; i < frames; i++) {
                peer.write(Flood.frame(i));
                sent.set(i + 1);
            }
            return null;
        });
    }

    /** Reads {@link Flood}, and that it is. */
    private static void receive(Peer peer, int from, int to) throws Exception {
        for (int i = from; i < to; i++) {
            if (!Arrays.equals(peer.read(Flood.FRAME), Flood.frame(i)))
                throw new AssertionError("frame " + i + " did not arrive as it was sent");
        }
    }

    private static void awaitStill(AtomicInteger progress) {
        AtomicInteger last = new AtomicInteger(-1);
        AtomicLong since = new AtomicLong(System.nanoTime());
        Rig.await("the sender to be blocked", Rig.PATIENCE, () -> {
            int now = progress.get();
            if (now != last.getAndSet(now)) since.set(System.nanoTime());
            return now > 0 && System.nanoTime() - since.get() > STILL.toNanos();
        });
        if (progress.get() >= FRAMES) throw new AssertionError("nobody was blocked: all " + FRAMES + " KiB were taken");
    }

    private static void holds(Link link, long limit) {
        long held = link.heldBytes();
        if (held > limit) throw new AssertionError("holds " + held + " bytes, limit " + limit);
    }

    // ------------------------------------------------------------------------------------------------ slow consumer

    void aConsumerThatPausesStopsThePeerAndMissesNothing() {
        onBothSides(side -> {
            Settings settings = rig.settings(Flood.CODEC);
            try (Rig.Pair pair = rig.open(
                    side,
                    settings,
                    link -> new Consumer(link) {
                        @Override
                        void frame(Frame frame) throws Exception {
                            super.frame(frame);
                            if (next % 4000 == 1) link.pause();
                        }
                    },
                    Rig.Line.NARROW)) {
                AtomicInteger sent = new AtomicInteger();
                Future<?> sending = send(pair.peer(), FRAMES, sent);
                for (int told = 1; told <= FRAMES; told += 4000) {
                    pair.witness().awaitFrames(told);
                    if (told == 1) awaitStill(sent);
                    holds(pair.link(), settings.highMark() + READ + Flood.FRAME);
                    if (pair.witness().frames() != told) throw new AssertionError("told frames while paused");
                    pair.link().resume();
                }
                Rig.get(sending);
                pair.peer().end();
                pair.witness().awaitOver();
                if (pair.witness().frames() != FRAMES)
                    throw new AssertionError("told " + pair.witness().frames() + " frames");
                pair.awaitClosed();
            }
        });
    }

    /** {@code rate} bytes a second for {@code time}, out of as much as the peer can push. */
    void aConsumerOfASteadyRateHoldsLittle(int rate, Duration time) {
        int frames = 1024 * 1024;
        onBothSides(side -> {
            Settings settings = rig.settings(Flood.CODEC);
            AtomicLong allowed = new AtomicLong();
            try (Rig.Pair pair = rig.open(
                    side,
                    settings,
                    link -> new Consumer(link) {
                        @Override
                        void frame(Frame frame) throws Exception {
                            super.frame(frame);
                            if ((long) next * Flood.FRAME >= allowed.get()) link.pause();
                        }
                    },
                    Rig.Line.NARROW)) {
                AtomicInteger sent = new AtomicInteger();
                Future<?> sending = send(pair.peer(), frames, sent);
                long start = System.nanoTime();
                for (long passed = 0; passed < time.toNanos(); passed = System.nanoTime() - start) {
                    allowed.set(passed / 1000 * rate / 1_000_000);
                    pair.link().resume();
                    holds(pair.link(), settings.highMark() + READ + Flood.FRAME);
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
                }
                long consumed = (long) pair.witness().frames() * Flood.FRAME;
                long pushed = (long) sent.get() * Flood.FRAME;
                if (consumed < allowed.get() / 4) throw new AssertionError("consumed only " + consumed + " bytes");
                if (pushed > consumed + (8 << 20))
                    throw new AssertionError("the peer pushed " + pushed + " bytes, " + consumed + " were consumed");
                pair.link().abort();
                try {
                    sending.get(Rig.PATIENCE.toSeconds(), TimeUnit.SECONDS);
                } catch (java.util.concurrent.ExecutionException reset) {
                    return;
                }
                throw new AssertionError("the peer was not reset");
            }
        });
    }

    // ------------------------------------------------------------------------ slow reader

    /** An echo: while nobody reads it, nothing more is read. */
    void aPeerThatDoesNotReadIsNotReadFrom() {
        onBothSides(side -> {
            Settings settings = rig.settings(Flood.CODEC);
            try (Rig.Pair pair = rig.open(
                    side,
                    settings,
                    link -> new Consumer(link) {
                        @Override
                        void frame(Frame frame) throws Exception {
                            super.frame(frame);
                            link.send(Unpooled.wrappedBuffer(frame.bytes()));
                        }
                    },
                    Rig.Line.NARROW)) {
                AtomicInteger sent = new AtomicInteger();
                Future<?> sending = send(pair.peer(), FRAMES, sent);
                awaitStill(sent);
                holds(pair.link(), settings.highMark() + 2 * READ + 2 * Flood.FRAME);
                if (pair.link().isWritable() != rig.adapter.sendBlocks())
                    throw new AssertionError("isWritable is " + pair.link().isWritable() + " over the high mark");
                pair.peer().widen();
                receive(pair.peer(), 0, FRAMES);
                Rig.get(sending);
                Rig.await("isWritable", Rig.SOON, pair.link()::isWritable);
                pair.peer().end();
                PeerFaultLaws.heard(pair, new byte[0]);
                pair.awaitClosed();
            }
        });
    }

    /** A sender that stops while the link is not writable: what it sends is all there is, and nothing of it is lost. */
    void aSenderThatMindsTheMarkHoldsLittle() {
        onBothSides(side -> {
            Settings settings = rig.settings(Flood.CODEC);
            try (Rig.Pair pair = rig.open(side, settings, Consumer::new, Rig.Line.NARROW)) {
                Link link = pair.link();
                AtomicInteger sent = new AtomicInteger();
                Future<?> sending = rig.start(() -> {
                    for (int i = 0; i < FRAMES; i++) {
                        Rig.await("isWritable", Rig.PATIENCE, link::isWritable);
                        link.send(Unpooled.wrappedBuffer(Flood.payload(i)));
                        holds(link, settings.highMark() + READ + 2 * Flood.FRAME);
                        sent.set(i + 1);
                    }
                    link.end();
                    return null;
                });
                awaitStill(sent);
                pair.peer().widen();
                receive(pair.peer(), 0, FRAMES);
                PeerFaultLaws.heard(pair, new byte[0]);
                Rig.get(sending);
                pair.peer().close();
                pair.awaitClosed();
            }
        });
    }

    // ------------------------------------------------------------------------ waiting

    /** Half-closed, half-closed and paused, with output that nobody takes: no thread spins. */
    void whoWaitsDoesNotSpin() throws Exception {
        Settings settings = rig.settings(Flood.CODEC).allowHalfOpen();
        List<Rig.Pair> pairs = new ArrayList<>();
        try {
            for (Side side : Side.values()) {
                for (int i = 0; i < 8; i++) {
                    Rig.Pair halfClosed = rig.open(side, settings);
                    pairs.add(halfClosed);
                    halfClosed.peer().end();
                    halfClosed.witness().awaitOver();

                    Rig.Pair paused = rig.open(side, settings);
                    pairs.add(paused);
                    paused.link().pause();
                    paused.peer().write(Flood.frame(i));
                    paused.peer().end();
                }
                Rig.Pair blocked = rig.open(side, settings, Witness::new, Rig.Line.NARROW);
                pairs.add(blocked);
                AtomicInteger sent = new AtomicInteger();
                Future<?> unused = rig.start(() -> {
                    for (int i = 0; i < FRAMES; i++) {
                        Rig.await("never", Rig.PATIENCE, blocked.link()::isWritable);
                        blocked.link().send(Unpooled.wrappedBuffer(Flood.payload(i)));
                        sent.set(i + 1);
                    }
                    return null;
                });
                awaitStill(sent);
            }
            long before = cpuNanos();
            Duration window = Duration.ofMillis(300);
            LockSupport.parkNanos(window.toNanos());
            long spent = cpuNanos() - before;
            if (spent > window.toNanos() / 4)
                throw new AssertionError(spent / 1_000_000 + " ms of processor time in " + window + " of waiting");
        } finally {
            for (Rig.Pair pair : pairs) pair.close();
        }
    }

    /** Of every thread but those that look for {@link Link#isWritable} again and again. */
    private static long cpuNanos() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long sum = 0;
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (!thread.getName().equals("peer")) sum += Math.max(0, threads.getThreadCpuTime(thread.getId()));
        }
        return sum;
    }
}
