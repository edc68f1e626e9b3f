package dev.framing.nio;

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
 * frame, and a frame over the limit are a {@link FramingException}; a transport that fails is its {@link IOException}. Both come after
 * every frame before them, and again on every later call. A {@link SocketTimeoutException} changes nothing: what has come of a frame
 * is kept, and the next call goes on with it.
 *
 * <p><b>Frames over the limit.</b> Under {@link Oversize#skip()} receive() goes on to the next frame and {@link #skipped()} counts;
 * under {@link Oversize#parts} each part is a frame of its own with its {@link Frame#part()}.
 *
 * <p><b>Threads.</b> One reader at a time: a second one gets an {@link IllegalStateException}. {@link #close()} may come from any
 * thread: a reader waiting for bytes gets an {@link AsynchronousCloseException} (if its transport can be woken, as sockets and channels
 * can) and releases the memory on its way out; later calls get a {@link ClosedChannelException}. Whoever closes an input while another
 * thread still looks at a frame that receive() answered takes the memory from under it; a frame in a handler of {@link #run} is safe.
 */
public final class FramedInput implements AutoCloseable, Iterable<Frame> {
    /** Bytes asked of the transport at once, and capacity of the one read buffer: what a socket hands over at its best. */
    public static final int READ_BUFFER = 64 * 1024;

    /** Reads (or writes) of 0 bytes in a row that a transport may answer with before it counts as broken. */
    static final int FRUITLESS = 100;

    private static final long FOREVER = -1;
    /** How long the end waits for a writer that may be about to hear of a reset. */
    private static final long WRITER_MILLIS = 100;

    private final Source source;
    private final Framer framer;
    private final int readBuffer;
    /** Held while a call runs. Whoever frees it looks at {@link #closed} afterwards: the last one out releases the memory. */
    private final ReentrantLock lock = new ReentrantLock();

    /** The other direction of the same socket, if this is one. */
    private @Nullable FramedOutput other;

    private volatile boolean closed;
    /** A handler closed this input: {@link #run} returns instead of throwing. */
    private boolean closedByHandler;
    /** What {@link #receive()} will answer. */
    private @Nullable Frame next;
    /** Who gets the frames of {@link #run}. */
    private @Nullable FrameHandler handler;

    private long skipped;
    private int fruitless;
    /** The transport has told its end. */
    private boolean eof;

    private boolean ended;
    private @Nullable FramingError error;
    private @Nullable IOException failure;

    private FramedInput(Builder b, Source source) {
        this.source = source;
        readBuffer = b.readBuffer;
        framer = b.framer
                .allocator(source.readsArrays() ? new HeapBuffers(b.allocator) : b.allocator)
                .build(new Inbox());
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

    /** The same over a decoder that the application made and keeps. */
    public static Builder builder(FrameDecoder decoder, int maxFrameLength) {
        return new Builder(Framer.builder(decoder, maxFrameLength));
    }

    /** How one input is made. */
    public static final class Builder {
        private final Framer.Builder framer;
        private ByteBufAllocator allocator = ByteBufAllocator.DEFAULT;
        private int readBuffer = READ_BUFFER;

        private Builder(Framer.Builder framer) {
            this.framer = framer;
        }

        /** What happens to a frame over the limit; {@link Oversize#fail()} unless said otherwise. */
        public Builder oversize(Oversize policy) {
            framer.oversize(policy);
            return this;
        }

        /** Where buffers come from; {@link ByteBufAllocator#DEFAULT} unless said otherwise. */
        public Builder allocator(ByteBufAllocator buffers) {
            allocator = Objects.requireNonNull(buffers, "allocator");
            return this;
        }

        /** Memory that this input shares with others. */
        public Builder budget(MemoryBudget shared) {
            framer.budget(shared);
            return this;
        }

        /** Bytes of the one read buffer, 1 to {@link #READ_BUFFER}: more would leave each thread a direct buffer of that size. */
        public Builder readBuffer(int bytes) {
            if (bytes < 1 || bytes > READ_BUFFER)
                throw new IllegalArgumentException("readBuffer " + bytes + " is not in [1, " + READ_BUFFER + "]");
            readBuffer = bytes;
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
            return new FramedInput(this, source);
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
        return receive(FOREVER);
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
        if (!entered()) throw refusal("receive");
        try {
            next = null;
            if (framer.isPaused()) framer.resume();
            if (next == null && !over()) waitForFrame(nanos);
            return next;
        } finally {
            leave();
        }
    }

    private void waitForFrame(long nanos) throws IOException {
        long start = nanos == FOREVER ? 0 : System.nanoTime();
        do {
            if (framer.isFinished())
                throw new IllegalStateException("the codec ended at byte " + framer.position() + ": switchTo another");
            int millis = 0;
            if (nanos != FOREVER) {
                long left = nanos - (System.nanoTime() - start) + 999_999;
                millis = (int) Math.min(Integer.MAX_VALUE, Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
            }
            read(millis);
            if (millis > 0 && next == null && !over() && System.nanoTime() - start >= nanos)
                throw new SocketTimeoutException("no whole frame within " + Duration.ofNanos(nanos));
        } while (next == null && !over());
    }

    /**
     * Gives {@code frames} every frame until the end, and tells it of skipped frames, the end or the error; nothing is allocated per
     * frame, and none is held back. Returns at the clean end, after {@link #pause}, when the codec has ended, and when the handler
     * closed this input.
     *
     * @throws FramingException the stream broke; the handler was told
     */
    public void run(FrameHandler frames) throws IOException {
        if (!entered()) throw refusal("run");
        try {
            handler = Objects.requireNonNull(frames, "handler");
            if (framer.isPaused()) framer.resume();
            while (!closedByHandler && !over() && !framer.isPaused() && !framer.isFinished()) read(0);
        } finally {
            handler = null;
            leave();
        }
    }

    /** In a handler of {@link #run}: it is the last frame for now. What came behind it waits for the next call of this input. */
    public void pause() {
        if (handler == null || !lock.isHeldByCurrentThread())
            throw new IllegalStateException("pause() outside a handler of run()");
        framer.pause();
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
        if (handler != null && lock.isHeldByCurrentThread()) {
            framer.switchTo(decoder, maxFrameLength, leftover);
            return;
        }
        if (!entered()) throw misuse("switchTo");
        try {
            framer.pause(); // the frames of the next codec wait for the next call
            framer.switchTo(decoder, maxFrameLength, leftover);
            if (error != null) throw new FramingException(error);
        } finally {
            leave();
        }
    }

    /**
     * Ends this input between two frames without closing the transport, and hands over what was read and not received.
     *
     * @return the caller's to release; perhaps empty
     * @throws IllegalStateException a frame is open
     */
    public ByteBuf detach() {
        if (!entered()) throw misuse("detach");
        try {
            ByteBuf rest = framer.detach();
            closed = true;
            return rest;
        } finally {
            leave();
        }
    }

    // ------------------------------------------------------------------------------------------------ bytes

    /** One read. {@code millis} 0: waits as long as it takes. */
    private void read(int millis) throws IOException {
        if (closed) throw new AsynchronousCloseException();
        ByteBuf room = framer.room(readBuffer);
        int max = Math.min(room.writableBytes(), readBuffer);
        int n;
        try {
            n = millis == 0 ? source.read(room, max) : source.read(room, max, millis);
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            throw broken(e);
        }
        if (closed) throw broken(new AsynchronousCloseException());
        if (n > 0) {
            fruitless = 0;
            framer.received();
        } else if (n < 0) {
            requireRealEnd();
            eof = true;
            framer.end();
        } else if (++fruitless < FRUITLESS) {
            Thread.yield();
        } else {
            throw broken(new IOException(fruitless + " reads in a row brought 0 bytes"));
        }
    }

    /**
     * Linux tells a reset once, to a read or to a write, and says "end" to reads afterwards. That end is not believed. After "broken
     * pipe" it is: then the peer's end had come before the reset.
     */
    private void requireRealEnd() throws IOException {
        IOException write = other == null ? null : other.failureSeen(WRITER_MILLIS);
        if (write == null || String.valueOf(write.getMessage()).contains("Broken pipe")) return;
        throw broken(new IOException("connection reset, as a write was told: " + write.getMessage(), write));
    }

    private IOException broken(IOException cause) {
        framer.close();
        if (!closed) return failure = cause;
        if (cause instanceof AsynchronousCloseException) return cause;
        IOException woken = new AsynchronousCloseException();
        woken.initCause(cause);
        return woken;
    }

    /** The stream has ended; throws where that was no clean end. */
    private boolean over() throws IOException {
        if (error != null) throw new FramingException(error);
        if (failure != null) throw failure;
        return ended;
    }

    private final class Inbox implements FrameHandler {
        @Override
        public void onFrame(Frame frame) {
            FrameHandler h = handler;
            if (h == null) {
                next = frame;
                framer.pause();
            } else {
                h.onFrame(frame);
                if (closed) framer.close();
            }
        }

        @Override
        public void onSkipped(long position, long length) {
            skipped++;
            if (handler != null) handler.onSkipped(position, length);
        }

        @Override
        public void onEnd() {
            ended = true;
            if (handler != null) handler.onEnd();
        }

        @Override
        public void onError(FramingError first) {
            error = first;
            if (handler != null) handler.onError(first);
        }
    }

    // ------------------------------------------------------------------------------------------------ closing

    private boolean entered() {
        if (!lock.tryLock()) return false;
        if (!closed && handler == null) return true;
        leave();
        return false;
    }

    private IOException refusal(String what) {
        if (closed) return new ClosedChannelException();
        throw misuse(what);
    }

    private IllegalStateException misuse(String what) {
        return new IllegalStateException(what + "() "
                + (closed
                        ? "on an input that is closed"
                        : lock.isHeldByCurrentThread()
                                ? "inside a handler of run()"
                                : "while another thread reads from the same input"));
    }

    private void leave() {
        lock.unlock();
        if (closed) releaseIfFree();
    }

    private void releaseIfFree() {
        if (!lock.tryLock()) return; // who holds it comes here next
        try {
            framer.close();
        } finally {
            lock.unlock();
        }
    }

    /** From now on nobody receives anything; a reader that waits is not woken. */
    void refuse() {
        if (handler != null && lock.isHeldByCurrentThread()) closedByHandler = true;
        closed = true;
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
        ByteBuf scratch = Unpooled.buffer(8 * 1024, 8 * 1024);
        try {
            long left = eof || failure != null ? 0 : bytes;
            while (left > 0) {
                int n = source.read(scratch.clear(), scratch.capacity());
                if (n <= 0) return;
                left -= n;
            }
        } finally {
            scratch.release();
            lock.unlock();
        }
    }

    /** Closes the transport and releases what was read and not received. A second call does nothing. */
    @Override
    public void close() throws IOException {
        boolean first = !closed;
        refuse();
        if (first) source.close();
    }

    // ------------------------------------------------------------------------------------------------ what is known

    /** Frames dropped under {@link Oversize#skip()}. For the reading thread. */
    public long skipped() {
        return skipped;
    }

    /** Bytes from the start of the stream to the first one not received. For the reading thread. */
    public long position() {
        return framer.position();
    }

    boolean hasEnded() {
        return ended;
    }

    Framer framer() {
        return framer;
    }

    void isOtherDirectionOf(FramedOutput output) {
        other = output;
    }

    /** Of a timeout; centuries are as good as for ever. */
    static long nanos(Duration timeout) {
        return timeout.compareTo(Duration.ofDays(36_500)) > 0 ? Long.MAX_VALUE / 4 : timeout.toNanos();
    }
}
