package dev.framing;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** A frame that is being told: the stream's own, or the one nested in it. */
final class OpenFrame {
    enum State {
        NONE,
        /** {@link FrameSink#pending} took its first bytes. */
        TAKEN,
        /** {@link FrameSink#begin} opened it. */
        BEGUN
    }

    State state = State.NONE;
    /** Head bytes. */
    int head;
    /** Stream position of its first byte. */
    long start;
    /** Stream bytes told of it. */
    long wire;
    /** Being dropped under {@link Oversize#skip()}. */
    boolean skip;
    /** Being delivered in parts. */
    boolean parts;
    /** Its FIRST part has been delivered. */
    boolean first;
    /** Head and payload of a frame in pieces, while they are put together; null until needed. */
    @Nullable
    ByteBuf room;

    void open(State how, long position, int headLength) {
        state = how;
        start = position;
        head = headLength;
        wire = 0;
        skip = parts = first = false;
    }

    boolean roomUsed() {
        return room != null && room.isReadable();
    }

    /** Room for {@code length} more bytes, at most {@code ceiling} in all; null: over the budget. What stands in it is never moved in place. */
    @Nullable
    ByteBuf room(int length, long ceiling, Memory memory) {
        ByteBuf r = room;
        if (r != null && r.writableBytes() >= length) return r;
        int have = r == null ? 0 : r.readableBytes();
        ByteBuf larger = memory.take(Memory.capacityFor((long) have + length, ceiling));
        if (larger == null) return null;
        if (r != null) {
            larger.writeBytes(r, 0, have);
            memory.copied += have;
            memory.give(r);
        }
        return room = larger;
    }

    /** Forgets what the room holds; keeps its memory unless somebody else still looks at it. */
    void clearRoom(Memory memory) {
        ByteBuf r = room;
        if (r == null) return;
        if (r.refCnt() > 1) releaseRoom(memory);
        else r.clear();
    }

    /** Moves what little stands in a room that a longer frame before has left; the larger one stays where memory is over the budget. */
    void shrinkRoom(Memory memory) {
        ByteBuf r = room;
        if (r == null || r.capacity() <= Memory.DOUBLED || r.capacity() <= 2L * r.readableBytes()) return;
        ByteBuf smaller = memory.take(Memory.capacityFor(r.readableBytes(), r.capacity()));
        if (smaller == null) return;
        smaller.writeBytes(r, 0, r.readableBytes());
        memory.copied += r.readableBytes();
        memory.give(r);
        room = smaller;
    }

    void releaseRoom(Memory memory) {
        ByteBuf r = room;
        if (r == null) return;
        room = null;
        memory.give(r);
    }
}
