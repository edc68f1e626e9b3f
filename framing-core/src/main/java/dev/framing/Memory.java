package dev.framing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/** The buffers that one engine makes: sizes, budget, and the counts of what it holds and copied. */
final class Memory {
    /** A bare head is kept in this much. */
    static final int SMALLEST = 64;

    private static final int SECOND = 512;
    /** Doubled from here on. A little over a power of two, so that a payload of one with its head needs no doubling more. */
    static final int DOUBLED = 2050;

    private final ByteBufAllocator allocator;
    private final @Nullable MemoryBudget budget;
    private long held;
    long copied;

    Memory(ByteBufAllocator allocator, @Nullable MemoryBudget budget) {
        this.allocator = allocator;
        this.budget = budget;
    }

    /** Capacity for {@code bytes} that have arrived, where a frame will surely not need more than {@code ceiling}: at most 64, 512 or twice the bytes. */
    static int capacityFor(long bytes, long ceiling) {
        long capacity = bytes <= SMALLEST ? SMALLEST : bytes <= SECOND ? SECOND : DOUBLED;
        while (capacity < bytes) capacity <<= 1;
        return (int) Math.min(Integer.MAX_VALUE - 8, Math.max(bytes, Math.min(capacity, ceiling)));
    }

    /** An empty buffer of {@code capacity} bytes, or null: over the budget. */
    @Nullable
    ByteBuf take(int capacity) {
        if (!reserve(capacity)) return null;
        boolean made = false;
        try {
            ByteBuf buffer = allocate(capacity);
            made = true;
            return buffer;
        } finally {
            if (!made) giveBack(capacity);
        }
    }

    /** An empty buffer that is not counted here. */
    ByteBuf allocate(int capacity) {
        return allocator.buffer(capacity, capacity);
    }

    /** Releases a buffer that {@link #take} made. */
    void give(ByteBuf buffer) {
        giveBack(buffer.maxCapacity());
        buffer.release();
    }

    /** Counts {@code bytes} of capacity as held here; false: over the budget. */
    boolean reserve(long bytes) {
        if (budget != null && !budget.reserve(bytes)) return false;
        held += bytes;
        return true;
    }

    void giveBack(long bytes) {
        held -= bytes;
        if (budget != null) budget.giveBack(bytes);
    }

    long held() {
        return held;
    }

    long budgetLimit() {
        return budget == null ? Long.MAX_VALUE : budget.limit();
    }

    /**
     * Copies {@code length} bytes behind those of {@code to}, which has room. Asked of the source: where Netty's adaptive buffers are
     * asked to take bytes, they make one or two views of most sources for each copy.
     */
    static void append(ByteBuf from, int index, int length, ByteBuf to) {
        int at = to.writerIndex();
        from.getBytes(index, to, at, length);
        to.writerIndex(at + length);
    }

    /** The capacity that a reference to {@code buffer} keeps from being freed. */
    static int pinnedBy(ByteBuf buffer) {
        ByteBuf root = buffer;
        for (ByteBuf next = root.unwrap(); next != null; next = root.unwrap()) root = next;
        return Math.max(root.capacity(), buffer.capacity());
    }
}
