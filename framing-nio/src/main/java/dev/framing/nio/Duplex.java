package dev.framing.nio;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** The connection under a {@link FramedChannel}: a socket channel in non-blocking mode, or what a simulation puts in its place. */
interface Duplex {
    /** @return bytes read; 0: none there; -1: the peer's end */
    int read(ByteBuffer into) throws IOException;

    /** Takes some of {@code from[0 .. count)}, perhaps nothing. */
    long write(@Nullable ByteBuffer[] from, int count) throws IOException;

    /** FIN. */
    void end() throws IOException;

    /** RST, where the transport knows one. */
    void abort() throws IOException;

    void close() throws IOException;

    /** Where the other end is or was, or null: it was closed before anybody asked. */
    @Nullable
    SocketAddress peer();

    static Duplex of(SocketChannel channel) {
        SocketAddress peer = null;
        try {
            peer = channel.getRemoteAddress();
        } catch (IOException closed) {
            // nobody knows any more
        }
        return new OfSocketChannel(channel, peer);
    }

    /** A real one. */
    record OfSocketChannel(SocketChannel channel, @Nullable SocketAddress peer) implements Duplex {
        @Override
        public int read(ByteBuffer into) throws IOException {
            return channel.read(into);
        }

        @Override
        public long write(@Nullable ByteBuffer[] from, int count) throws IOException {
            return channel.write(from, 0, count);
        }

        @Override
        public void end() throws IOException {
            channel.shutdownOutput();
        }

        @Override
        public void abort() throws IOException {
            try (channel) {
                if (Source.isTcp(channel)) channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
