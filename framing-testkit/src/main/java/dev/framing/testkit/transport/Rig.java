package dev.framing.testkit.transport;

import dev.framing.FrameCodec;
import dev.framing.FrameHandler;
import dev.framing.testkit.CountingAllocator;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An adapter under test, plain peers for it, and many connections at once. Closing it looks for what leaked. */
final class Rig implements AutoCloseable {
    /** After it something hangs. The machine may be busy: no law depends on how long this is. */
    static final Duration PATIENCE = Duration.ofSeconds(20);
    /** A descriptor is closed within this (THREATS G11), and everything else that must not wait for a peer. */
    static final Duration SOON = Duration.ofSeconds(1);
    /** A look again takes no longer, unless the machine is busy. */
    private static final long LOOK_NANOS = 5_000_000;

    /** Connections at once: enough that waiting costs nothing, few enough for a thread each. */
    private static final int AT_ONCE = 24;

    final Adapter adapter;
    final CountingAllocator buffers = new CountingAllocator();
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "peer");
        thread.setDaemon(true);
        return thread;
    });
    private final Map<Settings, Port> ports = new HashMap<>();
    private final Queue<Witness> witnesses = new ConcurrentLinkedQueue<>();
    private final Queue<String> broken = new ConcurrentLinkedQueue<>();

    Rig(Adapter adapter) {
        this.adapter = adapter;
    }

    /** Settings that waste no time on silent peers, with buffers that are counted. */
    Settings settings(FrameCodec codec) {
        return Settings.of(codec).withAllocator(buffers).withDrain(Duration.ofMillis(50));
    }

    // ------------------------------------------------------------------------------------------------ connections

    /** Connections come in one after the other, so that each is known by the peer that was waited for. */
    private static final class Port {
        final AtomicReference<@Nullable Function<Link, Witness>> next = new AtomicReference<>();
        final BlockingQueue<Witness> accepted = new LinkedBlockingQueue<>();

        @Nullable
        InetSocketAddress address;

        FrameHandler accept(Link link) {
            Function<Link, Witness> application = next.getAndSet(null);
            if (application == null) throw new AssertionError("a connection that nobody made");
            Witness witness = application.apply(link);
            accepted.add(witness);
            return witness;
        }
    }

    /** Both ends of a connection. */
    record Pair(Witness witness, Peer peer, @Nullable FaultProxy proxy, Queue<String> broken) implements AutoCloseable {
        Link link() {
            return witness.link;
        }

        /** Within a second, but for what {@code allowed} adds. */
        void awaitClosed(Duration allowed) {
            Rig.await("the descriptor to be closed", SOON.plus(allowed), link()::isClosed);
        }

        void awaitClosed() {
            awaitClosed(Duration.ZERO);
        }

        @Override
        public void close() throws Exception {
            link().abort();
            peer.close();
            if (proxy != null) proxy.close();
            awaitClosed();
            if (!witness.keeps()) broken.addAll(witness.broken());
        }
    }

    /**
     * What lies between the adapter and its peer.
     *
     * @param buffer of the peer's socket, SO_SNDBUF and SO_RCVBUF; 0: as the system has it
     * @param in toxics on the way to the adapter
     * @param out toxics on the way from it
     */
    record Line(int buffer, List<Toxic> in, List<Toxic> out) {
        static final Line PLAIN = new Line(0, List.of(), List.of());
        static final Line NARROW = new Line(8 * 1024, List.of(), List.of());

        static Line in(String toxics) {
            return new Line(0, Toxic.parseAll(toxics), List.of());
        }

        private boolean isPlain() {
            return in.isEmpty() && out.isEmpty();
        }
    }

    /** A connection whose application only listens. */
    Pair open(Side side, Settings settings) throws Exception {
        return open(side, settings, Witness::new, Line.PLAIN);
    }

    Pair open(Side side, Settings settings, Function<Link, Witness> application) throws Exception {
        return open(side, settings, application, Line.PLAIN);
    }

    Pair open(Side side, Settings settings, Function<Link, Witness> application, Line line) throws Exception {
        Pair pair =
                side == Side.ACCEPTING ? accepted(settings, application, line) : connected(settings, application, line);
        if (pair.witness.keeps()) witnesses.add(pair.witness); // to the end; the others until their pair is closed
        return pair;
    }

    private Pair accepted(Settings settings, Function<Link, Witness> application, Line line) throws Exception {
        Port port;
        synchronized (ports) {
            port = ports.computeIfAbsent(settings, s -> new Port());
        }
        synchronized (port) {
            InetSocketAddress address = port.address;
            if (address == null) port.address = address = adapter.listen(settings, port::accept);
            FaultProxy proxy = null;
            if (!line.isPlain()) {
                proxy = FaultProxy.to(address)
                        .upstream(line.in)
                        .downstream(line.out)
                        .start();
                address = proxy.address();
            }
            port.next.set(application);
            Socket socket = new Socket();
            if (line.buffer > 0) socket.setReceiveBufferSize(line.buffer);
            socket.connect(address);
            Witness witness = port.accepted.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (witness == null) throw new AssertionError("not accepted within " + PATIENCE);
            return new Pair(witness, new Peer(socket, line.buffer), proxy, broken);
        }
    }

    private Pair connected(Settings settings, Function<Link, Witness> application, Line line) throws Exception {
        try (ServerSocket server = new ServerSocket()) {
            if (line.buffer > 0) server.setReceiveBufferSize(line.buffer);
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
            InetSocketAddress address = (InetSocketAddress) server.getLocalSocketAddress();
            FaultProxy proxy = null;
            if (!line.isPlain()) {
                proxy = FaultProxy.to(address)
                        .upstream(line.out)
                        .downstream(line.in)
                        .start();
                address = proxy.address();
            }
            AtomicReference<@Nullable Witness> made = new AtomicReference<>();
            Function<Link, FrameHandler> note = link -> {
                Witness witness = application.apply(link);
                if (made.getAndSet(witness) != null) throw new AssertionError("two handlers for one connection");
                return witness;
            };
            adapter.connect(address, settings, note);
            Peer peer = new Peer(server.accept(), line.buffer);
            return new Pair(Objects.requireNonNull(made.get(), "no handler was made"), peer, proxy, broken);
        }
    }

    // ------------------------------------------------------------------------------------------------ many at once

    interface Body {
        void run() throws Exception;
    }

    /** One of many runs, and what it is called if it fails. */
    record Trial(String name, Body body) {}

    /** Every trial, many at once; fails with the first few that do. */
    void all(List<Trial> trials) {
        Queue<Trial> left = new ConcurrentLinkedQueue<>(trials);
        Map<String, Throwable> failed = new ConcurrentSkipListMap<>();
        List<Future<?>> workers = new ArrayList<>();
        for (int i = 0; i < Math.min(AT_ONCE, trials.size()); i++) {
            workers.add(threads.submit(() -> {
                for (Trial trial = left.poll(); trial != null && failed.size() < 5; trial = left.poll()) {
                    try {
                        trial.body.run();
                    } catch (Exception | AssertionError e) {
                        failed.put(trial.name, e);
                    }
                }
            }));
        }
        for (Future<?> worker : workers) get(worker);
        if (failed.isEmpty()) return;
        List<String> lines = new ArrayList<>();
        failed.forEach((name, e) -> lines.add(name + ": " + e));
        AssertionError all =
                new AssertionError("of " + trials.size() + " runs these failed first\n" + String.join("\n", lines));
        all.initCause(failed.values().iterator().next());
        throw all;
    }

    /** In a thread of its own. */
    <T> Future<T> start(Callable<T> work) {
        return threads.submit(work);
    }

    static <T> T get(Future<T> work) {
        try {
            return work.get(10 * PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e.getCause() == null ? e : e.getCause());
        }
    }

    /**
     * Looks again and again: for what nobody tells, such as that a descriptor is closed. Time in which this thread was not let run does
     * not count, or a busy machine would break laws.
     */
    static void await(String what, Duration limit, BooleanSupplier condition) {
        long spent = 0;
        long last = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (spent > limit.toNanos()) throw new AssertionError("waited " + limit + " for " + what);
            LockSupport.parkNanos(200_000);
            long now = System.nanoTime();
            spent += Math.min(now - last, LOOK_NANOS);
            last = now;
        }
    }

    // ------------------------------------------------------------------------------------------------ afterwards

    /** @throws AssertionError a promise was broken, or something is held that nobody needs */
    @Override
    public void close() throws Exception {
        adapter.close();
        threads.shutdown();
        for (Witness witness : witnesses) {
            broken.addAll(witness.broken());
            if (!witness.link.isClosed()) broken.add("a descriptor is open after Adapter.close()");
        }
        if (!broken.isEmpty())
            throw new AssertionError(broken.size() + " broken promises, the first\n"
                    + broken.stream().limit(5).collect(Collectors.joining("\n")));
        await("every buffer to be released", SOON, () -> buffers.used() == 0);
    }
}
