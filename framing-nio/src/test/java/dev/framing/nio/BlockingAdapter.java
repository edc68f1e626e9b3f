package dev.framing.nio;

import dev.framing.Deadline;
import dev.framing.Frame;
import dev.framing.FrameHandler;
import dev.framing.FramingError;
import dev.framing.FramingException;
import dev.framing.testkit.transport.Adapter;
import dev.framing.testkit.transport.Link;
import dev.framing.testkit.transport.Settings;
import io.netty.buffer.ByteBuf;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** A thread for each connection, inside {@link FramedSocket#run}. */
final class BlockingAdapter implements Adapter {
    private static final Duration FLUSH = Duration.ofSeconds(30);

    /** What the frames go over. */
    enum Over {
        CHANNEL,
        SOCKET
    }

    private final Over over;
    private final Queue<Closeable> servers = new ConcurrentLinkedQueue<>();
    private final Queue<Connection> open = new ConcurrentLinkedQueue<>();
    private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();

    BlockingAdapter(Over over) {
        this.over = over;
    }

    @Override
    public boolean sendBlocks() {
        return true;
    }

    /** A blocked write has no deadline. */
    @Override
    public Set<Deadline> deadlines() {
        return EnumSet.complementOf(EnumSet.of(Deadline.OUTPUT));
    }

    private static FramedSocket.Builder builder(Settings settings) {
        FramedSocket.Builder builder = FramedSocket.builder(settings.codec())
                .oversize(settings.oversize())
                .deadlines(settings.deadlines())
                .allocator(settings.allocator())
                .closeTimeouts(FLUSH, settings.drain());
        return settings.halfOpen() ? builder.allowHalfOpen() : builder;
    }

    @Override
    public InetSocketAddress listen(Settings settings, Function<Link, FrameHandler> application) throws IOException {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        if (over == Over.CHANNEL) {
            ServerSocketChannel server = ServerSocketChannel.open();
            servers.add(server.bind(any));
            start(() -> untilClosed(() -> begin(server.accept(), settings, application)));
            return (InetSocketAddress) server.getLocalAddress();
        }
        ServerSocket server = new ServerSocket();
        server.bind(any);
        servers.add(server);
        start(() -> untilClosed(() -> begin(server.accept(), settings, application)));
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    private static void untilClosed(Step accept) {
        try {
            while (true) accept.run();
        } catch (IOException closed) {
            // by close()
        }
    }

    @Override
    public Link connect(InetSocketAddress address, Settings settings, Function<Link, FrameHandler> application)
            throws IOException {
        return over == Over.CHANNEL
                ? begin(SocketChannel.open(address), settings, application)
                : begin(new Socket(address.getAddress(), address.getPort()), settings, application);
    }

    private Link begin(SocketChannel channel, Settings settings, Function<Link, FrameHandler> application) {
        return begin(builder(settings).over(channel), () -> !channel.isOpen(), settings, application);
    }

    private Link begin(Socket socket, Settings settings, Function<Link, FrameHandler> application) throws IOException {
        return begin(builder(settings).over(socket), socket::isClosed, settings, application);
    }

    private Link begin(
            FramedSocket socket, BooleanSupplier closed, Settings settings, Function<Link, FrameHandler> application) {
        Connection connection = new Connection(socket, closed, settings.halfOpen());
        connection.handler = application.apply(connection);
        open.add(connection);
        start(connection::serve);
        return connection;
    }

    private void start(Runnable work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } finally {
                        threads.remove(Thread.currentThread());
                    }
                },
                "blocking");
        threads.add(thread);
        thread.start();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        for (Closeable server : servers) server.close();
        for (Connection connection : open) connection.abort();
        for (Thread thread : threads) thread.join();
    }

    private final class Connection implements Link, FrameHandler {
        private final FramedSocket socket;
        private final BooleanSupplier closed;
        private final boolean halfOpen;
        private FrameHandler handler;

        private boolean paused;
        private boolean left;
        private boolean theyEnded;
        private boolean weEnded;

        Connection(FramedSocket socket, BooleanSupplier closed, boolean halfOpen) {
            this.socket = socket;
            this.closed = closed;
            this.halfOpen = halfOpen;
        }

        void serve() {
            boolean ended = false;
            try {
                while (!ended && awaitResumed()) {
                    socket.run(this); // until the end, or a pause
                    ended = hasEnded();
                }
            } catch (IOException | FramingException told) {
                // to the handler, unless it was us who closed
            } catch (RuntimeException | Error handlers) {
                abort();
            } finally {
                if (!ended || theirEndIsTheLast()) quietly(this::close);
            }
        }

        private synchronized boolean hasEnded() {
            return theyEnded;
        }

        private synchronized boolean theirEndIsTheLast() {
            return !halfOpen || weEnded;
        }

        // -------------------------------------------------------------------------------- frames

        /** The thread that reads waits here while paused: then nobody reads. False: it is closed. */
        private synchronized boolean awaitResumed() {
            while (paused && !left) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
            return !left;
        }

        @Override
        public void onFrame(Frame frame) {
            if (awaitResumed()) handler.onFrame(frame);
            if (isPaused()) socket.pause();
        }

        @Override
        public void onSkipped(long position, long length) {
            if (awaitResumed()) handler.onSkipped(position, length);
        }

        @Override
        public void onEnd() {
            if (!awaitResumed()) return;
            handler.onEnd();
            synchronized (this) {
                theyEnded = true;
            }
        }

        @Override
        public void onError(FramingError error) {
            if (awaitResumed()) handler.onError(error);
        }

        private synchronized boolean isPaused() {
            return paused;
        }

        @Override
        public synchronized void pause() {
            paused = true;
        }

        @Override
        public synchronized void resume() {
            paused = false;
            notifyAll();
        }

        // -------------------------------------------------------------------------------- sending and ending

        @Override
        public void send(ByteBuf payload) throws IOException {
            socket.send(payload);
        }

        @Override
        public void end() throws IOException {
            socket.end();
            boolean both;
            synchronized (this) {
                weEnded = true;
                both = theyEnded;
            }
            if (both) close();
        }

        private synchronized void leave() {
            left = true;
            notifyAll();
        }

        @Override
        public void close() throws IOException {
            leave();
            try {
                socket.close();
            } finally {
                open.remove(this);
            }
        }

        @Override
        public void abort() {
            leave();
            quietly(socket::abort);
            open.remove(this);
        }

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public long heldBytes() {
            return socket.heldBytes();
        }

        @Override
        public boolean isClosed() {
            return closed.getAsBoolean();
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    private static void quietly(Step closing) {
        try {
            closing.run();
        } catch (IOException e) {
            // what waited was lost to a reset, which the handler was told
        }
    }
}
