package dev.framing.nio;

import dev.framing.FrameCodec;
import dev.framing.OutboundQueue;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The writing half of a {@link FramedChannel}: what waits, how much of it there may be, and when the transport is asked again.
 *
 * <pre>
 *   bytes waiting   0 ............ low ............ high ............ limit
 *   writable        yes             yes, once it was no  | no           | send() refuses
 *                                        '-- no, until low is reached --'
 * </pre>
 */
final class Outflow {
    /** Writes in a row before other connections have their turn; Netty's number. */
    private static final int SPINS = 16;
    /** Places of a gathering write: a batch and a payload by reference take two of them. */
    private static final int VIEWS = 32;

    private final ByteBufAllocator allocator;
    private final FramedChannel.Builder settings;
    private final FrameCodec codec;
    /** Made with the first frame: a connection that only listens needs none. */
    private @Nullable OutboundQueue queue;
    /** Handed over by other threads and not yet in the queue. */
    private final AtomicLong handed = new AtomicLong();

    private volatile boolean writable = true;
    /** It was not writable, which some thread may have seen, and the application has not been told. Set after {@link #writable}. */
    private volatile boolean full;
    /** The transport took less than there was: it is asked again when it says that it is ready. */
    private boolean blocked;

    private @Nullable ByteBuffer @Nullable [] views;

    Outflow(FrameCodec codec, FramedChannel.Builder settings, ByteBufAllocator allocator) {
        this.codec = codec;
        this.settings = settings;
        this.allocator = allocator;
    }

    /** Where frames are written to. */
    OutboundQueue queue() {
        OutboundQueue q = queue;
        return q != null ? q : (queue = OutboundQueue.over(DecodeOnly.encoder(codec), allocator));
    }

    boolean isEmpty() {
        return queue == null || queue.isEmpty();
    }

    long bytes() {
        return queue == null ? 0 : queue.bytes();
    }

    /** The transport must say that it is ready before it is asked again. */
    boolean isBlocked() {
        return blocked;
    }

    boolean isWritable() {
        return writable;
    }

    /** Another thread is about to write {@code payload} bytes. @throws IllegalStateException too much waits */
    void handOver(long payload) {
        long all = handed.addAndGet(payload) + bytes();
        if (all - payload > settings.outboundLimit) {
            handed.addAndGet(-payload);
            throw overLimit(all - payload);
        }
        if (all > settings.highMark) {
            writable = false;
            full = true;
        }
    }

    /** Frames of other threads are on their way here. */
    boolean expectsMore() {
        return handed.get() > 0;
    }

    void arrived(long payload) {
        handed.addAndGet(-payload);
    }

    /** @throws IllegalStateException too much waits already */
    void checkLimit() {
        if (bytes() > settings.outboundLimit) throw overLimit(bytes());
    }

    private IllegalStateException overLimit(long bytes) {
        return new IllegalStateException(bytes + " bytes wait to be sent, the limit is " + settings.outboundLimit
                + ": send no more while isWritable() is false");
    }

    /** Something was written: more than the high mark may wait now. */
    void wrote() {
        if (bytes() > settings.highMark) writable = false;
    }

    /** Whoever wrote goes on: has he too much waiting, he sees it. */
    void seen() {
        if (!writable) full = true;
    }

    /** Has anybody seen since this was asked last that it was not writable? What waited may be gone again. */
    boolean wasSeenFull() {
        boolean was = full;
        full = false;
        return was;
    }

    boolean isOver() {
        return bytes() > settings.highMark;
    }

    boolean isUnder() {
        return bytes() + handed.get() <= settings.lowMark;
    }

    /** Something went out: what waits may be down at the low mark. */
    void sent() {
        if (!writable && isUnder()) writable = true;
    }

    boolean isInFrame() {
        return queue != null && queue.isInFrame();
    }

    /** The transport says that it is ready. */
    void ready() {
        blocked = false;
    }

    /**
     * Sends what the transport takes, for as long as it is this connection's turn.
     *
     * @return bytes sent
     */
    long flush(Duplex transport) throws IOException {
        OutboundQueue q = queue;
        if (q == null || blocked) return 0;
        @Nullable ByteBuffer[] into = views;
        if (into == null) into = views = new ByteBuffer[VIEWS];
        long all = 0;
        for (int turn = 0; turn < SPINS && !q.isEmpty(); turn++) {
            int n = q.gather(into);
            long sent = transport.write(into, n);
            Arrays.fill(into, 0, n, null);
            if (sent == 0) break;
            q.sent(sent);
            all += sent;
        }
        blocked = !q.isEmpty();
        if (!blocked) q.trim();
        return all;
    }

    /** Drops what waits; nothing can be written any more. */
    void close() {
        if (queue != null) queue.close();
        blocked = false;
        writable = false;
    }
}
