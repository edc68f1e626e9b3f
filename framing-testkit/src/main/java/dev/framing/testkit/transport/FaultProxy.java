package dev.framing.testkit.transport;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A bad network on the loopback interface: passes connections on to a server, and in each direction does what {@link Toxic}s say.
 *
 * <pre>{@code
 * try (FaultProxy proxy = FaultProxy.to(server)
 *         .upstream(Toxic.slices(1), Toxic.delay(Duration.ofMillis(2)))   // from the client to the server
 *         .downstream(Toxic.resetAfter(12))                               // from the server to the client
 *         .start()) {
 *     Socket client = new Socket(proxy.address().getAddress(), proxy.address().getPort());
 * }
 * }</pre>
 *
 * Ends and resets of either side are passed on as what they are. Two threads for each connection.
 */
public final class FaultProxy implements AutoCloseable {
    private final InetSocketAddress target;
    private final List<Toxic> upstream;
    private final List<Toxic> downstream;
    private final ServerSocket server;
    private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
    private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    private FaultProxy(Builder b) throws IOException {
        target = b.target;
        upstream = b.upstream;
        downstream = b.downstream;
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start("fault proxy", this::accept);
    }

    /** A proxy in front of a server. */
    public static Builder to(InetSocketAddress server) {
        return new Builder(server);
    }

    /** What happens in each direction; nothing, unless said otherwise. */
    public static final class Builder {
        private final InetSocketAddress target;
        private List<Toxic> upstream = List.of();
        private List<Toxic> downstream = List.of();

        private Builder(InetSocketAddress target) {
            this.target = target;
        }

        /** From the client to the server. */
        public Builder upstream(Toxic... toxics) {
            return upstream(List.of(toxics));
        }

        Builder upstream(List<Toxic> toxics) {
            upstream = toxics;
            return this;
        }

        /** From the server to the client. */
        public Builder downstream(Toxic... toxics) {
            return downstream(List.of(toxics));
        }

        Builder downstream(List<Toxic> toxics) {
            downstream = toxics;
            return this;
        }

        /** Listens. */
        public FaultProxy start() throws IOException {
            return new FaultProxy(this);
        }
    }

    /** Where clients connect to. */
    public InetSocketAddress address() {
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    private void start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void accept() {
        while (closed.getCount() > 0) {
            try {
                Socket client = server.accept();
                sockets.removeIf(Socket::isClosed);
                threads.removeIf(thread -> !thread.isAlive());
                sockets.add(client);
                Socket behind = new Socket();
                sockets.add(behind);
                try {
                    behind.connect(target);
                } catch (IOException refused) {
                    reset(client);
                    closeQuietly(behind);
                    continue;
                }
                client.setTcpNoDelay(true);
                behind.setTcpNoDelay(true);
                AtomicInteger open = new AtomicInteger(2);
                start("fault proxy upstream", new Direction(client, behind, upstream, open));
                start("fault proxy downstream", new Direction(behind, client, downstream, open));
                if (closed.getCount() == 0) resetAll();
            } catch (IOException e) {
                // closed, or a client that has gone already
            }
        }
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // closed already
        } finally {
            closeQuietly(socket);
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it is closed all the same
        }
    }

    private void resetAll() {
        for (Socket socket : sockets) reset(socket);
    }

    /** Resets what is open and waits for the threads to end. */
    @Override
    public void close() throws IOException {
        closed.countDown();
        server.close();
        resetAll();
        try {
            for (Thread thread : threads) thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One direction of one connection. */
    private final class Direction implements Runnable {
        private final Socket from;
        private final Socket to;
        private final List<Toxic> toxics;
        private final AtomicInteger open;
        private long passed;

        Direction(Socket from, Socket to, List<Toxic> toxics, AtomicInteger open) {
            this.from = from;
            this.to = to;
            this.toxics = toxics;
            this.open = open;
        }

        @Override
        public void run() {
            try {
                if (pass()) to.shutdownOutput();
            } catch (IOException e) {
                reset(from);
                reset(to);
            }
            if (open.decrementAndGet() > 0) return;
            closeQuietly(from);
            closeQuietly(to);
        }

        /** @return the end was reached, and is to be told */
        private boolean pass() throws IOException {
            InputStream in = from.getInputStream();
            byte[] packet = new byte[16 * 1024];
            while (true) {
                for (Toxic toxic : toxics) if (toxic.kind().cuts() && toxic.amount() == passed) return cut(toxic);
                int n = in.read(packet, 0, most(packet.length));
                if (n < 0) return true;
                send(packet, n + gather(packet, n));
            }
        }

        /**
         * What a toxic wants sent along with the {@code had} bytes that have come.
         *
         * @return how many more
         */
        private int gather(byte[] packet, int had) throws IOException {
            long nanos = 0;
            for (Toxic toxic : toxics)
                if (toxic.kind() == Toxic.Kind.MERGE) nanos = TimeUnit.MILLISECONDS.toNanos(toxic.amount());
            long until = System.nanoTime() + nanos;
            int length = had;
            try {
                for (long left = nanos; left > 0; left = until - System.nanoTime()) {
                    int most = Math.min(packet.length - length, most(packet.length) - length);
                    if (most <= 0) break;
                    from.setSoTimeout((int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
                    int n = from.getInputStream().read(packet, length, most);
                    if (n < 0) break; // and again, when it is asked next
                    length += n;
                }
            } catch (SocketTimeoutException nothingMore) {
                // what was gathered goes out
            } finally {
                if (nanos > 0) from.setSoTimeout(0);
            }
            return length - had;
        }

        /** Bytes that may be read before one of the toxics strikes. */
        private int most(int room) {
            long most = room;
            for (Toxic toxic : toxics) if (toxic.kind().cuts()) most = Math.min(most, toxic.amount() - passed);
            return (int) most;
        }

        private void send(byte[] packet, int length) throws IOException {
            OutputStream out = to.getOutputStream();
            int slice = length;
            for (Toxic toxic : toxics)
                if (toxic.kind() == Toxic.Kind.SLICES) slice = (int) Math.min(slice, toxic.amount());
            for (int at = 0; at < length; at += slice) {
                int n = Math.min(slice, length - at);
                for (Toxic toxic : toxics) {
                    if (toxic.kind() == Toxic.Kind.DELAY) await(TimeUnit.MILLISECONDS.toNanos(toxic.amount()));
                    if (toxic.kind() == Toxic.Kind.RATE) await(TimeUnit.SECONDS.toNanos(n) / toxic.amount());
                }
                out.write(packet, at, n);
                passed += n;
            }
        }

        /** @return as {@link #pass} */
        private boolean cut(Toxic toxic) throws IOException {
            switch (toxic.kind()) {
                case RESET_AFTER -> throw new IOException("as told: " + toxic);
                case STALL_AFTER -> {
                    await(Long.MAX_VALUE);
                    return false;
                }
                default -> {
                    to.shutdownOutput();
                    from.getInputStream().transferTo(OutputStream.nullOutputStream());
                    return false;
                }
            }
        }

        /** @throws IOException the proxy was closed meanwhile */
        private void await(long nanos) throws IOException {
            try {
                if (closed.await(nanos, TimeUnit.NANOSECONDS)) throw new IOException("the proxy was closed");
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
    }
}
