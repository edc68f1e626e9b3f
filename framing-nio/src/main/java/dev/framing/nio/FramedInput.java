package dev.framing.nio;

import dev.framing.Deadlines;
import dev.framing.Frame;
import dev.framing.FrameCodec;
import dev.framing.FrameDecoder;
import dev.framing.FrameHandler;
import dev.framing.Framer;
import dev.framing.FramingError;
import dev.framing.FramingException;
import dev.framing.Leftover;
import dev.framing.MemoryBudget;
import dev.framing.Oversize;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ReadableByteChannel;
import java.time.Duration;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The frames of a blocking input (a stream, a socket, a pipe, a file), read when they are asked for.
 *
 * <pre>{@code
 * try (FramedInput in = FramedInput.of(System.in, Delimited.lines())) {
 *     for (Frame line : in) System.out.println(line.text(UTF_8));
 * }
 * }</pre>
 *
 * <p><b>A frame is borrowed</b> until the next call of this input, {@link #close()} included; {@link Frame#retain()},
 * {@link Frame#keep()} and {@link Frame#copy()} outlive it. Nothing is allocated per frame. Bytes go from the transport straight into
 * the engine's memory, and frames already there come without a read.
 *
 * <p><b>Ends.</b> {@link #receive()} answers null at a clean end, and null again. What breaks the format, a stream that ends inside a
 * frame, and a frame over the limit are a {@link FramingException}; a transport that fails is its {@link IOException}, a connection
 * that does an {@link IOException} caused by a FramingException with {@link dev.framing.FramingError.Reset}. They come after
 * every frame before them, and again on every later call. A {@link SocketTimeoutException} changes nothing: what has come of a frame
 * is kept, and the next call goes on with it.
 *
 * <p><b>Frames over the limit.</b> Under {@link Oversize#skip()} receive() goes on to the next frame and {@link #skipped()} counts;
 * under {@link Oversize#parts} each part is a frame of its own with its {@link Frame#part()}.
 *
 * <p><b>Threads.</b> One reader at a time: one that comes while another waits gets an {@link IllegalStateException}. {@link #close()}
 * may come from any thread: a reader waiting for bytes gets an {@link AsynchronousCloseException} (if its transport can be woken, as sockets and channels
 * can) and releases the memory on its way out; later calls get a {@link ClosedChannelException}. Whoever closes an input while another
 * thread still looks at a frame that receive() answered takes the memory from under it; a frame in a handler of {@link #run} is safe.
 */
public final class FramedInput implements AutoCloseable, Iterable<Frame> {
    /** Bytes asked of the transport at once, and capacity of the one read buffer: what a socket hands over at its best. */
    public static final int READ_BUFFER = 64 * 1024;

    /** Reads (or writes) of 0 bytes in a row that a transport may answer with before it counts as broken. */
    static final int FRUITLESS = 100;

    private final Source source;
    private final Intake intake;
    /**
     * Held while bytes are read into the engine's memory or a handler runs; for what is in memory already the engine guards itself.
     * Whoever frees it looks at {@link Intake#closed} afterwards: the last one out releases the memory.
     */
    private final ReentrantLock lock = new ReentrantLock();

    private FramedInput(Builder b, Framer.Builder engine, Source source) {
        this.source = source;
        ByteBufAllocator buffers = source.readsArrays() ? Buffers.heap(b.allocator) : b.allocator;
        if (!b.deadlines.equals(Deadlines.none())) source.requireTimeout();
        intake = new Intake(source, b.settings(engine, buffers), b.readBuffer, b.deadlines, b.clock);
    }

    /** The frames of a stream. No timeouts. Closing this closes the stream. */
    public static FramedInput of(InputStream stream, FrameCodec codec) {
        return builder(codec).over(stream);
    }

    /** The frames of a channel in blocking mode; with timeouts if it is a TCP {@code SocketChannel}. Closing this closes the channel. */
    public static FramedInput of(ReadableByteChannel channel, FrameCodec codec) {
        return builder(codec).over(channel);
    }

    /** Everything that can be chosen. */
    public static Builder builder(FrameCodec codec) {
        return new Builder(Framer.builder(codec));
    }

    /** The same over a decoder that the application made and keeps. Makes one input: a decoder belongs to one stream. */
    public static Builder builder(FrameDecoder decoder, int maxFrameLength) {
        return new Builder(Framer.builder(decoder, maxFrameLength));
    }

    /** How inputs are made: as many as wanted, each with a decoder of its own. */
    public static final class Builder {
        private final Framer.Builder engine;
        private Oversize oversize = Oversize.fail();
        private @Nullable MemoryBudget budget;
        private ByteBufAllocator allocator = ByteBufAllocator.DEFAULT;
        private int readBuffer = READ_BUFFER;
        private Deadlines deadlines = Deadlines.none();
        private LongSupplier clock = System::nanoTime;

        private Builder(Framer.Builder engine) {
            this.engine = engine;
        }

        /** What happens to a frame over the limit; {@link Oversize#fail()} unless said otherwise. */
        public Builder oversize(Oversize policy) {
            engine.oversize(policy); // refuses what cannot be
            oversize = policy;
            return this;
        }

        /** Where buffers come from; {@link ByteBufAllocator#DEFAULT} unless said otherwise. */
        public Builder allocator(ByteBufAllocator buffers) {
            allocator = Objects.requireNonNull(buffers, "allocator");
            return this;
        }

        /** Memory that this input shares with others. */
        public Builder budget(MemoryBudget shared) {
            budget = Objects.requireNonNull(shared, "budget");
            return this;
        }

        /** Bytes of the one read buffer, 1 to {@link #READ_BUFFER}: more would leave each thread a direct buffer of that size. */
        public Builder readBuffer(int bytes) {
            if (bytes < 1 || bytes > READ_BUFFER)
                throw new IllegalArgumentException("readBuffer " + bytes + " is not in [1, " + READ_BUFFER + "]");
            readBuffer = bytes;
            return this;
        }

        /**
         * How long the peer may take; any time unless said otherwise. One that has passed ends the stream with
         * {@link dev.framing.FramingError.TimedOut}. They stand still while nobody is inside receive() or run(), and while a handler is.
         *
         * <p>{@link Deadlines#output} is not kept: a write blocks. Bytes sent count for {@link Deadlines#idle} in a {@link FramedSocket}.
         * Making the input throws an {@link UnsupportedOperationException} where the transport has no timeout.
         */
        public Builder deadlines(Deadlines limits) {
            deadlines = Objects.requireNonNull(limits, "deadlines");
            return this;
        }

        /** Of the deadlines, in nanoseconds; {@link System#nanoTime} unless said otherwise. */
        public Builder clock(LongSupplier nanoTime) {
            clock = Objects.requireNonNull(nanoTime, "clock");
            return this;
        }

        /** See {@link FramedInput#of(InputStream, FrameCodec)}. */
        public FramedInput over(InputStream stream) {
            return over(Source.of(stream));
        }

        /** See {@link FramedInput#of(ReadableByteChannel, FrameCodec)}. */
        public FramedInput over(ReadableByteChannel channel) {
            return over(Source.of(channel));
        }

        /** The frames of a socket, TLS or not, with timeouts. Closing this closes the socket. */
        public FramedInput over(Socket socket) throws IOException {
            return over(Source.of(socket));
        }

        FramedInput over(Source source) {
            return new FramedInput(this, engine, source);
        }

        /** @param one the connection's own */
        FramedInput over(Source source, FrameCodec one) {
            return new FramedInput(this, Framer.builder(one), source);
        }

        private Framer.Builder settings(Framer.Builder framer, ByteBufAllocator buffers) {
            framer.oversize(oversize).allocator(buffers);
            return budget == null ? framer : framer.budget(budget);
        }
    }

    // ------------------------------------------------------------------------------------------------ frames

    /**
     * The next frame, borrowed until the next call; waits for it.
     *
     * @return null: the stream ended between two frames
     * @throws FramingException the stream broke
     * @throws IllegalStateException the codec has ended and none was switched to, or another thread is reading
     */
    public @Nullable Frame receive() throws IOException {
        return receive(Intake.FOREVER);
    }

    /**
     * The same, but waits no longer than {@code timeout} (rounded up to a millisecond) for the whole frame.
     *
     * @throws SocketTimeoutException no whole frame yet; what has come of it is kept, call again
     * @throws UnsupportedOperationException the transport has no timeout: plain streams, pipes, files, Unix domain sockets
     */
    public @Nullable Frame receive(Duration timeout) throws IOException {
        if (timeout.isNegative()) throw new IllegalArgumentException("timeout " + timeout + " is negative");
        source.requireTimeout();
        return receive(nanos(timeout));
    }

    private @Nullable Frame receive(long nanos) throws IOException {
        Frame frame = intake.buffered();
        if (frame != null) return frame;
        if (!entered()) throw refusal("receive");
        try {
            return intake.receive(nanos);
        } finally {
            leave();
        }
    }

    /**
     * Gives {@code frames} every frame until the end, and tells it of skipped frames, the end or the error; nothing is allocated per
     * frame, and none is held back. Returns at the clean end, after {@link #pause}, when the codec has ended, and when the handler
     * closed this input.
     *
     * @throws FramingException the stream broke; the handler was told
     * @throws IOException the transport failed; of a connection, the handler was told {@link dev.framing.FramingError.Reset}
     */
    public void run(FrameHandler frames) throws IOException {
        if (!entered()) throw refusal("run");
        try {
            intake.run(Objects.requireNonNull(frames, "handler"));
        } finally {
            leave();
        }
    }

    /** In a handler of {@link #run}: it is the last frame for now. What came behind it waits for the next call of this input. */
    public void pause() {
        if (!insideHandler()) throw new IllegalStateException("pause() outside a handler of run()");
        intake.framer.pause();
    }

    /** Frames until the end, each borrowed until the next is asked for. {@link IOException}s are {@link UncheckedIOException}s. */
    @Override
    public Iterator<Frame> iterator() {
        return new FrameIterator(this::receive);
    }

    // ------------------------------------------------------------------------------------------------ codecs

    /**
     * Another codec from the first byte after the last frame on; after {@link #receive()}, or in a handler of {@link #run}.
     *
     * @throws FramingException {@link Leftover#REQUIRE_EMPTY}, and bytes have come: they end the stream
     * @throws IllegalStateException a frame is open, or the stream is over
     */
    public void switchTo(FrameCodec codec, Leftover leftover) {
        switchTo(codec.newDecoder(), codec.maxFrameLength(), leftover);
    }

    /** The same with a decoder that the application made and keeps. */
    public void switchTo(FrameDecoder decoder, int maxFrameLength, Leftover leftover) {
        boolean inside = insideHandler();
        if (!inside && !entered()) throw misuse("switchTo");
        try {
            intake.switchTo(decoder, maxFrameLength, leftover);
        } finally {
            if (!inside) leave();
        }
    }

    /**
     * Ends this input between two frames without closing the transport, and hands over what was read and not received.
     *
     * @return the caller's to release; perhaps empty, as it is after the stream's end
     * @throws IllegalStateException a frame is open
     */
    public ByteBuf detach() {
        if (!entered()) throw misuse("detach");
        try {
            ByteBuf rest = intake.ended ? Unpooled.EMPTY_BUFFER : intake.framer.detach();
            intake.closed = true;
            return rest;
        } finally {
            leave();
        }
    }

    // ------------------------------------------------------------------------------------------------ closing

    private boolean entered() {
        if (!lock.tryLock()) return false;
        if (!intake.closed && intake.handler == null) return true;
        leave();
        return false;
    }

    private boolean insideHandler() {
        return lock.isHeldByCurrentThread() && intake.handler != null;
    }

    private IOException refusal(String what) {
        if (intake.closed) return new ClosedChannelException();
        throw misuse(what);
    }

    private IllegalStateException misuse(String what) {
        return new IllegalStateException(what + "() "
                + (intake.closed
                        ? "on an input that is closed"
                        : lock.isHeldByCurrentThread()
                                ? "inside a handler of run()"
                                : "while another thread reads from the same input"));
    }

    private void leave() {
        lock.unlock();
        if (intake.closed) releaseIfFree();
    }

    private void releaseIfFree() {
        if (!lock.tryLock()) return; // who holds it comes here next
        try {
            intake.release();
        } finally {
            lock.unlock();
        }
    }

    /** From now on nobody receives anything; a reader that waits is not woken. */
    void refuse() {
        if (insideHandler()) intake.closedByHandler = true;
        intake.closed = true;
        releaseIfFree();
    }

    /**
     * After {@link #refuse}: reads until the end and throws away, {@code bytes} at most; first waits {@code nanos} for a reader to leave.
     */
    void drain(long bytes, long nanos) throws IOException {
        boolean mine = false;
        try {
            mine = lock.tryLock(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!mine) return;
        try {
            intake.drain(bytes);
        } finally {
            leave(); // the reader that left may have found the lock taken: then its memory is ours to release
        }
    }

    /** Closes the transport and releases what was read and not received. A second call does nothing. */
    @Override
    public void close() throws IOException {
        boolean first = !intake.closed;
        refuse();
        if (first) source.close();
    }

    // ------------------------------------------------------------------------------------------------ what is known

    /** Frames dropped under {@link Oversize#skip()}. For the reading thread. */
    public long skipped() {
        return intake.skipped;
    }

    /** Bytes from the start of the stream to the first one not received. For the reading thread. */
    public long position() {
        return intake.framer.position();
    }

    boolean hasEnded() {
        return intake.ended;
    }

    /** The peer has had its time. */
    boolean isTimedOut() {
        return intake.framer.error().exists(FramingError.TimedOut.class::isInstance);
    }

    Framer framer() {
        return intake.framer;
    }

    void isOtherDirectionOf(FramedOutput output) {
        intake.other = output;
    }

    /** Of a timeout; centuries are as good as for ever. */
    static long nanos(Duration timeout) {
        return timeout.compareTo(Duration.ofDays(36_500)) > 0 ? Long.MAX_VALUE / 4 : timeout.toNanos();
    }
}
