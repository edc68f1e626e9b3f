package dev.framing.nio;

import dev.framing.FrameCodec;
import dev.framing.FrameEncoder;
import dev.framing.OutboundQueue;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.Flushable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Frames into a blocking output: a stream, a socket, a pipe, a file.
 *
 * <pre>{@code
 * try (FramedOutput out = FramedOutput.of(System.out, Delimited.lines())) {
 *     out.write(first);     // waits in memory
 *     out.send(second);     // both go out in one write
 * }
 * }</pre>
 *
 * <p><b>Memory.</b> What was written waits until {@link #flush()}, {@link #send}, {@link #close()}, or until {@code buffer} bytes wait.
 * Small payloads are copied behind their head, large ones go out by reference.
 *
 * <p><b>Who releases what.</b> A buffer passed in is this output's from the call on and released exactly once, also when the call
 * throws; its indices are not moved.
 *
 * <p><b>Errors.</b> A frame that the codec refuses is an {@link IllegalArgumentException} and leaves nothing behind. After an
 * {@link IOException} the output is broken: what waited is released and every later call throws.
 *
 * <p><b>Threads.</b> Any number; calls run one after the other. A frame in pieces belongs to the thread that began it: until it has ended
 * it, frames and raw bytes of other threads wait, and their {@link #piece} or {@link #endFrame} is an {@link IllegalStateException}.
 * {@link #flush()}, {@link #close()} and {@link #abort()} do not wait. Closing in the middle of a frame ends the stream there, and the peer
 * sees it broken off.
 */
public final class FramedOutput implements AutoCloseable, Flushable {
    /** Bytes that wait before a write goes out by itself: what one system call takes at its best. */
    public static final int BUFFER = 64 * 1024;

    private final Sink sink;
    private final OutboundQueue queue;
    private final int buffer;
    private final LongSupplier clock;
    private volatile long sentAt;
    /** Whoever frees it looks at {@link #discarded} and {@link #endSoon} afterwards: what was asked meanwhile is done by the last one out. */
    private final ReentrantLock lock = new ReentrantLock();

    /** Who is between {@link #beginFrame} and {@link #endFrame}; under the lock, which is free between the calls. */
    private @Nullable Thread begunBy;
    /** The frame in pieces has ended, or nothing goes out any more. */
    private final Condition whole = lock.newCondition();

    private volatile boolean discarded;
    private volatile boolean endSoon;
    private volatile @Nullable IOException failure;
    private volatile boolean ended;
    /** Ended by {@link FramedSocket#close}: no application's mistake. */
    private boolean closing;

    private FramedOutput(Builder b, FrameCodec codec, Sink sink) {
        this.sink = sink;
        buffer = b.buffer;
        clock = b.clock;
        sentAt = clock.getAsLong();
        queue = OutboundQueue.over(
                DecodeOnly.encoder(codec), sink.writesArrays() ? Buffers.heap(b.allocator) : b.allocator);
    }

    /** Frames into a stream. Closing this closes the stream. */
    public static FramedOutput of(OutputStream stream, FrameCodec codec) {
        return builder(codec).over(stream);
    }

    /** Frames into a channel in blocking mode. Closing this closes the channel. */
    public static FramedOutput of(WritableByteChannel channel, FrameCodec codec) {
        return builder(codec).over(channel);
    }

    /** Everything that can be chosen. */
    public static Builder builder(FrameCodec codec) {
        return new Builder(codec);
    }

    /** How one output is made. */
    public static final class Builder {
        private final FrameCodec codec;
        private ByteBufAllocator allocator = ByteBufAllocator.DEFAULT;
        private int buffer = BUFFER;
        private LongSupplier clock = System::nanoTime;

        private Builder(FrameCodec codec) {
            this.codec = codec;
        }

        /** Where batches come from; {@link ByteBufAllocator#DEFAULT} unless said otherwise. */
        public Builder allocator(ByteBufAllocator buffers) {
            allocator = Objects.requireNonNull(buffers, "allocator");
            return this;
        }

        /** Bytes that wait before they go out by themselves; {@link #BUFFER} unless said otherwise. 0: each write goes out at once. */
        public Builder buffer(int bytes) {
            if (bytes < 0) throw new IllegalArgumentException("buffer " + bytes + " is negative");
            buffer = bytes;
            return this;
        }

        Builder clock(LongSupplier nanoTime) {
            clock = nanoTime;
            return this;
        }

        /** See {@link FramedOutput#of(OutputStream, FrameCodec)}. */
        public FramedOutput over(OutputStream stream) {
            return over(Sink.of(stream));
        }

        /** See {@link FramedOutput#of(WritableByteChannel, FrameCodec)}. */
        public FramedOutput over(WritableByteChannel channel) {
            return over(Sink.of(channel));
        }

        FramedOutput over(Sink sink) {
            return over(sink, codec);
        }

        /** @param one the connection's own */
        FramedOutput over(Sink sink, FrameCodec one) {
            return new FramedOutput(this, one, sink);
        }
    }

    // ------------------------------------------------------------------------------------------------ frames

    /** One frame, to go out with the next flush. */
    public void write(ByteBuf payload) throws IOException {
        write(Unpooled.EMPTY_BUFFER, payload);
    }

    /** The same with head bytes that are not derived: see {@link FrameEncoder#encode}. */
    public void write(ByteBuf head, ByteBuf payload) throws IOException {
        frame(head, payload, buffer);
    }

    /** One frame, and everything that waits before it, goes out now. */
    public void send(ByteBuf payload) throws IOException {
        send(Unpooled.EMPTY_BUFFER, payload);
    }

    /** The same with head bytes that are not derived. */
    public void send(ByteBuf head, ByteBuf payload) throws IOException {
        frame(head, payload, -1);
    }

    private void frame(ByteBuf head, ByteBuf payload, int mayWait) throws IOException {
        lockBetweenFrames();
        try {
            check(head, payload);
            queue.frame(head, payload);
            if (queue.bytes() > mayWait) push(mayWait < 0);
        } finally {
            unlock();
        }
    }

    /**
     * Begins a frame whose payload comes in pieces, from this thread. {@code length}: its payload bytes, or -1 where the format allows it.
     */
    public void beginFrame(ByteBuf head, long length) throws IOException {
        lockBetweenFrames();
        try {
            check(head, Unpooled.EMPTY_BUFFER);
            queue.begin(head, length);
            begunBy = Thread.currentThread();
            if (queue.bytes() > buffer) push(false);
        } finally {
            unlock();
        }
    }

    /** More payload of the frame begun. */
    public void piece(ByteBuf payload) throws IOException {
        lock.lock();
        try {
            check(payload, Unpooled.EMPTY_BUFFER);
            checkBegunHere(payload);
            queue.piece(payload);
            if (queue.bytes() > buffer) push(false);
        } finally {
            unlock();
        }
    }

    /** Ends the frame begun. */
    public void endFrame() throws IOException {
        endFrame(Unpooled.EMPTY_BUFFER);
    }

    /** The same with tail bytes that are not derived: see {@link FrameEncoder#end(ByteBuf, dev.framing.FrameWriter)}. */
    public void endFrame(ByteBuf tail) throws IOException {
        lock.lock();
        try {
            check(tail, Unpooled.EMPTY_BUFFER);
            checkBegunHere(tail);
            queue.end(tail);
            begunBy = null;
            whole.signalAll();
            if (queue.bytes() > buffer) push(false);
        } finally {
            unlock();
        }
    }

    /** Bytes that are no frame and go out as they stand: a preface, a one-byte answer. */
    public void raw(ByteBuf plain) throws IOException {
        lockBetweenFrames();
        try {
            check(plain, Unpooled.EMPTY_BUFFER);
            queue.raw(plain);
            if (queue.bytes() > buffer) push(false);
        } finally {
            unlock();
        }
    }

    /**
     * The next frame is written by another codec; those before it stay as they were written. Not while a frame is begun. Does nothing
     * where nothing can be written any more.
     */
    public void switchTo(FrameCodec codec) {
        lock.lock();
        try {
            if (failure == null && !discarded && !ended) queue.switchEncoder(DecodeOnly.encoder(codec));
        } finally {
            unlock();
        }
    }

    /** Everything that waits goes out now. */
    @Override
    public void flush() throws IOException {
        lock.lock();
        try {
            check(Unpooled.EMPTY_BUFFER, Unpooled.EMPTY_BUFFER);
            push(true);
        } finally {
            unlock();
        }
    }

    /** The same where anything can wait still. */
    void flushUnlessOver() throws IOException {
        lock.lock();
        try {
            if (failure == null && !discarded && !ended) push(true);
        } finally {
            unlock();
        }
    }

    // ------------------------------------------------------------------------ frames in pieces

    private void lockBetweenFrames() {
        lock.lock();
        while (begunBy != null && begunBy != Thread.currentThread() && failure == null && !discarded && !ended)
            whole.awaitUninterruptibly();
    }

    private void checkBegunHere(ByteBuf payload) {
        Thread owner = begunBy;
        if (owner == null || owner == Thread.currentThread()) return; // the queue says what is wrong with none
        payload.release();
        throw new IllegalStateException("the frame was begun by another thread, " + owner.getName());
    }

    /** @throws IllegalStateException a frame was begun and not ended */
    void requireWhole(String what) {
        lock.lock();
        try {
            if (begunBy != null && failure == null && !discarded && !ended)
                throw new IllegalStateException(what + "() while a frame is begun and not ended");
        } finally {
            unlock();
        }
    }

    // ------------------------------------------------------------------------------------------------ bytes

    /** May anything be written? If not, releases what came with the call. */
    private void check(ByteBuf first, ByteBuf second) throws IOException {
        IOException broken = failure;
        if (broken == null && !discarded && !ended) return;
        first.release();
        second.release();
        if (discarded || closing) throw new ClosedChannelException();
        if (broken != null) throw new IOException("the output broke before: " + broken.getMessage(), broken);
        if (endSoon) throw new IOException("the peer has ended, and half-open was not allowed: nothing can be written");
        throw new IllegalStateException("the output was ended: nothing can be written");
    }

    private void push(boolean flush) throws IOException {
        boolean sent = false;
        try {
            sink.write(queue);
            if (flush) sink.flush();
            sent = true;
            sentAt = clock.getAsLong();
        } catch (IOException e) {
            failure = e;
            if (!discarded || e instanceof AsynchronousCloseException) throw e;
            IOException woken = new AsynchronousCloseException();
            woken.initCause(e);
            throw woken;
        } finally {
            if (!sent) {
                queue.close();
                whole.signalAll();
            }
        }
    }

    // ------------------------------------------------------------------------------------------------ closing

    private void unlock() {
        lock.unlock();
        if (discarded) releaseIfFree();
        else if (endSoon && !ended && failure == null) endIfFree(); // not while a frame is begun
    }

    private void releaseIfFree() {
        if (!lock.tryLock()) return; // who holds it comes here next
        try {
            queue.close();
            whole.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Flushes and tells the peer that nothing follows, be it in the middle of a frame. A second call does nothing. */
    void end() throws IOException {
        lock.lock();
        try {
            if (ended) return;
            check(Unpooled.EMPTY_BUFFER, Unpooled.EMPTY_BUFFER);
            push(true);
            ended = true;
            whole.signalAll();
            sink.end();
        } finally {
            unlock();
        }
    }

    /** The same; from then on nothing can be written because this is closed. */
    void endToClose() throws IOException {
        lock.lock();
        try {
            end();
        } finally {
            closing = true;
            unlock();
        }
    }

    /** The same because the peer has ended; does not wait for a thread that is writing: that one ends when its frame is whole. */
    void endSoon() {
        endSoon = true;
        endIfFree();
    }

    private void endIfFree() {
        if (!lock.tryLock()) return;
        try {
            if (failure == null && !discarded && begunBy == null) end();
        } catch (IOException e) {
            failure = e; // for whoever writes next
        } finally {
            lock.unlock();
            if (discarded) releaseIfFree();
        }
    }

    /** Why it broke, once a writer that is at it now has come out; waits for it {@code millis} at most. */
    @Nullable
    IOException failureSeen(long millis) {
        boolean mine = false;
        try {
            mine = lock.tryLock(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (mine) unlock();
        return failure;
    }

    /** Flushes, then closes the transport; waits for a thread that is writing. A second call does nothing. */
    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            if (discarded) return;
            if (failure == null && !ended) push(true);
        } finally {
            lock.unlock();
            boolean first = !discarded;
            discard();
            if (first) sink.close();
        }
    }

    /**
     * Resets a TCP connection, closes any other transport at once, and releases what waits; a thread that is writing gets an
     * {@link AsynchronousCloseException}.
     */
    public void abort() throws IOException {
        if (discarded) return;
        discard();
        try {
            sink.reset();
        } catch (IOException e) {
            // closed, or reset by the peer
        } finally {
            sink.close();
        }
    }

    /** A write failed, and whoever made it was told. */
    boolean isBroken() {
        return failure != null;
    }

    /** When the transport last took all that waited. */
    long sentAt() {
        return sentAt;
    }

    /** Bytes waiting. */
    long heldBytes() {
        return queue.bytes();
    }

    /** Nothing goes out any more. */
    void discard() {
        discarded = true;
        releaseIfFree();
    }
}
