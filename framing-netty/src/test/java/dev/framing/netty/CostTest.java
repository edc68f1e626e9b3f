package dev.framing.netty;

import static dev.framing.netty.Heard.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.framing.Oversize;
import dev.framing.codec.Delimited;
import dev.framing.codec.LengthPrefixed;
import dev.framing.testkit.CountingAllocator;
import dev.framing.testkit.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledHeapByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a frame costs: copies, allocations, memory held. */
@ExtendWith(Leaks.class)
class CostTest {
    private final CountingAllocator buffers = new CountingAllocator();

    @AfterEach
    void nothingIsHeld() {
        assertThat(buffers.used()).isZero();
    }

    /** Several offered buffers in a row: only a frame that is cut between two of them is copied, and only just. */
    @Test
    void aFrameWholeInOneOfSeveralBuffersIsNotCopied() {
        FramingHandler handler = FramingHandler.builder(LengthPrefixed.uint16())
                .allocator(buffers)
                .calling(frame -> {});
        EmbeddedChannel channel = new EmbeddedChannel(handler);
        for (int i = 0; i < 100; i++) channel.writeInbound(bytes("\u0000\u0003one\u0000\u0003two"));
        assertThat(handler.copiedBytes()).isZero();
        assertThat(buffers.allocations()).isZero();
        handler.pause();
        for (int i = 0; i < 10; i++) channel.writeInbound(bytes("\u0000\u0040" + "x".repeat(64)));
        handler.resume();
        assertThat(handler.copiedBytes()).as("held buffers, nothing cut").isZero();
        channel.writeInbound(bytes("\u0000\u0003on"), bytes("e" + "\u0000\u0040" + "x".repeat(64)));
        assertThat(handler.copiedBytes()).as("the frame that was cut").isLessThanOrEqualTo(9);
        channel.finish();
    }

    /** Slices lie in the buffer that came; nothing is copied for them either. */
    @Test
    void slicesAreNoCopies() {
        FramingHandler handler = FramingHandler.slices(Delimited.lf());
        EmbeddedChannel channel = new EmbeddedChannel(handler);
        ByteBuf input = bytes("one\ntwo\n");
        channel.writeInbound(input);
        ByteBuf one = channel.readInbound();
        ByteBuf two = channel.readInbound();
        assertThat(one.unwrap()).isSameAs(input);
        assertThat(input.refCnt()).isEqualTo(2);
        one.release();
        two.release();
        assertThat(input.refCnt()).isZero();
        assertThat(handler.copiedBytes()).isZero();
        channel.finish();
    }

    @Test
    void anIdleConnectionHoldsOnlyWhatIsNotWhole() {
        FramingHandler handler = FramingHandler.builder(LengthPrefixed.uint32())
                .allocator(buffers)
                .slices();
        EmbeddedChannel channel = new EmbeddedChannel(handler);
        assertThat(handler.heldBytes()).isZero();
        channel.writeInbound(Unpooled.directBuffer(64 * 1024).writeBytes(new byte[] {0, 1}));
        assertThat(handler.heldBytes()).isLessThanOrEqualTo(64);
        channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {0, 0}));
        assertThat(handler.heldBytes()).isLessThanOrEqualTo(64);
        channel.finishAndReleaseAll();
    }

    /** Calls: a thousand frames allocate as much as one. */
    @Test
    void callingAllocatesNothingPerFrame() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] sum = new long[1];
        FramingHandler handler = FramingHandler.calling(
                LengthPrefixed.uint16(), frame -> sum[0] += frame.buffer().getByte(frame.payloadIndex()));
        EmbeddedChannel channel = new EmbeddedChannel(handler);
        ByteBuf frames = Unpooled.directBuffer();
        for (int i = 0; i < 1000; i++) frames.writeShort(3).writeBytes(new byte[] {1, 2, 3});
        long thread = Thread.currentThread().getId();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 300; round++) {
            ByteBuf input = frames.retainedDuplicate();
            long before = threads.getThreadAllocatedBytes(thread);
            channel.pipeline().fireChannelRead(input);
            least = Math.min(least, threads.getThreadAllocatedBytes(thread) - before);
        }
        assertThat(sum[0]).isEqualTo(300_000);
        assertThat(least).as("bytes allocated for 1000 frames").isLessThan(1000);
        frames.release();
        channel.finish();
    }

    @Test
    void aLeakRecordNamesCodecAndPosition() {
        FramingHandler handler =
                FramingHandler.builder(Delimited.lf()).oversize(Oversize.fail()).slices();
        assertThat(handler).hasToString("FramingHandler(" + Delimited.lf() + ")");
        EmbeddedChannel channel = new EmbeddedChannel(handler);
        List<Object> hints = new ArrayList<>();
        ByteBuf noting = new UnpooledHeapByteBuf(UnpooledByteBufAllocator.DEFAULT, 16, 16) {
            @Override
            public ByteBuf touch(Object by) {
                hints.add(by);
                return this;
            }
        };
        channel.writeInbound(noting.writeBytes(Wire.bytes("one\n")));
        assertThat(hints).contains(handler);
        assertThat(handler).hasToString("FramingHandler(" + Delimited.lf() + " at byte 4)");
        channel.finishAndReleaseAll();
    }
}
