package dev.framing.nio;

import dev.framing.DeadlineWatch;
import dev.framing.Deadlines;
import dev.framing.Frame;
import dev.framing.FrameDecoder;
import dev.framing.FrameHandler;
import dev.framing.Framer;
import dev.framing.FramingError;
import dev.framing.FramingException;
import dev.framing.Leftover;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The reading half of {@link FramedInput}, for one thread at a time: asks the engine for a frame, and the transport for bytes when the
 * engine has none.
 *
 * <pre>
 *   receive()   engine paused after each frame: resume ─▶ frame? ─▶ answer it
 *                                                  no ─▶ read ─▶ frame? ...
 *   run()       engine not paused: read, read, read ...
 * </pre>
 */
final class Intake {
    static final long FOREVER = -1;
    /** How long the end waits for a writer that may be about to hear of a reset. */
    private static final long WRITER_MILLIS = 100;

    private final Source source;
    final Framer framer;
    private final int readBuffer;
    /** Null: it has no deadlines. */
    private final @Nullable Patience patience;
    /** The other direction of the same socket, if there is one. */
    @Nullable
    FramedOutput other;

    /** Set by any thread: nobody receives anything any more. */
    volatile boolean closed;
    /** A handler closed it: {@link #run} returns instead of throwing. */
    boolean closedByHandler;

    /** What {@link #receive} will answer. */
    private @Nullable Frame next;
    /** Who gets the frames of {@link #run}. */
    @Nullable
    FrameHandler handler;

    long skipped;
    private int fruitless;
    /** The transport has told its end. */
    private boolean eof;

    boolean ended;
    private @Nullable FramingError error;
    private @Nullable IOException failure;

    Intake(Source source, Framer.Builder engine, int readBuffer, Deadlines deadlines, LongSupplier clock) {
        this.source = source;
        this.readBuffer = readBuffer;
        framer = engine.build(new Inbox());
        boolean none = deadlines.equals(Deadlines.none());
        patience = none ? null : new Patience(new DeadlineWatch(deadlines, framer, clock.getAsLong()), clock);
    }

    /** The next frame if it has been read already, or null. Needs no lock: this runs once a frame, and a lock is a fifth of it. */
    @Nullable
    Frame buffered() throws ClosedChannelException {
        if (closed) throw new ClosedChannelException();
        if (handler != null || !framer.isPaused()) return null;
        next = null;
        if (patience != null) patience.resumed();
        try {
            framer.resume();
        } catch (IllegalStateException e) {
            if (!closed) throw e;
            throw woken(e);
        }
        return next;
    }

    /** Gives the memory back; waits while another thread is in {@link #buffered}, which takes no longer than a frame. */
    void release() {
        for (; ; ) {
            try {
                framer.close();
                return;
            } catch (IllegalStateException inUse) {
                Thread.yield();
            }
        }
    }

    @Nullable
    Frame receive(long nanos) throws IOException {
        next = null;
        resume();
        if (next == null && !over()) waitForFrame(nanos);
        if (closed) throw broken(new AsynchronousCloseException());
        return next;
    }

    private void resume() {
        if (!framer.isPaused()) return;
        if (patience != null) patience.resumed();
        framer.resume();
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

    void run(FrameHandler frames) throws IOException {
        try {
            handler = frames;
            resume();
            while (!closedByHandler && !over() && !framer.isPaused() && !framer.isFinished()) read(0);
        } catch (AsynchronousCloseException woken) {
            if (!closedByHandler) throw woken; // it was told of a reset, and closed
        } finally {
            handler = null;
        }
    }

    void switchTo(FrameDecoder decoder, int maxFrameLength, Leftover leftover) {
        if (handler == null && !framer.isOver()) framer.pause(); // the frames of the next codec wait for the next call
        framer.switchTo(decoder, maxFrameLength, leftover);
        if (patience != null) patience.resumed();
        if (handler == null && error != null) throw new FramingException(error);
    }

    /** One read, which may bring nothing where there are deadlines. {@code limit} in milliseconds; 0: as long as it takes. */
    private void read(int limit) throws IOException {
        if (closed) throw new AsynchronousCloseException();
        int millis = patience == null ? limit : patience.begin(limit, other);
        if (millis == Patience.OVER) return;
        ByteBuf room = framer.room(readBuffer);
        int max = Math.min(room.writableBytes(), readBuffer);
        int n;
        try {
            n = millis == 0 ? source.read(room, max) : source.read(room, max, millis);
        } catch (SocketTimeoutException e) {
            if (patience == null) throw e;
            patience.stop();
            return; // whose time it was is looked at before the next read
        } catch (IOException e) {
            throw broken(e);
        }
        if (closed) throw broken(new AsynchronousCloseException());
        if (n > 0) {
            fruitless = 0;
            if (patience != null) patience.stop();
            framer.received();
            if (patience != null) patience.received(n);
        } else if (n < 0) {
            requireRealEnd();
            eof = true;
            framer.end();
        } else if (++fruitless < FramedInput.FRUITLESS) {
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
        if (write == null || BrokenPipe.caused(write)) return;
        throw broken(new IOException("connection reset, as a write was told: " + write.getMessage(), write));
    }

    private IOException broken(IOException cause) {
        if (closed) {
            framer.close();
            return cause instanceof AsynchronousCloseException ? cause : woken(cause);
        }
        boolean byUs = cause instanceof ClosedChannelException; // under our own feet: the peer has reset nothing
        if (byUs || !source.isConnection()) {
            framer.close();
            return failure = cause;
        }
        tellReset();
        if (closed) return woken(cause); // by the handler
        if (!(error instanceof FramingError.Reset reset)) return failure = cause;
        return failure =
                new IOException(reset.message() + " (" + cause.getMessage() + ")", new FramingException(reset, cause));
    }

    /** A handler that does not listen to errors throws them: this one is thrown anyway, as an {@link IOException}. */
    private void tellReset() {
        try {
            framer.reset();
        } catch (FramingException e) {
            if (error == null || e.error() != error) throw e;
        } finally {
            if (!framer.isOver()) framer.close();
        }
    }

    private static AsynchronousCloseException woken(Exception cause) {
        AsynchronousCloseException woken = new AsynchronousCloseException();
        woken.initCause(cause);
        return woken;
    }

    /** The stream has ended; throws where that was no clean end. */
    private boolean over() throws IOException {
        if (failure != null) throw failure;
        if (error != null) throw new FramingException(error);
        return ended;
    }

    /** Reads until the end and throws away, {@code bytes} at most. */
    void drain(long bytes) throws IOException {
        if (eof || failure != null) return;
        ByteBuf scratch = Unpooled.buffer(8 * 1024, 8 * 1024);
        try {
            for (long left = bytes; left > 0; ) {
                int n = source.read(scratch.clear(), scratch.capacity());
                if (n <= 0) return;
                left -= n;
            }
        } finally {
            scratch.release();
        }
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
}
