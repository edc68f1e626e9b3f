package dev.framing;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Holds one connection to its {@link Deadlines}: an adapter says what happened and what its clock shows, and asks what is due. A few
 * fields a connection and a few comparisons a read, however many frames it brought; it has no clock and starts no timer.
 *
 * <pre>
 *   phase    begins                                     over
 *   IDLE     no frame is open                           {@code idle} after the last byte in or out
 *   HEAD     a frame's first byte has come              {@code head} later, or {@code frame} if that is less
 *   FRAME    its head is whole                          {@code frame} after its first byte
 *   RATE     the same, in parts or skipped              a {@code window} brought less than {@code leastRate}
 * </pre>
 *
 * Times are nanoseconds of a clock like {@link System#nanoTime()}: only differences mean anything. For one thread at a time, the one
 * that calls the {@link Framer}.
 */
public final class DeadlineWatch {
    /** Nothing is due. */
    public static final long NEVER = Long.MAX_VALUE;

    private final Deadlines limits;
    private final Framer framer;
    private Deadline phase = Deadline.IDLE;
    /** When the phase began; of {@link Deadline#FRAME}, when the frame began. */
    private long since;
    /** Position of the open frame. */
    private long open = -1;

    private long windowBytes;
    private boolean reading = true;
    private long stopped;
    private long waiting;
    private long waitingSince;
    private boolean expired;

    /** A connection that begins now. */
    public DeadlineWatch(Deadlines limits, Framer framer, long now) {
        this.limits = limits;
        this.framer = framer;
        since = now;
    }

    /** {@code bytes} were received, and the engine has told what they completed; 0 after a {@link Framer#resume}. */
    public void received(long bytes, long now) {
        long frame = framer.openFrame();
        if (frame < 0) {
            phase = Deadline.IDLE;
            begin(now);
        } else if (frame != open || phase == Deadline.IDLE) {
            phase = Deadline.HEAD;
            begin(now);
        } else {
            windowBytes += bytes;
        }
        open = frame;
        if (phase == Deadline.HEAD && framer.headIsWhole()) phase = Deadline.FRAME;
        if (phase == Deadline.FRAME && framer.isInParts()) {
            phase = Deadline.RATE;
            begin(now);
        }
    }

    private void begin(long now) {
        since = now;
        stopped = now; // standing still, it does so from here on
        windowBytes = 0;
    }

    /** {@code bytes} were sent and {@code left} wait still. Say it too when something begins to wait. */
    public void sent(long bytes, long left, long now) {
        if (bytes > 0 || waiting == 0) waitingSince = now;
        if (bytes > 0 && phase == Deadline.IDLE) begin(now);
        waiting = left;
    }

    /** Does this side take what comes? While it does not, the peer's deadlines stand still. Saying the same again does nothing. */
    public void reading(boolean on, long now) {
        if (on == reading) return;
        reading = on;
        if (on) since += now - stopped;
        else stopped = now;
    }

    /** Nanoseconds from {@code now} on until {@link #expire} has something to do, perhaps negative; {@link #NEVER}. */
    public long remaining(long now) {
        return expired ? NEVER : Math.min(inbound(now), outbound(now));
    }

    /** Is it {@link Deadline#OUTPUT} that {@link #expire} would tell? */
    public boolean isOutputDue(long now) {
        return !expired && outbound(now) <= 0;
    }

    /**
     * Tells the engine, once, if a deadline has passed.
     *
     * @return which, or null: none has, or one was told before
     */
    public @Nullable Deadline expire(long now) {
        if (expired) return null;
        if (outbound(now) <= 0) return expired(Deadline.OUTPUT, limits.output(), waiting);
        if (inbound(now) > 0) return null;
        if (phase == Deadline.RATE && windowBytes >= limits.leastRate()) {
            begin(now);
            return null;
        }
        Duration limit = limit();
        boolean whole = phase == Deadline.HEAD && !limit.equals(limits.head());
        return expired(whole ? Deadline.FRAME : phase, limit, phase == Deadline.RATE ? windowBytes : 0);
    }

    private Deadline expired(Deadline which, Duration within, long bytes) {
        expired = true;
        framer.timedOut(which, within, bytes);
        return which;
    }

    private long inbound(long now) {
        Duration limit = limit();
        return limit.isZero() || !reading || framer.isOver() ? NEVER : nanos(limit) - (now - since);
    }

    private long outbound(long now) {
        Duration limit = limits.output();
        return limit.isZero() || waiting == 0 ? NEVER : nanos(limit) - (now - waitingSince);
    }

    private Duration limit() {
        return switch (phase) {
            case IDLE -> limits.idle();
            case HEAD -> shorter(limits.head(), limits.frame());
            case FRAME, OUTPUT -> limits.frame();
            case RATE -> limits.window();
        };
    }

    /** Of two limits that may be off. */
    private static Duration shorter(Duration one, Duration other) {
        return one.isZero() || !other.isZero() && other.compareTo(one) < 0 ? other : one;
    }

    /** Half of what a long holds is never over. */
    private static long nanos(Duration limit) {
        return limit.compareTo(Duration.ofDays(365 * 100)) > 0 ? Long.MAX_VALUE / 2 : limit.toNanos();
    }
}
