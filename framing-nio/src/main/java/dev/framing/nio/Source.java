package dev.framing.nio;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;

/** Where the bytes of a {@link FramedInput} come from. A read blocks until there is at least one byte. */
abstract class Source {

    /**
     * Writes 1 to {@code max} bytes at the writer index and moves it.
     *
     * @return bytes read; 0: no progress; -1: the end
     */
    abstract int read(ByteBuf room, int max) throws IOException;

    /**
     * The same, within {@code millis} (at least 1).
     *
     * @throws java.net.SocketTimeoutException nothing was read
     */
    int read(ByteBuf room, int max, int millis) throws IOException {
        throw noTimeout();
    }

    /** @throws UnsupportedOperationException this transport cannot stop waiting for bytes */
    void requireTimeout() {
        throw noTimeout();
    }

    /** A read that fails means that a connection broke, not a disk. */
    boolean isConnection() {
        return false;
    }

    /** Whose buffers suit it. */
    abstract boolean readsArrays();

    /** Closes the transport, and so wakes a blocked reader where the transport can. */
    abstract void close() throws IOException;

    private UnsupportedOperationException noTimeout() {
        return new UnsupportedOperationException("no timeout on " + this
                + ": only a java.net.Socket and a SocketChannel over TCP can stop waiting and lose no byte");
    }

    static Source of(InputStream stream) {
        return new OfStream(stream);
    }

    static Source of(Socket socket) throws IOException {
        return new OfSocket(socket);
    }

    static Source of(ReadableByteChannel channel) {
        requireBlocking(channel);
        return channel instanceof SocketChannel socket && isTcp(socket)
                ? new OfTcpChannel(socket)
                : new OfChannel(channel);
    }

    /** A channel in non-blocking mode belongs to a selector: here it would be read in a busy loop. */
    static void requireBlocking(Object channel) {
        if (channel instanceof SelectableChannel c && !c.isBlocking()) throw new IllegalBlockingModeException();
    }

    /** Unix domain sockets have neither timeouts nor resets. */
    static boolean isTcp(SocketChannel channel) {
        return channel.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY);
    }

    private static class OfStream extends Source {
        final InputStream stream;

        OfStream(InputStream stream) {
            this.stream = stream;
        }

        @Override
        int read(ByteBuf room, int max) throws IOException {
            return room.writeBytes(stream, max);
        }

        @Override
        boolean readsArrays() {
            return true;
        }

        @Override
        void close() throws IOException {
            stream.close();
        }

        @Override
        public String toString() {
            return stream.getClass().getName();
        }
    }

    private static final class OfSocket extends OfStream {
        private final Socket socket;

        OfSocket(Socket socket) throws IOException {
            super(socket.getInputStream());
            this.socket = socket;
        }

        @Override
        int read(ByteBuf room, int max, int millis) throws IOException {
            int before = socket.getSoTimeout();
            socket.setSoTimeout(millis);
            try {
                return read(room, max);
            } finally {
                if (!socket.isClosed()) socket.setSoTimeout(before);
            }
        }

        @Override
        void requireTimeout() {}

        @Override
        boolean isConnection() {
            return true;
        }
    }

    private static class OfChannel extends Source {
        private final ReadableByteChannel channel;

        OfChannel(ReadableByteChannel channel) {
            this.channel = channel;
        }

        @Override
        final int read(ByteBuf room, int max) throws IOException {
            int at = room.writerIndex();
            // the cached view is for one thread; a slice that was retained may be on its way out in another
            ByteBuffer view = room.refCnt() == 1 ? room.internalNioBuffer(at, max) : room.nioBuffer(at, max);
            int n = channel.read(view);
            if (n > 0) room.writerIndex(at + n);
            else requireBlocking(channel);
            return n;
        }

        @Override
        boolean isConnection() {
            return channel instanceof SocketChannel;
        }

        @Override
        boolean readsArrays() {
            return false;
        }

        @Override
        void close() throws IOException {
            channel.close();
        }

        @Override
        public String toString() {
            return channel.getClass().getName();
        }
    }

    private static final class OfTcpChannel extends OfChannel {
        private final Socket adaptor;

        OfTcpChannel(SocketChannel channel) {
            super(channel);
            adaptor = channel.socket();
        }

        /**
         * The channel has no timeout and its adaptor reads into arrays only: the adaptor waits for one byte, the channel reads what
         * came with it. Making the channel non-blocking for a selector would have to wait for a blocked writer.
         */
        @Override
        int read(ByteBuf room, int max, int millis) throws IOException {
            InputStream stream = adaptor.getInputStream();
            int before = adaptor.getSoTimeout();
            adaptor.setSoTimeout(millis);
            int first;
            try {
                first = stream.read();
            } finally {
                if (!adaptor.isClosed()) adaptor.setSoTimeout(before);
            }
            if (first < 0) return -1;
            room.writeByte(first);
            int more = Math.min(max - 1, stream.available());
            return more <= 0 ? 1 : 1 + Math.max(0, read(room, more));
        }

        @Override
        void requireTimeout() {}
    }
}
