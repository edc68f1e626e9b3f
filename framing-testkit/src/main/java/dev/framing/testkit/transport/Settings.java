package dev.framing.testkit.transport;

import dev.framing.Deadlines;
import dev.framing.FrameCodec;
import dev.framing.Oversize;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;

/**
 * How the connections of one test are set up.
 *
 * @param halfOpen after the peer's end, writing goes on until our own
 * @param lowMark bytes waiting to be sent below which reading goes on
 * @param highMark bytes waiting to be sent above which nothing more is read
 * @param drain how long {@link Link#close()} waits for the peer's end
 * @param allocator of every buffer of these connections, both directions
 */
public record Settings(
        FrameCodec codec,
        boolean halfOpen,
        Oversize oversize,
        Deadlines deadlines,
        int lowMark,
        int highMark,
        Duration drain,
        ByteBufAllocator allocator) {

    /** One connection as an application opens it that chooses nothing. */
    public static Settings of(FrameCodec codec) {
        return new Settings(
                codec,
                false,
                Oversize.fail(),
                Deadlines.none(),
                32 * 1024,
                64 * 1024,
                Duration.ofSeconds(2),
                ByteBufAllocator.DEFAULT);
    }

    /** These with writing allowed after the peer's end. */
    public Settings allowHalfOpen() {
        return new Settings(codec, true, oversize, deadlines, lowMark, highMark, drain, allocator);
    }

    /** These with another policy. */
    public Settings withOversize(Oversize policy) {
        return new Settings(codec, halfOpen, policy, deadlines, lowMark, highMark, drain, allocator);
    }

    /** These with other deadlines. */
    public Settings withDeadlines(Deadlines limits) {
        return new Settings(codec, halfOpen, oversize, limits, lowMark, highMark, drain, allocator);
    }

    /** These with another patience when closing. */
    public Settings withDrain(Duration limit) {
        return new Settings(codec, halfOpen, oversize, deadlines, lowMark, highMark, limit, allocator);
    }

    /** These with other buffers. */
    public Settings withAllocator(ByteBufAllocator buffers) {
        return new Settings(codec, halfOpen, oversize, deadlines, lowMark, highMark, drain, buffers);
    }
}
