package dev.framing.codec;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Tables of field positions that wait for their next user: a stream borrows one while it reads a header block and gives it back once the
 * message was told, so that an idle stream holds none and a busy one allocates none. No thread owns a slot: a virtual thread may come
 * back on another carrier.
 */
final class FieldTables {
    /** Ints of a table at first: 32 fields. Browsers send 10 to 20. */
    static final int INITIAL = 32 * Fields.WIDTH;
    /** Longer tables (4 KiB) are not kept. */
    private static final int LONGEST = 256 * Fields.WIDTH;
    /** Tables kept, a power of two: at most 256 KiB in all. */
    private static final int SLOTS = 64;
    /** Slots that are looked at before a table is made, or let go. */
    private static final int TRIES = 4;

    private static final AtomicReferenceArray<int @Nullable []> FREE = new AtomicReferenceArray<>(SLOTS);

    private FieldTables() {}

    static int[] borrow() {
        int slot = slot();
        for (int n = 0; n < TRIES; n++) {
            int at = slot + n & SLOTS - 1;
            if (FREE.getPlain(at) == null) continue;
            int[] table = FREE.getAndSet(at, null);
            if (table != null) return table;
        }
        return new int[INITIAL];
    }

    static void giveBack(int[] table) {
        if (table.length < INITIAL || table.length > LONGEST) return;
        int slot = slot();
        for (int n = 0; n < TRIES; n++) {
            int at = slot + n & SLOTS - 1;
            if (FREE.getPlain(at) == null && FREE.compareAndSet(at, null, table)) return;
        }
    }

    /** Threads with neighbouring numbers start eight slots apart, so that they seldom meet. */
    @SuppressWarnings("deprecation") // its successor came with Java 19
    private static int slot() {
        return (int) (Thread.currentThread().getId() * 8) & SLOTS - 1;
    }
}
