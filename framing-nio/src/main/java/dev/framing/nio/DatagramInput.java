package dev.framing.nio;

import dev.framing.Frame;
import dev.framing.FrameCodec;
import dev.framing.FrameHandler;
import dev.framing.Framer;
import dev.framing.FramingError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.DatagramChannel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The receiving half of {@link FramedDatagrams}, for one thread at a time. */
final class DatagramInput {
    /** More than the 65,527 bytes that UDP can say over IPv6: no datagram is cut. */
    static final int BUFFER = 64 * 1024;

    private final DatagramChannel channel;
    private final FrameCodec codec;
    private final Framer.Builder engines;
    private final ByteBufAllocator allocator;
    private final FrameHandler inbox = new Inbox();
    private @Nullable Framer framer;
    private @Nullable ByteBuf buffer;

    /** Who gets the datagram that is being read, and who sent it. */
    @Nullable
    DatagramHandler handler;

    private @Nullable SocketAddress sender;

    /** Set by any thread: nobody receives anything any more. */
    volatile boolean closed;
    /** A handler closed it: {@link FramedDatagrams#run} returns instead of throwing. */
    boolean closedByHandler;

    volatile long broken;

    DatagramInput(DatagramChannel channel, FrameCodec codec, Framer.Builder engines, ByteBufAllocator allocator) {
        this.channel = channel;
        this.codec = codec;
        this.engines = engines;
        this.allocator = allocator;
    }

    /** False: there is none now. */
    boolean receive(DatagramHandler to) throws IOException {
        ByteBuf bytes = buffer();
        ByteBuffer view = bytes.internalNioBuffer(0, BUFFER);
        int start = view.position();
        SocketAddress from = channel.receive(view);
        if (from == null) return false;
        bytes.setIndex(0, view.position() - start);
        handler = to;
        sender = from;
        boolean intact = false;
        try {
            Framer engine = framer;
            if (engine == null) framer = engine = engines.build(inbox);
            else engine.restart(codec);
            engine.offer(bytes.retain());
            if (!closed) engine.end();
            intact = true;
        } finally {
            handler = null;
            sender = null;
            if (!intact || closed) releaseEngine();
        }
        if (closed && !closedByHandler) throw new AsynchronousCloseException();
        return true;
    }

    /** The same for every datagram, unless somebody has kept what lies in it. */
    private ByteBuf buffer() {
        ByteBuf b = buffer;
        if (b != null && b.refCnt() == 1) return b;
        ByteBuf next = allocator.directBuffer(BUFFER, BUFFER);
        if (b != null) b.release();
        return buffer = next;
    }

    private void releaseEngine() {
        Framer engine = framer;
        framer = null;
        if (engine != null) engine.close();
    }

    void release() {
        releaseEngine();
        ByteBuf b = buffer;
        buffer = null;
        if (b != null) b.release();
    }

    /** Translates, and stops between two frames once it is closed. */
    private final class Inbox implements FrameHandler {
        @Override
        public void onFrame(Frame frame) {
            handler().onFrame(sender(), frame);
            stopIfClosed();
        }

        @Override
        public void onSkipped(long position, long length) {
            handler().onSkipped(sender(), position, length);
            stopIfClosed();
        }

        @Override
        public void onEnd() {
            handler().onEnd(sender());
        }

        @Override
        @SuppressWarnings("NonAtomicVolatileUpdate") // one thread at a time
        public void onError(FramingError error) {
            broken++;
            handler().onError(sender(), error);
        }

        private void stopIfClosed() {
            if (closed) Objects.requireNonNull(framer).close();
        }

        private DatagramHandler handler() {
            return Objects.requireNonNull(handler);
        }

        private SocketAddress sender() {
            return Objects.requireNonNull(sender);
        }
    }
}
