package dev.framing.nio;

import dev.framing.OutboundQueue;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Where the bytes of a {@link FramedOutput} go. A write blocks until the transport has taken all of it. */
abstract class Sink {
    /** Places of a gathering write: a batch and a payload by reference take two of them. */
    private static final int VIEWS = 32;
    /** A payload in direct memory goes into a stream through an array of this size. */
    private static final int ARRAY = 8 * 1024;

    /** Writes all that waits in {@code queue}. */
    abstract void write(OutboundQueue queue) throws IOException;

    /** Pushes on what the transport itself holds back. */
    void flush() throws IOException {}

    /** Tells the peer that nothing follows, and leaves the other direction open. */
    void end() throws IOException {
        throw new UnsupportedOperationException("no direction of its own to end");
    }

    /** The next close is a reset, where the transport knows one, and waits for nobody. */
    void reset() throws IOException {}

    /** Nobody has closed the transport yet, as far as it can say. */
    boolean isOpen() {
        return true;
    }

    /** Whose buffers suit it. */
    abstract boolean writesArrays();

    /** Closes the transport, and so wakes a blocked writer where the transport can. */
    abstract void close() throws IOException;

    static Sink of(OutputStream stream) {
        return new OfStream(stream);
    }

    static Sink of(Socket socket) throws IOException {
        return new OfSocket(socket);
    }

    static Sink of(WritableByteChannel channel) {
        Source.requireBlocking(channel);
        return new OfChannel(channel);
    }

    private static class OfStream extends Sink {
        private final OutputStream stream;
        private final @Nullable ByteBuffer[] view = new ByteBuffer[1];

        OfStream(OutputStream stream) {
            this.stream = stream;
        }

        @Override
        void write(OutboundQueue queue) throws IOException {
            byte[] copy = null;
            while (queue.gather(view) > 0) {
                ByteBuffer bytes = Objects.requireNonNull(view[0]);
                view[0] = null;
                int length = bytes.remaining();
                if (bytes.hasArray()) {
                    stream.write(bytes.array(), bytes.arrayOffset() + bytes.position(), length);
                } else {
                    if (copy == null) copy = new byte[ARRAY];
                    length = Math.min(length, copy.length);
                    bytes.get(copy, 0, length);
                    stream.write(copy, 0, length);
                }
                queue.sent(length);
            }
        }

        @Override
        void flush() throws IOException {
            stream.flush();
        }

        @Override
        boolean writesArrays() {
            return true;
        }

        @Override
        void close() throws IOException {
            stream.close();
        }
    }

    private static final class OfSocket extends OfStream {
        private final Socket socket;

        OfSocket(Socket socket) throws IOException {
            super(socket.getOutputStream());
            this.socket = socket;
        }

        @Override
        void end() throws IOException {
            socket.shutdownOutput();
        }

        @Override
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
        }

        @Override
        boolean isOpen() {
            return !socket.isClosed();
        }

        @Override
        void close() throws IOException {
            socket.close();
        }
    }

    private static final class OfChannel extends Sink {
        private final WritableByteChannel channel;
        private final @Nullable ByteBuffer[] views;

        OfChannel(WritableByteChannel channel) {
            this.channel = channel;
            views = new ByteBuffer[channel instanceof GatheringByteChannel ? VIEWS : 1];
        }

        @Override
        void write(OutboundQueue queue) throws IOException {
            int fruitless = 0;
            for (int n = queue.gather(views); n > 0; n = queue.gather(views)) {
                long sent = channel instanceof GatheringByteChannel gathering && n > 1
                        ? gathering.write(views, 0, n)
                        : channel.write(Objects.requireNonNull(views[0]));
                Arrays.fill(views, 0, n, null);
                queue.sent(sent);
                fruitless = sent > 0 ? 0 : fruitless + 1;
                if (fruitless > 0) {
                    Source.requireBlocking(channel);
                    if (fruitless == FramedInput.FRUITLESS)
                        throw new IOException(fruitless + " writes in a row took 0 bytes");
                    Thread.yield();
                }
            }
        }

        @Override
        void end() throws IOException {
            if (channel instanceof SocketChannel socket) socket.shutdownOutput();
            else super.end();
        }

        @Override
        void reset() throws IOException {
            if (channel instanceof SocketChannel socket && Source.isTcp(socket))
                socket.setOption(StandardSocketOptions.SO_LINGER, 0);
        }

        @Override
        boolean isOpen() {
            return channel.isOpen();
        }

        @Override
        boolean writesArrays() {
            return false;
        }

        @Override
        void close() throws IOException {
            channel.close();
        }
    }
}
