package dev.framing.nio;

import dev.framing.Deadline;
import dev.framing.DeadlineWatch;
import dev.framing.Frame;
import dev.framing.FrameCodec;
import dev.framing.FrameHandler;
import dev.framing.Framer;
import dev.framing.FramingError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The reading half of a {@link FramedChannel}: one read at a time into the engine, and what stops and resumes delivery.
 *
 * <pre>
 *   OPEN --the peer's end, or a failed read--> ENDED
 *   OPEN --close()--> DRAINING --the same, or enough was dropped--> ENDED
 *
 *   reads while OPEN and neither paused (by the application) nor held (more than the high mark waits to be sent)
 * </pre>
 */
final class Inflow {
    private enum State {
        OPEN,
        DRAINING,
        ENDED
    }

    /** Bytes that close() reads and drops: what may be on its way in a socket's buffers. */
    private static final long DRAINED = 1024 * 1024;

    /** Capacity of the first buffer to read into, and the least. */
    private static final int LEAST = 2 * 1024;

    final Framer framer;
    final DeadlineWatch watch;
    private final Flow flow;
    private final ByteBufAllocator buffers;

    private State state = State.OPEN;
    /** Capacity of the next buffer to read into. */
    private int size = LEAST;
    /** A call of the engine is running: this is one of its callbacks. */
    private boolean inEngine;
    /** The application has paused it. */
    private boolean paused;
    /** More than the high mark waited to be sent, and not yet less than the low mark. */
    private boolean held;
    /** What waits to be sent holds nothing up any more: the peer has had its time. */
    private boolean unholdable;
    /** The transport told a reset, or the like, to a read. */
    private boolean failed;
    /** The engine was told that no byte will follow. */
    private boolean endTold;

    private long drained;
    /** Bytes that reads have brought. */
    private long received;

    Inflow(Flow flow, FramedChannel.Builder settings, FrameCodec codec, ByteBufAllocator buffers) {
        this.flow = flow;
        this.buffers = buffers;
        framer = settings.engine(codec, buffers).build(new Inbox());
        watch = new DeadlineWatch(settings.deadlines, framer, flow.now());
    }

    /** Should the selector tell when there is something to read? */
    boolean wantsRead() {
        if (state == State.DRAINING)
            return true; // also while it sends: the peer may read nothing until it has sent all
        return isTaking()
                && !(framer.isFinished() && framer.heldBytes() > 0); // the peer's end is noticed, and no more held
    }

    /** This side does not keep the peer waiting. */
    private boolean isTaking() {
        return state == State.OPEN && !paused && !held;
    }

    /** The transport will bring no more. */
    boolean hasEnded() {
        return state == State.ENDED;
    }

    void end() {
        state = State.ENDED;
    }

    /** Nobody wants another frame: what still comes is dropped. */
    void drainFromNowOn() {
        if (state == State.OPEN) state = State.DRAINING;
    }

    /** Nothing that is sent arrives any more, so that there is no point in waiting for the peer's end. */
    void stopDraining() {
        if (state == State.DRAINING) state = State.ENDED;
    }

    long received() {
        return received;
    }

    // ------------------------------------------------------------------------------------------------ reads

    /** One read: into a buffer that the engine gets, or straight into the engine where it is putting a long frame together. */
    void read() throws IOException {
        if (state == State.DRAINING) drain();
        else if (framer.heldBytes() >= FramedChannel.READ) readStraight();
        else readBuffer();
    }

    private void readBuffer() throws IOException {
        ByteBuf bytes = buffers.buffer(size);
        int n = 0;
        try {
            n = receive(bytes);
        } finally {
            if (n <= 0) bytes.release();
        }
        if (n <= 0) return;
        resize(n);
        inEngine = true;
        try {
            framer.offer(bytes);
            trim();
        } catch (RuntimeException | Error e) {
            flow.caught(e);
        } finally {
            inEngine = false;
        }
        watch.received(n, flow.now());
    }

    /**
     * How large the next buffer is: four times what was full, else what would have been enough. A frame that is retained, as one that
     * waits to be sent back is, keeps the whole buffer: a peer that sent one frame to a read, and took none of the answers, would have
     * 64 KiB of memory for each.
     */
    private void resize(int read) {
        if (read == size) size = Math.min(FramedChannel.READ, 4 * size);
        else size = Math.max(LEAST, Integer.highestOneBit(Math.max(1, read - 1)) << 1);
    }

    private void readStraight() throws IOException {
        inEngine = true;
        int n = 0;
        try {
            n = receive(framer.room(FramedChannel.READ));
            if (n > 0) framer.received();
            trim();
        } catch (RuntimeException | Error e) {
            flow.caught(e);
        } finally {
            inEngine = false;
        }
        watch.received(n, flow.now());
    }

    /** Writes what there is at the writer index and moves it. */
    private int receive(ByteBuf room) throws IOException {
        int at = room.writerIndex();
        int max = Math.min(room.writableBytes(), FramedChannel.READ);
        // the cached view is for one thread; a slice that was retained may be on its way out in another
        ByteBuffer view = room.refCnt() == 1 ? room.internalNioBuffer(at, max) : room.nioBuffer(at, max);
        boolean read = false;
        try {
            int n = flow.transport.read(view);
            read = true;
            if (n < 0) {
                state = State.ENDED;
            } else {
                room.writerIndex(at + n);
                received += n;
            }
            return n;
        } finally {
            if (!read) {
                failed = true;
                state = State.ENDED;
            }
        }
    }

    /** Between two frames it holds nothing: an engine that was read into keeps its buffer. */
    private void trim() {
        if (framer.heldBytes() > 0 && framer.openFrame() < 0 && !framer.isOver() && !framer.isPaused()) framer.trim();
    }

    private void drain() throws IOException {
        ByteBuf scratch = buffers.buffer(FramedChannel.READ);
        try {
            drained += Math.max(receive(scratch), 0);
            if (drained > DRAINED) state = State.ENDED;
        } finally {
            scratch.release();
        }
    }

    // ------------------------------------------------------------------------------------------------ delivery

    void pause() {
        paused = true;
        if (!framer.isOver()) framer.pause();
    }

    /** Goes on at once inside a callback, elsewhere with {@link #goOn}. */
    void resume() {
        paused = false;
        if (inEngine && !held && !framer.isOver()) framer.resume();
    }

    /** Too much waits to be sent. */
    void hold() {
        if (unholdable) return;
        held = true;
        if (!framer.isOver()) framer.pause();
    }

    /** Little enough waits to be sent. */
    void release() {
        held = false;
    }

    /** True: frames that were stopped have been delivered, as far as nothing stopped them again. */
    boolean goOn() {
        if (paused || held || !framer.isPaused() || framer.isOver()) return false;
        watch.reading(true, flow.now());
        tell(() -> {
            framer.resume();
            trim();
        });
        watch.received(0, flow.now());
        return true;
    }

    /** Is this a callback of the engine? */
    boolean inEngine() {
        return inEngine;
    }

    /** A call of the engine, outside its callbacks. */
    void tell(Runnable engine) {
        inEngine = true;
        flow.call(engine);
        inEngine = false;
    }

    // ------------------------------------------------------------------------------------------------ ends and
    // deadlines

    /**
     * Tells the engine, once, that no byte will follow: an end, or a reset. Linux tells a reset once, to a read or to a write, and says
     * "end" to reads afterwards: that end is not believed. After "broken pipe" it is: then the peer's end had come before the reset.
     *
     * @param write what a write has failed with, or null
     */
    void tellEnd(@Nullable IOException write) {
        if (state != State.ENDED || endTold || framer.isOver()) return;
        endTold = true;
        boolean clean = !failed && (write == null || BrokenPipe.caused(write));
        tell(clean ? framer::end : framer::reset);
    }

    /** The peer's deadlines run while this side reads. */
    void noteReading(long now) {
        watch.reading(isTaking(), now);
    }

    /** Tells the engine if a deadline has passed, after the frames before it. Which, or null. */
    @Nullable
    Deadline expire(long now) {
        boolean output = watch.isOutputDue(now);
        if (output && held) {
            unholdable = true; // what the frames behind it send goes nowhere, but they are told
            held = false;
        }
        goOn(); // resumed in this very turn: an engine that is still paused would not tell
        Deadline which = null;
        inEngine = true;
        try {
            which = watch.expire(now);
        } catch (RuntimeException | Error e) {
            which = output ? Deadline.OUTPUT : Deadline.IDLE; // told, and thrown back by the handler
            flow.caught(e);
        } finally {
            inEngine = false;
        }
        if (which != null) endTold = true; // told once the application has resumed, where it has paused
        return which;
    }

    @Override
    public String toString() {
        return state.toString();
    }

    /** Between the engine and the application. */
    private final class Inbox implements FrameHandler {
        @Override
        public void onFrame(Frame frame) {
            flow.handler().onFrame(frame);
        }

        @Override
        public void onSkipped(long position, long length) {
            flow.handler().onSkipped(position, length);
        }

        @Override
        public void onEnd() {
            flow.handler().onEnd();
        }

        @Override
        public void onError(FramingError error) {
            flow.handler().onError(error);
        }
    }
}
