package dev.framing.nio;

import dev.framing.FramingException;
import dev.framing.testkit.CountingAllocator;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One simulated run: a few connections between applications, or between an application and a peer without an engine, on the real
 * {@link Worker} or in a loop written by hand. In one thread: what other threads do happens while the loop waits, and at its system calls.
 */
final class Simulation implements SimPoller.Watcher, SimApp.Surroundings {
    /** What a run came to. */
    record Result(long transcript, long happened, long wakeUps) {}

    /** Thrown out of the last wait. */
    private static final class Over extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Over() {
            super(null, null, false, false);
        }
    }

    private interface Loop {
        FramedChannel take(SimApp app) throws IOException;

        void turn() throws IOException;

        void isHere(boolean here);

        void stop();
    }

    private final SimNet net;
    private final SimPoller poller;
    private final CountingAllocator allocator = new CountingAllocator();
    /** Of the applications: never fails. */
    private final CountingAllocator payloads = new CountingAllocator();

    private final List<SimApp> apps = new ArrayList<>();
    private final List<SimRaw> raws = new ArrayList<>();
    private final List<SimSocket> sockets = new ArrayList<>();
    private final Loop loop;
    private boolean waiting;
    /** The allocation that fails, or 0. */
    private int failing;
    /** Times that nothing could happen any more. */
    private int stage;

    private Simulation(long seed, @Nullable Consumer<String> listener) {
        net = new SimNet(seed, listener);
        poller = new SimPoller(net, this);
        loop = net.oneIn(4) ? new ByHand() : new OnWorker();
        if (net.oneIn(16)) allocator.failAt(failing = 1 + net.upTo(200));
    }

    /** @throws AssertionError a law was broken */
    static Result run(long seed, @Nullable Consumer<String> listener) throws IOException {
        return new Simulation(seed, listener).run();
    }

    private Result run() throws IOException {
        for (int n = net.size(1, 4); n > 0; n--) connect(n);
        for (SimApp app : apps) app.live();
        try {
            while (true) {
                loop.turn();
                net.check();
            }
        } catch (Over done) {
            net.check();
        }
        return new Result(net.transcript(), net.happened(), poller.wakeUps());
    }

    private void connect(int number) throws IOException {
        int longest = switch (net.upTo(7)) {
            case 0 -> 0;
            case 1 -> SimStream.LONGEST;
            case 2 -> 5_000;
            default -> 60;
        };
        int most = longest > 5_000 ? 400_000 : 2 * longest + 200;
        SimSocket a = SimSocket.pair(net, "a" + number, net.size(1, most), "b" + number, net.size(1, most));
        SimSocket b = a.other();
        sockets.add(a);
        sockets.add(b);
        SimStream there = new SimStream();
        SimStream back = new SimStream();
        SimApp one = new SimApp(net, this, a, there, back, longest, net.size(10, 250));
        apps.add(one);
        if (net.oneIn(3)) {
            raws.add(new SimRaw(net, b, back, there, longest, net.size(10, 250)));
        } else {
            SimApp other = new SimApp(net, this, b, back, there, longest, net.size(10, 250));
            apps.add(other);
            one.peer = other;
            other.peer = one;
            take(other);
        }
        take(one);
    }

    private void take(SimApp app) throws IOException {
        try {
            loop.take(app);
        } catch (SimApp.Thrown | CountingAllocator.OutOfBuffers e) {
            if (!app.socket.isClosed()) app.socket.abort(); // in a loop by hand it is the caller's
        }
    }

    private void uncaught(Throwable e) {
        net.note("loop", "uncaught " + e.getClass().getSimpleName(), 0);
        boolean expected = e instanceof SimApp.Thrown
                || e instanceof CountingAllocator.OutOfBuffers
                || e instanceof FramingException
                || e instanceof IllegalStateException
                        && e.getMessage() != null
                        && (e.getMessage().contains("wait to be sent, the limit is")
                                || e.getMessage().startsWith("a frame was begun")
                                || e.getMessage().startsWith("end() while a frame"));
        if (!expected) net.broken("uncaught " + e).initCause(e);
    }

    // ------------------------------------------------------------------------------------------------ loops

    private final class OnWorker implements Loop {
        private final Worker worker = new Worker(poller, net::now, (channel, e) -> uncaught(e));

        @Override
        public FramedChannel take(SimApp app) throws IOException {
            isHere(true);
            return worker.take(app.withHalfOpen(app.settings()), app.socket, app::on);
        }

        @Override
        public void turn() throws IOException {
            worker.turn();
        }

        @Override
        public void isHere(boolean here) {
            worker.runsOn(here ? Thread.currentThread() : null);
        }

        @Override
        public void stop() {
            worker.execute(() -> {
                for (SimApp app : apps) app.closedByLoop();
                worker.stop();
            });
        }
    }

    /** The loop of {@link FramedChannel}'s documentation, over the simulated selector. */
    private final class ByHand implements Loop {
        private final List<Key> keys = new ArrayList<>();
        private final Queue<Runnable> tasks = new ArrayDeque<>();

        private final class Key implements Poller.Member {
            final FramedChannel channel;
            final Poller.Place place;
            int ops;

            Key(FramedChannel channel, SimSocket socket) {
                this.channel = channel;
                ops = channel.interestOps();
                place = poller.join(socket, ops, this);
            }

            @Override
            public void ready(int readyOps) {
                guarded(() -> channel.ready(readyOps));
                look();
            }

            void look() {
                if (channel.flow().isGone()) return;
                int now = channel.interestOps();
                if (now != ops) place.interestOps(ops = now);
            }
        }

        @Override
        public FramedChannel take(SimApp app) {
            FramedChannel channel = app.withHalfOpen(app.settings())
                    .clock(net::now)
                    .over(app.socket, Home.OF_THE_CALLER, net::now, app::on);
            keys.add(new Key(channel, app.socket));
            return channel;
        }

        @Override
        public void turn() {
            long least = Long.MAX_VALUE;
            for (Key key : keys) key.look();
            for (Key key : keys) least = Math.min(least, key.channel.remainingNanos());
            poller.poll(!tasks.isEmpty() ? 0 : least == Long.MAX_VALUE ? -1 : Math.max(0, least));
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) guarded(task);
            for (Key key : keys) {
                if (key.channel.remainingNanos() <= 0) guarded(key.channel::expire);
                key.look();
                if (key.channel.flow().isGone()) key.place.cancel();
            }
            keys.removeIf(key -> key.channel.flow().isGone());
        }

        private void guarded(Runnable call) {
            try {
                call.run();
            } catch (Throwable e) {
                uncaught(e);
            }
        }

        @Override
        public void isHere(boolean here) {}

        @Override
        public void stop() {
            for (SimApp app : apps) fromAfar(() -> app.finish(true));
        }
    }

    @Override
    public void fromAfar(Runnable call) {
        if (loop instanceof ByHand hand) { // has one thread
            hand.tasks.add(call);
            poller.wakeup();
            return;
        }
        loop.isHere(false);
        try {
            call.run();
        } finally {
            loop.isHere(!waiting);
        }
    }

    // ------------------------------------------------------------------------------------------------ around a wait

    @Override
    public void waits(long nanos) {
        if (nanos != 0) for (SimApp app : apps) app.check(poller.asked(app.socket), nanos);
        net.check();
        waiting = true;
        loop.isHere(false);
    }

    @Override
    public void others() {
        if (net.oneIn(24)) anybody().fromAfar();
    }

    @Override
    public void waited() {
        net.check();
        waiting = false;
        loop.isHere(true);
    }

    @Override
    public boolean hasFailed() {
        return failing > 0 && allocator.allocations() >= failing;
    }

    @Override
    public boolean hasThreads() {
        return loop instanceof OnWorker;
    }

    @Override
    public SimApp anybody() {
        return apps.get(net.upTo(apps.size() - 1));
    }

    @Override
    public ByteBufAllocator allocator() {
        return allocator;
    }

    @Override
    public ByteBufAllocator payloads() {
        return payloads;
    }

    @Override
    public void quiet() {
        net.check();
        net.note("sim", "quiet", stage);
        for (SimApp app : apps) app.checkQuiet();
        switch (stage++) {
            case 0 -> {
                for (SimApp app : apps) fromAfar(app::wakeUp);
                for (SimRaw raw : raws) raw.windDown();
            }
            case 1 -> {
                for (SimApp app : apps) fromAfar(() -> app.finish(false));
                for (SimRaw raw : raws) raw.windDown();
            }
            case 2 -> {
                if (net.oneIn(2)) fromAfar(loop::stop);
                else for (SimApp app : apps) fromAfar(() -> app.finish(true));
            }
            default -> {
                for (SimApp app : apps) app.checkOver();
                if (poller.places() > 0) throw net.broken(poller.places() + " places were not given up");
                long used = allocator.used() + payloads.used();
                if (used > 0) throw net.broken(used + " bytes were not released");
                net.check();
                throw new Over();
            }
        }
    }
}
