package dev.framing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that were received and not told, always with one contiguous memory in front of the decoder.
 *
 * <pre>
 *   offered     read where they lie:     | frame | frame | fra        me | frame | ... |
 *                                                          \\          /
 *   a frame cut between two buffers:                    seam | fra | me |     remainder + just enough of the next
 *   afterwards the next is read where it lies:                     me | frame | ...
 *
 *   read straight in:   own | told ... | not told | room() |
 * </pre>
 *
 * Bytes below the writer index of a buffer with more than one reference are never written again.
 */
final class Accumulator {
    private final Delivery delivery;
    private final Memory memory;
    /** What is being read, or null. */
    private @Nullable ByteBuf current;
    /** {@link #current} was made by {@link Memory}: it may be appended to. */
    private boolean own;
    /** Offered behind {@link #current}, oldest first; of the oldest, what is below its reader index was copied to the seam. */
    private final ArrayDeque<ByteBuf> queue = new ArrayDeque<>(2);
    /** The last bytes of {@link #current} that are copies of those before the oldest reader index in the queue. */
    private int bridged;
    /** Buffers that came into the queue since the last {@link #settle}. */
    private int fresh;
    /** The youngest buffer of the queue where it was made here and may be appended to. */
    private @Nullable ByteBuf ownTail;
    /** What {@link #room} was last asked for. */
    private int readSize;
    /** Capacity counted for offered buffers that are held. */
    private long pinned;

    Accumulator(Delivery delivery, Memory memory) {
        this.delivery = delivery;
        this.memory = memory;
    }

    // ------------------------------------------------------------------------------------------------ offered

    /** Takes over a buffer's bytes, and its reference. */
    void add(ByteBuf bytes) {
        if (!bytes.isReadable()) {
            bytes.release();
        } else if (bytes.isContiguous()) {
            enqueue(bytes);
        } else {
            try {
                if (bytes instanceof CompositeByteBuf composite) {
                    for (ByteBuf part : composite.decompose(bytes.readerIndex(), bytes.readableBytes()))
                        add(part.retain());
                } else { // a slice of a composite does not tell its parts
                    memory.copied += bytes.readableBytes();
                    enqueue(memory.allocate(bytes.readableBytes())
                            .writeBytes(bytes, bytes.readerIndex(), bytes.readableBytes()));
                }
            } finally {
                bytes.release();
            }
        }
    }

    private void enqueue(ByteBuf bytes) {
        delivery.received(bytes, bytes.readerIndex(), bytes.readableBytes());
        queue.add(bytes);
        fresh++;
    }

    /** Puts more bytes in front of the decoder, behind those that it did not tell. False: there are none. */
    boolean advance() {
        ByteBuf next = queue.peek();
        if (next == null) return false;
        int unread = delivery.unread();
        if (unread > 0 && !(own && unread <= bridged)) return bridge(next, unread);
        // what is not told lies whole in the next buffer: read it there
        drop();
        remove();
        current = next;
        delivery.use(next, next.readerIndex() - unread, next.writerIndex());
        return true;
    }

    private boolean bridge(ByteBuf next, int unread) {
        long missing = delivery.needed() > unread ? delivery.needed() - unread : Math.max(unread, 16);
        int n = (int) Math.min(missing, next.readableBytes());
        if (!own || writable() < n) {
            if (!compact(n) && !replace(Memory.capacityFor((long) unread + n, ceiling()))) return false;
        }
        ByteBuf seam = Objects.requireNonNull(current);
        seam.writeBytes(next, n); // moves the reader index of next
        memory.copied += n;
        delivery.extend(seam.writerIndex());
        bridged += n;
        if (!next.isReadable()) {
            remove();
            next.release();
        }
        return true;
    }

    private void remove() {
        queue.remove();
        bridged = 0;
        if (queue.isEmpty()) ownTail = null;
    }

    // ------------------------------------------------------------------------------------------------ read straight in

    /** Memory to read into, {@code size} bytes where little is held, at least one writable. Null: over the budget. */
    @Nullable
    ByteBuf room(int size) {
        readSize = size;
        ByteBuf c = current;
        int unread = delivery.unread();
        if (c != null && own && c.capacity() >= size) {
            if (unread == 0 && c.refCnt() == 1) {
                c.clear();
                delivery.use(c, 0, 0);
                return c;
            }
            int quarter = c.capacity() / 4;
            if (c.writableBytes() > quarter || unread > quarter && c.isWritable() || compact(1)) return c;
        }
        int capacity = unread < size / 2 ? size : Math.max(size, Memory.capacityFor(unread + 1L, ceiling()));
        return replace(capacity) ? current : null;
    }

    /** Puts the queue behind what is not told, into one memory, so that more can be read in behind it. False: over the budget. */
    boolean join() {
        if (!replace((int) Math.min(Integer.MAX_VALUE - 8, delivery.unread() + queued()))) return false;
        ByteBuf all = Objects.requireNonNull(current);
        for (ByteBuf b = queue.poll(); b != null; b = queue.poll()) {
            memory.copied += b.readableBytes();
            all.writeBytes(b);
            b.release();
        }
        delivery.extend(all.writerIndex());
        bridged = 0;
        ownTail = null;
        countPinned();
        return true;
    }

    /** Bytes were written to {@link #room} from {@code from} on. */
    void received(int from) {
        ByteBuf c = Objects.requireNonNull(current);
        delivery.received(c, from, c.writerIndex() - from);
        delivery.extend(c.writerIndex());
    }

    /** Moves what is not told over what was told. False: too little would be won, or somebody still looks at it. */
    private boolean compact(int length) {
        ByteBuf c = current;
        int unread = delivery.unread();
        if (c == null || !own || c.refCnt() > 1 || unread > c.capacity() / 2 || unread + (long) length > c.capacity())
            return false;
        c.setBytes(0, c, delivery.cursor(), unread);
        c.writerIndex(unread);
        memory.copied += unread;
        delivery.use(c, 0, unread);
        return true;
    }

    /** What is not told goes into a buffer of our own. False: over the budget. */
    private boolean replace(int capacity) {
        ByteBuf larger = memory.take(capacity);
        if (larger == null) {
            delivery.overBudget(delivery.position(), capacity);
            return false;
        }
        moveTo(larger);
        return true;
    }

    private void moveTo(ByteBuf other) {
        int unread = delivery.unread();
        if (unread > 0) other.writeBytes(Objects.requireNonNull(current), delivery.cursor(), unread);
        memory.copied += unread;
        drop();
        current = other;
        own = true;
        delivery.use(other, 0, unread);
    }

    private int writable() {
        return current == null ? 0 : current.writableBytes();
    }

    private long ceiling() {
        return Math.max(delivery.needed(), delivery.max() + 512L);
    }

    private void drop() {
        ByteBuf c = current;
        if (c == null) return;
        current = null;
        if (own) memory.give(c);
        else c.release();
        own = false;
    }

    // ------------------------------------------------------------------------------------------------ between calls

    /**
     * Holds what is left in bounded memory: a buffer stays where at least half of it is not told, else the rest is copied out.
     *
     * @param lent the buffers are the caller's: everything is copied out
     * @param spare our own read buffer is kept although nothing is in it
     * @param shown the application may still look at the frame in our read buffer: it stays as it is
     */
    void settle(boolean lent, boolean spare, boolean shown) {
        ByteBuf c = current;
        int unread = delivery.unread();
        boolean readBuffer = own && spare;
        if (c != null && !(readBuffer && (shown || c.capacity() <= readSize))) {
            if (unread == 0) {
                drop();
                delivery.use(Unpooled.EMPTY_BUFFER, 0, 0);
            } else if (own) {
                shrink(c, unread, readBuffer);
            } else if (lent || sparse(c, unread)) {
                if (!replace(Memory.capacityFor(unread, ceiling()))) return;
            }
        }
        if (fresh > 0 && !queue.isEmpty()) holdFresh(lent);
        fresh = 0;
        countPinned();
    }

    /** Moves what little stands in memory of our own that has grown; the larger one stays where memory is over the budget. */
    private void shrink(ByteBuf grown, int unread, boolean readBuffer) {
        int enough = Memory.capacityFor(unread, ceiling());
        boolean tooLarge = grown.capacity() > enough
                && sparse(grown.capacity(), unread, readBuffer ? Memory.DOUBLED : Memory.SMALLEST);
        ByteBuf smaller = tooLarge ? memory.take(enough) : null;
        if (smaller != null) moveTo(smaller);
    }

    private void holdFresh(boolean lent) {
        ArrayDeque<ByteBuf> came = new ArrayDeque<>();
        for (int n = Math.min(fresh, queue.size()); n > 0; n--) came.addFirst(queue.removeLast());
        try {
            for (ByteBuf bytes = came.peek(); bytes != null; bytes = came.peek()) {
                if (lent || sparse(bytes, bytes.readableBytes())) {
                    if (queue.isEmpty()) bridged = 0; // the copy has not what stands before the reader index
                    ByteBuf tail = tailFor(bytes.readableBytes());
                    came.remove();
                    memory.copied += bytes.readableBytes();
                    tail.writeBytes(bytes);
                    bytes.release();
                } else {
                    queue.add(came.remove());
                    ownTail = null;
                }
            }
        } finally {
            queue.addAll(came); // none, unless an allocation failed: released with the others
        }
    }

    /** The youngest of the queue, made here, with room for {@code length} more. */
    private ByteBuf tailFor(int length) {
        ByteBuf tail = ownTail;
        if (tail != null && tail.writableBytes() >= length) return tail;
        tail = memory.allocate(Math.max(Memory.SMALLEST, Math.max(length, (int) Math.min(queued(), 4096))));
        queue.add(tail);
        return ownTail = tail;
    }

    private static boolean sparse(ByteBuf bytes, int unread) {
        return sparse(Memory.pinnedBy(bytes), unread, Memory.SMALLEST);
    }

    /** {@code capacity} is not worth what is in it. One of our own has grown: it is worth the rest of its first doubling. */
    private static boolean sparse(int capacity, int unread, int small) {
        return capacity > small && capacity > 2L * unread;
    }

    private void countPinned() {
        long now = current == null || own ? 0 : Memory.pinnedBy(current);
        if (!queue.isEmpty())
            for (ByteBuf bytes : queue) now += Memory.pinnedBy(bytes); // an iterator a frame otherwise
        if (now > pinned && !memory.reserve(now - pinned)) {
            delivery.overBudget(delivery.position(), now - pinned);
            return;
        }
        if (now < pinned) memory.giveBack(pinned - now);
        pinned = now;
    }

    /** Bytes in the queue; 0 while nothing was offered ahead. */
    long queued() {
        if (queue.isEmpty()) return 0; // an iterator each time otherwise
        long bytes = 0;
        for (ByteBuf b : queue) bytes += b.readableBytes();
        return bytes;
    }

    /** The bytes not told, for the caller to release; nothing is held afterwards. */
    ByteBuf handOver() {
        int unread = delivery.unread();
        ByteBuf first = unread == 0
                ? Unpooled.EMPTY_BUFFER
                : Objects.requireNonNull(current).retainedSlice(delivery.cursor(), unread);
        ByteBuf all = first;
        if (!queue.isEmpty()) {
            CompositeByteBuf composite = Unpooled.compositeBuffer(queue.size() + 1);
            composite.addComponent(true, first);
            for (ByteBuf b : queue) composite.addComponent(true, b.retainedSlice());
            all = composite;
        }
        release();
        return all;
    }

    void release() {
        drop();
        for (ByteBuf b = queue.poll(); b != null; b = queue.poll()) b.release();
        ownTail = null;
        bridged = fresh = 0;
        memory.giveBack(pinned);
        pinned = 0;
    }
}
