package dev.framing;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes of buffer capacity that many engines may hold together. Thread-safe. An engine that would pass it ends its stream with
 * {@link FramingError.BudgetExceeded}; the others go on.
 */
public final class MemoryBudget {
    private final long limit;
    private final AtomicLong used = new AtomicLong();

    private MemoryBudget(long limit) {
        this.limit = limit;
    }

    /** A budget of {@code bytes} bytes, at least 0. */
    public static MemoryBudget ofBytes(long bytes) {
        if (bytes < 0) throw new IllegalArgumentException("budget of " + bytes + " bytes");
        return new MemoryBudget(bytes);
    }

    /** Bytes that may be held together. */
    public long limit() {
        return limit;
    }

    /** Bytes held now. */
    public long used() {
        return used.get();
    }

    boolean reserve(long bytes) {
        for (; ; ) {
            long now = used.get();
            if (bytes > limit - now) return false;
            if (used.compareAndSet(now, now + bytes)) return true;
        }
    }

    void giveBack(long bytes) {
        used.addAndGet(-bytes);
    }

    @Override
    public String toString() {
        return "MemoryBudget[" + used + " of " + limit + " bytes]";
    }
}
