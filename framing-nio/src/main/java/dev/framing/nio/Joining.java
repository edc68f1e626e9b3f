package dev.framing.nio;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** How connections come to a {@link Worker}: accepted, or made. Lives on one worker's thread. */
abstract class Joining extends Timers.Entry implements Poller.Member, Home.Task {
    final Worker worker;
    Poller.@Nullable Place place;

    private Joining(Worker worker) {
        this.worker = worker;
    }

    static ServerSocketChannel bind(SocketAddress address) throws IOException {
        ServerSocketChannel server = address instanceof UnixDomainSocketAddress
                ? ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                : ServerSocketChannel.open();
        boolean bound = false;
        try {
            server.configureBlocking(false);
            server.bind(address, BACKLOG);
            bound = true;
            return server;
        } finally {
            if (!bound) server.close();
        }
    }

    /** Connections that the kernel keeps until they are accepted; it may allow fewer (somaxconn, 4096 on Linux). */
    static final int BACKLOG = 4096;

    static SocketChannel open(SocketAddress address) throws IOException {
        SocketChannel channel = address instanceof UnixDomainSocketAddress
                ? SocketChannel.open(StandardProtocolFamily.UNIX)
                : SocketChannel.open();
        channel.configureBlocking(false);
        return channel;
    }

    static void prepare(SocketChannel channel) throws IOException {
        channel.configureBlocking(false);
        if (Source.isTcp(channel)) channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    void join(SelectableChannel channel, int ops) throws IOException {
        if (worker.isStopping()) throw new ClosedSelectorException();
        place = ((Poller.OfSelector) worker.poller()).join(channel, ops, this);
        worker.joining().add(this);
    }

    /** Is told no more. The key goes with the channel, or becomes the connection's. */
    void leave() {
        worker.joining().remove(this);
        worker.timers().remove(this);
        place = null;
    }

    /** Accepts what comes. */
    static final class Acceptor extends Joining {
        /** Accepted before connections have their turn again. */
        private static final int BATCH = 64;
        /** How long it waits where no descriptor is free: accept() fails, and the listener stays ready. */
        private static final long RETRY_NANOS = 100_000_000;

        final ServerSocketChannel server;
        private final Consumer<SocketChannel> accepted;

        Acceptor(Worker worker, ServerSocketChannel server, Consumer<SocketChannel> accepted) {
            super(worker);
            this.server = server;
            this.accepted = accepted;
        }

        @Override
        public void run() {
            try {
                join(server, SelectionKey.OP_ACCEPT);
            } catch (IOException | RuntimeException e) {
                drop();
                worker.report(null, e);
            }
        }

        @Override
        public void ready(int readyOps) {
            try {
                for (int n = 0; n < BATCH && server.isOpen(); n++) {
                    SocketChannel channel = server.accept();
                    if (channel == null) return;
                    accepted.accept(channel);
                }
            } catch (IOException e) {
                if (!server.isOpen()) return;
                if (place != null) place.interestOps(0);
                worker.timers().within(this, worker.now(), RETRY_NANOS);
                worker.report(null, e);
            }
        }

        @Override
        void due(long now) {
            if (place != null) place.interestOps(SelectionKey.OP_ACCEPT);
        }

        @Override
        public void drop() {
            leave();
            try {
                server.close();
            } catch (IOException e) {
                worker.report(null, e);
            }
        }
    }

    /** Connects. */
    static final class Connector extends Joining {
        private final SocketAddress address;
        private final long timeoutNanos;
        private final CompletableFuture<?> made;
        private final Consumer<SocketChannel> connected;
        private @Nullable SocketChannel channel;

        /** @param made is told of a failure; {@code connected} of the rest */
        Connector(
                Worker worker,
                SocketAddress address,
                long timeoutNanos,
                CompletableFuture<?> made,
                Consumer<SocketChannel> connected) {
            super(worker);
            this.address = address;
            this.timeoutNanos = timeoutNanos;
            this.made = made;
            this.connected = connected;
        }

        @Override
        public void run() {
            try {
                SocketChannel opened = channel = open(address);
                if (opened.connect(address)) {
                    connected.accept(opened);
                    return;
                }
                join(opened, SelectionKey.OP_CONNECT);
                worker.timers().within(this, worker.now(), timeoutNanos);
            } catch (IOException | RuntimeException e) {
                fail(e);
            }
        }

        @Override
        public void ready(int readyOps) {
            SocketChannel opened = Objects.requireNonNull(channel);
            try {
                if (!opened.finishConnect()) return;
            } catch (IOException e) {
                fail(e);
                return;
            }
            leave();
            connected.accept(opened);
        }

        @Override
        void due(long now) {
            fail(new IOException("no answer from " + address + " within " + Duration.ofNanos(timeoutNanos)));
        }

        @Override
        public void drop() {
            fail(new ClosedSelectorException());
        }

        private void fail(Exception e) {
            leave();
            try {
                if (channel != null) channel.close();
            } catch (IOException suppressed) {
                e.addSuppressed(suppressed);
            }
            made.completeExceptionally(e);
        }
    }
}
