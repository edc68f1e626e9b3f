package dev.framing.nio;

import dev.framing.Deadlines;
import dev.framing.Frame;
import dev.framing.FrameCodec;
import dev.framing.FrameHandler;
import dev.framing.FramingException;
import dev.framing.Leftover;
import dev.framing.MemoryBudget;
import dev.framing.Oversize;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.Flushable;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A connection that carries frames both ways, over TCP, TLS or a Unix domain socket, with blocking calls.
 *
 * <pre>{@code
 * try (FramedSocket dns = FramedSocket.connect(new InetSocketAddress("9.9.9.9", 53), LengthPrefixed.uint16())) {
 *     dns.send(query);
 *     Frame answer = dns.receive();
 * }
 * }</pre>
 *
 * <p>Receiving is a {@link FramedInput}'s, sending a {@link FramedOutput}'s: who borrows, who releases and what is thrown stands there.
 *
 * <p><b>Each direction ends by itself.</b>
 * <table>
 *   <caption>How a connection ends</caption>
 *   <tr><th>what happens</th><th>what follows</th></tr>
 *   <tr><td>the peer ends</td><td>{@link #receive()} answers null; what waits is flushed and this side ends too, after
 *       {@link #endFrame()} if a frame is begun. With {@link Builder#allowHalfOpen()} writing goes on until {@link #end()}</td></tr>
 *   <tr><td>{@link #end()}</td><td>what waits is flushed, the peer is told the end (FIN), receiving goes on; an
 *       {@link IllegalStateException} while a frame is begun</td></tr>
 *   <tr><td>{@link #close()}</td><td>flush, end, read and drop until the peer ends too (at most 1 MiB and {@link #DRAIN_TIMEOUT}), close:
 *       the peer loses nothing that was written. Closing with bytes unread would be a reset, and a reset overtakes them. While a frame is begun the stream
 *       ends inside it</td></tr>
 *   <tr><td>{@link #abort()}</td><td>reset (RST): what waits is dropped. A Unix domain socket knows no reset, its peer sees the end</td></tr>
 *   <tr><td>the peer resets</td><td>frames that came before it are received, then an {@link IOException} whose cause is a
 *       {@link FramingException} with {@link dev.framing.FramingError.Reset}, never a clean end; the handler of {@link #run} is told the
 *       reset first, once. Any other failure of the connection is the same</td></tr>
 *   <tr><td>a deadline passes</td><td>{@link FramingException} with {@link dev.framing.FramingError.TimedOut}; {@link #close()} then waits
 *       for the peer no more</td></tr>
 *   <tr><td>the peer ends inside a frame</td><td>{@link FramingException} with
 *       {@link dev.framing.FramingError.Truncated}</td></tr>
 * </table>
 *
 * <p><b>Threads.</b> One reader, any number of writers, at the same time. {@link #end()}, {@link #close()} and {@link #abort()} may
 * come from any thread: a reader or writer that waits gets an {@link AsynchronousCloseException} (after close() when the peer has ended
 * or the time is up), later calls a {@link ClosedChannelException}.
 */
public final class FramedSocket implements AutoCloseable, Flushable, Iterable<Frame> {
    /** How long {@link #close()} tries to send what waits: a peer that reads nothing for longer will not read it later. */
    public static final Duration FLUSH_TIMEOUT = Duration.ofSeconds(30);

    /** How long {@link #close()} waits for the peer's end: what web servers call a lingering close and set to some seconds. */
    public static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(2);

    /** Bytes that {@link #close()} reads and drops: what may be on its way in a socket's buffers. */
    private static final long DRAINED = 1024 * 1024;

    private final FramedInput in;
    private final FramedOutput out;
    private final Sink sink;
    private final boolean halfOpen;
    private final Duration flushTimeout;
    private final Duration drainTimeout;
    private final AtomicBoolean closed = new AtomicBoolean();

    private FramedSocket(Builder b, Source source, Sink sink) {
        this.sink = sink;
        FrameCodec codec = b.codec.ofConnection();
        out = b.output.over(sink, codec);
        in = b.input.over(source, codec);
        in.isOtherDirectionOf(out);
        halfOpen = b.halfOpen;
        flushTimeout = b.flushTimeout;
        drainTimeout = b.drainTimeout;
    }

    /** A new connection to an {@code InetSocketAddress} or a {@code UnixDomainSocketAddress}; TCP with TCP_NODELAY. */
    public static FramedSocket connect(SocketAddress address, FrameCodec codec) throws IOException {
        return builder(codec).connect(address);
    }

    /** Frames over a connected channel in blocking mode. */
    public static FramedSocket of(SocketChannel channel, FrameCodec codec) {
        return builder(codec).over(channel);
    }

    /** Frames over a connected socket, an {@code SSLSocket} too. */
    public static FramedSocket of(Socket socket, FrameCodec codec) throws IOException {
        return builder(codec).over(socket);
    }

    /** Everything that can be chosen. */
    public static Builder builder(FrameCodec codec) {
        return new Builder(codec);
    }

    /** How connections are made: as many as wanted. */
    public static final class Builder {
        private final FrameCodec codec;
        private final FramedInput.Builder input;
        private final FramedOutput.Builder output;
        private boolean halfOpen;
        private Duration flushTimeout = FLUSH_TIMEOUT;
        private Duration drainTimeout = DRAIN_TIMEOUT;

        private Builder(FrameCodec codec) {
            this.codec = codec;
            input = FramedInput.builder(codec);
            output = FramedOutput.builder(codec);
        }

        /** After the peer's end, writing goes on until our own {@link FramedSocket#end()}. */
        public Builder allowHalfOpen() {
            halfOpen = true;
            return this;
        }

        /** See {@link FramedInput.Builder#oversize}. */
        public Builder oversize(Oversize policy) {
            input.oversize(policy);
            return this;
        }

        /** Where the buffers of both directions come from. */
        public Builder allocator(ByteBufAllocator buffers) {
            input.allocator(buffers);
            output.allocator(buffers);
            return this;
        }

        /** See {@link FramedInput.Builder#budget}. */
        public Builder budget(MemoryBudget shared) {
            input.budget(shared);
            return this;
        }

        /** See {@link FramedInput.Builder#readBuffer}. */
        public Builder readBuffer(int bytes) {
            input.readBuffer(bytes);
            return this;
        }

        /** See {@link FramedOutput.Builder#buffer}. */
        public Builder writeBuffer(int bytes) {
            output.buffer(bytes);
            return this;
        }

        /** See {@link FramedInput.Builder#deadlines}. A write that blocks is ended by {@link FramedSocket#abort} only. */
        public Builder deadlines(Deadlines limits) {
            input.deadlines(limits);
            return this;
        }

        /** See {@link FramedInput.Builder#clock}. */
        public Builder clock(LongSupplier nanoTime) {
            input.clock(nanoTime);
            output.clock(nanoTime);
            return this;
        }

        /** Bounds of {@link FramedSocket#close()}; {@link #FLUSH_TIMEOUT} and {@link #DRAIN_TIMEOUT} unless said otherwise. */
        public Builder closeTimeouts(Duration flush, Duration drain) {
            if (flush.isNegative() || drain.isNegative())
                throw new IllegalArgumentException("closeTimeouts " + flush + ", " + drain + ": negative");
            flushTimeout = flush;
            drainTimeout = drain;
            return this;
        }

        /** See {@link FramedSocket#connect}. */
        public FramedSocket connect(SocketAddress address) throws IOException {
            SocketChannel channel = SocketChannel.open(address);
            boolean made = false;
            try {
                if (Source.isTcp(channel)) channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                FramedSocket socket = over(channel);
                made = true;
                return socket;
            } finally {
                if (!made) channel.close();
            }
        }

        /** See {@link FramedSocket#of(SocketChannel, FrameCodec)}. */
        public FramedSocket over(SocketChannel channel) {
            return new FramedSocket(this, Source.of(channel), Sink.of(channel));
        }

        /** See {@link FramedSocket#of(Socket, FrameCodec)}. */
        public FramedSocket over(Socket socket) throws IOException {
            SocketChannel channel = socket.getChannel();
            // a TLS socket over a channel's socket answers the channel below it, which carries what TLS has encrypted
            if (channel != null && channel.socket() == socket) return over(channel);
            return new FramedSocket(this, Source.of(socket), Sink.of(socket));
        }
    }

    // ------------------------------------------------------------------------------------------------ receiving

    /** See {@link FramedInput#receive()}. */
    public @Nullable Frame receive() throws IOException {
        return ifNotEnded(in.receive());
    }

    /**
     * See {@link FramedInput#receive(Duration)}.
     *
     * @throws SocketTimeoutException no whole frame yet; what has come of it is kept, call again
     * @throws UnsupportedOperationException on a Unix domain socket
     */
    public @Nullable Frame receive(Duration timeout) throws IOException {
        return ifNotEnded(in.receive(timeout));
    }

    /** See {@link FramedInput#run}. */
    public void run(FrameHandler frames) throws IOException {
        in.run(frames);
        if (in.hasEnded() && !halfOpen) out.endSoon();
    }

    /** See {@link FramedInput#pause}. */
    public void pause() {
        in.pause();
    }

    /** See {@link FramedInput#iterator}. */
    @Override
    public Iterator<Frame> iterator() {
        return new FrameIterator(this::receive);
    }

    private @Nullable Frame ifNotEnded(@Nullable Frame frame) {
        if (frame == null && !halfOpen) out.endSoon();
        return frame;
    }

    /** See {@link FramedInput#skipped}. */
    public long skipped() {
        return in.skipped();
    }

    // ------------------------------------------------------------------------------------------------ sending

    /** See {@link FramedOutput#write(ByteBuf)}. */
    public void write(ByteBuf payload) throws IOException {
        out.write(payload);
    }

    /** See {@link FramedOutput#write(ByteBuf, ByteBuf)}. */
    public void write(ByteBuf head, ByteBuf payload) throws IOException {
        out.write(head, payload);
    }

    /** See {@link FramedOutput#send(ByteBuf)}. */
    public void send(ByteBuf payload) throws IOException {
        out.send(payload);
    }

    /** See {@link FramedOutput#send(ByteBuf, ByteBuf)}. */
    public void send(ByteBuf head, ByteBuf payload) throws IOException {
        out.send(head, payload);
    }

    /** See {@link FramedOutput#beginFrame}. */
    public void beginFrame(ByteBuf head, long length) throws IOException {
        out.beginFrame(head, length);
    }

    /** See {@link FramedOutput#piece}. */
    public void piece(ByteBuf payload) throws IOException {
        out.piece(payload);
    }

    /** See {@link FramedOutput#endFrame}. */
    public void endFrame() throws IOException {
        out.endFrame();
    }

    /** See {@link FramedOutput#endFrame(ByteBuf)}. */
    public void endFrame(ByteBuf tail) throws IOException {
        out.endFrame(tail);
    }

    /** See {@link FramedOutput#raw}. */
    public void raw(ByteBuf plain) throws IOException {
        out.raw(plain);
    }

    /** See {@link FramedOutput#flush}. */
    @Override
    public void flush() throws IOException {
        out.flush();
    }

    // ------------------------------------------------------------------------------------------------ codecs

    /** Another codec in both directions, or, where one refuses, in none: {@link #switchInput}, {@link #switchOutput}. */
    public void switchTo(FrameCodec codec, Leftover leftover) {
        out.requireWhole("switchTo");
        FrameCodec both = codec.ofConnection();
        in.switchTo(both, leftover);
        out.switchTo(both);
    }

    /** See {@link FramedInput#switchTo(FrameCodec, Leftover)}. */
    public void switchInput(FrameCodec codec, Leftover leftover) {
        in.switchTo(codec, leftover);
    }

    /** See {@link FramedOutput#switchTo}. */
    public void switchOutput(FrameCodec codec) {
        out.switchTo(codec);
    }

    /**
     * Gives the connection back, open, between two frames: to put TLS on it, or for another library. What waits is flushed. Either
     * direction may have ended.
     *
     * @return what was read and not received, the caller's to release; perhaps empty
     * @throws IllegalStateException a frame is open, in either direction
     */
    public ByteBuf detach() throws IOException {
        out.requireWhole("detach");
        out.flushUnlessOver();
        ByteBuf rest = in.detach();
        closed.set(true);
        out.discard();
        return rest;
    }

    // ------------------------------------------------------------------------------------------------ ends

    /**
     * Flushes and tells the peer that nothing follows (FIN). Receiving goes on. A second call does nothing.
     *
     * @throws IllegalStateException a frame is begun and not ended
     */
    public void end() throws IOException {
        out.requireWhole("end");
        out.end();
    }

    /**
     * Closes without losing what was written: see above. Waits for the peer's end within the bounds of {@link Builder#closeTimeouts}. A
     * second call does nothing.
     *
     * @throws IOException what waited could not be sent
     */
    @Override
    public void close() throws IOException {
        if (!closed.compareAndSet(false, true)) return;
        in.refuse();
        boolean told = out.isBroken();
        Deadline flush = new Deadline(flushTimeout, this::resetNow);
        try {
            flush.run(out::endToClose);
            if (in.isTimedOut()) return;
            Deadline drain = new Deadline(drainTimeout, this::closeNow);
            try {
                drain.run(() -> in.drain(DRAINED, FramedInput.nanos(drainTimeout)));
            } catch (IOException e) {
                // the peer will not tell its end: it was reset, or the time is up
            }
        } catch (IOException e) {
            if (flush.passed)
                throw new IOException("the peer has not taken within " + flushTimeout + " what waited for it", e);
            boolean lost = out.isBroken() && !told;
            if (lost || sink.isOpen()) throw e; // else somebody closed the transport before us
        } finally {
            closeNow();
        }
    }

    /** Resets the connection: the peer sees that it broke. What waits is released. */
    public void abort() throws IOException {
        closed.set(true);
        in.refuse();
        resetNow();
    }

    FramedInput input() {
        return in;
    }

    /** Memory of both directions. Exact while no other thread is at it. */
    long heldBytes() {
        return in.framer().heldBytes() + out.heldBytes();
    }

    private void closeNow() throws IOException {
        out.discard();
        sink.close();
    }

    /** Without lingering: a TLS socket's close() would else wait for a writer that is blocked, to tell the peer its end. */
    private void resetNow() throws IOException {
        try {
            sink.reset();
        } catch (IOException e) {
            // closed, or reset by the peer
        } finally {
            closeNow();
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    /** A blocking call has no deadline of its own: closing the socket ends it, whatever it waits for. */
    private static final class Deadline {
        private final Duration limit;
        private final Step atLast;
        volatile boolean passed;

        Deadline(Duration limit, Step atLast) {
            this.limit = limit;
            this.atLast = atLast;
        }

        void run(Step step) throws IOException {
            CompletableFuture<Void> timer =
                    new CompletableFuture<Void>().orTimeout(FramedInput.nanos(limit), TimeUnit.NANOSECONDS);
            CompletableFuture<Void> unused = timer.exceptionallyAsync(late -> {
                passed = true;
                try {
                    atLast.run();
                } catch (IOException e) {
                    // closed all the same
                }
                return null;
            });
            try {
                step.run();
            } finally {
                timer.complete(null);
            }
        }
    }
}
