package dev.framing.cli;

import dev.framing.Frame;
import dev.framing.FrameCodec;
import dev.framing.FramingError;
import dev.framing.nio.FramedChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** A selector loop as an application has one, with a {@link FramedChannel} in it. */
final class SelectorTransport implements Transport {
    private final ServerSocketChannel server;

    SelectorTransport() throws IOException {
        server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @Override
    public String name() {
        return "selector";
    }

    @Override
    public InetSocketAddress address() {
        return (InetSocketAddress) server.socket().getLocalSocketAddress();
    }

    @Override
    public void receive(FrameCodec codec, Receipt receipt) throws IOException {
        try (SocketChannel socket = server.accept();
                Selector selector = Selector.open()) {
            socket.configureBlocking(false);
            FramedChannel channel = FramedChannel.of(socket, codec, it -> new Told(receipt));
            SelectionKey key = socket.register(selector, channel.interestOps());
            while (!channel.isClosed()) {
                long before = channel.receivedBytes();
                selector.select(k -> channel.ready(k.readyOps()), millis(channel.remainingNanos()));
                if (channel.remainingNanos() <= 0) channel.expire();
                int n = (int) (channel.receivedBytes() - before);
                if (n > 0) receipt.read(n);
                if (key.isValid()) key.interestOps(channel.interestOps());
            }
        }
    }

    private static long millis(long nanos) {
        return Math.max(1, nanos / 1_000_000);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private record Told(Receipt receipt) implements FramedChannel.Handler {
        @Override
        public void onFrame(Frame frame) {
            receipt.onFrame(frame);
        }

        @Override
        public void onEnd() {
            receipt.onEnd();
        }

        @Override
        public void onError(FramingError error) {
            receipt.onError(error);
        }
    }
}
