package dev.framing;

import dev.framing.OpenFrame.State;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a decoder tells becomes what a handler gets: order of telling, limits, {@link Oversize}, parts, assembly, the first error.
 *
 * <pre>
 *  state of the open frame   NONE   --pending takes-->   TAKEN   --begin(head 0)-->   BEGUN
 *                             |  \--begin------------------------------------------->  |
 *                             | <---------- frame(head 0), or the exact rest --- TAKEN |
 *                             | <-------------------- end ---------------------------- '
 * </pre>
 *
 * One idea decides SKIP and PARTS for every family: {@link #pending} says how much of a frame is certain, and this class takes those
 * bytes from the decoder as soon as the frame must be longer than what is delivered whole.
 */
final class Delivery implements FrameSink {
    /** Bits of {@link #special}: anything that keeps {@link #frame} from its fast path. */
    private static final int FRAME_OPEN = 1;

    private static final int HAS_DETAIL = 2;

    private final Framer framer;
    private final FrameHandler handler;
    private final Oversize oversize;
    final Memory memory;
    final Frame frame = new Frame(this);
    private final OpenFrame main = new OpenFrame();
    private final OpenFrame nested = new OpenFrame();
    private OpenFrame cur = main;

    /** The memory being read: bytes {@code [cursor, end)} of {@link #in} are not told; index 0 of it is at stream position {@link #base}. */
    private ByteBuf in = Unpooled.EMPTY_BUFFER;

    private int cursor;
    private int end;
    private long base;

    private int max;
    /** Bytes up to which a frame is delivered whole. */
    private int whole;
    /** Bytes up to which a frame is no error. */
    private long limit;

    private int special;
    /** The answer to the decoder: go on. */
    private boolean go = true;

    private boolean pended;
    /** Bytes from the cursor on without which the decoder need not be asked again. */
    private long needed;
    /** The whole length that the format announced for the frame that is not whole, or -1. */
    private long announced = -1;
    /** An exact rest that is moved without the decoder: payload bytes to come, or -1. */
    private long forward = -1;

    private int forwardTail;
    /** The tail of a frame whose LAST part is due although all of it was told; -1: none. */
    private int owed = -1;
    /** A frame was seen to begin in the bytes not told. */
    private boolean begun;

    private boolean headWhole;
    /** The view was set for a frame that does not simply stand in {@link #in}: its fields must be put back, this room emptied. */
    private boolean dressed;

    private @Nullable OpenFrame roomShown;
    private @Nullable Object detail;
    private final byte[] opening = new byte[8];
    private int openingLength;

    private @Nullable FramingError error;
    private boolean finished;
    /** A codec was switched: the decoder that is telling must return. */
    private boolean switched;

    Delivery(Framer framer, FrameHandler handler, Oversize oversize, Memory memory) {
        this.framer = framer;
        this.handler = handler;
        this.oversize = oversize;
        this.memory = memory;
    }

    // ------------------------------------------------------------------------------------------------ the fast path

    @Override
    public boolean frame(int index, int head, int payload, int tail) {
        int length = head + payload + tail;
        int next = index + length;
        if (index != cursor
                || (head | payload | tail) < 0
                || length > whole
                || length <= 0
                || next > end
                || special != 0) {
            return frameSlow(index, head, payload, tail);
        }
        cursor = next;
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
            if (o.wire > limit) return tooLong(o.start, o.wire, limit, index, 0);
            cursor += (int) length;
            return complete(index, payload, tail);
        }
        if (length == 0) throw new IllegalStateException("a frame of no bytes");
        boolean isNested = cur.state == State.BEGUN;
        if (isNested && cur == nested) throw new IllegalStateException("a frame in a nested frame");
        if (head > max) return tooLong(position, -1, max, index, 0);
        if (length > limitOf(isNested)) return tooLong(position, length, limitOf(isNested), index, head);
        if (oversize instanceof Oversize.Skip && length > max) {
            cursor += (int) length;
            detail = null;
            special &= ~HAS_DETAIL;
            handler.onSkipped(position, length);
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
        if (head > max) return tooLong(o.start, -1, max, index, 0);
        if (!grown(o, o.wire)) return false;
        if (o.skip) return true;
        if (o.parts) {
            o.first = true;
            show(in, index, head, 0, 0, Part.FIRST, o.start, o.wire);
            return go;
        }
        return head == 0 || keep(o, index, head);
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
        return keep(o, index, length) && (!o.parts || flush(o));
    }

    @Override
    public @Nullable ByteBuf transform(int index, int length) {
        OpenFrame o = begun(index, length);
        cursor += length;
        o.wire += length;
        if (!grown(o, o.wire)) return null;
        if (o.skip) o.clearRoom(memory);
        return roomFor(o, length);
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
        if (!keep(o, index, tail)) return false;
        ByteBuf bytes = Objects.requireNonNull(o.room);
        int head = assembled ? o.head : 0;
        int payload = bytes.writerIndex() - head - tail;
        close(o);
        roomShown = o;
        show(bytes, 0, head, payload, tail, assembled ? Part.WHOLE : Part.LAST, o.start, o.wire);
        return go;
    }

    /** The open frame has, or will have, {@code least} bytes: limits, SKIP, PARTS. */
    private boolean grown(OpenFrame o, long least) {
        if (least > limitOf(o == nested)) return tooLong(o.start, -1, limitOf(o == nested), 0, 0);
        if (oversize instanceof Oversize.Skip && least > max && !o.skip) {
            o.skip = true;
            o.clearRoom(memory);
        }
        if (o == main && oversize instanceof Oversize.Parts && least > whole) o.parts = true;
        return true;
    }

    private long limitOf(boolean isNested) {
        return isNested && oversize instanceof Oversize.Parts ? max : limit;
    }

    private boolean keep(OpenFrame o, int index, int length) {
        ByteBuf room = roomFor(o, length);
        if (room == null) return false;
        room.writeBytes(in, index, length);
        memory.copied += length;
        return true;
    }

    private @Nullable ByteBuf roomFor(OpenFrame o, int length) {
        ByteBuf room = o.room(length, max + 1024L, memory);
        if (room == null) overBudget(o.start, length);
        return room;
    }

    /** Delivers what the room holds, as FIRST or MIDDLE. */
    private boolean flush(OpenFrame o) {
        ByteBuf room = o.room;
        int length = room == null ? 0 : room.writerIndex();
        int head = o.first ? 0 : o.head;
        Part part = o.first ? Part.MIDDLE : Part.FIRST;
        o.first = true;
        if (room == null) {
            show(in, cursor, head, length - head, 0, part, o.start, o.wire);
        } else {
            roomShown = o;
            show(room, 0, head, length - head, 0, part, o.start, o.wire);
        }
        return go;
    }

    private void last() {
        int tail = owed;
        int index = cursor;
        owed = -1;
        cursor += tail;
        main.wire += tail;
        close(main);
        show(in, index, 0, 0, tail, Part.LAST, main.start, main.wire);
    }

    private void close(OpenFrame o) {
        o.state = State.NONE;
        if (o == nested) {
            cur = main;
            return;
        }
        special &= ~FRAME_OPEN;
        begun = false; // what was pending was this frame
    }

    /** The open frame's last bytes stand in {@link #in}. */
    private boolean complete(int index, int payload, int tail) {
        OpenFrame o = cur;
        close(o);
        forward = -1;
        if (o.skip) {
            detail = null;
            special &= ~HAS_DETAIL;
            handler.onSkipped(o.start, o.wire);
        } else {
            show(in, index, 0, payload, tail, Part.LAST, o.start, o.wire);
        }
        return go;
    }

    private void show(
            ByteBuf bytes, int index, int head, int payload, int tail, Part part, long position, long length) {
        Frame f = frame;
        f.buffer = bytes;
        f.head = head;
        f.payloadIndex = index + head;
        f.payload = payload;
        f.tail = tail;
        f.part = part;
        f.position = position;
        f.length = length;
        f.detail = detail;
        detail = null;
        special &= ~HAS_DETAIL;
        dressed = true;
        handler.onFrame(f);
        if (go) undress();
    }

    /** The view shows again what simply stands in {@link #in}. Not before the application that paused in onFrame has done with it. */
    private void undress() {
        if (!dressed) return;
        dressed = false;
        Frame f = frame;
        f.buffer = in;
        f.part = Part.WHOLE;
        f.position = -1;
        f.detail = null;
        OpenFrame o = roomShown;
        roomShown = null;
        if (o != null) o.clearRoom(memory);
    }

    // ------------------------------------------------------------------------------------ not whole, not right, over

    @Override
    public int pending(int index, int head, int certain, long least, int tail) {
        told(index, head | certain, certain);
        pended = true;
        needed = tail >= 0 && certain >= head ? least : 0;
        announced = -1;
        OpenFrame o = cur;
        if (o.state == State.BEGUN) {
            if (head == 0 || o == nested) {
                headWhole = true;
                if (!grown(o, saturatedSum(o.wire, least))) return -1;
                if (o.parts && !o.first && !o.skip) flush(o);
                return 0;
            }
            if (head > max) return refuse(base + index, -1, max, index, 0);
            if (certain < head && least <= Math.max(limitOf(true), max)) return 0;
            if (least > limitOf(true))
                return refuse(
                        base + index,
                        tail < 0 && certain < head ? -1 : least,
                        limitOf(true),
                        index,
                        Math.min(head, certain));
            if (least <= max) return 0;
            o = cur = nested; // an over-long nested frame that is being skipped
            o.state = State.NONE;
        }
        long had = o.state == State.TAKEN ? o.wire : 0;
        long start = o.state == State.TAKEN ? o.start : base + index;
        long all = saturatedSum(had, least);
        begun = true;
        headWhole = o.state == State.TAKEN || certain >= head;
        if (o.state == State.NONE && head > max) return refuse(start, -1, max, index, 0);
        boolean stated = tail >= 0 || certain >= head;
        if (stated && framer.decoder().announced()) announced = all;
        // a head that is not whole: only what no policy lets through, so that it never matters how much of it has come
        if (all > (certain < head ? Math.max(limit, max) : limit))
            return refuse(start, stated ? all : -1, limit, index, Math.min(head, certain));
        if (certain < head) return 0;
        boolean cut = o.state == State.TAKEN || all > (oversize instanceof Oversize.Skip ? max : whole);
        if (!cut || certain == 0 && (o.state == State.NONE || tail < 0)) return 0;
        if (o.state == State.NONE) {
            o.open(State.TAKEN, start, head);
            o.skip = oversize instanceof Oversize.Skip;
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
        if (main.state == State.BEGUN && main.parts && !main.skip && main.roomUsed())
            flush(main); // what stood before it, first
        if (!go) return false;
        long position = base + index;
        int found = in.getUnsignedByte(index);
        long start = main.state == State.NONE ? base + cursor : main.start;
        String hint = start > 0 ? "" : Sighting.known(opening, (int) Math.min(openingLength, position + 1));
        fail(new FramingError.Malformed(position, reason, found, hint));
        return false;
    }

    @Override
    public boolean tooLong(long allowed, String unit) {
        if (!go) return false; // found again once delivery goes on
        long start = main.state == State.NONE ? base + cursor : main.start;
        fail(new FramingError.FrameTooLong(start, -1, allowed, unit, ""));
        return false;
    }

    @Override
    public void detail(Object value) {
        detail = value;
        special |= HAS_DETAIL;
    }

    @Override
    public void finish() {
        if (!go) return;
        finished = true;
        go = false;
    }

    private boolean tooLong(long position, long length, long allowed, int index, int head) {
        boolean stated = length >= 0 && framer.decoder().announced();
        String hint = "";
        if (stated && head > 0) {
            hint = Sighting.ofHead(in, index, head);
            String other = framer.decoder().hint(in, index, head);
            if (other != null) hint = hint.isEmpty() ? other : hint + "; " + other;
        }
        fail(new FramingError.FrameTooLong(position, stated ? length : -1, allowed, hint));
        return false;
    }

    private int refuse(long position, long length, long allowed, int index, int head) {
        tooLong(position, length, allowed, index, head);
        return -1;
    }

    void overBudget(long position, long asked) {
        fail(new FramingError.BudgetExceeded(position, asked, memory.budgetLimit()));
    }

    void fail(FramingError first) {
        if (error == null) error = first;
        go = false;
    }

    private static long saturatedSum(long a, long b) {
        return b > Long.MAX_VALUE - a ? Long.MAX_VALUE : a + b;
    }

    private OpenFrame begun(int index, int length) {
        told(index, length, length);
        if (cur.state != State.BEGUN) throw new IllegalStateException("no frame was begun");
        return cur;
    }

    private void told(int index, int signs, long length) {
        if (!go) throw new IllegalStateException("told after the answer false: return at once");
        if (index != cursor)
            throw new IllegalStateException(
                    "told at index " + index + ", but everything before " + cursor + " was told and nothing after it");
        if (signs < 0 || length > end - cursor)
            throw new IllegalStateException(
                    "told " + length + " bytes at index " + index + ", the bytes end at " + end);
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
            if (main.state == State.BEGUN && main.parts && !main.skip && main.roomUsed()) {
                flush(main);
                continue;
            }
            if (finished || asked || needed > end - cursor || cursor == end && !interrupted) return;
            asked = ask();
        }
    }

    /** The decoder was stopped by an answer of false: it may have more to say without more bytes. */
    private boolean interrupted;

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
                if (go && main.state == State.BEGUN && main.parts && !main.skip && main.roomUsed()) flush(main);
                if (!go && error == null) {
                    if (framer.stopped()) return false;
                    continue;
                }
                if (error != null) return true;
            }
            boolean open = main.state != State.NONE;
            long unread = end - cursor + behind;
            if (!open && unread == 0) return true;
            long start = open ? main.start : base + cursor;
            if (finished) {
                fail(new FramingError.LeftoverBytes(start, unread));
            } else {
                String hint = announced >= 0 && start == 0 ? Sighting.known(opening, openingLength) : "";
                fail(new FramingError.Truncated(start, base + end - start, announced, hint));
            }
            return true;
        }
    }

    /** Remembers how the stream begins, for the first error. */
    void opened(ByteBuf bytes, int index, int length) {
        int n = Math.min(length, opening.length - openingLength);
        if (n == 0) return;
        bytes.getBytes(index, opening, openingLength, n);
        openingLength += n;
    }

    /** From now on the bytes not told stand at {@code [index, limit)} of {@code bytes}. */
    void use(ByteBuf bytes, int index, int limitIndex) {
        base += cursor - index;
        cursor = index;
        end = limitIndex;
        in = bytes;
        if (!dressed) frame.buffer = bytes;
    }

    /** More bytes stand behind those of {@link #use}. */
    void extend(int limitIndex) {
        end = limitIndex;
    }

    void codec(int maxFrameLength) {
        max = maxFrameLength;
        whole = oversize instanceof Oversize.Parts p ? Math.min(p.from(), max) : max;
        limit = oversize instanceof Oversize.Parts p
                ? p.total()
                : oversize instanceof Oversize.Skip ? Long.MAX_VALUE : max;
        finished = false;
        needed = 0;
        announced = -1;
        begun = headWhole = interrupted = false;
        detail = null; // of a frame that the codec before it saw begin
        special &= ~HAS_DETAIL;
        switched = true;
        go = false;
    }

    void stop() {
        go = false;
    }

    void goOn() {
        go = error == null && !finished && !switched;
    }

    void release() {
        undress();
        main.releaseRoom(memory);
        nested.releaseRoom(memory);
        detail = null;
        frame.buffer = Unpooled.EMPTY_BUFFER;
    }

    /** Keeps no more room than the open frames need, unless an application paused in onFrame may still look at it. */
    void settle() {
        if (roomShown != null) return;
        if (main.state == State.NONE) main.releaseRoom(memory);
        else main.shrinkRoom(memory);
        if (cur == main) nested.releaseRoom(memory);
        else nested.shrinkRoom(memory);
    }

    @Nullable
    FramingError error() {
        return error;
    }

    boolean finished() {
        return finished;
    }

    /** A frame is being told: no codec may be switched. */
    boolean frameOpen() {
        return main.state != State.NONE;
    }

    /** Position of the first byte of a frame that has begun and is not whole, or -1. */
    long openPosition() {
        return main.state != State.NONE ? main.start : begun && cursor < end ? base + cursor : -1;
    }

    boolean headIsWhole() {
        return main.state != State.NONE || headWhole;
    }

    int max() {
        return max;
    }

    long needed() {
        return needed;
    }

    int cursor() {
        return cursor;
    }

    int unread() {
        return end - cursor;
    }

    long position() {
        return base + cursor;
    }

    long positionOf(int index) {
        return base + index;
    }
}
