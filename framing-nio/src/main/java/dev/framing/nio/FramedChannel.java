package dev.framing.nio;

import dev.framing.Deadlines;
import dev.framing.FrameCodec;
import dev.framing.FrameHandler;
import dev.framing.Framer;
import dev.framing.FramingError;
import dev.framing.Leftover;
import dev.framing.MemoryBudget;
import dev.framing.Oversize;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.vavr.control.Option;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A connection that carries frames both ways for a selector loop, your own or a {@link ReadyLoop}: it reads, writes, ends and times out,
 * and never waits.
 *
 * <pre>{@code
 * FramedChannel echo = FramedChannel.of(socket, codec, channel -> frame -> channel.send(frame.retain()));
 * SelectionKey key = socket.register(selector, echo.interestOps(), echo);
 * ...
 * long nanos = Math.max(0, echo.remainingNanos());                 // of all connections, the least
 * selector.select(NANOSECONDS.toMillis(nanos) + 1);               // select(0) would wait for ever
 * echo.ready(key.readyOps());                                     // where the key was selected; throws what a handler threw, and a
 *                                                                 // stream's error if it has no onError: this connection's only
 * echo.expire();                                                  // where remainingNanos() is not over 0
 * if (key.isValid()) key.interestOps(echo.interestOps());         // after every call, whichever it was
 * }</pre>
 *
 * <p><b>Each direction ends by itself.</b>
 * <table>
 *   <caption>How a connection ends</caption>
 *   <tr><th>what happens</th><th>what follows</th></tr>
 *   <tr><td>the peer ends</td><td>onEnd; what waits is sent, this side ends too, and the connection is closed. With
 *       {@link Builder#allowHalfOpen()} writing goes on until {@link #end()}</td></tr>
 *   <tr><td>{@link #end()}</td><td>what waits is sent, the peer is told the end (FIN), receiving goes on</td></tr>
 *   <tr><td>{@link #close()}</td><td>no frame is delivered any more; what waits is sent, FIN, what the peer still sends is dropped until
 *       it ends too (at most 1 MiB and {@link #DRAIN_TIMEOUT}), closed: the peer loses nothing that was sent</td></tr>
 *   <tr><td>{@link #abort()}</td><td>reset (RST): what waits is dropped. A Unix domain socket knows no reset, its peer sees the end</td></tr>
 *   <tr><td>the peer resets</td><td>frames that came before it, then onError with {@link FramingError.Reset}, closed</td></tr>
 *   <tr><td>the stream breaks</td><td>onError, then as {@link #close()}: what onError sends still goes out</td></tr>
 *   <tr><td>a deadline passes</td><td>onError with {@link FramingError.TimedOut}, one attempt to send what waits, closed</td></tr>
 *   <tr><td>a handler throws</td><td>reset; the exception goes to the caller (of a {@link ReadyLoop}: to its onUncaught)</td></tr>
 * </table>
 * Whichever it was, {@link Handler#onClosed} comes last, once. A reset that comes after the peer's end is noticed by the next write.
 *
 * <p><b>Memory.</b> Reads go into a direct buffer of 2 KiB to {@link #READ}, as large as the last read wanted, that is taken when bytes have come and given back when they are
 * frames; an idle connection holds none. Reading stops while {@link #pause() paused} and while more than the high mark waits to be sent.
 *
 * <p><b>Threads.</b> Everything belongs to the loop's thread. In a {@link ReadyLoop} these may come from any: {@link #send}, {@link #end()},
 * {@link #close()}, {@link #abort()}, {@link #pause()}, {@link #resume()}, {@link #isWritable()}, {@link #execute}.
 *
 * <p>Who releases what: as {@link FramedOutput} for what is sent, as {@link Framer} for what is received.
 */
public final class FramedChannel implements AutoCloseable {
    /** Bytes of a read at the most: what one system call takes at its best. */
    public static final int READ = 64 * 1024;

    /** Bytes waiting to be sent at which reading goes on after it was stopped; Netty's number. */
    public static final int LOW_MARK = 32 * 1024;

    /** Bytes waiting to be sent above which nothing more is read; Netty's number. */
    public static final int HIGH_MARK = 64 * 1024;

    /** Bytes waiting to be sent above which {@link #send} refuses: sixteen frames of the default limit, 1 MiB. */
    public static final long OUTBOUND_LIMIT = 16 * 1024 * 1024;

    /** How long {@link #close()} tries to send what waits. */
    public static final Duration FLUSH_TIMEOUT = FramedSocket.FLUSH_TIMEOUT;

    /** How long {@link #close()} waits for the peer's end. */
    public static final Duration DRAIN_TIMEOUT = FramedSocket.DRAIN_TIMEOUT;

    /** What an application is told of one connection, on the loop's thread. */
    @FunctionalInterface
    public interface Handler extends FrameHandler {
        /** Less than the low mark waits to be sent after more than the high mark did, or the other way round. */
        default void onWritable(boolean writable) {}

        /**
         * The connection is closed and nothing follows.
         *
         * @param broken what the transport said where it broke, or null
         */
        default void onClosed(@Nullable IOException broken) {}
    }

    private final Flow flow;

    private FramedChannel(Builder settings, Duplex transport, Home home, LongSupplier clock) {
        flow = new Flow(this, settings, transport, home, clock);
    }

    /** Frames over a connected channel in non-blocking mode; {@code application} is asked once, now, for the handler. */
    public static FramedChannel of(
            SocketChannel channel, FrameCodec codec, Function<FramedChannel, ? extends Handler> application) {
        return builder(codec).over(channel, application);
    }

    /** Everything that can be chosen. */
    public static Builder builder(FrameCodec codec) {
        return new Builder(codec);
    }

    /** How connections are made: as many as wanted. */
    public static final class Builder {
        final FrameCodec codec;
        boolean halfOpen;
        Oversize oversize = Oversize.fail();
        ByteBufAllocator allocator = ByteBufAllocator.DEFAULT;

        @Nullable
        MemoryBudget budget;

        int lowMark = LOW_MARK;
        int highMark = HIGH_MARK;
        long outboundLimit = OUTBOUND_LIMIT;
        Deadlines deadlines = Deadlines.standard();
        long flushNanos = FLUSH_TIMEOUT.toNanos();
        long drainNanos = DRAIN_TIMEOUT.toNanos();
        LongSupplier clock = System::nanoTime;

        private Builder(FrameCodec codec) {
            this.codec = Objects.requireNonNull(codec, "codec");
        }

        /** After the peer's end, writing goes on until our own {@link FramedChannel#end()}. */
        public Builder allowHalfOpen() {
            halfOpen = true;
            return this;
        }

        /** What happens to a frame over the limit; {@link Oversize#fail()} unless said otherwise. */
        public Builder oversize(Oversize policy) {
            oversize = Objects.requireNonNull(policy, "oversize");
            return this;
        }

        /** Where the buffers of both directions come from: its direct ones are used. */
        public Builder allocator(ByteBufAllocator buffers) {
            allocator = Objects.requireNonNull(buffers, "allocator");
            return this;
        }

        /** Memory for received bytes that all these connections share. */
        public Builder budget(MemoryBudget shared) {
            budget = Objects.requireNonNull(shared, "budget");
            return this;
        }

        /** {@link #LOW_MARK} and {@link #HIGH_MARK} unless said otherwise. */
        public Builder marks(int low, int high) {
            if (low < 0 || high < low) throw new IllegalArgumentException("low mark " + low + ", high mark " + high);
            lowMark = low;
            highMark = high;
            return this;
        }

        /** {@link #OUTBOUND_LIMIT} unless said otherwise. */
        public Builder outboundLimit(long bytes) {
            if (bytes < 0) throw new IllegalArgumentException("outboundLimit " + bytes + " is negative");
            outboundLimit = bytes;
            return this;
        }

        /** {@link Deadlines#standard()} unless said otherwise. */
        public Builder deadlines(Deadlines limits) {
            deadlines = Objects.requireNonNull(limits, "deadlines");
            return this;
        }

        /** Bounds of {@link FramedChannel#close()}; {@link #FLUSH_TIMEOUT} and {@link #DRAIN_TIMEOUT} unless said otherwise. */
        public Builder closeTimeouts(Duration flush, Duration drain) {
            if (flush.isNegative() || drain.isNegative())
                throw new IllegalArgumentException("closeTimeouts " + flush + ", " + drain + ": negative");
            flushNanos = FramedInput.nanos(flush);
            drainNanos = FramedInput.nanos(drain);
            return this;
        }

        /** Nanoseconds for all deadlines; {@link System#nanoTime()} unless said otherwise. In a {@link ReadyLoop} its clock counts. */
        public Builder clock(LongSupplier nanos) {
            clock = Objects.requireNonNull(nanos, "clock");
            return this;
        }

        /** See {@link FramedChannel#of}. What {@code application} throws is thrown, and the socket stays the caller's. */
        public FramedChannel over(SocketChannel channel, Function<FramedChannel, ? extends Handler> application) {
            if (channel.isBlocking()) throw new IllegalBlockingModeException();
            return over(Duplex.of(channel), Home.OF_THE_CALLER, clock, application);
        }

        FramedChannel over(
                Duplex transport,
                Home home,
                LongSupplier nanos,
                Function<FramedChannel, ? extends Handler> application) {
            FramedChannel channel = new FramedChannel(this, transport, home, nanos);
            channel.flow.begin(() -> application.apply(channel));
            return channel;
        }

        /** @param one that of the connection */
        Framer.Builder engine(FrameCodec one, ByteBufAllocator buffers) {
            Framer.Builder engine = Framer.builder(one).oversize(oversize).allocator(buffers);
            return budget == null ? engine : engine.budget(budget);
        }
    }

    // ------------------------------------------------------------------------------------------------ for the loop

    /** What the selector should tell: {@link SelectionKey#OP_READ}, {@link SelectionKey#OP_WRITE}, both, or 0. */
    public int interestOps() {
        return flow.interestOps();
    }

    /** The selector has told {@code readyOps}. */
    public void ready(int readyOps) {
        if ((readyOps & SelectionKey.OP_WRITE) != 0) onWritable();
        if ((readyOps & SelectionKey.OP_READ) != 0) onReadable();
    }

    /** There is something to read, or the peer's end: one read, so that other connections have their turn. */
    public void onReadable() {
        flow.onReadable();
    }

    /** The transport takes bytes again. */
    public void onWritable() {
        flow.onWritable();
    }

    /** Nanoseconds until {@link #expire} has something to do; {@link dev.framing.DeadlineWatch#NEVER}. */
    public long remainingNanos() {
        return flow.remaining(flow.now());
    }

    /** Does what is due by now. */
    public void expire() {
        flow.expire(flow.now());
    }

    void settle() {
        flow.settle();
    }

    Flow flow() {
        return flow;
    }

    // ------------------------------------------------------------------------------------------------ sending

    /**
     * One frame, sent as soon as the transport takes it. From inside a callback: together with the others when the callback returns.
     *
     * @return false: the connection has ended or broken meanwhile; the payload was released
     * @throws IllegalArgumentException the codec refuses it (from another thread: the loop's onUncaught gets it)
     * @throws IllegalStateException after our own {@link #end()}, in the middle of a frame begun, or more than the limit waits
     */
    public boolean send(ByteBuf payload) {
        return send(Unpooled.EMPTY_BUFFER, payload);
    }

    /** The same with head bytes that are not derived: see {@link dev.framing.FrameEncoder#encode}. */
    public boolean send(ByteBuf head, ByteBuf payload) {
        return flow.send(head, payload);
    }

    /** Begins a frame whose payload comes in pieces; on the loop's thread. {@code length}: its payload bytes, or -1 where the format allows it. */
    public boolean beginFrame(ByteBuf head, long length) {
        return flow.write(head, queue -> queue.begin(head, length));
    }

    /** More payload of the frame begun; on the loop's thread. */
    public boolean piece(ByteBuf payload) {
        return flow.write(payload, queue -> queue.piece(payload));
    }

    /** Ends the frame begun; on the loop's thread. */
    public boolean endFrame() {
        return endFrame(Unpooled.EMPTY_BUFFER);
    }

    /** The same with tail bytes that are not derived: see {@link dev.framing.FrameEncoder#end(ByteBuf, dev.framing.FrameWriter)}. */
    public boolean endFrame(ByteBuf tail) {
        return flow.write(tail, queue -> queue.end(tail));
    }

    /** Bytes that are no frame and go out as they stand; on the loop's thread. */
    public boolean raw(ByteBuf plain) {
        return flow.write(plain, queue -> queue.raw(plain));
    }

    /** Less than the high mark waits to be sent, or not yet less than the low mark after more did. What is sent now goes out soon. */
    public boolean isWritable() {
        return flow.out.isWritable();
    }

    /** Bytes waiting to be sent. */
    public long outboundBytes() {
        return flow.out.bytes();
    }

    // ------------------------------------------------------------------------------------------------ receiving

    /** Delivers no frame after the one in hand, and reads no more. The peer's deadlines stand still. */
    public void pause() {
        flow.execute(flow::pause);
    }

    /** Delivers what was buffered, then reads on. */
    public void resume() {
        flow.execute(flow::resume);
    }

    /** Another codec in both directions, on the loop's thread: see {@link Framer#switchTo}. What was sent before stays as it is. */
    public void switchTo(FrameCodec codec, Leftover leftover) {
        flow.switchTo(codec, leftover);
    }

    /**
     * Gives the transport back, open and between two frames, on the loop's thread and outside a callback: to put TLS on it, or for
     * another library. Neither onEnd nor onClosed follows. {@link #channel()} is then yours to close; a selector lets go of it with its
     * next select.
     *
     * @return what was read and not delivered, the caller's to release; perhaps empty
     * @throws IllegalStateException a frame is open, or something waits to be sent
     */
    public ByteBuf detach() {
        return flow.detach();
    }

    /** Why the stream broke. */
    public Option<FramingError> error() {
        return flow.framer.error();
    }

    /** Bytes from the start of the stream to the first one not delivered: {@link Framer#position()}. */
    public long position() {
        return flow.framer.position();
    }

    /** Bytes that the transport has brought, delivered or not. */
    public long receivedBytes() {
        return flow.in.received();
    }

    /** Bytes of memory held: what the engine holds and what waits to be sent. */
    public long heldBytes() {
        return flow.framer.heldBytes() + flow.out.bytes();
    }

    /** The transport, for its options and addresses; to read, write or close it is this channel's until {@link #detach()}. */
    public SocketChannel channel() {
        return ((Duplex.OfSocketChannel) flow.transport).channel();
    }

    /** Where the other end is, or was; null if it was closed before it came here. */
    public @Nullable SocketAddress peer() {
        return flow.transport.peer();
    }

    // ------------------------------------------------------------------------------------------------ ends

    /**
     * Runs {@code task} on the loop's thread: now, where this is it.
     *
     * @throws java.util.concurrent.RejectedExecutionException the loop has stopped
     */
    public void execute(Runnable task) {
        flow.submit(task);
    }

    /** Sends what waits, then tells the peer that nothing follows (FIN). Receiving goes on. A second call does nothing. */
    public void end() {
        flow.askEnd();
    }

    /** Closes without losing what was sent: see above. Returns at once; a second call does nothing. */
    @Override
    public void close() {
        flow.askClose();
    }

    /** Resets the connection: the peer sees that it broke. What waits is released. */
    public void abort() {
        flow.askAbort();
    }

    /** The descriptor is closed. */
    public boolean isClosed() {
        return flow.isClosed();
    }

    @Override
    public String toString() {
        return "FramedChannel[" + flow + "]";
    }
}
