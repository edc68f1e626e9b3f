package dev.framing.nio;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A small loop for services that have none: a few threads, a selector each, and any number of {@link FramedChannel}s.
 *
 * <pre>{@code
 * try (ReadyLoop loop = ReadyLoop.start(2)) {
 *     loop.listen(new InetSocketAddress(7000), FramedChannel.builder(codec), channel -> frame -> channel.send(frame.retain()));
 *     ...
 * }                                  // accepts no more, closes every connection without losing what was sent, ends its threads
 * }</pre>
 *
 * <p>A connection stays on one thread, on which its handler is called: what a handler waits for, all its neighbours wait for.
 *
 * <p><b>What a handler throws</b> resets its connection and goes to {@link Builder#onUncaught}, as does a stream's error where the
 * handler has no onError.
 */
public final class ReadyLoop implements AutoCloseable {
    /** How long {@link #close()} lets connections send what waits and wait for their peers. */
    public static final Duration GRACE = Duration.ofSeconds(5);

    /** How long {@link #connect} waits for an answer. */
    public static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    /** What a callback has thrown, and what failed without any connection to tell it. */
    @FunctionalInterface
    public interface Uncaught {
        /** {@code channel}: whose handler it was, or null. On the loop's thread, which goes on whatever this throws. */
        void accept(@Nullable FramedChannel channel, Throwable e);
    }

    private final List<Worker> workers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicInteger next = new AtomicInteger();
    private final Uncaught uncaught;
    private volatile boolean stopped;

    private ReadyLoop(Builder b) throws IOException {
        uncaught = b::tell;
        boolean made = false;
        try {
            for (int i = 0; i < b.threads; i++) workers.add(new Worker(new Poller.OfSelector(), b.clock, uncaught));
            made = true;
        } finally {
            if (!made) for (Worker worker : workers) worker.poller().close();
        }
        for (int i = 0; i < b.threads; i++) {
            Thread thread = new Thread(workers.get(i), b.name + "-" + i);
            thread.setDaemon(b.daemon);
            threads.add(thread);
            thread.start();
        }
    }

    /** A loop of {@code threads} threads. */
    public static ReadyLoop start(int threads) throws IOException {
        return builder().threads(threads).start();
    }

    /** Everything that can be chosen. */
    public static Builder builder() {
        return new Builder();
    }

    /** How a loop is made. */
    public static final class Builder {
        private int threads = 1;
        private String name = "framing";
        private boolean daemon;
        private LongSupplier clock = System::nanoTime;
        private Uncaught uncaught = (channel, e) -> {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
        };

        private Builder() {}

        /** Threads, each with a selector; 1 unless said otherwise. */
        public Builder threads(int count) {
            if (count < 1) throw new IllegalArgumentException(count + " threads");
            threads = count;
            return this;
        }

        /** What its threads are called, and whether they keep the process alive; "framing" and true unless said otherwise. */
        public Builder threads(String prefix, boolean keepAlive) {
            name = Objects.requireNonNull(prefix, "prefix");
            daemon = !keepAlive;
            return this;
        }

        /** What is told of exceptions; the thread's uncaught exception handler unless said otherwise. */
        public Builder onUncaught(Uncaught told) {
            uncaught = Objects.requireNonNull(told, "onUncaught");
            return this;
        }

        /** Nanoseconds for all deadlines; {@link System#nanoTime()} unless said otherwise. */
        public Builder clock(LongSupplier nanos) {
            clock = Objects.requireNonNull(nanos, "clock");
            return this;
        }

        /** What is told of an exception may throw one itself: that ends no loop either. */
        private void tell(@Nullable FramedChannel channel, Throwable e) {
            try {
                uncaught.accept(channel, e);
            } catch (Throwable another) {
                if (another != e) another.addSuppressed(e);
                Thread thread = Thread.currentThread();
                thread.getUncaughtExceptionHandler().uncaughtException(thread, another);
            }
        }

        /** The loop, running. */
        public ReadyLoop start() throws IOException {
            return new ReadyLoop(this);
        }
    }

    // ------------------------------------------------------------------------------------------------ connections

    /**
     * Listens; {@code application} is asked for the handler of each connection, on that connection's thread.
     *
     * @return where: the port that was free, if the address left it open
     */
    public SocketAddress listen(
            SocketAddress address,
            FramedChannel.Builder settings,
            Function<FramedChannel, ? extends FramedChannel.Handler> application)
            throws IOException {
        if (stopped) throw new IllegalStateException("listen() on a loop that was stopped");
        ServerSocketChannel server = Joining.bind(address);
        SocketAddress bound = server.getLocalAddress();
        Joining.Acceptor acceptor = new Joining.Acceptor(nextWorker(), server, channel -> {
            Worker worker = nextWorker();
            worker.execute(new Arrival(worker, channel, settings, application, null));
        });
        acceptor.worker.execute(acceptor);
        return bound;
    }

    /**
     * Connects.
     *
     * @return the connection, on its thread, when it stands; else an {@link IOException}, {@link ClosedSelectorException} where the loop
     *     was stopped before, or what {@code application} has thrown
     */
    public CompletableFuture<FramedChannel> connect(
            SocketAddress address,
            FramedChannel.Builder settings,
            Function<FramedChannel, ? extends FramedChannel.Handler> application) {
        CompletableFuture<FramedChannel> made = new CompletableFuture<>();
        Worker worker = nextWorker();
        worker.execute(new Joining.Connector(
                worker,
                address,
                CONNECT_TIMEOUT.toNanos(),
                made,
                channel -> new Arrival(worker, channel, settings, application, made).run()));
        return made;
    }

    /** A connection that comes to its worker. */
    private record Arrival(
            Worker worker,
            SocketChannel channel,
            FramedChannel.Builder settings,
            Function<FramedChannel, ? extends FramedChannel.Handler> application,
            @Nullable CompletableFuture<FramedChannel> made)
            implements Home.Task {
        @Override
        public void run() {
            if (worker.isStopping()) {
                drop();
                return;
            }
            try {
                Joining.prepare(channel);
                FramedChannel taken = worker.take(settings, Duplex.of(channel), application);
                if (made != null) made.complete(taken);
            } catch (Throwable e) {
                fail(e);
                if (made == null) worker.report(null, e);
            }
        }

        @Override
        public void drop() {
            fail(new ClosedSelectorException());
        }

        private void fail(Throwable e) {
            try {
                channel.close();
            } catch (IOException suppressed) {
                e.addSuppressed(suppressed);
            }
            if (made != null) made.completeExceptionally(e);
        }
    }

    private Worker nextWorker() {
        return workers.get(Math.floorMod(next.getAndIncrement(), workers.size()));
    }

    /** Connections that are open now. */
    public int connections() {
        int n = 0;
        for (Worker worker : workers) n += worker.size();
        return n;
    }

    /** Times that its threads have woken up so far: with nothing to do, none. */
    public long wakeUps() {
        long n = 0;
        for (Worker worker : workers) n += worker.wakeUps();
        return n;
    }

    // ------------------------------------------------------------------------------------------------ stopping

    /** As {@link #stop} with {@link #GRACE}. */
    @Override
    public void close() {
        stop(GRACE);
    }

    /**
     * Accepts no more, closes every connection ({@link FramedChannel#close()}) and ends the threads with the last of them; what is left
     * after {@code grace} is reset. Returns when the threads have ended; called from one of them, at once: that one has answers to send. A
     * second call does nothing but wait.
     */
    public void stop(Duration grace) {
        stopped = true;
        for (Worker worker : workers) worker.execute(worker::stop);
        if (threads.contains(Thread.currentThread())) {
            long nanos = FramedInput.nanos(grace);
            for (Worker worker : workers) worker.execute(() -> worker.abortIn(nanos));
            return;
        }
        boolean interrupted = !await(System.nanoTime() + FramedInput.nanos(grace));
        for (Worker worker : workers) worker.execute(worker::abort);
        if (!interrupted) interrupted = !await(Long.MAX_VALUE);
        if (interrupted) Thread.currentThread().interrupt();
    }

    /** Waits for the threads until {@code deadline}; false: interrupted. */
    private boolean await(long deadline) {
        for (Thread thread : threads) {
            try {
                if (deadline == Long.MAX_VALUE) thread.join();
                else thread.join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
            } catch (InterruptedException e) {
                return false;
            }
        }
        return true;
    }
}
