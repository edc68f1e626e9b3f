package dev.framing.nio;

import dev.framing.DeadlineWatch;
import dev.framing.Deadlines;
import dev.framing.Frame;
import dev.framing.FramingError;
import dev.framing.FramingException;
import dev.framing.Oversize;
import dev.framing.Part;
import dev.framing.testkit.CountingAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.time.Duration;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An application on one end of a simulated connection: does what chance says, inside its callbacks, on the loop's thread and from
 * others, and holds what it is told to what may be.
 */
final class SimApp implements FramedChannel.Handler {
    /** What a handler throws. */
    static final class Thrown extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Thrown() {
            super("a handler's own", null, false, false);
        }
    }

    /** Where tasks run, and who else is there. */
    interface Surroundings {
        /** From another thread: the loop's thread is not this one until it returns. */
        void fromAfar(Runnable call);

        /** An allocation has failed, somebody's. */
        boolean hasFailed();

        /** Are there other threads? */
        boolean hasThreads();

        /** Another application, to send on a connection that is not in its event. */
        SimApp anybody();

        /** For the connections; it may fail. */
        ByteBufAllocator allocator();

        /** For what is sent. */
        ByteBufAllocator payloads();
    }

    private final SimNet net;
    private final Surroundings around;
    final SimSocket socket;
    private final SimStream out;
    private final SimStream in;
    private @Nullable FramedChannel made;

    // ------------------------------------------------------------------------------------------------ its settings
    private final int longest;
    private final boolean wild;
    private final int max;
    private final Oversize oversize;
    private final boolean halfOpen;
    private final int low;
    private final int high;
    private final int limit;
    private final Deadlines deadlines;
    private final long flushNanos;
    private final long drainNanos;
    private final boolean throwsErrors;
    private int actions;

    // ------------------------------------------------------------------------------------------------ what it knows
    /** Frames it was told of, and payload bytes of the next one that came in parts. */
    private int received;

    private int partial;
    private boolean ended;
    private boolean streamOver;
    private boolean timedOut;
    private boolean failed;
    private boolean paused;
    private boolean closing;
    private boolean detached;
    private boolean closed;
    private boolean writable = true;
    private SimStream.@Nullable Sent begun;
    private int begunBytes;
    private int handed;
    private int readsOver;
    private long closeBy;
    private int depth;
    /** {@link #on} has thrown. */
    private boolean refused;

    SimApp(SimNet net, Surroundings around, SimSocket socket, SimStream out, SimStream in, int longest, int actions) {
        this.net = net;
        this.around = around;
        this.socket = socket;
        this.out = out;
        this.in = in;
        this.longest = longest;
        this.actions = actions;
        wild = net.oneIn(3);
        max = net.oneIn(3) ? 4 + net.size(0, longest) : 4 + longest;
        oversize = switch (net.upTo(3)) {
            case 0 -> Oversize.skip();
            case 1 -> Oversize.parts(net.size(0, max), net.oneIn(4) ? max : 4 + longest);
            default -> Oversize.fail();
        };
        halfOpen = net.oneIn(2);
        high = net.oneIn(3) ? FramedChannel.HIGH_MARK : net.size(0, 300);
        low = net.upTo(high);
        limit = net.oneIn(2) ? 1 << 24 : high + net.size(0, longest);
        deadlines = net.oneIn(3) ? randomDeadlines() : Deadlines.none();
        flushNanos = net.upTo(1_000) * SimNet.MILLI;
        drainNanos = net.upTo(1_000) * SimNet.MILLI;
        throwsErrors = net.oneIn(4);
        socket.reading = this::reads;
        socket.closing = this::closes;
        socket.interleaving = () -> {
            if (net.oneIn(24)) around.anybody().fromAfar();
        };
    }

    private Deadlines randomDeadlines() {
        Duration idle = net.oneIn(2) ? Duration.ZERO : Duration.ofMillis(net.size(1, 3_000));
        return new Deadlines(
                idle,
                Duration.ofMillis(net.size(1, 500)),
                Duration.ofMillis(net.size(1, 1_000)),
                net.size(1, 1_000),
                Duration.ofMillis(net.size(1, 1_000)),
                Duration.ofMillis(net.size(1, 3_000)));
    }

    FramedChannel.Builder settings() {
        return FramedChannel.builder(new SimCodec(max))
                .allocator(around.allocator())
                .oversize(oversize)
                .marks(low, high)
                .outboundLimit(limit)
                .deadlines(deadlines)
                .closeTimeouts(Duration.ofNanos(flushNanos), Duration.ofNanos(drainNanos));
    }

    FramedChannel.Builder withHalfOpen(FramedChannel.Builder settings) {
        return halfOpen ? settings.allowHalfOpen() : settings;
    }

    FramedChannel channel() {
        return Objects.requireNonNull(made);
    }

    /** What the loop asks for: the handler of a new connection. */
    SimApp on(FramedChannel channel) {
        made = channel;
        depth++;
        refused = true;
        if (net.oneIn(4)) act();
        refused = false;
        depth--;
        return this;
    }

    // ------------------------------------------------------------------------------------------------ what it does

    /** Until it has done enough: something every now and then, on the loop's thread or from another. */
    void live() {
        net.in(net.upTo(40) * SimNet.MILLI / 4, () -> {
            if (isGone()) return;
            if (net.oneIn(2)) fromAfar();
            else around.fromAfar(() -> channel().execute(this::act));
            if (--actions > 0) live();
        });
    }

    boolean isGone() {
        return made == null || refused || closed || detached;
    }

    /** One thing, on the loop's thread. */
    private void act() {
        if (made == null || closed || detached || depth > 2) return;
        FramedChannel channel = channel();
        net.note(socket.name, "acts", depth);
        if (begun != null && net.oneIn(2)) {
            goOnWithFrame();
            return;
        }
        switch (net.oneIn(wild ? 12 : 200) ? net.upTo(3) : 4 + net.upTo(20)) {
            case 0 -> {
                if (begun != null) return;
                ended = true;
                channel.end();
            }
            case 1 -> close();
            case 2 -> abort();
            case 3 -> {
                if (depth > 0) throw new Thrown();
                detach();
            }
            case 4, 5, 6 -> {
                paused = true;
                channel.pause();
                if (net.oneIn(4)) resume();
                else net.in(net.upTo(200) * SimNet.MILLI, this::resumeSomehow);
            }
            case 7, 8 -> resume();
            case 9, 10 -> beginFrame();
            case 11 -> around.anybody().send();
            default -> {
                for (int n = net.size(1, 5); n > 0; n--) send();
            }
        }
    }

    private void resume() {
        paused = false;
        channel().resume();
    }

    private void resumeSomehow() {
        if (isGone()) return;
        around.fromAfar(() -> {
            if (net.oneIn(2)) {
                channel().execute(() -> paused = false);
                channel().resume();
            } else {
                channel().execute(this::resume);
            }
        });
    }

    private void closeStarts() {
        if (closing) return;
        closing = true;
        closeBy = net.time() + (socket.isEnded() ? drainNanos : Math.min(flushNanos, drainNanos));
    }

    private void close() {
        closeStarts();
        channel().close();
    }

    private void abort() {
        closing = true;
        channel().abort();
    }

    private void detach() {
        if (closing || streamOver || socket.isBroken()) return;
        FramedChannel channel = channel();
        long position = channel.position();
        ByteBuf rest;
        try {
            rest = channel.detach();
        } catch (IllegalStateException e) {
            net.note(socket.name, "detach refused", 0);
            return;
        }
        detached = true;
        net.note(socket.name, "detached", rest.readableBytes());
        for (int i = 0; i < rest.readableBytes(); i++)
            if (rest.getByte(rest.readerIndex() + i) != in.byteAt(position + i))
                throw broken("detach() gave other bytes");
        rest.release();
        socket.reading = socket.closing = () -> {};
        socket.abort();
    }

    private ByteBuf payload(SimStream.Sent frame, int from, int count) {
        ByteBuf payload = net.oneIn(2)
                ? around.payloads().directBuffer(Math.max(1, count))
                : around.payloads().heapBuffer(Math.max(1, count));
        frame.writeTo(payload, from, count);
        return payload;
    }

    /** One frame, on the loop's thread. */
    private void send() {
        if (made == null || closed || detached) return;
        SimStream.Sent frame = out.add(net, net.size(0, longest), true);
        boolean sent = false;
        try {
            long before = channel().outboundBytes();
            try {
                sent = channel().send(payload(frame, 0, frame.length));
            } catch (IllegalStateException e) {
                if (!ended && begun == null && before <= limit) throw broken("send() refused: " + e.getMessage());
                return;
            } catch (RuntimeException e) {
                sent = true; // and then a callback has thrown
                throw e;
            }
            if (!sent) mayRefuse("send()");
        } finally {
            if (!sent) out.undo(frame);
            else net.note(socket.name, "sent", frame.length);
        }
    }

    private void mayRefuse(String what) {
        if (!closing && !streamOver && !socket.isBroken() && !outputDue() && !closed && !around.hasFailed())
            throw broken(what + " refused on an open connection");
    }

    private void beginFrame() {
        if (begun != null || ended) return;
        int length = net.size(0, longest);
        SimStream.Sent frame = out.add(net, length, length == 0);
        begun = frame;
        begunBytes = 0;
        boolean sent = false;
        try {
            sent = channel().beginFrame(Unpooled.EMPTY_BUFFER, frame.length);
        } catch (IllegalStateException e) {
            if (channel().outboundBytes() <= limit) throw broken("beginFrame() refused: " + e.getMessage());
        } catch (RuntimeException e) {
            sent = true; // and then a callback has thrown
            throw e;
        } finally {
            if (!sent) {
                begun = null;
                out.undo(frame);
            }
        }
        net.note(socket.name, "begins a frame", sent ? length : -1);
    }

    private void goOnWithFrame() {
        SimStream.Sent frame = Objects.requireNonNull(begun);
        int n = net.size(0, frame.length - begunBytes);
        if (n > 0) {
            int from = begunBytes;
            begunBytes += n;
            frame.whole = begunBytes == frame.length;
            boolean taken = true; // also where a callback throws then
            try {
                taken = may(() -> channel().piece(payload(frame, from, n)));
            } catch (CountingAllocator.OutOfBuffers e) {
                taken = false;
                throw e;
            } finally {
                if (!taken) {
                    begunBytes = from;
                    frame.whole = false;
                }
            }
            if (!taken) return;
            net.note(socket.name, "piece", n);
        }
        if (begun != null && begunBytes == frame.length && may(() -> channel().endFrame())) begun = null;
    }

    private boolean may(BooleanSupplier write) {
        try {
            if (write.getAsBoolean()) return true;
            if (!closing && !socket.isBroken() && !outputDue() && !failed && !closed)
                throw broken("refused in the middle of a frame");
        } catch (IllegalStateException e) {
            if (channel().outboundBytes() <= limit) throw broken("refused in the middle of a frame: " + e.getMessage());
        }
        return false;
    }

    /** One thing, from another thread. */
    void fromAfar() {
        if (isGone()) return;
        around.fromAfar(() -> {
            net.note(socket.name, "from afar", 0);
            switch (net.oneIn(wild ? 12 : 200) ? net.upTo(2) : 3 + net.upTo(12)) {
                case 0 -> {
                    channel().execute(() -> ended = ended || begun == null);
                    channel().end();
                }
                case 1 -> {
                    channel().execute(this::closeStarts);
                    channel().close();
                }
                case 2 -> {
                    channel().execute(() -> closing = true);
                    channel().abort();
                }
                case 3, 4 -> {
                    channel().pause();
                    channel().execute(() -> paused = true);
                    net.in(net.upTo(200) * SimNet.MILLI, this::resumeSomehow);
                }
                case 5, 6 -> {
                    channel().execute(() -> paused = false);
                    channel().resume();
                }
                default -> {
                    if (around.hasThreads()) sendFromAfar();
                    else send();
                }
            }
        });
    }

    /** The tasks of one thread stay in order: what stands between two of its own is what the frame did. */
    private void sendFromAfar() {
        int length = net.size(0, longest);
        SimStream.Sent[] frame = new SimStream.Sent[1];
        long[] before = new long[1];
        handed++;
        channel().execute(() -> before[0] = channel().outboundBytes());
        SimStream scratch = new SimStream();
        SimStream.Sent content = scratch.add(net, length, true);
        boolean taken = false;
        try {
            taken = channel().send(payload(content, 0, length));
        } catch (IllegalStateException e) {
            net.note(socket.name, "refused from afar", length);
        }
        boolean handedOver = taken;
        channel().execute(() -> {
            handed--;
            long more = channel().outboundBytes() - before[0];
            if (more == 4L + length && handedOver) {
                frame[0] = out.addSame(content);
                net.note(socket.name, "sent from afar", length);
            } else if (more != 0) {
                throw broken("a frame of " + length + " bytes from afar, and " + more + " bytes more wait");
            } else if (handedOver && !ended && begun == null && before[0] <= limit) {
                mayRefuse("send() from afar");
            }
        });
    }

    // ------------------------------------------------------------------------------------------------ what it is told

    private AssertionError broken(String law) {
        return net.broken(socket + ": " + law + " (" + made + ")");
    }

    private void told(String what, long number) {
        net.note(socket.name, what, number);
        if (closed) throw broken(what + " after onClosed");
        if (detached) throw broken(what + " after detach()");
    }

    private void event(String what, long number) {
        told(what, number);
        if (closing) throw broken(what + " after close()");
        if (streamOver) throw broken(what + " after the end of the stream");
    }

    private void perhapsAct() {
        depth++;
        boolean done = false;
        try {
            if (net.oneIn(4)) act();
            done = true;
        } finally {
            depth--;
            if (!done)
                closing = true; // whoever's it was that was thrown, on another connection too: it resets this one
        }
    }

    @Override
    public void onFrame(Frame frame) {
        event("onFrame", frame.payloadLength());
        if (paused) throw broken("a frame while paused");
        if (channel().outboundBytes() > high && !outputDue())
            throw broken("a frame over the high mark: " + channel().outboundBytes() + " of " + high);
        if (received >= in.size()) throw broken("a frame that nobody sent");
        SimStream.Sent expected = in.get(received);
        Part part = frame.part();
        boolean inParts = oversize instanceof Oversize.Parts p && expected.total() > p.from();
        if (inParts != (part != Part.WHOLE)) throw broken(part + " frame of " + expected.length + " bytes");
        if ((part == Part.WHOLE || part == Part.FIRST) != (partial == 0 && !midFrame))
            throw broken(part + " after " + partial + " bytes of the frame");
        if (frame.position() != expected.position) throw broken("a frame at " + frame.position());
        if (!expected.hasPayload(frame.buffer(), frame.payloadIndex(), frame.payloadLength(), partial))
            throw broken("other bytes than were sent in frame " + received);
        partial += frame.payloadLength();
        midFrame = true;
        if (part == Part.WHOLE || part == Part.LAST) {
            if (partial != expected.length) throw broken(partial + " bytes of " + expected.length);
            next();
        }
        perhapsAct();
    }

    private boolean midFrame;

    private void next() {
        received++;
        partial = 0;
        midFrame = false;
    }

    /** The output deadline has passed: frames are told although what they send goes nowhere. */
    private boolean outputDue() {
        return !deadlines.output().isZero();
    }

    @Override
    public void onSkipped(long position, long length) {
        event("onSkipped", length);
        SimStream.Sent expected = in.get(received);
        boolean right = oversize.equals(Oversize.skip()) && expected.total() > max;
        if (!right || position != expected.position || length != expected.total())
            throw broken("skipped " + length + " bytes at " + position);
        next();
        perhapsAct();
    }

    @Override
    public void onEnd() {
        event("onEnd", received);
        if (received != in.size() || partial > 0 || in.whole() != in.size())
            throw broken("a clean end after " + received + " of " + in.size() + " frames");
        if (!socket.endHasArrived()) throw broken("an end that the peer has not told");
        streamOver = true;
        perhapsAct();
    }

    @Override
    public void onError(FramingError error) {
        event("onError " + error.getClass().getSimpleName(), error.position());
        boolean may = error instanceof FramingError.Reset
                ? socket.isReset() && !socket.endHasArrived()
                : error instanceof FramingError.Truncated
                        ? in.whole() == received && in.size() > received
                        : error instanceof FramingError.TimedOut
                                ? !deadlines.equals(Deadlines.none())
                                : error instanceof FramingError.FrameTooLong
                                        && in.get(received).total() > max;
        if (!may) throw broken(error.message());
        streamOver = failed = true;
        if (error instanceof FramingError.TimedOut) timedOut = true;
        perhapsAct();
        if (throwsErrors) throw new FramingException(error);
    }

    @Override
    public void onWritable(boolean now) {
        told("onWritable", now ? 1 : 0);
        if (closing) throw broken("onWritable after close()");
        if (now == writable) throw broken("onWritable(" + now + ") twice");
        writable = now;
        perhapsAct();
    }

    @Override
    public void onClosed(@Nullable IOException broken) {
        told("onClosed", received);
        if (!closing && !streamOver && !around.hasFailed()) throw broken("closed, and nobody knows why: " + broken);
        if (!socket.isClosed()) throw broken("onClosed before the transport was closed");
        closed = true;
        if (net.oneIn(16)) throw new Thrown();
    }

    // ------------------------------------------------------------------------------------------------ laws of the loop

    /** It drops what it reads: close() does, whoever called it. */
    private boolean drains() {
        return closing || failed;
    }

    private void reads() {
        if (drains() || made == null) return;
        if (paused) throw broken("a read while paused");
        readsOver = channel().outboundBytes() > high ? readsOver + 1 : 0;
        if (readsOver > 1) throw broken("reads over the high mark");
    }

    private void closes() {
        if (socket.endHasArrived() || socket.isReset() || timedOut || outputDue() || failed) return;
        if (closing && net.time() < closeBy && in.end() < 1 << 20)
            throw broken("closed before the peer's end and before the time for it was over");
    }

    /** Between two turns: what it asks of the selector is what it needs, and the wait is over when its deadline is. */
    void check(int ops, long nanos) {
        if (made == null || detached || refused) return;
        FramedChannel channel = channel();
        long remaining = channel.remainingNanos();
        if (remaining != DeadlineWatch.NEVER && (nanos < 0 || nanos > Math.max(0, remaining) + Timers.TICK))
            throw broken("a wait of " + nanos + " ns, and a deadline in " + remaining);
        if (channel.isClosed()) {
            if (ops != 0) throw broken("closed, and asks for " + ops);
            return;
        }
        long bytes = channel.outboundBytes();
        boolean write = (ops & SelectionKey.OP_WRITE) != 0;
        boolean read = (ops & SelectionKey.OP_READ) != 0;
        if (write != bytes > 0) throw broken(bytes + " bytes wait, OP_WRITE " + write);
        if (bytes > 2L * (limit + longest + 4)) throw broken(bytes + " bytes wait, limit " + limit);
        if (drains()) return;
        boolean mayEnd = ended || streamOver && !halfOpen || socket.isBroken() || outputDue();
        if (!mayEnd && handed == 0 && writable != channel.isWritable()) throw broken("onWritable was not told");
        if (streamOver) return;
        if (read && paused) throw broken("paused, and OP_READ");
        if (read && bytes > high) throw broken(bytes + " bytes over the high mark, and OP_READ");
        if (bytes > high && channel.isWritable()) throw broken(bytes + " bytes over the high mark, and writable");
        if (handed > 0 || bytes > low || socket.isBroken() || outputDue()) return;
        if (!read && !paused) throw broken("nothing waits, and no OP_READ");
        if (!ended && !channel.isWritable()) throw broken(bytes + " bytes wait, and not writable");
    }

    /** Nothing will happen by itself: is anything left that should have happened? */
    void checkQuiet() {
        if (isGone()) return;
        FramedChannel channel = channel();
        long bytes = channel.outboundBytes();
        if (bytes > 0 && socket.isWritable()) throw broken(bytes + " bytes wait, and the transport takes them");
        if (drains()) throw broken("closing, and all its time is over");
        if (paused || bytes > low) return;
        if (socket.unread() > 0) throw broken(socket.unread() + " bytes are there and not read");
        if (socket.endHasArrived() && !streamOver) throw broken("the end was not told");
        if (socket.isReset() && !socket.isEnded() && !streamOver) throw broken("the reset was not told");
        boolean skipping = oversize.equals(Oversize.skip());
        boolean stopped = in.whole() > received && in.get(received).total() > max && !skipping;
        if (!socket.isBroken()
                && received < in.whole()
                && !stopped
                && socket.other().calls() > 0
                && peerHasSentAll()) throw broken(received + " of " + in.whole() + " frames");
        if (streamOver && !halfOpen && begun == null && bytes == 0 && !socket.isEnded())
            throw broken("the peer has ended and this side has not");
        if (ended && begun == null && bytes == 0 && !socket.isEnded() && !socket.isReset())
            throw broken("end() and no FIN");
        if (received == in.size() && partial == 0 && bytes == 0 && channel.heldBytes() > 0)
            throw broken("idle, and holds " + channel.heldBytes() + " bytes");
    }

    /** Nothing of the other end's frames waits at the other end. */
    boolean peerHasSentAll() {
        return peer == null || peer.isGone() || peer.channel().outboundBytes() == 0;
    }

    /** The application at the other end, if there is one. */
    @Nullable
    SimApp peer;

    // ------------------------------------------------------------------------------------------------ its end

    /** Resumes, and finishes the frame it is in the middle of. */
    void wakeUp() {
        if (isGone()) return;
        channel().execute(() -> {
            if (isGone()) return;
            if (paused) resume();
            while (begun != null && !isGone() && !closing && !socket.isBroken() && !streamOver) {
                int before = begunBytes;
                goOnWithFrame();
                if (begun != null && begunBytes == before && channel().outboundBytes() > limit) break;
            }
        });
    }

    /** The loop closes every connection. */
    void closedByLoop() {
        if (!isGone()) closeStarts();
    }

    void finish(boolean surely) {
        if (isGone()) return;
        channel().execute(() -> {
            if (isGone()) return;
            switch (surely ? 1 : net.upTo(4)) {
                case 0 -> abort();
                case 1 -> close();
                case 2, 3 -> {
                    if (begun != null) return;
                    ended = true;
                    channel().end();
                }
                default -> {}
            }
        });
    }

    void checkOver() {
        if (made == null || refused) return;
        if (!closed && !detached) throw broken("not closed at the end of everything");
        if (!socket.isClosed()) throw broken("the transport was not closed");
        if (channel().heldBytes() != 0)
            throw broken("closed, and holds " + channel().heldBytes() + " bytes");
    }
}
