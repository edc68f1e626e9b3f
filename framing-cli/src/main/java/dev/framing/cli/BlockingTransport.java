package dev.framing.cli;

import dev.framing.FrameCodec;
import dev.framing.FramingException;
import dev.framing.nio.FramedInput;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** Blocking reads of a socket channel by the thread that wants the frames. */
final class BlockingTransport implements Transport {
    private final ServerSocketChannel server;

    BlockingTransport() throws IOException {
        server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @Override
    public String name() {
        return "blocking";
    }

    @Override
    public InetSocketAddress address() {
        return (InetSocketAddress) server.socket().getLocalSocketAddress();
    }

    @Override
    public void receive(FrameCodec codec, Receipt receipt) throws IOException {
        try (SocketChannel socket = server.accept();
                FramedInput input = FramedInput.of(new Counted(socket, receipt), codec)) {
            input.run(receipt);
        } catch (FramingException e) {
            // the receipt was told
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    /** Notes what each read returned. */
    private record Counted(SocketChannel socket, Receipt receipt) implements ReadableByteChannel {
        @Override
        public int read(ByteBuffer to) throws IOException {
            int n = socket.read(to);
            if (n > 0) receipt.read(n);
            return n;
        }

        @Override
        public boolean isOpen() {
            return socket.isOpen();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
