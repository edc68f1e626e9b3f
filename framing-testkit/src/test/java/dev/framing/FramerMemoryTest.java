package dev.framing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.probe.DelimiterProbe;
import dev.framing.probe.LengthProbe;
import dev.framing.probe.SlipProbe;
import dev.framing.scan.Examined;
import dev.framing.testkit.CountingAllocator;
import dev.framing.testkit.Cuts;
import dev.framing.testkit.Feed;
import dev.framing.testkit.Replay;
import dev.framing.testkit.Transcript;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Laws L3 and L4: bounded memory, bounded work. Counted, not timed. */
class FramerMemoryTest {
    private static final int HEAD_ONLY_FRAMES = 1_000_000;
    private static final int SMALL_STACK = 512 * 1024;

    private final CountingAllocator engine = new CountingAllocator();
    private final Heard heard = new Heard();

    private static FrameDecoder uint32() {
        return (in, index, end, out) -> {
            int at = index;
            while (end - at >= 4) {
                long length = 4 + in.getUnsignedInt(at);
                if (length > end - at) {
                    out.pending(at, 4, end - at, length, 0);
                    return;
                }
                if (!out.frame(at, 4, (int) length - 4, 0)) return;
                at += (int) length;
            }
            if (at < end) out.pending(at, 4, end - at, 4, -1);
        };
    }

    private Framer framer(FrameDecoder decoder, int max) {
        return Framer.builder(decoder, max).allocator(engine).build(heard);
    }

    @Test
    void aClaimAllocatesNothing() {
        Framer framer = framer(uint32(), Integer.MAX_VALUE);
        ByteBuf claim = Unpooled.buffer(65536).writeInt(Integer.MAX_VALUE - 4);
        framer.offer(claim);
        assertThat(claim.refCnt()).isZero();
        assertThat(engine.most()).isLessThanOrEqualTo(64);
        assertThat(framer.heldBytes()).isLessThanOrEqualTo(64);
        assertThat(framer.openFrame()).isZero();
        framer.close();
    }

    @ParameterizedTest
    @EnumSource(Feed.class)
    void tenThousandBareHeadsAreSmall(Feed feed) {
        byte[] head = {0, 0x7F, (byte) 0xFF, (byte) 0xFF};
        List<Framer> engines = new ArrayList<>();
        long held = 0;
        for (int i = 0; i < 10_000; i++) {
            Framer framer = Framer.builder(uint32(), 1 << 24).allocator(engine).build(heard);
            engines.add(framer);
            held += give(framer, feed, head);
        }
        assertThat(held).isLessThanOrEqualTo(10_000 * 1024L);
        assertThat(engine.used()).isLessThanOrEqualTo(held);
        engines.forEach(Framer::close);
        assertThat(engine.used()).isZero();
    }

    private static long give(Framer framer, Feed feed, byte[] bytes) {
        switch (feed) {
            case LENT -> {
                ByteBuf shared = Unpooled.buffer(65536).writeBytes(bytes);
                framer.lend(shared);
                shared.release();
            }
            case ROOM -> {
                framer.room(512).writeBytes(bytes);
                framer.received();
            }
            default -> framer.offer(Unpooled.buffer(65536).writeBytes(bytes));
        }
        return framer.heldBytes();
    }

    /** G8: copied at most 2n, examined at most 2n and a little. */
    @ParameterizedTest
    @ValueSource(ints = {1 << 20, (1 << 20) + 17, 2 << 20})
    void oneByteReadsAreLinear(int n) {
        byte[] line = new byte[n];
        Arrays.fill(line, (byte) 'x');
        line[n - 1] = '\n';
        byte[] counted = Unpooled.buffer(n).writeInt(n - 4).array();
        byte[] escaped = new byte[n];
        Arrays.fill(escaped, (byte) 'x');
        escaped[0] = (byte) 0xDB;
        escaped[1] = (byte) 0xDC;
        escaped[n - 1] = (byte) 0xC0;
        for (boolean straightIn : new boolean[] {false, true}) {
            oneByteReadsAreLinear(uint32(), counted, straightIn);
            oneByteReadsAreLinear(new DelimiterProbe(-1, "\r\n", "\n"), line, straightIn);
            oneByteReadsAreLinear(new SlipProbe(), escaped, straightIn);
        }
    }

    private void oneByteReadsAreLinear(FrameDecoder decoder, byte[] stream, boolean straightIn) {
        int[] frames = new int[1];
        Framer framer = Framer.builder(decoder, stream.length).allocator(engine).build(frame -> frames[0]++);
        Examined.reset();
        engine.most();
        for (int i = 0; i < stream.length; i++) {
            if (straightIn) {
                framer.room(4096).writeByte(stream[i]);
                framer.received();
            } else {
                framer.offer(Unpooled.buffer(1).writeByte(stream[i]));
            }
        }
        assertThat(frames[0]).isOne();
        String who = decoder.getClass().getSimpleName();
        // growth from 64 bytes on, and every byte once where it was offered, or is put together; 2050 doubled is over 1
        // MiB
        long few = stream.length <= 1 << 20 ? 0 : 1024;
        assertThat(framer.copiedBytes()).as(who).isLessThanOrEqualTo(2L * stream.length + few);
        assertThat(Examined.bytes()).as(who).isLessThanOrEqualTo(2L * stream.length);
        assertThat(engine.most()).as(who).isLessThanOrEqualTo(2L * stream.length);
        framer.close();
    }

    /** One frame lies across: that one is copied, and the rest of the second buffer is read where it lies. */
    @Test
    void aSeamCopiesOneFrame() {
        byte[] stream = new byte[2 * 65536];
        for (int i = 0; i + 64 <= stream.length; i += 64) stream[i + 3] = 60;
        byte[] lines = new byte[2 * 65536];
        for (int i = 0; i < lines.length; i++) lines[i] = (byte) (i % 64 == 63 ? '\n' : 'a');
        for (int cut = 65536 - 64; cut <= 65536; cut++) {
            assertThat(copiedAt(uint32(), stream, cut)).isLessThanOrEqualTo(64 + 4);
            assertThat(copiedAt(new DelimiterProbe(-1, "\n"), lines, cut))
                    .isLessThanOrEqualTo(4 * 64); // doubling: its end is not known
        }
    }

    private static long copiedAt(FrameDecoder decoder, byte[] stream, int cut) {
        int[] frames = new int[1];
        Framer framer = Framer.builder(decoder, 1 << 16).build(frame -> frames[0]++);
        framer.offer(Unpooled.copiedBuffer(stream, 0, cut));
        framer.offer(Unpooled.copiedBuffer(stream, cut, stream.length - cut));
        assertThat(frames[0]).isEqualTo(stream.length / 64);
        assertThat(framer.heldBytes()).isZero();
        framer.close();
        return framer.copiedBytes();
    }

    /** T19: no recursion. */
    @Test
    void aMillionFramesUseOneStackFrame() throws InterruptedException {
        int[] frames = new int[1];
        Throwable[] thrown = new Throwable[1];
        Framer[] framer = new Framer[1];
        framer[0] = Framer.builder(new LengthProbe(0, 2, 0), 64).build(frame -> {
            frames[0]++;
            framer[0].pause();
            framer[0].resume();
        });
        Thread small = new Thread(
                null,
                () -> framer[0].offer(Unpooled.buffer().writeZero(2 * HEAD_ONLY_FRAMES)),
                "small stack",
                SMALL_STACK);
        small.setUncaughtExceptionHandler((t, e) -> thrown[0] = e);
        small.start();
        small.join();
        assertThat(thrown[0]).isNull();
        assertThat(frames[0]).isEqualTo(HEAD_ONLY_FRAMES);
        framer[0].close();
    }

    @Test
    void framesPulledOneByOneAreNotCopied() {
        int[] frames = new int[1];
        Framer[] framer = new Framer[1];
        framer[0] = Framer.builder(new LengthProbe(0, 2, 0), 64).build(frame -> {
            frames[0]++;
            framer[0].pause();
        });
        int n = 100_000;
        framer[0].offer(Unpooled.buffer().writeZero(2 * n));
        while (framer[0].isPaused()) framer[0].resume();
        assertThat(frames[0]).isEqualTo(n);
        assertThat(framer[0].copiedBytes()).isLessThanOrEqualTo(4L * n); // each rest of half a buffer: n + n/2 + ...
        framer[0].close();
    }

    @Test
    void whilePausedDenseBuffersAreHeldAndSparseOnesCopied() {
        Framer framer = framer(uint32(), 1 << 20);
        framer.pause();
        ByteBuf dense = Unpooled.buffer(4096).writeZero(4096);
        framer.offer(dense);
        assertThat(framer.copiedBytes()).isZero();
        assertThat(framer.heldBytes()).isEqualTo(4096);
        assertThat(dense.refCnt()).isOne();
        ByteBuf sparse = Unpooled.buffer(65536).writeZero(100);
        framer.offer(sparse);
        assertThat(framer.copiedBytes()).isEqualTo(100);
        assertThat(sparse.refCnt()).isZero();
        assertThat(framer.heldBytes()).isLessThanOrEqualTo(2 * 4196);
        for (int i = 0; i < 1000; i++) framer.offer(Unpooled.buffer(65536).writeZero(4));
        assertThat(framer.heldBytes()).isLessThanOrEqualTo(2 * (4196 + 4000));
        framer.resume();
        assertThat(heard.events).hasSize((4196 + 4000) / 4);
        assertThat(framer.heldBytes()).isZero();
        framer.close();
        assertThat(engine.used()).isZero();
    }

    @Test
    void anIdleConnectionHoldsNothing() {
        Framer framer = framer(new SlipProbe(), 1 << 20);
        framer.offer(Unpooled.buffer()
                .writeByte(0xDB)
                .writeByte(0xDC)
                .writeZero(100_000)
                .writeByte(0xC0));
        assertThat(framer.heldBytes()).isZero();
        framer.room(4096).writeByte(0xDB).writeByte(0xDC).writeByte(0xC0);
        framer.received();
        assertThat(heard.events).hasSize(2);
        assertThat(framer.heldBytes()).isEqualTo(4096);
        framer.trim();
        assertThat(framer.heldBytes()).isZero();
        assertThat(engine.used()).isZero();
        framer.room(4096).writeByte(0xC0).writeByte('a').writeByte(0xC0);
        framer.received();
        assertThat(heard.events).hasSize(3);
        framer.close();
    }

    /** A reader that pulls frames returns each from its call: the view is good until the next one. */
    @Test
    void aPausedFrameIsReadableUntilTheNextCall() {
        for (FrameDecoder decoder : List.of(new SlipProbe(), new DelimiterProbe(-1, "\300"))) {
            for (int n : new int[] {10, 100, 10_000}) {
                Frame[] shown = new Frame[1];
                Framer[] framer = new Framer[1];
                framer[0] = Framer.builder(decoder, 1 << 20).allocator(engine).build(frame -> {
                    shown[0] = frame;
                    framer[0].pause();
                });
                byte[] stream = new byte[2 + n + 1];
                stream[0] = (byte) 0xDB;
                stream[1] = (byte) 0xDC;
                Arrays.fill(stream, 2, 2 + n, (byte) 'x');
                stream[2 + n] = (byte) 0xC0;
                for (int at = 0; at < stream.length; ) {
                    ByteBuf room = framer[0].room(512);
                    int length = Math.min(room.writableBytes(), stream.length - at);
                    room.writeBytes(stream, at, length);
                    framer[0].received();
                    at += length;
                }
                byte[] payload = shown[0].bytes();
                assertThat(payload).endsWith(Arrays.copyOfRange(stream, 2, 2 + n));
                framer[0].resume();
                assertThat(framer[0].heldBytes()).isLessThanOrEqualTo(512);
                framer[0].close();
                assertThat(engine.used()).isZero();
            }
        }
    }

    /** L3 with frames far larger and far smaller than reads. {@link Replay} looks at it after every call. */
    @ParameterizedTest
    @EnumSource(Feed.class)
    void memoryFollowsTheBytesNotTold(Feed feed) {
        Random random = new Random(feed.ordinal());
        for (Supplier<FrameDecoder> decoders : List.<Supplier<FrameDecoder>>of(
                FramerMemoryTest::uint32, SlipProbe::new, () -> new DelimiterProbe(-1, "\n"))) {
            ByteBuf bytes = Unpooled.buffer();
            for (int i = 0; i < 12; i++) {
                int n = random.nextInt(i % 3 == 0 ? 60_000 : 300);
                if (decoders.get() instanceof SlipProbe) {
                    bytes.writeByte(0xDB).writeByte(0xDD).writeZero(n).writeByte(0xC0);
                } else if (decoders.get() instanceof DelimiterProbe) {
                    bytes.writeZero(n).writeByte('\n');
                } else {
                    bytes.writeInt(n).writeZero(n);
                }
            }
            byte[] stream = new byte[bytes.readableBytes()];
            bytes.readBytes(stream);
            for (Oversize policy : List.of(Oversize.fail(), Oversize.skip(), Oversize.parts(1000, 1 << 20))) {
                Replay replay = Replay.of(decoders, 65_536).oversize(policy).feed(feed);
                Transcript whole = replay.run(stream);
                assertThat(whole.frames()).hasSize(12);
                for (Cuts cuts :
                        List.of(Cuts.every(100), Cuts.every(1460), Cuts.every(16384), Cuts.random(1), Cuts.random(2))) {
                    assertThat(replay.cuts(cuts).run(stream)).isEqualTo(whole);
                }
            }
        }
    }
}
