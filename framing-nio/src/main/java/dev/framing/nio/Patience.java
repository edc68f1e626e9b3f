package dev.framing.nio;

import dev.framing.DeadlineWatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How long a read may block: the {@link dev.framing.Deadlines} of a thread that can only wait. Between two reads, in the application,
 * they stand still. For the reading thread.
 */
final class Patience {
    /** Instead of a time: one has passed. */
    static final int OVER = -1;

    private final DeadlineWatch watch;
    private final LongSupplier clock;
    /** Since when this side is reading. */
    private long since;
    /** The engine has told something without a read. */
    private boolean resumed;

    Patience(DeadlineWatch watch, LongSupplier clock) {
        this.watch = watch;
        this.clock = clock;
        since = clock.getAsLong();
    }

    /**
     * A read begins. Tells the engine if a deadline has passed.
     *
     * @param millis what the caller allows, 0: any time
     * @return what is allowed now, or {@link #OVER}
     */
    int begin(int millis, @Nullable FramedOutput other) {
        long now = clock.getAsLong();
        if (other != null && other.sentAt() - since > 0) watch.sent(1, 0, other.sentAt());
        since = now;
        watch.reading(true, now);
        if (resumed) watch.received(0, now);
        resumed = false;
        if (watch.remaining(now) <= 0 && watch.expire(now) != null) return OVER;
        long left = watch.remaining(now);
        if (left == DeadlineWatch.NEVER) return millis;
        int most = (int) Math.min(Integer.MAX_VALUE, TimeUnit.NANOSECONDS.toMillis(left - 1) + 1);
        return millis == 0 ? most : Math.min(most, millis);
    }

    /** The read is over: before the engine tells what it brought, or before the caller does something else. */
    void stop() {
        watch.reading(false, clock.getAsLong());
    }

    /** The engine has told what {@code bytes} completed. */
    void received(int bytes) {
        long now = clock.getAsLong();
        watch.reading(true, now);
        watch.received(bytes, now);
        watch.reading(false, now);
    }

    void resumed() {
        resumed = true;
    }
}
