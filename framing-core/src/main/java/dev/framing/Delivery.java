package dev.framing;

import dev.framing.OpenFrame.State;
import io.netty.buffer.ByteBuf;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a decoder tells becomes what a handler gets: order of telling, limits, {@link Oversize}, the first error.
 *
 * <p>One idea decides SKIP and PARTS for every family: {@link #pending} says how much of a frame is certain, and this class takes those
 * bytes from the decoder as soon as the frame must be longer than what is delivered whole.
 */
final class Delivery extends Assembly implements FrameSink {
    private final Framer framer;
    private final Oversize oversize;
    private final Verdicts verdicts = new Verdicts();
    private Limits limits;
    /** {@link Limits#whole}, for the fast path. */
    private int whole;

    private boolean pended;
    /** Bytes from the cursor on without which the decoder need not be asked again. */
    private long needed;
    /** The whole length that the format announced for the frame that is not whole, or -1. */
    private long announced = -1;

    private boolean headWhole;
    /** The decoder was stopped by an answer of false: it may have more to say without more bytes. */
    private boolean interrupted;

    private boolean finished;
    /** A codec was switched: the decoder that is telling must return. */
    private boolean switched;

    Delivery(Framer framer, FrameHandler handler, Oversize oversize, Memory memory, int maxFrameLength) {
        super(handler, memory);
        this.framer = framer;
        this.oversize = oversize;
        limits = Limits.of(oversize, maxFrameLength);
        whole = limits.whole();
    }

    // ------------------------------------------------------------------------------------------------ the fast path

    @Override
    public boolean frame(int index, int head, int payload, int tail) {
        int length = head + payload + tail;
        if (index != cursor
                || (head | payload | tail) < 0
                || length > whole
                || length <= 0
                || length > end - index
                || special != 0) {
            return frameSlow(index, head, payload, tail);
        }
        cursor = index + length;
        Frame f = frame;
        f.head = head;
        f.payloadIndex = index + head;
        f.payload = payload;
        f.tail = tail;
        handler.onFrame(f);
        return go;
    }

    private boolean frameSlow(int index, int head, int payload, int tail) {
        long length = (long) head + payload + tail;
        told(index, head | payload | tail, length);
        long position = base + index;
        if (cur.state == State.TAKEN) {
            if (head != 0) throw new IllegalStateException("frame(head " + head + ") of a frame whose head was taken");
            OpenFrame o = cur;
            o.wire += length;
            if (o.wire > limits.error()) return tooLong(o.start, o.wire, limits.error(), index, 0);
            cursor += (int) length;
            return complete(index, payload, tail);
        }
        if (length == 0) throw new IllegalStateException("a frame of no bytes");
        begun = false; // a decoder may have asked about this frame before it told it
        boolean isNested = cur.state == State.BEGUN;
        if (isNested && cur == nested) throw new IllegalStateException("a frame in a nested frame");
        if (head > limits.max()) return tooLong(position, -1, limits.max(), index, 0);
        if (length > limits.of(isNested)) return tooLong(position, length, limits.of(isNested), index, head);
        if (limits.skips() && length > limits.max()) {
            cursor += (int) length;
            skipped(position, length);
            return go;
        }
        if (!isNested && length > whole) {
            main.open(State.BEGUN, position, head);
            main.parts = main.first = true;
            main.wire = (long) head + payload;
            special |= FRAME_OPEN;
            cursor += head + payload;
            owed = tail;
            show(in, index, head, payload, 0, Part.FIRST, position, main.wire);
            if (go) last();
            return go;
        }
        cursor += (int) length;
        show(in, index, head, payload, tail, Part.WHOLE, position, length);
        return go;
    }

    // ------------------------------------------------------------------------------------------------ in pieces

    @Override
    public boolean begin(int index, int head) {
        told(index, head, head);
        if (cur.state == State.TAKEN) {
            if (head != 0) throw new IllegalStateException("begin(head " + head + ") of a frame whose head was taken");
            cur.state = State.BEGUN;
            return true;
        }
        if (cur.state == State.BEGUN) {
            if (cur == nested) throw new IllegalStateException("a frame in a nested frame");
            cur = nested;
        }
        OpenFrame o = cur;
        o.open(State.BEGUN, base + index, head);
        special |= FRAME_OPEN;
        cursor += head;
        o.wire = head;
        if (head > limits.max()) return tooLong(o.start, -1, limits.max(), index, 0);
        if (!grown(o, o.wire)) return false;
        if (o.skip) return true;
        if (o.parts) {
            o.first = true;
            show(in, index, head, 0, 0, Part.FIRST, o.start, o.wire);
            return go;
        }
        return head == 0 || keep(o, index, head, limits.max());
    }

    @Override
    public boolean piece(int index, int length) {
        OpenFrame o = begun(index, length);
        cursor += length;
        o.wire += length;
        if (!grown(o, o.wire)) return false;
        if (o.skip || length == 0) return true;
        if (o.parts && o.first && !o.roomUsed()) {
            show(in, index, 0, length, 0, Part.MIDDLE, o.start, o.wire);
            return go;
        }
        return keep(o, index, length, limits.max()) && (!o.parts || flush(o));
    }

    @Override
    public @Nullable ByteBuf transform(int index, int length) {
        OpenFrame o = begun(index, length);
        cursor += length;
        o.wire += length;
        if (!grown(o, o.wire)) return null;
        if (o.skip) o.clearRoom(memory);
        return roomFor(o, length, limits.max());
    }

    @Override
    public boolean drop(int index, int length) {
        told(index, length, length);
        cursor += length;
        OpenFrame o = cur;
        if (o.state == State.NONE) return go;
        o.wire += length;
        return grown(o, o.wire) && (!o.parts || o.first || o.skip || flush(o));
    }

    @Override
    public boolean end(int index, int tail) {
        OpenFrame o = begun(index, tail);
        if (!grown(o, o.wire + tail)) return false;
        if (o.skip) {
            o.wire += tail;
            cursor += tail;
            o.clearRoom(memory);
            return complete(index, 0, tail);
        }
        if (o.parts && !o.first) {
            owed = tail;
            if (flush(o)) last();
            return go;
        }
        cursor += tail;
        o.wire += tail;
        boolean assembled = !o.parts;
        if (!assembled && !o.roomUsed()) return complete(index, 0, tail);
        if (!keep(o, index, tail, limits.max())) return false;
        ByteBuf room = Objects.requireNonNull(o.room);
        completeRoom(o, room, assembled ? o.head : 0, tail, assembled ? Part.WHOLE : Part.LAST);
        return go;
    }

    /** The open frame has, or will have, {@code least} bytes: limits, SKIP, PARTS. */
    private boolean grown(OpenFrame o, long least) {
        long limit = limits.of(o == nested);
        if (least > limit) return tooLong(o.start, -1, limit, 0, 0);
        if (limits.skips() && least > limits.max() && !o.skip) {
            o.skip = true;
            o.clearRoom(memory);
        }
        if (o == main && limits.parts() && least > whole) o.parts = true;
        return true;
    }

    // ------------------------------------------------------------------------------------ not whole, not right, over

    @Override
    public int pending(int index, int head, int certain, long least, int tail) {
        told(index, head | certain, certain);
        pended = true;
        needed = tail >= 0 && certain >= head ? least : 0;
        announced = -1;
        if (cur.state == State.BEGUN) {
            if (head == 0 || cur == nested) return pendingBegun(least);
            int answer = pendingNested(index, head, certain, least, tail);
            if (answer <= 0) return answer;
        }
        OpenFrame o = cur;
        boolean taken = o.state == State.TAKEN;
        boolean headIsThere = certain >= head;
        boolean stated = tail >= 0 || headIsThere;
        long start = taken ? o.start : base + index;
        long all = taken ? saturatedSum(o.wire, least) : least;
        begun = true;
        headWhole = taken || headIsThere;
        if (!taken && head > limits.max()) return refuse(start, -1, limits.max(), index, 0);
        if (stated && framer.decoder().announced()) announced = all;
        if (all > (headIsThere ? limits.error() : limits.ofPartialHead(false)))
            return refuse(start, stated ? all : -1, limits.error(), index, Math.min(head, certain));
        if (!headIsThere) return 0;
        boolean cut = taken || all > (limits.skips() ? limits.max() : whole);
        if (!cut || certain == 0 && (!taken || tail < 0)) return 0;
        return take(index, head, certain, least, tail);
    }

    /** More is to come of the frame begun. */
    private int pendingBegun(long least) {
        OpenFrame o = cur;
        headWhole = true;
        if (!grown(o, saturatedSum(o.wire, least))) return -1;
        if (o.parts && !o.first && !o.skip) flush(o);
        return 0;
    }

    /** A frame begins inside the one begun. Over 0: it is to be skipped, and is {@link #cur} now. */
    private int pendingNested(int index, int head, int certain, long least, int tail) {
        boolean headIsThere = certain >= head;
        long start = base + index;
        if (head > limits.max()) return refuse(start, -1, limits.max(), index, 0);
        if (least > (headIsThere ? limits.of(true) : limits.ofPartialHead(true)))
            return refuse(
                    start, tail >= 0 || headIsThere ? least : -1, limits.of(true), index, Math.min(head, certain));
        if (!headIsThere || least <= limits.max()) return 0;
        cur = nested;
        cur.state = State.NONE;
        return 1;
    }

    /** Takes the certain bytes of a frame that is longer than what is delivered whole. */
    private int take(int index, int head, int certain, long least, int tail) {
        if (tail > least - certain)
            throw new IllegalStateException("pending(certain " + certain + ", least " + least + ", tail " + tail
                    + "): more certain than there is");
        OpenFrame o = cur;
        if (o.state == State.NONE) {
            o.open(State.TAKEN, base + index, head);
            o.skip = limits.skips();
            o.parts = !o.skip;
            special |= FRAME_OPEN;
        }
        o.wire += certain;
        cursor += certain;
        needed = 0;
        if (tail >= 0) {
            forward = least - tail - certain;
            forwardTail = tail;
        }
        if (o.parts && certain > 0) {
            Part part = o.first ? Part.MIDDLE : Part.FIRST;
            o.first = true;
            show(in, index, head, certain - head, 0, part, o.start, o.wire);
        }
        return certain;
    }

    @Override
    public boolean malformed(int index, String reason) {
        if (!go) return false; // found again once delivery goes on
        if (index < cursor || index >= end)
            throw new IllegalStateException("malformed at index " + index + " outside [" + cursor + ", " + end + ")");
        if (flushDue() && !flush(main)) return false; // what stood before it, first
        fail(verdicts.malformed(frameStart(), base + index, reason, in.getUnsignedByte(index)));
        return false;
    }

    @Override
    public boolean tooLong(long allowed, String unit) {
        if (!go) return false; // found again once delivery goes on
        fail(new FramingError.FrameTooLong(frameStart(), -1, allowed, unit, ""));
        return false;
    }

    @Override
    public void detail(Object value) {
        keepDetail(value);
    }

    @Override
    public void finish() {
        if (!go) return;
        finished = true;
        go = false;
    }

    private boolean tooLong(long position, long length, long allowed, int index, int head) {
        fail(verdicts.tooLong(framer.decoder(), position, length, allowed, in, index, head));
        return false;
    }

    private int refuse(long position, long length, long allowed, int index, int head) {
        tooLong(position, length, allowed, index, head);
        return -1;
    }

    private static long saturatedSum(long a, long b) {
        return b > Long.MAX_VALUE - a ? Long.MAX_VALUE : a + b;
    }

    private OpenFrame begun(int index, int length) {
        told(index, length, length);
        if (cur.state != State.BEGUN) throw new IllegalStateException("no frame was begun");
        return cur;
    }

    // ------------------------------------------------------------------------------------------------ for the Framer

    /** Lets the decoder say all it can about the bytes that are there. Returns when they are told, or delivery stopped. */
    void run() {
        boolean asked = false;
        for (; ; ) {
            if (framer.stopped()) return;
            go = true;
            switched = false;
            undress();
            if (owed >= 0) {
                last();
                continue;
            }
            if (cur.state == State.TAKEN && forward >= 0) {
                if (!moveRest()) return;
                asked = false;
                continue;
            }
            if (flushDue()) {
                flush(main);
                continue;
            }
            if (finished || asked || needed > end - cursor || cursor == end && !interrupted) return;
            asked = ask();
        }
    }

    /** True: it said all it could. */
    private boolean ask() {
        needed = 0;
        if (cursor < end || main.state == State.NONE) announced = -1; // asked about nothing, it says nothing new
        pended = begun = headWhole = false;
        interrupted = true;
        framer.decoder().decode(in, cursor, end, this);
        if (!go) return false;
        interrupted = false;
        if (cursor < end && !pended) {
            throw new IllegalStateException((end - cursor) + " bytes left at index " + cursor + " and no pending: "
                    + framer.decoder().getClass().getName());
        }
        return true;
    }

    /** Moves what is there of an exact rest; true: all of it. */
    private boolean moveRest() {
        int there = end - cursor;
        int index = cursor;
        if (there >= forward + forwardTail) {
            int payload = (int) forward;
            cursor += payload + forwardTail;
            cur.wire += payload + forwardTail;
            needed = 0;
            interrupted = true; // the decoder has not seen its frame end
            complete(index, payload, forwardTail);
            return true;
        }
        int n = (int) Math.min(there, forward);
        forward -= n;
        cursor += n;
        cur.wire += n;
        needed = forward > 0 ? 0 : forwardTail;
        if (n > 0 && !cur.skip) show(in, index, 0, n, 0, Part.MIDDLE, cur.start, cur.wire);
        return false;
    }

    /**
     * No byte will follow. True: the stream has ended, or failed; false: stopped, to be called again.
     *
     * @param behind bytes that follow those in front of the decoder (a codec ended before them)
     */
    boolean atEnd(long behind) {
        for (; ; ) {
            run();
            if (framer.stopped()) return error != null;
            if (!finished && forward < 0) {
                go = true;
                switched = false;
                framer.decoder().end(in, cursor, end, this);
                if (go && flushDue()) flush(main);
                if (!go && error == null) {
                    if (framer.stopped()) return false;
                    continue;
                }
                if (error != null) return true;
            }
            long unread = end - cursor + behind;
            if (!frameOpen() && unread == 0) return true;
            long start = frameStart();
            if (finished) fail(new FramingError.LeftoverBytes(start, unread));
            else fail(verdicts.truncated(start, base + end - start, announced));
            return true;
        }
    }

    /** No byte will follow, and that is no end. {@code behind}: see {@link #atEnd}. */
    void breakOff(Breach breach, long behind) {
        long start = frameStart();
        fail(breach.at(start, base + end - start + behind));
    }

    /** How a stream broke off. */
    interface Breach {
        FramingError at(long position, long have);
    }

    /** The open frame is delivered in parts, or skipped. */
    boolean inParts() {
        return main.state != State.NONE && (main.parts || main.skip);
    }

    /** So the stream goes on; for the first error. */
    void received(ByteBuf bytes, int index, int length) {
        verdicts.received(bytes, index, length);
    }

    /** Another stream begins. */
    void restart(int maxFrameLength) {
        restart();
        verdicts.restart();
        codec(maxFrameLength);
        go = true;
    }

    /** Another codec, with another limit, from the cursor on. */
    void codec(int maxFrameLength) {
        if (limits.max() != maxFrameLength) limits = Limits.of(oversize, maxFrameLength);
        whole = limits.whole();
        finished = false;
        needed = 0;
        announced = -1;
        begun = headWhole = interrupted = false;
        forgetDetail(); // of a frame that the codec before it saw begin
        switched = true;
        go = false;
    }

    void stop() {
        go = false;
    }

    void goOn() {
        go = error == null && !finished && !switched;
    }

    @Nullable
    FramingError error() {
        return error;
    }

    boolean finished() {
        return finished;
    }

    boolean headIsWhole() {
        return main.state != State.NONE || headWhole;
    }

    int max() {
        return limits.max();
    }

    long needed() {
        return needed;
    }
}
