package dev.framing.nio;

import dev.framing.DatagramPacker;
import dev.framing.Frame;
import dev.framing.FrameCodec;
import dev.framing.FrameEncoder;
import dev.framing.Framer;
import dev.framing.FramingError;
import dev.framing.MemoryBudget;
import dev.framing.Oversize;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NotYetConnectedException;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Frames in UDP datagrams, received and sent: one or many in each, none crossing.
 *
 * <pre>
 *   datagram from A | frame | frame |      onFrame(A) onFrame(A) onEnd(A)
 *   datagram from B | frame | fra          onFrame(B) onError(B, Truncated)      for that datagram only
 *   datagram from A | frame |              onFrame(A) onEnd(A)
 * </pre>
 * <pre>{@code
 * try (FramedDatagrams datagrams = FramedDatagrams.of(DatagramChannel.open().bind(address), Delimited.lines())) {
 *     datagrams.run((sender, frame) -> System.out.println(sender + ": " + frame.text(UTF_8)));
 * }
 * }</pre>
 *
 * <p><b>A datagram is a stream of its own</b>, with a decoder of its own, that ends with it: positions count from its first byte, what is
 * left over is {@link FramingError.Truncated}, and its first error is final for it and for nothing else. It is read into 64 KiB, more
 * than UDP can carry, so that none is ever cut. The codec is not switched in the middle. Without a channel, in memory:
 * {@link Framer#restart} and {@link DatagramPacker}.
 *
 * <p><b>A frame is borrowed</b> until the handler returns, and lies in the one buffer that every datagram is read into; while a
 * {@link Frame#retain()} is out, that memory stays and the next datagram gets another 64 KiB. Nothing is allocated per frame.
 *
 * <p><b>Sending.</b> {@link #write} packs frames into one datagram until the next does not fit or has another destination;
 * {@link #flush()} and {@link #send} send what waits. A datagram goes whole or not at all. An {@link IOException} means that one was
 * lost, as any may be on its way, and says why; those behind it wait for the next call. A {@link PortUnreachableException} answers
 * an earlier one, and nothing is lost but that.
 *
 * <p><b>Blocking or not</b> as the channel is: in non-blocking mode {@link #receive} answers false where nothing has come, and
 * {@link #flush()} where the channel takes no more now.
 *
 * <p><b>Threads.</b> One receiver at a time, and beside it any number of senders, whose calls run one after the other; a handler may send.
 * {@link #close()} may come from any thread: a receiver that waits gets an {@link AsynchronousCloseException}.
 */
public final class FramedDatagrams implements AutoCloseable {
    private final DatagramChannel channel;
    private final DatagramInput input;
    private final DatagramOutput output;
    /** Whoever frees it looks at {@link DatagramInput#closed} afterwards: the last one out releases the memory. */
    private final ReentrantLock receiving = new ReentrantLock();

    private final ReentrantLock sending = new ReentrantLock();
    /** Under {@link #sending}. */
    private boolean released;

    private FramedDatagrams(Builder b, DatagramChannel channel) {
        this.channel = channel;
        input = new DatagramInput(channel, b.codec, b.framer, b.allocator);
        output = new DatagramOutput(channel, b.codec, b.size, b.allocator);
    }

    /** Frames over a channel, connected or not, blocking or not. Closing this closes the channel. */
    public static FramedDatagrams of(DatagramChannel channel, FrameCodec codec) {
        return builder(codec).over(channel);
    }

    /** Everything that can be chosen. */
    public static Builder builder(FrameCodec codec) {
        return new Builder(codec);
    }

    /** How framed datagrams are made: for as many channels as wanted. */
    public static final class Builder {
        private final FrameCodec codec;
        private final Framer.Builder framer;
        private ByteBufAllocator allocator = ByteBufAllocator.DEFAULT;
        private int size = DatagramPacker.EVERYWHERE;

        private Builder(FrameCodec codec) {
            this.codec = codec;
            framer = Framer.builder(codec);
        }

        /** Bytes of the longest datagram sent; {@link DatagramPacker#EVERYWHERE} unless said otherwise. Longer ones are received all the same. */
        public Builder size(int bytes) {
            if (bytes < 1 || bytes > DatagramPacker.LARGEST)
                throw new IllegalArgumentException("size " + bytes + " is not in [1, " + DatagramPacker.LARGEST + "]");
            size = bytes;
            return this;
        }

        /** What happens to a received frame over the limit; {@link Oversize#fail()} unless said otherwise. */
        public Builder oversize(Oversize policy) {
            framer.oversize(policy);
            return this;
        }

        /** Where buffers come from; {@link ByteBufAllocator#DEFAULT} unless said otherwise. */
        public Builder allocator(ByteBufAllocator buffers) {
            allocator = Objects.requireNonNull(buffers, "allocator");
            framer.allocator(buffers);
            return this;
        }

        /** Memory that this shares with others. */
        public Builder budget(MemoryBudget shared) {
            framer.budget(shared);
            return this;
        }

        /** See {@link FramedDatagrams#of}. */
        public FramedDatagrams over(DatagramChannel channel) {
            return new FramedDatagrams(this, Objects.requireNonNull(channel, "channel"));
        }
    }

    // ------------------------------------------------------------------------------------------------ receiving

    /**
     * Gives {@code handler} the frames of the next datagram, and its end or error.
     *
     * @return false: the channel is in non-blocking mode and has none now
     * @throws PortUnreachableException the channel is connected, and its peer does not listen (yet); call again
     */
    public boolean receive(DatagramHandler handler) throws IOException {
        Objects.requireNonNull(handler, "handler");
        enter("receive");
        try {
            return input.receive(handler);
        } finally {
            leave();
        }
    }

    /**
     * The same for every datagram that comes, until the handler closes this or an exception ends it.
     *
     * @throws java.nio.channels.IllegalBlockingModeException the channel is in non-blocking mode
     */
    public void run(DatagramHandler handler) throws IOException {
        do {
            Source.requireBlocking(channel);
            receive(handler);
        } while (!input.closedByHandler);
    }

    /** Datagrams that ended in an error. */
    public long broken() {
        return input.broken;
    }

    private void enter(String what) throws ClosedChannelException {
        boolean mine = receiving.tryLock();
        if (mine && input.handler == null && !input.closed) return;
        if (mine) leave();
        if (input.closed) throw new ClosedChannelException();
        throw new IllegalStateException(
                what + "() " + (mine ? "inside a handler of it" : "while another thread receives"));
    }

    private void leave() {
        receiving.unlock();
        if (input.closed) releaseInput();
    }

    private void releaseInput() {
        if (!receiving.tryLock()) return; // who holds it comes here next
        try {
            if (input.handler == null) input.release();
        } finally {
            receiving.unlock();
        }
    }

    // ------------------------------------------------------------------------------------------------ sending

    /**
     * One frame to the peer that the channel is connected to, packed with others; a datagram that it no longer fits into goes out first.
     *
     * @throws IllegalArgumentException the codec refuses it, or it is longer than a datagram; nothing of it stays
     * @throws NotYetConnectedException the channel has no peer
     */
    public void write(ByteBuf payload) throws IOException {
        write(null, Unpooled.EMPTY_BUFFER, payload, false);
    }

    /**
     * One frame to {@code to}, packed with others for the same.
     *
     * @throws IllegalArgumentException the codec refuses it, or it is longer than a datagram; nothing of it stays
     * @throws AlreadyConnectedException the channel is connected to another
     */
    public void write(SocketAddress to, ByteBuf payload) throws IOException {
        write(to, Unpooled.EMPTY_BUFFER, payload);
    }

    /** The same with head bytes that are not derived: see {@link FrameEncoder#encode}. */
    public void write(SocketAddress to, ByteBuf head, ByteBuf payload) throws IOException {
        write(Objects.requireNonNull(to, "to"), head, payload, false);
    }

    /** One frame to the peer that the channel is connected to, and everything that waits before it, goes out now: see {@link #flush()}. */
    public void send(ByteBuf payload) throws IOException {
        write(null, Unpooled.EMPTY_BUFFER, payload, true);
    }

    /** The same to {@code to}. */
    public void send(SocketAddress to, ByteBuf payload) throws IOException {
        write(Objects.requireNonNull(to, "to"), Unpooled.EMPTY_BUFFER, payload, true);
    }

    private void write(@Nullable SocketAddress to, ByteBuf head, ByteBuf payload, boolean flush) throws IOException {
        sending.lock();
        try {
            if (input.closed) {
                head.release();
                payload.release();
                throw new ClosedChannelException();
            }
            output.write(to, head, payload);
            if (flush) output.flush();
        } finally {
            sending.unlock();
        }
    }

    /**
     * Everything that waits goes out now.
     *
     * @return false: the channel is in non-blocking mode and takes no more; flush again when it is ready for writing
     */
    public boolean flush() throws IOException {
        sending.lock();
        try {
            if (input.closed) throw new ClosedChannelException();
            return output.flush();
        } finally {
            sending.unlock();
        }
    }

    /** Bytes that wait to be sent: what is packed, and what the channel has not taken. Nothing here bounds the latter. */
    public long waiting() {
        sending.lock();
        try {
            return output.bytes();
        } finally {
            sending.unlock();
        }
    }

    // ------------------------------------------------------------------------------------------------ closing

    /** Sends what waits, as far as the channel takes it, then closes the channel. A second call does nothing. */
    @Override
    public void close() throws IOException {
        sending.lock();
        try {
            if (released) return;
            released = true;
            if (receiving.isHeldByCurrentThread()) input.closedByHandler = true;
            try {
                if (channel.isOpen()) flushLast();
            } finally {
                input.closed = true;
                output.release();
                channel.close();
            }
        } finally {
            sending.unlock();
            releaseInput();
        }
    }

    private void flushLast() throws IOException {
        try {
            output.flush();
        } catch (PortUnreachableException e) {
            output.flush(); // that was about an earlier datagram
        }
    }
}
