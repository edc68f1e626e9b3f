package dev.framing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.vavr.control.Option;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The engine: cuts one direction of one stream into frames. Whoever has bytes gives them to it, whichever way they were cut, and a
 * {@link FrameHandler} gets the frames.
 *
 * <pre>{@code
 * try (Framer framer = Framer.of(Delimited.lines(), frame -> System.out.println(frame.text(UTF_8)))) {
 *     framer.offer(bytes);    // as often as bytes come
 *     framer.end();           // the peer will send no more
 * }
 * }</pre>
 *
 * <p><b>Three ways to give it bytes.</b> {@link #offer} hands a buffer over (Netty); {@link #lend} lets it look at one that the caller
 * reuses (a selector's shared buffer); {@link #room} and {@link #received} let a transport read straight into the engine's memory
 * (blocking sockets). A frame that arrived whole is never copied.
 *
 * <p><b>Who releases what.</b>
 * <table>
 *   <caption>Ownership, also when a handler throws, on error, on close and on switch</caption>
 *   <tr><th>buffer</th><th>owner</th></tr>
 *   <tr><td>passed to {@link #offer}</td><td>the engine, from the call on, even if the call throws; its indices are the engine's too</td></tr>
 *   <tr><td>passed to {@link #lend}</td><td>the caller; all of it was read when the call returns. A payload that
 *       was retained still lies in it: write to it again only while its {@code refCnt()} is 1, else take another</td></tr>
 *   <tr><td>from {@link #room}</td><td>the engine; the caller writes at its writer index and calls {@link #received}</td></tr>
 *   <tr><td>{@link Frame} and {@link Frame#buffer()}</td><td>the engine; borrowed for the duration of onFrame (after {@link #room}, and
 *       with {@link #pause()} called, until the next call)</td></tr>
 *   <tr><td>{@link Frame#retain()}, {@link Frame#copy()}, {@link Frame#keep()}</td><td>whoever called it; outlives the engine</td></tr>
 *   <tr><td>bytes not yet told (the remainder)</td><td>the engine: released by {@link #close()}, by the first error, or when a handler
 *       throws; kept for the next codec by {@link #switchTo}</td></tr>
 *   <tr><td>from {@link #detach()}</td><td>the caller</td></tr>
 * </table>
 *
 * <p><b>Errors.</b> The first {@link FramingError} is final: it is told once, after every frame before it, and later input is released
 * unread. A handler that does not override {@link FrameHandler#onError} has it thrown as a {@link FramingException}. What a handler
 * throws is rethrown unchanged; the engine is then closed and has released what it held.
 *
 * <p><b>Threads.</b> One at a time; it may be handed from thread to thread. A call while another is running, from a second thread or
 * from inside a callback, is an {@link IllegalStateException} and changes nothing; only {@link #pause}, {@link #resume},
 * {@link #switchTo} and {@link #close} may be called inside a callback. There is no recursion: a million frames in one buffer use one
 * stack frame.
 *
 * <p><b>Memory</b> held between calls: at most the codec's limit, one read and 1 KiB; twice the bytes not told where these are more
 * than 4 KiB; 64 bytes for a bare head that was offered or lent. A claimed length allocates nothing.
 */
public final class Framer implements AutoCloseable {
    private static final VarHandle RUNNING;

    static {
        try {
            RUNNING = MethodHandles.lookup().findVarHandle(Framer.class, "running", Thread.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final FrameHandler handler;
    private final Memory memory;
    private final Delivery delivery;
    private final Accumulator accumulator;
    private FrameDecoder decoder;

    /** The thread inside a call, or null. */
    @SuppressWarnings("unused") // through RUNNING
    private volatile @Nullable Thread running;

    private boolean paused;
    /** No byte will follow. */
    private boolean eof;
    /** The same, and the peer has told no end. */
    private Delivery.@Nullable Breach breach;
    /** {@link FrameHandler#onEnd} or {@link FrameHandler#onError} was called. */
    private boolean told;

    private boolean closed;
    /** A transport reads straight in: an empty read buffer is kept for it. */
    private boolean readsIn;
    /** Writer index that {@link #room} handed out, or -1. */
    private int roomFrom = -1;

    private Framer(Builder b, FrameHandler handler) {
        this.handler = Objects.requireNonNull(handler, "handler");
        memory = new Memory(b.allocator, b.budget);
        delivery = new Delivery(this, handler, b.oversize, memory, b.maxFrameLength);
        accumulator = new Accumulator(delivery, memory);
        decoder = Objects.requireNonNull(b.decoders.get(), "decoder");
    }

    /** An engine that fails on a frame over the codec's limit, with Netty's default allocator. */
    public static Framer of(FrameCodec codec, FrameHandler handler) {
        return builder(codec).build(handler);
    }

    /** Everything that can be chosen. */
    public static Builder builder(FrameCodec codec) {
        return new Builder(codec::newDecoder, codec.maxFrameLength());
    }

    /**
     * The same over a decoder that the application made and keeps, because it has inputs of its own: an HTTP response cannot be cut
     * without knowing what was asked. Those are called by the stream's owner. Builds one engine: a decoder belongs to one stream.
     */
    public static Builder builder(FrameDecoder decoder, int maxFrameLength) {
        Objects.requireNonNull(decoder, "decoder");
        AtomicBoolean used = new AtomicBoolean();
        return new Builder(
                () -> {
                    if (used.getAndSet(true)) throw new IllegalStateException("one decoder for a second stream");
                    return decoder;
                },
                maxFrameLength);
    }

    /** How engines are made: with one of a codec as many as wanted, each with a decoder of its own. */
    public static final class Builder {
        private final Supplier<FrameDecoder> decoders;
        private final int maxFrameLength;
        private Oversize oversize = Oversize.fail();
        private ByteBufAllocator allocator = ByteBufAllocator.DEFAULT;
        private @Nullable MemoryBudget budget;

        private Builder(Supplier<FrameDecoder> decoders, int maxFrameLength) {
            this.decoders = decoders;
            this.maxFrameLength = notNegative(maxFrameLength);
        }

        /** What happens to a frame over the limit; {@link Oversize#fail()} unless said otherwise. */
        public Builder oversize(Oversize policy) {
            if (policy instanceof Oversize.Parts p && p.from() > maxFrameLength) {
                throw new IllegalArgumentException(
                        "parts from " + p.from() + " bytes on, but maxFrameLength is " + maxFrameLength);
            }
            oversize = policy;
            return this;
        }

        /** Where the engine's own buffers come from. */
        public Builder allocator(ByteBufAllocator buffers) {
            allocator = Objects.requireNonNull(buffers, "allocator");
            return this;
        }

        /** Memory that this engine shares with others. */
        public Builder budget(MemoryBudget shared) {
            budget = Objects.requireNonNull(shared, "budget");
            return this;
        }

        /** The engine, at the first byte of its stream. */
        public Framer build(FrameHandler handler) {
            return new Framer(this, handler);
        }
    }

    // ------------------------------------------------------------------------------------------------ bytes come

    /** The bytes {@code [readerIndex, writerIndex)} come next. The buffer is the engine's from here on, even if this call throws. */
    public void offer(ByteBuf bytes) {
        boolean taken = false;
        try {
            enter("offer");
            taken = delivery.error() == null;
        } finally {
            if (!taken) bytes.release();
        }
        boolean intact = false;
        try {
            if (taken) {
                accumulator.add(bytes);
                drain(false);
            }
            intact = true;
        } finally {
            leave(intact);
        }
    }

    /** The same for a buffer that stays the caller's: what the engine must keep is copied. All of it has been read on return. */
    public void lend(ByteBuf bytes) {
        enter("lend");
        boolean intact = false;
        try {
            if (delivery.error() == null) {
                accumulator.add(bytes.retainedSlice());
                drain(true);
            }
            bytes.readerIndex(bytes.writerIndex());
            intact = true;
        } finally {
            leave(intact);
        }
    }

    /**
     * Memory to read into: at least one byte from its writer index on. Write there, advance the writer index, call {@link #received}.
     *
     * @param size capacity in bytes of a new read buffer, where little is held; the same for every call of a transport
     * @throws FramingException the stream broke before, or memory is over the {@link MemoryBudget}; the handler was told
     */
    public ByteBuf room(int size) {
        if (size <= 0) throw new IllegalArgumentException("a read buffer of " + size + " bytes");
        enter("room");
        ByteBuf room = null;
        boolean intact = false;
        try {
            if (delivery.error() == null) {
                readsIn = true;
                if (accumulator.queued() == 0 || accumulator.join()) room = accumulator.room(size);
                if (room != null) roomFrom = room.writerIndex();
                tellError();
            }
            intact = true;
        } finally {
            leave(intact);
        }
        if (room == null) throw new FramingException(Objects.requireNonNull(delivery.error()));
        return room;
    }

    /** The transport has read into {@link #room}; nothing at all is harmless. */
    public void received() {
        int from = roomFrom;
        if (from < 0) throw new IllegalStateException("received() without room()");
        enter("received");
        boolean intact = false;
        try {
            if (delivery.error() == null) {
                accumulator.received(from);
                drain(false);
            }
            intact = true;
        } finally {
            leave(intact);
        }
    }

    /** No byte will follow: tells what the end completes, then {@link FrameHandler#onEnd} or {@link FrameHandler#onError}; later, if paused. */
    public void end() {
        enter("end");
        boolean intact = false;
        try {
            eof = true;
            if (delivery.error() == null) drain(false);
            intact = true;
        } finally {
            leave(intact);
        }
    }

    /**
     * The connection broke: no byte will follow, and the peer has told no end. Tells what came before it, then
     * {@link FramingError.Reset}; later, if paused. Does nothing once the stream has ended or broken, or the engine was closed.
     */
    public void reset() {
        breakOff("reset", FramingError.Reset::new);
    }

    /** The peer took too long; {@code bytes} where only the {@link DeadlineWatch} knows them. */
    void timedOut(Deadline deadline, Duration within, long bytes) {
        breakOff("timedOut", (position, have) -> {
            boolean frame = deadline == Deadline.HEAD || deadline == Deadline.FRAME;
            return new FramingError.TimedOut(position, deadline, within, frame ? have : bytes);
        });
    }

    private void breakOff(String what, Delivery.Breach how) {
        checkFree(what);
        if (eof || told || closed) return;
        enter(what);
        boolean intact = false;
        try {
            eof = true;
            breach = how;
            if (delivery.error() == null) drain(false);
            intact = true;
        } finally {
            leave(intact);
        }
    }

    private void drain(boolean lent) {
        do {
            delivery.run();
        } while (!stopped() && !delivery.finished() && accumulator.advance());
        if (breach != null && !stopped()) delivery.breakOff(breach, accumulator.queued());
        if (eof && !stopped() && delivery.atEnd(accumulator.queued()) && !stopped()) {
            told = true;
            handler.onEnd();
            return;
        }
        if (!closed && delivery.error() == null) {
            accumulator.settle(lent, readsIn, paused);
            delivery.settle();
        }
        tellError();
    }

    private void tellError() {
        FramingError error = delivery.error();
        if (error == null || told || closed) return;
        told = true;
        handler.onError(error);
    }

    // ------------------------------------------------------------------------ pause, switch, close

    /** Stops delivery after the frame being delivered, or at once between calls. What comes meanwhile is held: stop reading. */
    public void pause() {
        checkThread("pause");
        paused = true;
        delivery.stop();
    }

    /** Inside a callback: cancels {@link #pause}. Outside: delivers what is buffered, as if it came now. */
    public void resume() {
        if (inside()) {
            paused = false;
            if (!closed) delivery.goOn();
            return;
        }
        enter("resume", true);
        boolean intact = false;
        try {
            if (paused) {
                paused = false;
                if (delivery.error() == null) drain(false);
            }
            intact = true;
        } finally {
            leave(intact);
        }
    }

    /**
     * Another codec from the first byte after the last frame told. Legal between calls, and in onFrame for a frame that is whole; not
     * while a frame is open.
     *
     * <p>After an error it does nothing: the first error is final.
     *
     * @throws IllegalStateException a frame is open, or the stream has ended, or the engine was closed
     */
    public void switchTo(FrameCodec codec, Leftover leftover) {
        switchTo(codec.newDecoder(), codec.maxFrameLength(), leftover);
    }

    /** The same with a decoder that the application made and keeps. */
    public void switchTo(FrameDecoder next, int maxFrameLength, Leftover leftover) {
        Objects.requireNonNull(next, "decoder");
        notNegative(maxFrameLength);
        if (inside()) {
            replaceDecoder(next, maxFrameLength, leftover);
            return;
        }
        enter("switchTo", true);
        boolean intact = false;
        try {
            checkNoFrameOpen("switchTo");
            intact = true;
        } finally {
            if (!intact) leave(true);
        }
        intact = false;
        try {
            replaceDecoder(next, maxFrameLength, leftover);
            drain(false);
            intact = true;
        } finally {
            leave(intact);
        }
    }

    private void replaceDecoder(FrameDecoder next, int maxFrameLength, Leftover leftover) {
        checkNoFrameOpen("switchTo");
        if (closed || delivery.error() != null) return;
        decoder = next;
        delivery.codec(maxFrameLength);
        long unread = delivery.unread() + accumulator.queued();
        if (leftover == Leftover.REQUIRE_EMPTY && unread > 0)
            delivery.fail(new FramingError.LeftoverBytes(delivery.position(), unread));
    }

    /**
     * Another stream begins at position 0, whatever became of the one before: for transports whose streams are short, such as
     * datagrams. What was held is released; handler, policy, allocator and budget stay. Nothing is allocated but the decoder.
     *
     * <p>One datagram in memory, here one of Netty's: its frames, then {@link FrameHandler#onEnd} or {@link FrameHandler#onError}.
     *
     * <pre>{@code
     * void received(DatagramPacket packet) {
     *     framer.restart(codec);
     *     framer.lend(packet.content());
     *     framer.end();
     * }
     * }</pre>
     *
     * @throws IllegalStateException the engine was closed, or a handler has thrown
     */
    public void restart(FrameCodec codec) {
        checkFree("restart");
        if (closed) throw new IllegalStateException("restart() on an engine closed");
        FrameDecoder next = codec.newDecoder();
        int maxFrameLength = notNegative(codec.maxFrameLength());
        release();
        decoder = next;
        delivery.restart(maxFrameLength);
        eof = told = paused = readsIn = false;
        breach = null;
        roomFrom = -1;
    }

    private static int notNegative(int maxFrameLength) {
        if (maxFrameLength < 0) throw new IllegalArgumentException("maxFrameLength " + maxFrameLength + " is negative");
        return maxFrameLength;
    }

    private void checkNoFrameOpen(String what) {
        if (delivery.frameOpen())
            throw new IllegalStateException(
                    what + "() while the frame at byte " + delivery.openPosition() + " is open");
    }

    /**
     * Ends the engine between two frames and hands over the bytes it has not told, for another library to go on with; neither onEnd
     * nor onError follows.
     *
     * @return the caller's to release; perhaps empty
     * @throws IllegalStateException a frame is open
     */
    public ByteBuf detach() {
        enter("detach", true);
        try {
            checkNoFrameOpen("detach");
            ByteBuf rest = accumulator.handOver();
            closed = true;
            return rest;
        } finally {
            leave(true);
        }
    }

    /** Releases what is held; no callback follows. A second call does nothing. */
    @Override
    public void close() {
        boolean inside = inside();
        if (!inside && !RUNNING.compareAndSet(this, null, Thread.currentThread())) throw misuse("close");
        closed = true;
        delivery.stop();
        if (!inside) leave(true);
    }

    /** Gives back memory that holds no byte: what an idle connection calls. */
    public void trim() {
        enter("trim", true);
        boolean intact = false;
        try {
            if (delivery.error() == null) {
                accumulator.settle(false, false, false);
                delivery.settle();
                tellError();
            }
            intact = true;
        } finally {
            leave(intact);
        }
    }

    // ------------------------------------------------------------------------------------------------ what is known

    /**
     * Bytes from the start of the stream to the first one not told; once the stream broke, to the frame that it broke in: what was
     * consumed, however the stream was cut.
     */
    public long position() {
        return delivery.position();
    }

    /**
     * Position of the first byte of the frame that has begun and is not whole, or of what stands behind a codec that {@link
     * #isFinished() has ended} and waits for the next one; -1: the stream is between two frames.
     */
    public long openFrame() {
        boolean waits = delivery.finished() && !isOver() && delivery.unread() + accumulator.queued() > 0;
        return waits ? delivery.position() : delivery.openPosition();
    }

    /** Of {@link #openFrame}: is it delivered in parts, or skipped? Then it is not put together, however long it is. */
    public boolean isInParts() {
        return delivery.inParts();
    }

    /** Of {@link #openFrame}: is its head whole? */
    public boolean headIsWhole() {
        return delivery.headIsWhole();
    }

    /** The error that ended the stream. */
    public Option<FramingError> error() {
        return Option.of(delivery.error());
    }

    /** Delivery is stopped by {@link #pause}. */
    public boolean isPaused() {
        return paused;
    }

    /** The codec has ended ({@link FrameSink#finish}): what follows waits for {@link #switchTo}, and a transport reads no more than shows that something does. */
    public boolean isFinished() {
        return delivery.finished();
    }

    /** {@link FrameHandler#onEnd} or {@link FrameHandler#onError} was told, or the engine was closed. */
    public boolean isOver() {
        return told || closed;
    }

    /** Bytes of buffer capacity that the engine holds, offered buffers included. */
    public long heldBytes() {
        return memory.held();
    }

    /** Bytes that the engine has copied since it was made. */
    public long copiedBytes() {
        return memory.copied;
    }

    FrameDecoder decoder() {
        return decoder;
    }

    boolean stopped() {
        return paused || closed || delivery.error() != null;
    }

    // ------------------------------------------------------------------------ one call at a time

    private void enter(String what) {
        enter(what, false);
    }

    /** @param owed may follow the end of the stream: paused there, an engine still owes frames */
    private void enter(String what, boolean owed) {
        if (!RUNNING.compareAndSet(this, null, Thread.currentThread())) throw misuse(what);
        boolean over = closed || told && delivery.error() == null || eof && delivery.error() == null && !owed;
        if (!over) {
            roomFrom = -1; // whatever this call does, it may move the room
            return;
        }
        RUNNING.setRelease(this, null);
        throw new IllegalStateException(what + "() " + (closed ? "on an engine closed" : "after the stream ended")
                + " at byte " + delivery.position());
    }

    private void leave(boolean intact) {
        if (!intact && delivery.error() == null)
            closed = true; // after an error it is over anyway, and goes on to say why
        try {
            if (closed || told) release();
        } finally {
            RUNNING.setRelease(this, null);
        }
    }

    private void release() {
        delivery.release();
        accumulator.release();
        delivery.use(Unpooled.EMPTY_BUFFER, 0, 0);
    }

    private boolean inside() {
        return running == Thread.currentThread();
    }

    private void checkFree(String what) {
        if (running != null) throw misuse(what);
    }

    private void checkThread(String what) {
        Thread t = running;
        if (t != null && t != Thread.currentThread()) throw misuse(what);
    }

    private IllegalStateException misuse(String what) {
        return new IllegalStateException(
                inside()
                        ? what + "() inside a callback of the same engine"
                        : what + "() while another thread is in a call of the same engine");
    }
}
