package dev.framing;

import dev.framing.OpenFrame.State;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * The frames that are open, what is put together of them, and how they are shown to the handler.
 *
 * <pre>
 *  state of the open frame   NONE   --pending takes-->   TAKEN   --begin(head 0)-->   BEGUN
 *                             |  \--begin------------------------------------------->  |
 *                             | <---------- frame(head 0), or the exact rest --- TAKEN |
 *                             | <-------------------- end ---------------------------- '
 * </pre>
 */
abstract class Assembly extends Window {
    /** Bits of {@link #special}: anything that keeps {@link FrameSink#frame} from its fast path. */
    static final int FRAME_OPEN = 1;

    static final int HAS_DETAIL = 2;

    final FrameHandler handler;
    final Memory memory;
    final OpenFrame main = new OpenFrame();
    final OpenFrame nested = new OpenFrame();
    /** The innermost frame: {@link #nested} while one is open. */
    OpenFrame cur = main;

    int special;
    /** An exact rest that is moved without the decoder: payload bytes to come, or -1. */
    long forward = -1;

    int forwardTail;
    /** The tail of a frame whose LAST part is due although all of it was told; -1: none. */
    int owed = -1;
    /** A frame was seen to begin in the bytes not told. */
    boolean begun;

    @Nullable
    FramingError error;

    /** Bytes before the frame that the stream broke in. */
    private long consumed;

    private @Nullable Object detail;
    /** The frame whose room the view shows, until it is undressed. */
    private @Nullable OpenFrame roomShown;

    Assembly(FrameHandler handler, Memory memory) {
        this.handler = handler;
        this.memory = memory;
    }

    // ------------------------------------------------------------------------------------------------ put together

    /** Copies {@code length} told bytes behind those of the frame. False: over the budget. */
    boolean keep(OpenFrame o, int index, int length, int max) {
        ByteBuf room = roomFor(o, length, max);
        if (room == null) return false;
        Memory.append(in, index, length, room);
        memory.copied += length;
        return true;
    }

    @Nullable
    ByteBuf roomFor(OpenFrame o, int length, int max) {
        ByteBuf room = o.room(length, max + 1024L, memory);
        if (room == null) overBudget(o.start, length);
        return room;
    }

    void overBudget(long position, long asked) {
        fail(new FramingError.BudgetExceeded(position, asked, memory.budgetLimit()));
    }

    void fail(FramingError first) {
        if (error == null) {
            error = first;
            consumed = frameStart();
        }
        go = false;
    }

    /** Position of the frame that is open, or of the first byte not told. */
    long frameStart() {
        return frameOpen() ? main.start : base + cursor;
    }

    /** Bytes before the first one not told; once the stream broke, before the frame that it broke in, however much of that was told. */
    @Override
    long position() {
        return error == null ? base + cursor : consumed;
    }

    /** Payload in parts waits in the room to be delivered. */
    boolean flushDue() {
        return main.state == State.BEGUN && main.parts && !main.skip && main.roomUsed();
    }

    /** Delivers what the room holds, as FIRST or MIDDLE. */
    boolean flush(OpenFrame o) {
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

    // ------------------------------------------------------------------------------------------------ closed

    void close(OpenFrame o) {
        o.state = State.NONE;
        if (o == nested) {
            cur = main;
            return;
        }
        special &= ~FRAME_OPEN;
        begun = false; // what was pending was this frame
    }

    /** The open frame's last bytes stand in {@link #in}. */
    boolean complete(int index, int payload, int tail) {
        OpenFrame o = cur;
        close(o);
        forward = -1;
        if (o.skip) skipped(o.start, o.wire);
        else show(in, index, 0, payload, tail, Part.LAST, o.start, o.wire);
        return go;
    }

    /** The open frame is whole in its room; {@code head} bytes of it are its head. */
    void completeRoom(OpenFrame o, ByteBuf room, int head, int tail, Part part) {
        close(o);
        roomShown = o;
        show(room, 0, head, room.writerIndex() - head - tail, tail, part, o.start, o.wire);
    }

    void skipped(long position, long length) {
        forgetDetail();
        handler.onSkipped(position, length);
    }

    /** The LAST part of a frame that was told whole. */
    void last() {
        int tail = owed;
        int index = cursor;
        owed = -1;
        cursor += tail;
        main.wire += tail;
        close(main);
        show(in, index, 0, 0, tail, Part.LAST, main.start, main.wire);
    }

    // ------------------------------------------------------------------------------------------------ shown

    void show(ByteBuf bytes, int index, int head, int payload, int tail, Part part, long position, long length) {
        Object d = detail;
        forgetDetail();
        frame.show(bytes, index, head, payload, tail, part, position, length, d);
        handler.onFrame(frame);
        if (go) undress();
    }

    /** The view shows again what simply stands in {@link #in}. Not before the application that paused in onFrame has done with it. */
    void undress() {
        if (!frame.undress(in)) return;
        OpenFrame o = roomShown;
        roomShown = null;
        if (o != null) o.clearRoom(memory);
    }

    void keepDetail(Object value) {
        detail = value;
        special |= HAS_DETAIL;
    }

    void forgetDetail() {
        detail = null;
        special &= ~HAS_DETAIL;
    }

    // ------------------------------------------------------------------------------------------------ between calls

    /** Keeps no more room than the open frames need, unless an application paused in onFrame may still look at it. */
    void settle() {
        if (roomShown != null) return;
        if (main.state == State.NONE) main.releaseRoom(memory);
        else main.shrinkRoom(memory);
        if (cur == main) nested.releaseRoom(memory);
        else nested.shrinkRoom(memory);
    }

    void release() {
        undress();
        main.releaseRoom(memory);
        nested.releaseRoom(memory);
        forgetDetail();
        frame.standIn(Unpooled.EMPTY_BUFFER);
    }

    /** Another stream begins; what was held has been released. */
    void restart() {
        base = cursor = end = 0;
        main.state = nested.state = State.NONE;
        cur = main;
        special = 0;
        forward = owed = -1;
        begun = false;
        error = null;
        consumed = 0;
    }

    /** A frame is being told: no codec may be switched. */
    boolean frameOpen() {
        return main.state != State.NONE;
    }

    /** Position of the first byte of a frame that has begun and is not whole, or -1. */
    long openPosition() {
        return main.state != State.NONE ? main.start : begun && cursor < end ? base + cursor : -1;
    }
}
