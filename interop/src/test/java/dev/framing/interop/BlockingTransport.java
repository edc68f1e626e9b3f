package dev.framing.interop;

import dev.framing.FrameCodec;
import dev.framing.FramingException;
import dev.framing.Leftover;
import dev.framing.nio.FramedSocket;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A thread for each connection, inside {@link FramedSocket#run}. */
final class BlockingTransport extends Transport {
    private final Queue<ServerSocketChannel> servers = new ConcurrentLinkedQueue<>();
    private final Queue<FramedSocket> sockets = new ConcurrentLinkedQueue<>();
    private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();

    @Override
    InetSocketAddress listen(Setup setup) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        servers.add(server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
        start(() -> {
            try {
                while (true) run(server.accept(), setup);
            } catch (IOException closed) {
                // by stop()
            }
        });
        return (InetSocketAddress) server.getLocalAddress();
    }

    @Override
    Connection connect(InetSocketAddress address, Setup setup) throws IOException {
        return run(SocketChannel.open(address), setup);
    }

    private Connection run(SocketChannel channel, Setup setup) {
        FramedSocket socket =
                FramedSocket.builder(setup.codec()).oversize(setup.oversize()).over(channel);
        sockets.add(socket);
        Held held = new Held(socket);
        var handler = setup.application().apply(held);
        start(() -> {
            try (socket) {
                socket.run(handler);
            } catch (IOException | FramingException told) {
                // to the handler, unless it was us who closed
            } catch (RuntimeException | Error e) {
                uncaught.add(e);
            }
        });
        return held;
    }

    private void start(Runnable work) {
        Thread thread = new Thread(work, "interop");
        threads.add(thread);
        thread.start();
    }

    @Override
    void stop() throws IOException, InterruptedException {
        for (ServerSocketChannel server : servers) server.close();
        for (FramedSocket socket : sockets) socket.abort();
        for (Thread thread : threads) thread.join();
    }

    private record Held(FramedSocket socket) implements Connection {
        private interface Step {
            void run() throws IOException;
        }

        private static void run(Step step) {
            try {
                step.run();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void send(ByteBuf head, ByteBuf payload) {
            run(() -> socket.send(head, payload));
        }

        @Override
        public void begin(ByteBuf head, long length) {
            run(() -> {
                socket.beginFrame(head, length);
                socket.flush();
            });
        }

        @Override
        public void piece(ByteBuf payload) {
            run(() -> {
                socket.piece(payload);
                socket.flush();
            });
        }

        @Override
        public void finish(ByteBuf tail) {
            run(() -> {
                socket.endFrame(tail);
                socket.flush();
            });
        }

        @Override
        public void raw(ByteBuf plain) {
            run(() -> {
                socket.raw(plain);
                socket.flush();
            });
        }

        @Override
        public void switchTo(FrameCodec codec) {
            socket.switchTo(codec, Leftover.KEEP);
        }

        @Override
        public void end() {
            run(socket::end);
        }

        @Override
        public void close() {
            run(socket::close);
        }

        @Override
        public void execute(Runnable task) {
            task.run();
        }
    }
}
