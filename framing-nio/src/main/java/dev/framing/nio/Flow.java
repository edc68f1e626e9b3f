package dev.framing.nio;

import dev.framing.Deadline;
import dev.framing.DeadlineWatch;
import dev.framing.FrameCodec;
import dev.framing.Framer;
import dev.framing.FramingException;
import dev.framing.Leftover;
import dev.framing.OutboundQueue;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The state of a {@link FramedChannel}: two directions that end by themselves, and a transport that is closed when both have.
 *
 * <pre>
 *   in    see {@link Inflow}
 *   out   OPEN --end(), or the peer's end--> ENDING --all was sent: FIN--> ENDED
 *         OPEN, ENDING --a failed write--> ENDED
 * </pre>
 *
 * An entry is an event of the transport, a deadline or a call of the application. It notes what happened; {@link #settle}, when the
 * outermost entry is left, does what follows: sends, ends, closes, delivers what was held back, and tells the application.
 */
final class Flow {
    /** Bytes counted for what the encoder adds to a frame of another thread: one of no payload must count too. */
    private static final long DERIVED = 16;

    private enum Out {
        OPEN,
        ENDING,
        ENDED
    }

    /** Times that what was sent made room for more, before other connections have their turn. */
    private static final int ROUNDS = 16;

    final Duplex transport;
    final Framer framer;
    final Inflow in;
    final Outflow out;
    FramedChannel.@Nullable Handler handler;
    /** What the loop keeps of it. */
    @Nullable
    Object tenancy;

    private final FramedChannel channel;
    private final Home home;
    private final LongSupplier clock;
    private final DeadlineWatch watch;
    private final boolean halfOpen;
    private final long flushNanos;
    private final long drainNanos;

    private Out outbound = Out.OPEN;
    /** Entries that have not been left. */
    private int depth;

    private boolean settling;
    /** Its turn was over before it was done: it has another as soon as the transport takes more. */
    private boolean unsettled;
    /** {@link #end} was called. */
    private boolean ended;
    /** The same, or {@link #close} or {@link #abort}, as other threads have to see it: asked for, be it done or not. */
    private volatile boolean endAsked;

    private volatile boolean closeAsked;
    /** Nobody wants another frame. */
    private boolean closing;
    /** What follows from the end of the engine's stream has been done. */
    private boolean endNoticed;
    /** {@link #closeBy} is set. */
    private boolean closeTimed;
    /** When the step of {@link #close} that is on its way must be over. */
    private long closeBy;

    /** The transport is closed. */
    private volatile boolean closed;

    private boolean detached;
    private boolean toldWritable = true;
    private boolean toldClosed;
    /** Why the transport broke, as a write saw it. */
    private @Nullable IOException writeFailure;
    /** Why it broke, as whoever came first saw it. */
    private @Nullable IOException broken;
    /** What a callback has thrown, for whoever made the outermost call. */
    private @Nullable Throwable thrown;

    Flow(FramedChannel channel, FramedChannel.Builder settings, Duplex transport, Home home, LongSupplier clock) {
        this.channel = channel;
        this.transport = transport;
        this.home = home;
        this.clock = clock;
        ByteBufAllocator buffers = Buffers.direct(settings.allocator);
        FrameCodec codec = settings.codec.ofConnection();
        in = new Inflow(this, settings, codec, buffers);
        framer = in.framer;
        watch = in.watch;
        out = new Outflow(codec, settings, buffers);
        halfOpen = settings.halfOpen;
        flushNanos = settings.flushNanos;
        drainNanos = settings.drainNanos;
    }

    /** Asks for the handler. What that has done with the channel is carried out afterwards: the callbacks it leads to need one. */
    void begin(Supplier<? extends FramedChannel.Handler> application) {
        enter();
        boolean made = false;
        try {
            handler = Objects.requireNonNull(application.get(), "handler");
            made = true;
        } finally {
            if (!made) {
                closed = toldClosed = true;
                in.end();
                outEnded();
                framer.close();
            }
            leave();
        }
    }

    long now() {
        return clock.getAsLong();
    }

    boolean isClosed() {
        return closed;
    }

    /** Nothing of it is left for its loop to look after. */
    boolean isGone() {
        return toldClosed || detached;
    }

    // ------------------------------------------------------------------------------------------------ the loop asks

    int interestOps() {
        if (closed || detached) return 0;
        return (in.wantsRead() ? SelectionKey.OP_READ : 0) | (out.isBlocked() || unsettled ? SelectionKey.OP_WRITE : 0);
    }

    long remaining(long now) {
        if (closed || detached) return DeadlineWatch.NEVER;
        long watched = watch.remaining(now);
        return closeTimed ? Math.min(watched, closeBy - now) : watched;
    }

    void expire(long now) {
        requireHere();
        if (closed || detached) return;
        in.noteReading(now); // a pause of this very turn counts
        enter();
        try {
            if (closeTimed && closeBy - now <= 0) {
                if (outbound == Out.ENDED) in.end();
                else abort();
            } else if (watch.remaining(now) <= 0) {
                expired(now);
            }
        } finally {
            exit();
        }
    }

    private void expired(long now) {
        long waiting = out.bytes();
        Deadline which = in.expire(now);
        if (which == null || closed) return;
        if (which == Deadline.OUTPUT) {
            broken(new IOException("the peer took none of the " + waiting + " bytes that wait for it"));
            reset();
        } else {
            giveUp();
        }
    }

    // ------------------------------------------------------------------------------------------------ reading

    void onReadable() {
        requireHere();
        if (closed || detached || !in.wantsRead()) return;
        enter();
        try {
            in.read();
        } catch (IOException e) {
            broken(e);
            outEnded();
        } finally {
            exit();
        }
    }

    private void broken(IOException e) {
        if (broken == null) broken = e;
    }

    // ------------------------------------------------------------------------------------------------ writing

    boolean send(ByteBuf head, ByteBuf payload) {
        if (!home.isHere()) return sendFromAfar(head, payload);
        if (!mayWrite(head, payload)) return false;
        put(head, payload);
        return true;
    }

    /** @param what releases {@code bytes} */
    boolean write(ByteBuf bytes, Consumer<OutboundQueue> what) {
        if (!mayWrite(bytes, Unpooled.EMPTY_BUFFER)) return false;
        boolean first = out.isEmpty();
        what.accept(out.queue());
        wrote(first);
        return true;
    }

    /** May anything be written? If not, releases what came with the call. */
    private boolean mayWrite(ByteBuf first, ByteBuf second) {
        boolean may = false;
        try {
            requireHere();
            if (ended && !closing && !closed)
                throw new IllegalStateException("the output was ended: nothing can be sent");
            out.checkLimit();
            may = takesBytes() && !detached;
        } finally {
            if (!may) {
                first.release();
                second.release();
            }
        }
        return may;
    }

    /** After the peer's end a frame begun may still be ended: half of one would be no end. */
    private boolean takesBytes() {
        return outbound == Out.OPEN || outbound == Out.ENDING && !closing && out.isInFrame();
    }

    private void wrote(boolean first) {
        out.wrote();
        if (out.isOver()) in.hold(); // at once: before the event is over there may be more frames, and another event
        if (first) watch.sent(0, out.bytes(), now());
        enter();
        leave();
        out.seen();
    }

    private boolean sendFromAfar(ByteBuf head, ByteBuf payload) {
        long size = DERIVED + head.readableBytes() + payload.readableBytes();
        boolean taken = false;
        try {
            if (closed || closeAsked) return false;
            if (endAsked) throw new IllegalStateException("the output was ended: nothing can be sent");
            out.handOver(size);
            taken = true;
        } finally {
            if (!taken) {
                head.release();
                payload.release();
            }
        }
        home.execute(new Sending(this, head, payload, size));
        return true;
    }

    /** It was taken, whatever the limit says now and whoever has ended or closed meanwhile: it is one of those that wait. */
    private void sendTaken(ByteBuf head, ByteBuf payload) {
        if (outbound == Out.ENDED || detached) {
            head.release();
            payload.release();
        } else {
            put(head, payload);
        }
    }

    private void put(ByteBuf head, ByteBuf payload) {
        boolean first = out.isEmpty();
        out.queue().frame(head, payload);
        wrote(first);
    }

    /** A frame from another thread. */
    record Sending(Flow flow, ByteBuf head, ByteBuf payload, long size) implements Home.Task, Home.Concerning {
        @Override
        public FramedChannel channel() {
            return flow.channel;
        }

        @Override
        public void run() {
            flow.out.arrived(size);
            flow.enter();
            try {
                flow.sendTaken(head, payload);
            } finally {
                flow.leave(); // refused too: it was counted, and may have been all that kept others from sending
            }
        }

        @Override
        public void drop() {
            head.release();
            payload.release();
        }
    }

    private void requireHere() {
        if (!home.isHere()) throw new IllegalStateException("not the loop's thread: use execute()");
    }

    void onWritable() {
        requireHere();
        if (closed || detached) return;
        enter();
        out.ready();
        exit();
    }

    private void flush() {
        if (outbound == Out.ENDED || out.isEmpty() || out.isBlocked()) return;
        try {
            long sent = out.flush(transport);
            watch.sent(sent, out.bytes(), now());
        } catch (IOException e) {
            writeFailed(e);
        }
    }

    /** What the peer has sent before is still read: its end, or the lack of one, is told by the next reads. */
    private void writeFailed(IOException e) {
        writeFailure = e;
        broken(e);
        outEnded();
        in.stopDraining();
    }

    private void outEnded() {
        outbound = Out.ENDED;
        out.close();
        watch.sent(0, 0, now());
    }

    /** All was sent: FIN. */
    private void finishOutput() {
        if (outbound != Out.ENDING || !out.isEmpty() || out.isInFrame() && !closing || out.expectsMore()) return;
        outEnded();
        try {
            transport.end();
        } catch (IOException e) {
            broken(e); // reset before: this consumes no error, the next read says what came first
        }
        if (closing) closeWithin(drainNanos);
    }

    // ------------------------------------------------------------------------------------------------ pause, switch

    void pause() {
        in.pause();
        enter();
        leave();
    }

    void resume() {
        in.resume();
        enter();
        leave();
    }

    void switchTo(FrameCodec codec, Leftover leftover) {
        requireHere();
        FrameCodec both = codec.ofConnection();
        if (in.inEngine()) framer.switchTo(both, leftover);
        enter();
        try {
            if (outbound == Out.OPEN) out.queue().switchEncoder(DecodeOnly.encoder(both));
            if (!in.inEngine()) in.tell(() -> framer.switchTo(both, leftover));
        } finally {
            leave();
        }
    }

    ByteBuf detach() {
        requireHere();
        if (!out.isEmpty()) throw new IllegalStateException("detach() while " + out.bytes() + " bytes wait to be sent");
        ByteBuf rest = framer.isOver() ? Unpooled.EMPTY_BUFFER : framer.detach();
        detached = true;
        out.close();
        enter();
        leave(); // the loop gives up its place
        return rest;
    }

    // ------------------------------------------------------------------------------------------------ ends

    void execute(Runnable task) {
        if (home.isHere()) task.run();
        else home.execute(new Errand(channel, task));
    }

    /** A call from another thread. */
    private record Errand(FramedChannel channel, Runnable task) implements Runnable, Home.Concerning {
        @Override
        public void run() {
            task.run();
        }
    }

    /** For the application: what it asks for is done, or refused. */
    void submit(Runnable task) {
        if (!home.isHere() && home.isOver()) throw new RejectedExecutionException("the loop has stopped");
        execute(task);
    }

    void askEnd() {
        endAsked = true; // another thread that sends now sees it
        execute(this::end);
    }

    void askClose() {
        closeAsked = true;
        execute(this::close);
    }

    void askAbort() {
        closeAsked = true;
        execute(this::abort);
    }

    void end() {
        if (outbound != Out.OPEN || detached) return;
        if (out.isInFrame()) {
            endAsked = false;
            throw new IllegalStateException("end() while a frame is begun and not ended");
        }
        ended = true;
        outbound = Out.ENDING;
        enter();
        leave();
    }

    void close() {
        if (closing || detached) return;
        closing = true;
        framer.close();
        if (!closed) {
            if (outbound == Out.OPEN) outbound = Out.ENDING;
            in.drainFromNowOn();
            closeWithin(outbound == Out.ENDED ? drainNanos : flushNanos);
        }
        enter();
        leave();
    }

    private void closeWithin(long nanos) {
        closeBy = now() + nanos;
        closeTimed = true;
    }

    /** The peer has had its time: what it takes at once is sent, and then it is closed. */
    private void giveUp() {
        closing = true;
        in.end();
        if (outbound == Out.OPEN) outbound = Out.ENDING;
        flush();
        finishOutput();
        if (outbound != Out.ENDED) abort();
    }

    void abort() {
        if (closed || detached) {
            close();
            return;
        }
        closing = true;
        framer.close();
        reset();
        enter();
        leave();
    }

    /** Of the transport only: what the engine has, it still tells. */
    private void reset() {
        in.end();
        outEnded();
        closed = true;
        try {
            transport.abort();
        } catch (IOException e) {
            // closed, or reset by the peer
        }
    }

    // ------------------------------------------------------------------------------------------------ entries

    private void enter() {
        depth++;
    }

    /** Out of an event: what it led to is done now, and what a callback has thrown is thrown again. */
    private void exit() {
        depth--;
        settle();
    }

    /** Out of a call of the application: the rest is done when the event is over that it was made in, or by the loop, soon. */
    private void leave() {
        depth--;
        if (depth == 0 && !settling) home.changed(channel);
    }

    /** Does what follows from what was noted. Throws what a callback has thrown. */
    void settle() {
        if (depth > 0 || settling || toldClosed || detached) return;
        settling = true;
        try {
            boolean again;
            int rounds = 0;
            do {
                in.tellEnd(writeFailure);
                noticeEnd();
                again = tellFull();
                flush();
                finishOutput();
                again |= tellWritable();
                again |= in.goOn();
            } while (again && ++rounds < ROUNDS);
            unsettled = again;
            boolean noMore = in.hasEnded() && outbound == Out.ENDED;
            if (noMore && (framer.isOver() || broken != null)) closeTransport();
            if (closed && framer.isOver()) {
                toldClosed = true;
                call(() -> handler().onClosed(broken));
            }
            if (!closed) in.noteReading(now());
        } finally {
            settling = false;
        }
        Throwable t = thrown;
        thrown = null;
        if (t != null) throw Flow.<RuntimeException>sneaky(t);
    }

    /** The engine's stream has ended or broken: what follows from that. */
    private void noticeEnd() {
        if (endNoticed || !framer.isOver()) return;
        endNoticed = true;
        if (closing) return;
        if (framer.error().isDefined()) close();
        else if (!halfOpen && outbound == Out.OPEN) outbound = Out.ENDING;
    }

    /**
     * Before anything is sent: whoever has seen that it is not writable waits to be told that it is again, and the transport may take
     * all of it at once. True: as {@link #tellWritable}.
     */
    private boolean tellFull() {
        return out.wasSeenFull() && tellWritable(false);
    }

    /** True: the application was told, and may have sent more. */
    private boolean tellWritable() {
        out.sent();
        if (out.isUnder()) in.release();
        return tellWritable(out.isWritable());
    }

    private boolean tellWritable(boolean writable) {
        if (writable == toldWritable || !takesBytes()) return false;
        toldWritable = writable;
        call(() -> handler().onWritable(writable));
        return true;
    }

    private void closeTransport() {
        if (closed) return;
        closed = true;
        try {
            transport.close();
        } catch (IOException e) {
            broken(e);
        }
    }

    /** A call that may end in the application; what that throws resets the connection. */
    void call(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException | Error e) {
            caught(e);
        }
    }

    void caught(Throwable e) {
        if (thrown == null) thrown = e;
        else if (!thrown.equals(e)) thrown.addSuppressed(e);
        if (!(e instanceof FramingException f && isOwn(f))) abort();
    }

    @SuppressWarnings(
            "ReferenceEquality") // the very error that the engine told, and that a handler without onError has thrown
    private boolean isOwn(FramingException e) {
        return framer.error().exists(error -> error == e.error());
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T sneaky(Throwable e) throws T {
        throw (T) e;
    }

    FramedChannel.Handler handler() {
        return Objects.requireNonNull(handler);
    }

    @Override
    public String toString() {
        return transport.peer() + ", in " + in + ", out " + outbound + (closed ? ", closed" : "");
    }
}
