package dev.framing.netty;

import dev.framing.DeadlineWatch;
import dev.framing.Deadlines;
import dev.framing.Framer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Holds a channel to its {@link Deadlines} with one task of the event loop. The task is never moved: it comes at the latest after the
 * shortest of the limits, which is soon enough for whatever has begun meanwhile, and looks how much is left.
 */
final class Timer implements Runnable {
    private final ChannelHandlerContext ctx;
    private final Inbound inbound;
    private final DeadlineWatch watch;
    private final LongSupplier clock;
    private final long shortest;
    /** While output waits: how often to look whether the peer took some of it. */
    private final long glance;

    private @Nullable Future<?> task;
    private boolean stopped;

    /** What stood first in the channel's buffer, and how much of it was sent, when we last looked. */
    private @Nullable Object first;

    private long progress;
    private long waiting;

    Timer(ChannelHandlerContext ctx, Inbound inbound, Framer framer, Deadlines limits, LongSupplier clock) {
        this.ctx = ctx;
        this.inbound = inbound;
        this.clock = clock;
        watch = new DeadlineWatch(limits, framer, clock.getAsLong());
        shortest = LongStream.of(
                        nanos(limits.idle()),
                        nanos(limits.head()),
                        nanos(limits.frame()),
                        nanos(limits.window()),
                        nanos(limits.output()))
                .min()
                .getAsLong();
        glance = nanos(limits.output()) / 16;
    }

    private static long nanos(Duration limit) {
        return limit.isZero() || limit.compareTo(Duration.ofDays(365)) > 0
                ? TimeUnit.DAYS.toNanos(365)
                : limit.toNanos();
    }

    /** The channel is active: a peer is there to be waited for. */
    void start() {
        watch.received(0, clock.getAsLong());
        arm(clock.getAsLong());
    }

    void received(int bytes) {
        long now = clock.getAsLong();
        watch.received(bytes, now);
        watch.reading(inbound.isTaking(), now);
        arm(now);
    }

    void reading(boolean on) {
        long now = clock.getAsLong();
        watch.reading(on, now);
        arm(now);
    }

    /** Something was written and flushed. */
    void flushed(boolean written) {
        long now = clock.getAsLong();
        lookAtOutput(written, now);
        arm(now);
    }

    void stop() {
        stopped = true;
        if (task != null) task.cancel(false);
        task = null;
    }

    @Override
    public void run() {
        task = null;
        if (stopped) return;
        long now = clock.getAsLong();
        lookAtOutput(false, now);
        watch.reading(inbound.isTaking(), now);
        if (watch.remaining(now) <= 0) inbound.expire(() -> watch.expire(now));
        arm(now);
    }

    private void arm(long now) {
        if (task != null || stopped || !ctx.channel().isActive()) return;
        long remaining = watch.remaining(now);
        if (remaining == DeadlineWatch.NEVER) return;
        long delay = Math.min(remaining, waiting > 0 ? Math.min(shortest, glance) : shortest);
        task = ctx.executor().schedule(this, Math.max(delay, 1), TimeUnit.NANOSECONDS);
    }

    /** Netty tells nobody that a part of a message was sent: one must look. */
    private void lookAtOutput(boolean written, long now) {
        ChannelOutboundBuffer buffer = ctx.channel().unsafe().outboundBuffer();
        Object head = buffer == null ? null : buffer.current();
        long sent = buffer == null ? 0 : buffer.currentProgress();
        long left = buffer == null || head == null ? 0 : Math.max(1, buffer.totalPendingWriteBytes());
        boolean moved = head == null ? written || waiting > 0 : waiting > 0 && !isSame(head, sent);
        first = head;
        progress = sent;
        waiting = left;
        watch.sent(moved ? 1 : 0, left, now);
    }

    @SuppressWarnings("ReferenceEquality") // the very message
    private boolean isSame(Object head, long sent) {
        return head == first && sent == progress;
    }

    /** For the channel's own thread. */
    static long waiting(Channel channel) {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }
}
