package dev.framing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutboundQueueTest {
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final OutboundQueue queue = OutboundQueue.of(new Prefixed(), allocator);

    @AfterEach
    void nothingIsHeld() {
        queue.close();
        assertThat(allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory())
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whatGoesOutIsWhatWasWrittenHoweverMuchAWriteTakes(long seed) {
        Random random = new Random(seed);
        ByteArrayOutputStream want = new ByteArrayOutputStream();
        ByteArrayOutputStream got = new ByteArrayOutputStream();
        for (int i = 0; i < 400; i++) {
            byte[] payload = new byte[random.nextInt(10) == 0 ? 70_000 + random.nextInt(70_000) : random.nextInt(3000)];
            random.nextBytes(payload);
            want.writeBytes(framed(payload));
            queue.frame(random.nextBoolean() ? buffer(payload) : composite(payload));
            if (random.nextInt(3) == 0) take(random, got, random.nextInt(200_000));
            assertThat(queue.bytes()).isEqualTo((long) want.size() - got.size());
        }
        take(random, got, Integer.MAX_VALUE);
        assertThat(queue.isEmpty()).isTrue();
        assertThat(got.toByteArray()).isEqualTo(want.toByteArray());
    }

    @Test
    void polledBuffersHoldTheSameBytesAndAreTheCallers() {
        ByteArrayOutputStream want = new ByteArrayOutputStream();
        ByteArrayOutputStream got = new ByteArrayOutputStream();
        List<ByteBuf> polled = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            byte[] payload = new byte[i * 50];
            Arrays.fill(payload, (byte) i);
            want.writeBytes(framed(payload));
            queue.frame(buffer(payload));
            if (i % 7 == 0) polled.add(queue.poll());
        }
        for (ByteBuf b = queue.poll(); b != null; b = queue.poll()) polled.add(b);
        for (ByteBuf b : polled) {
            got.writeBytes(ByteBufUtil.getBytes(b));
            b.release();
        }
        assertThat(got.toByteArray()).isEqualTo(want.toByteArray());
    }

    @Test
    void aLargePayloadGoesOutByReferenceAndASmallOneIsCopied() {
        ByteBuf large = buffer(new byte[OutboundQueue.COPIED + 1]);
        ByteBuf small = buffer(new byte[OutboundQueue.COPIED]);
        queue.frame(large.retain());
        queue.frame(small.retain());
        assertThat(large.refCnt()).isEqualTo(2);
        assertThat(small.refCnt()).isEqualTo(1);
        ByteBuffer[] views = new ByteBuffer[8];
        assertThat(queue.gather(views)).isEqualTo(3); // head | payload by reference | head and payload of the small one
        large.release();
        small.release();
    }

    @Test
    void aRefusedFrameLeavesNothingBehindAndIsReleasedOnce() {
        queue.frame(buffer(new byte[10]));
        long before = queue.bytes();
        for (int length : new int[] {0, 5, 5000}) {
            ByteBuf payload = buffer(new byte[length]);
            ByteBuf head = buffer(new byte[] {Prefixed.REFUSE_LATE});
            assertThatThrownBy(() -> queue.frame(head, payload)).isInstanceOf(IllegalArgumentException.class);
            assertThat(payload.refCnt()).isZero();
            assertThat(head.refCnt()).isZero();
            assertThat(queue.bytes()).isEqualTo(before);
        }
        queue.frame(buffer(new byte[3]));
        ByteArrayOutputStream got = new ByteArrayOutputStream();
        take(new Random(1), got, Integer.MAX_VALUE);
        ByteArrayOutputStream want = new ByteArrayOutputStream();
        want.writeBytes(framed(new byte[10]));
        want.writeBytes(framed(new byte[3]));
        assertThat(got.toByteArray()).isEqualTo(want.toByteArray());
    }

    @Test
    void onePayloadMayBeSharedByManyQueuesAndNoIndexIsMoved() {
        ByteBuf payload = buffer(new byte[5000]);
        try (OutboundQueue other = OutboundQueue.of(new Prefixed(), allocator)) {
            queue.frame(payload.retain());
            other.frame(payload.retain());
            take(new Random(3), new ByteArrayOutputStream(), Integer.MAX_VALUE);
            assertThat(payload.readerIndex()).isZero();
            assertThat(payload.readableBytes()).isEqualTo(5000);
        }
        assertThat(payload.refCnt()).isEqualTo(1);
        payload.release();
    }

    @Test
    void aFrameInPiecesIsTheSameFrame() {
        queue.begin(Unpooled.EMPTY_BUFFER, 6);
        queue.piece(buffer(new byte[] {1, 2}));
        assertThatThrownBy(() -> queue.frame(buffer(new byte[1])))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("begun");
        queue.piece(buffer(new byte[] {3, 4, 5, 6}));
        queue.end();
        ByteArrayOutputStream got = new ByteArrayOutputStream();
        take(new Random(2), got, Integer.MAX_VALUE);
        assertThat(got.toByteArray()).isEqualTo(framed(new byte[] {1, 2, 3, 4, 5, 6}));
    }

    @Test
    void aBatchThatASliceStillShowsIsNotWrittenAgain() {
        queue.frame(buffer(new byte[] {7, 7, 7}));
        ByteBuf slice = queue.poll();
        byte[] before = ByteBufUtil.getBytes(slice);
        queue.frame(buffer(new byte[] {9, 9, 9, 9}));
        assertThat(ByteBufUtil.getBytes(slice)).isEqualTo(before);
        slice.release();
    }

    /** A transport may hold what it polled for as long as it likes (Netty does until the socket takes it). */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void polledSlicesStayAsTheyWereWhileLaterFramesAreWritten(long seed) {
        Random random = new Random(seed);
        ByteArrayOutputStream want = new ByteArrayOutputStream();
        ByteArrayOutputStream got = new ByteArrayOutputStream();
        Deque<ByteBuf> held = new ArrayDeque<>();
        for (int i = 0; i < 2000; i++) {
            byte[] payload = new byte[random.nextInt(20) == 0 ? 20_000 : random.nextInt(300)];
            random.nextBytes(payload);
            if (random.nextInt(10) == 0) {
                ByteBuf refused = buffer(new byte[] {Prefixed.REFUSE_LATE});
                assertThatThrownBy(() -> queue.frame(refused, buffer(payload)))
                        .isInstanceOf(IllegalArgumentException.class);
            }
            want.writeBytes(framed(payload));
            queue.frame(buffer(payload));
            for (int n = random.nextInt(3); n > 0 && !queue.isEmpty(); n--) held.add(queue.poll());
            for (int n = random.nextInt(4); n > 0 && !held.isEmpty(); n--) letGo(held.remove(), got);
        }
        for (ByteBuf b = queue.poll(); b != null; b = queue.poll()) held.add(b);
        while (!held.isEmpty()) letGo(held.remove(), got);
        assertThat(got.toByteArray()).isEqualTo(want.toByteArray());
    }

    private static void letGo(ByteBuf slice, ByteArrayOutputStream got) {
        got.writeBytes(ByteBufUtil.getBytes(slice));
        slice.release();
    }

    @Test
    void aQueueGoesOnBehindTheSlicesThatAreOutAndBeginsAgainWhenTheyAreGone() {
        Set<ByteBuf> batches = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<ByteBuf> held = new ArrayDeque<>();
        for (int i = 0; i < 10_000; i++) { // each is taken and let go
            take(held, batches);
            held.remove().release();
        }
        assertThat(batches).hasSize(1);
        for (int i = 0; i < OutboundQueue.BATCH / 128; i++) { // one is always out
            take(held, batches);
            if (held.size() > 1) held.remove().release();
        }
        assertThat(batches).hasSize(1);
        take(held, batches); // not over the one that is out
        assertThat(batches).hasSize(2);
        held.forEach(ByteBuf::release);
        take(held, batches);
        assertThat(batches).hasSize(2);
        held.getLast().release();
    }

    private void take(Deque<ByteBuf> held, Set<ByteBuf> batches) {
        queue.frame(buffer(new byte[123]));
        ByteBuf slice = queue.poll();
        held.add(slice);
        ByteBuf root = slice;
        while (root.unwrap() != null) root = root.unwrap();
        batches.add(root);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nothingIsAllocatedPerFrame(boolean direct) {
        ByteBuf payload = direct ? Unpooled.directBuffer(20) : Unpooled.buffer(20);
        payload.writeZero(20);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        try (OutboundQueue usual = OutboundQueue.of(new Prefixed())) {
            for (int round = 0; round < 20; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 2000; i++) {
                    usual.frame(payload.retain());
                    if (i % 500 == 499) usual.sent(usual.bytes());
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
        }
        payload.release();
        assertThat(least).as("bytes allocated for 2000 frames").isLessThan(2000);
    }

    @Test
    void whatATransportHoldsOutlivesTheQueue() {
        queue.frame(buffer(new byte[] {1, 2, 3}));
        ByteBuf slice = queue.poll();
        queue.frame(buffer(new byte[] {4}));
        queue.close();
        assertThat(ByteBufUtil.getBytes(slice)).isEqualTo(framed(new byte[] {1, 2, 3}));
        slice.release();
    }

    @Test
    void anEmptyQueueHoldsNoMemoryAfterTrim() {
        queue.frame(buffer(new byte[3]));
        take(new Random(2), new ByteArrayOutputStream(), Integer.MAX_VALUE);
        queue.trim();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    private void take(Random random, ByteArrayOutputStream to, int most) {
        ByteBuffer[] views = new ByteBuffer[1 + random.nextInt(6)];
        int left = most;
        while (left > 0 && !queue.isEmpty()) {
            int n = queue.gather(views);
            long sent = 0;
            for (int i = 0; i < n && sent < left; i++) {
                int length = Math.min(left - (int) sent, 1 + random.nextInt(views[i].remaining()));
                boolean all = length == views[i].remaining();
                byte[] b = new byte[length];
                views[i].get(b);
                to.writeBytes(b);
                sent += length;
                if (!all) break;
            }
            queue.sent(sent);
            left -= (int) sent;
        }
    }

    private ByteBuf buffer(byte[] bytes) {
        return allocator.buffer(Math.max(1, bytes.length)).writeBytes(bytes);
    }

    private static ByteBuf composite(byte[] bytes) {
        int cut = bytes.length / 3;
        return Unpooled.wrappedBuffer(
                Unpooled.wrappedBuffer(bytes, 0, cut),
                PooledByteBufAllocator.DEFAULT.buffer(bytes.length).writeBytes(bytes, cut, bytes.length - cut));
    }

    private static byte[] framed(byte[] payload) {
        return ByteBuffer.allocate(4 + payload.length + 1)
                .putInt(payload.length)
                .put(payload)
                .put((byte) '.')
                .array();
    }

    /** Four bytes of length, payload, a dot. */
    @Test
    void tailBytesAreTheQueuesAndWhatIsRefusedOfThemLeavesTheFrameBegun() {
        queue.begin(Unpooled.EMPTY_BUFFER, 2);
        queue.piece(buffer(new byte[] {5, 6}));
        long before = queue.bytes();
        ByteBuf refused = buffer(new byte[] {Prefixed.REFUSE_LATE});
        assertThatThrownBy(() -> queue.end(refused)).isInstanceOf(IllegalArgumentException.class);
        assertThat(refused.refCnt()).isZero();
        assertThat(queue.bytes()).isEqualTo(before);
        assertThat(queue.isInFrame()).isTrue();
        ByteBuf tail = buffer(new byte[] {7});
        queue.end(tail);
        assertThat(tail.refCnt()).isZero();
        assertThat(queue.isInFrame()).isFalse();
        ByteBuf early = buffer(new byte[] {8});
        assertThatThrownBy(() -> queue.end(early)).isInstanceOf(IllegalStateException.class);
        assertThat(early.refCnt()).isZero();
        ByteArrayOutputStream got = new ByteArrayOutputStream();
        take(new Random(1), got, Integer.MAX_VALUE);
        assertThat(got.toByteArray()).isEqualTo(new byte[] {0, 0, 0, 2, 5, 6, 7, '.'});
    }

    /** Most formats have none: said before anything is written, and an empty one is no tail. */
    @Test
    void aTailIsRefusedWhereTheFormatHasNoneToChoose() {
        FrameEncoder plain = new FrameEncoder() {
            @Override
            public void encode(ByteBuf head, ByteBuf payload, FrameWriter out) {}

            @Override
            public void end(FrameWriter out) {
                out.room(1).writeByte('.');
            }
        };
        FrameWriter nobody = new FrameWriter() {
            private final ByteBuf batch = Unpooled.buffer();

            @Override
            public ByteBuf room(int length) {
                return batch;
            }

            @Override
            public void write(ByteBuf payload, int index, int length) {
                throw new AssertionError();
            }
        };
        assertThatThrownBy(() -> plain.end(Unpooled.wrappedBuffer(new byte[3]), nobody))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("3 bytes of tail");
        assertThat(nobody.room(0).readableBytes()).isZero();
        plain.end(Unpooled.EMPTY_BUFFER, nobody);
        assertThat(nobody.room(0).readableBytes()).isEqualTo(1);
    }

    private static final class Prefixed implements FrameCodec, FrameEncoder {
        static final byte REFUSE_LATE = 1;

        @Override
        public void encode(ByteBuf head, ByteBuf payload, FrameWriter out) {
            begin(head, payload.readableBytes(), out);
            piece(payload, out);
            if (head.isReadable()) {
                out.room(40_000).writeZero(40_000);
                throw new IllegalArgumentException("refused after something was written");
            }
            end(out);
        }

        @Override
        public void begin(ByteBuf head, long length, FrameWriter out) {
            out.room(4).writeInt((int) length);
        }

        @Override
        public void piece(ByteBuf payload, FrameWriter out) {
            out.write(payload, payload.readerIndex(), payload.readableBytes());
        }

        @Override
        public void end(FrameWriter out) {
            out.room(1).writeByte('.');
        }

        @Override
        public void end(ByteBuf tail, FrameWriter out) {
            out.room(tail.readableBytes()).writeBytes(tail, tail.readerIndex(), tail.readableBytes());
            if (tail.getByte(tail.readerIndex()) == REFUSE_LATE)
                throw new IllegalArgumentException("refused after something was written");
            end(out);
        }

        @Override
        public FrameDecoder newDecoder() {
            throw new UnsupportedOperationException();
        }

        @Override
        public FrameEncoder newEncoder() {
            return this;
        }

        @Override
        public int maxFrameLength() {
            return Integer.MAX_VALUE;
        }
    }
}
