package dev.framing.nio;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** The sockets that a {@link FramedSocket} is tested over. The peer is always a plain channel, so that a test decides each byte. */
enum Transport {
    CHANNEL,
    SOCKET,
    UNIX;

    boolean hasTimeout() {
        return this != UNIX;
    }

    boolean hasReset() {
        return this != UNIX;
    }

    record Pair(FramedSocket ours, SocketChannel peer) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            ours.abort();
            peer.close();
        }
    }

    Pair open(FramedSocket.Builder builder) throws IOException {
        return open(builder, 0);
    }

    /** @param buffer SO_RCVBUF of the peer, or 0 */
    Pair open(FramedSocket.Builder builder, int buffer) throws IOException {
        if (this == UNIX) {
            Path dir = Files.createTempDirectory("framing");
            Path path = dir.resolve("socket");
            try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                UnixDomainSocketAddress address = UnixDomainSocketAddress.of(path);
                server.bind(address);
                FramedSocket ours = builder.connect(address);
                return new Pair(ours, server.accept());
            } finally {
                Files.deleteIfExists(path);
                Files.delete(dir);
            }
        }
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            if (buffer > 0) server.setOption(StandardSocketOptions.SO_RCVBUF, buffer);
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            InetSocketAddress address = (InetSocketAddress) server.getLocalAddress();
            FramedSocket ours = this == CHANNEL
                    ? builder.connect(address)
                    : builder.over(new Socket(address.getAddress(), address.getPort()));
            return new Pair(ours, server.accept());
        }
    }
}
