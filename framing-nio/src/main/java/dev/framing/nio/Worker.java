package dev.framing.nio;

import dev.framing.DeadlineWatch;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One thread of a {@link ReadyLoop} and the connections that live on it.
 *
 * <pre>
 *   turn:   wait ─▶ events, one read each ─▶ tasks of other threads ─▶ deadlines ─▶ settle whatever changed ─▶ wait
 * </pre>
 */
final class Worker implements Home, Runnable {
    /** Tasks done in one turn before connections are looked at again. */
    private static final int TASKS = 1024;

    private final Poller poller;
    private final LongSupplier clock;
    private final ReadyLoop.Uncaught uncaught;
    private final Timers timers;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean woken = new AtomicBoolean();
    private final Set<Resident> residents = new LinkedHashSet<>();
    /** Listeners, and connections that do not stand yet. */
    private final Set<Task> joining = new LinkedHashSet<>();

    private final ArrayDeque<Resident> changed = new ArrayDeque<>();
    private volatile @Nullable Thread thread;
    private volatile boolean over;
    /** No connection is taken any more, and the thread ends with the last one. */
    private boolean stopping;

    private long turns;
    private volatile long wakeUps;
    private volatile int size;

    Worker(Poller poller, LongSupplier clock, ReadyLoop.Uncaught uncaught) {
        this.poller = poller;
        this.clock = clock;
        this.uncaught = uncaught;
        timers = new Timers(clock.getAsLong());
    }

    Timers timers() {
        return timers;
    }

    Poller poller() {
        return poller;
    }

    long now() {
        return clock.getAsLong();
    }

    /** Times that a wait was over, whatever ended it. */
    long wakeUps() {
        return wakeUps;
    }

    // ------------------------------------------------------------------------------------------------ turns

    @Override
    public void run() {
        runsOn(Thread.currentThread());
        try {
            while (!(stopping && residents.isEmpty())) turn();
        } catch (IOException e) {
            report(null, e); // the selector itself is broken: nothing can go on here
        } finally {
            over = true;
            for (Task task : List.copyOf(joining)) task.drop();
            for (Resident resident : List.copyOf(residents)) {
                guarded(resident.channel, resident.channel::abort);
                guarded(resident.channel, resident.channel::settle); // there is no turn any more that would
            }
            dropTasks();
            try {
                poller.close();
            } catch (IOException e) {
                report(null, e);
            }
        }
    }

    /** Waits for something to happen, and does what follows from it. */
    void turn() throws IOException {
        boolean busy = !tasks.isEmpty() || !changed.isEmpty();
        poller.poll(busy ? 0 : timers.remaining(now()));
        wakeUps = ++turns;
        woken.set(false);
        Runnable task;
        for (int n = 0; n < TASKS && (task = tasks.poll()) != null; n++)
            guarded(task instanceof Concerning c ? c.channel() : null, task);
        timers.expire(now());
        for (int n = changed.size(); n > 0; n--) {
            Resident resident = changed.remove();
            resident.isChanged = false;
            guarded(resident.channel, resident.channel::settle);
            resident.look();
        }
    }

    /** Whose turns these are; a simulation lends its own thread. */
    void runsOn(@Nullable Thread now) {
        thread = now;
    }

    void report(@Nullable FramedChannel channel, Throwable e) {
        uncaught.accept(channel, e);
    }

    /** What it throws does not end the loop. */
    private void guarded(@Nullable FramedChannel channel, Runnable call) {
        try {
            call.run();
        } catch (Throwable e) {
            report(channel, e);
        }
    }

    // ------------------------------------------------------------------------------------------------ as a home

    @Override
    public boolean isHere() {
        return thread == Thread.currentThread();
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        if (over) dropTasks();
        else if (!isHere() && woken.compareAndSet(false, true)) poller.wakeup();
    }

    @Override
    public boolean isOver() {
        return over;
    }

    private void dropTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll())
            if (task instanceof Task owner) owner.drop();
    }

    @Override
    public void changed(FramedChannel channel) {
        Resident resident = (Resident) channel.flow().tenancy;
        if (resident == null || resident.isChanged) return;
        resident.isChanged = true;
        changed.add(resident);
    }

    // ------------------------------------------------------------------------------------------------ residents

    /** Takes a connection in; from this thread. */
    FramedChannel take(
            FramedChannel.Builder settings,
            Duplex transport,
            Function<FramedChannel, ? extends FramedChannel.Handler> application)
            throws IOException {
        FramedChannel channel = null;
        boolean taken = false;
        try {
            channel = settings.over(transport, this, clock, application);
            if (!channel.isClosed()) join(channel, transport);
            taken = true;
        } finally {
            if (!taken) {
                if (channel == null) reset(transport);
                else channel.abort();
            }
            if (channel != null && channel.isClosed()) guarded(channel, channel::settle);
        }
        return channel;
    }

    private static void reset(Duplex transport) {
        try {
            transport.abort();
        } catch (IOException e) {
            // closed by the application, which has thrown something that says more
        }
    }

    private void join(FramedChannel channel, Duplex transport) throws IOException {
        Resident resident = new Resident(channel);
        resident.move(poller.join(transport, channel.interestOps(), resident));
        channel.flow().tenancy = resident;
        residents.add(resident);
        size = residents.size();
        changed(channel);
    }

    Set<Task> joining() {
        return joining;
    }

    /** Every connection is closed, and the thread ends with the last of them. */
    void stop() {
        stopping = true;
        for (Task task : List.copyOf(joining)) task.drop();
        for (Resident resident : List.copyOf(residents)) guarded(resident.channel, resident.channel::close);
    }

    /** What is left after {@link #stop} is reset. */
    void abort() {
        for (Resident resident : List.copyOf(residents)) guarded(resident.channel, resident.channel::abort);
    }

    /** The same in a while, by this loop's clock. */
    void abortIn(long nanos) {
        timers.within(
                new Timers.Entry() {
                    @Override
                    void due(long now) {
                        abort();
                    }
                },
                now(),
                nanos);
    }

    boolean isStopping() {
        return stopping;
    }

    /** Connections that live here. */
    int size() {
        return size;
    }

    /** A connection's place in the selector and among the timers. */
    private final class Resident extends Timers.Entry implements Poller.Member {
        final FramedChannel channel;
        private Poller.@Nullable Place place;
        private int interest;
        boolean isChanged;

        Resident(FramedChannel channel) {
            this.channel = channel;
        }

        void move(Poller.Place where) {
            place = where;
            interest = channel.interestOps();
        }

        @Override
        public void ready(int readyOps) {
            guarded(channel, () -> channel.ready(readyOps));
            look();
        }

        @Override
        void due(long now) {
            guarded(channel, channel::expire);
            look();
        }

        /** Asks the selector and the timers for what the connection wants now. */
        void look() {
            Flow flow = channel.flow();
            Poller.Place where = place;
            if (where == null) return;
            if (flow.isGone()) {
                place = null;
                where.cancel();
                timers.remove(this);
                residents.remove(this);
                size = residents.size();
                return;
            }
            int ops = channel.interestOps();
            if (ops != interest && !flow.isClosed()) where.interestOps(interest = ops);
            long now = now();
            long remaining = flow.remaining(now);
            if (remaining != DeadlineWatch.NEVER) timers.within(this, now, remaining);
        }
    }
}
