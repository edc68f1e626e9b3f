package dev.framing.nio;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Deadlines of many connections, at a constant cost each: a wheel of lists (Varghese and Lauck, "Hashed and Hierarchical Timing Wheels",
 * 1987, scheme 6).
 *
 * <pre>
 *   slot     0     1     2    ...          SLOTS - 1     a slot is a tick of TICK nanoseconds; a deadline more than
 *            |     |     |                   |           a turn away stays in its slot until its turn comes
 *           [a]   [ ]   [b - c]             [d]
 * </pre>
 *
 * An entry is moved only when it is due earlier than it stands: a deadline that was put off is looked at when the old time comes, and put
 * where it is then due. So a connection that is busy costs nothing here.
 */
final class Timers {
    static final long TICK = 8_000_000;
    private static final int SLOTS = 2048;

    /** What is due at some time; in at most one list. */
    abstract static class Entry {
        private @Nullable Entry before;
        private @Nullable Entry after;
        /** When it is due. */
        private long tick;

        private int slot = NOWHERE;

        /** It is due; it stands in no list now. */
        abstract void due(long now);
    }

    /** {@link Entry#slot} of one that is in no list. */
    private static final int NOWHERE = -1;
    /** {@link Entry#slot} of one that is about to be told. */
    private static final int DUE = -2;

    private final @Nullable Entry[] heads = new Entry[SLOTS];
    private final ArrayDeque<Entry> due = new ArrayDeque<>();
    private final long origin;
    /** The first tick that was not looked at. */
    private long current;
    /** The first tick that anything is due at, where {@link #known}. */
    private long earliest;

    private boolean known;
    private int size;

    Timers(long now) {
        origin = now;
    }

    /** Has it looked at {@code nanos} from {@code now}, or before. */
    void within(Entry entry, long now, long nanos) {
        long at = now - origin + Math.max(0, nanos);
        long tick = Math.max(current, at < 0 ? Long.MAX_VALUE / TICK : at / TICK + 1);
        if (entry.slot >= 0) {
            if (entry.tick <= tick) return;
            remove(entry);
        }
        int slot = (int) (tick % SLOTS);
        Entry head = heads[slot];
        entry.tick = tick;
        entry.slot = slot;
        entry.after = head;
        if (head != null) head.before = entry;
        heads[slot] = entry;
        if (size++ == 0) known = true;
        else if (!known || tick >= earliest) return;
        earliest = tick;
    }

    /** It is in no list any more. */
    void remove(Entry entry) {
        if (entry.slot >= 0) {
            Entry before = entry.before;
            Entry after = entry.after;
            if (before == null) heads[entry.slot] = after;
            else before.after = after;
            if (after != null) after.before = before;
            entry.before = entry.after = null;
            size--;
            if (entry.tick == earliest) known = false;
        }
        entry.slot = NOWHERE;
    }

    /** Nanoseconds until something is due; 0: now; -1: nothing ever. */
    long remaining(long now) {
        if (size == 0) return -1;
        if (!known) earliest = first();
        known = true;
        return Math.max(0, earliest * TICK - (now - origin));
    }

    /** Tells everything that is due. */
    void expire(long now) {
        if (remaining(now) != 0) return;
        long last = (now - origin) / TICK;
        for (long tick = Math.max(current, last - SLOTS + 1); tick <= last; tick++) {
            Entry next;
            for (Entry e = heads[(int) (tick % SLOTS)]; e != null; e = next) {
                next = e.after;
                if (e.tick > last) continue;
                remove(e);
                e.slot = DUE;
                due.add(e);
            }
        }
        current = last + 1;
        for (Entry e = due.poll(); e != null; e = due.poll()) {
            if (e.slot != DUE) continue; // removed, or put off, by one before it
            e.slot = NOWHERE;
            e.due(now);
        }
    }

    private long first() {
        long farther = Long.MAX_VALUE;
        for (long tick = current; tick < current + SLOTS; tick++) {
            for (Entry e = heads[(int) (tick % SLOTS)]; e != null; e = e.after) {
                if (e.tick == tick) return tick;
                farther = Math.min(farther, e.tick);
            }
        }
        return farther;
    }
}
