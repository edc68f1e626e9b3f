package dev.framing;

import static dev.framing.Heard.buffer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.framing.codec.Delimited;
import dev.framing.codec.FixedLength;
import dev.framing.codec.LengthPrefixed;
import dev.framing.codec.Stuffed;
import dev.framing.testkit.CountingAllocator;
import dev.framing.testkit.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatagramPackerTest {
    /** Two bytes of length. */
    private static final FrameCodec CODEC = LengthPrefixed.uint16();

    private final CountingAllocator allocator = new CountingAllocator();

    @AfterEach
    void nothingIsHeld() {
        assertThat(allocator.used()).isZero();
    }

    private DatagramPacker packer(int size) {
        return DatagramPacker.of(CODEC, size, allocator);
    }

    private static List<Integer> lengths(DatagramPacker packer) {
        List<Integer> lengths = new ArrayList<>();
        for (ByteBuf d = packer.poll(); d != null; d = packer.poll()) {
            lengths.add(d.readableBytes());
            d.release();
        }
        return lengths;
    }

    @Test
    void aDatagramIsFilledToItsSizeAndNotBeyond() {
        try (DatagramPacker packer = packer(100)) {
            packer.frame(payload(48));
            packer.frame(payload(48)); // 100 bytes: both
            assertThat(packer.poll()).isNull();
            packer.flush();
            assertThat(lengths(packer)).containsExactly(100);

            packer.frame(payload(48));
            packer.frame(payload(47)); // 99
            packer.flush();
            assertThat(lengths(packer)).containsExactly(99);

            packer.frame(payload(48));
            packer.frame(payload(49)); // 101: the second begins another
            assertThat(packer.bytes()).isEqualTo(101);
            assertThat(lengths(packer)).containsExactly(50);
            packer.flush();
            assertThat(lengths(packer)).containsExactly(51);
            packer.flush();
            assertThat(lengths(packer)).isEmpty();
            assertThat(packer.bytes()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 9, 99, 100, 1200, 1472, 5000, 65_507})
    void aFrameMayBeAsLongAsADatagramAndNoLonger(int size) {
        FrameCodec one = LengthPrefixed.builder().width(1).build();
        FrameCodec codec = size < 200 ? one : LengthPrefixed.uint16();
        int head = size < 200 ? 1 : 2;
        try (DatagramPacker packer = DatagramPacker.of(codec, size, allocator)) {
            for (int over : new int[] {1, 2, 100}) {
                if (size - head + over > (head == 1 ? 255 : 65_535)) continue; // the codec's own refusal
                ByteBuf payload = payload(size - head + over);
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> packer.frame(payload))
                        .withMessage("a frame of " + (size + over) + " bytes, datagrams of " + size);
                assertThat(payload.refCnt()).isZero();
                assertThat(packer.bytes()).isZero();
                assertThat(allocator.used()).isZero();
            }
            packer.frame(payload(size - head));
            packer.flush();
            assertThat(lengths(packer)).containsExactly(size);
        }
    }

    @Test
    void whatIsRefusedLeavesNothingBehind() {
        try (DatagramPacker packer = packer(100)) {
            packer.frame(buffer("first"));
            for (ByteBuf tooLong : List.of(payload(99), payload(98 * 3), payload(70_000))) {
                assertThatIllegalArgumentException().isThrownBy(() -> packer.frame(tooLong));
                assertThat(tooLong.refCnt()).isZero();
            }
            packer.frame(buffer("second"));
            packer.flush();
            assertThat(frames(packer, CODEC)).containsExactly("0:first", "end", "0:second", "end");
        }
        try (DatagramPacker lines = DatagramPacker.of(Delimited.lf(), 100, allocator)) {
            lines.frame(buffer("first"));
            assertThatIllegalArgumentException().isThrownBy(() -> lines.frame(buffer("two\nlines")));
            lines.frame(buffer("second"));
            lines.flush();
            assertThat(frames(lines, Delimited.lf())).containsExactly("0:first", "6:second", "end");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whatIsReadIsWhatWasPackedAndNoFrameCrosses(long seed) {
        Random random = new Random(seed);
        List<FrameCodec> codecs = List.of(
                CODEC,
                Delimited.crlf(),
                Stuffed.slip(),
                Stuffed.cobs(),
                LengthPrefixed.decimal(':'),
                FixedLength.of(9));
        FrameCodec codec = codecs.get((int) seed % codecs.size());
        int size = 20 + random.nextInt(200);
        List<String> want = new ArrayList<>();
        List<String> got = new ArrayList<>();
        List<byte[]> datagrams = new ArrayList<>();
        List<Integer> framed = new ArrayList<>();
        try (DatagramPacker packer = DatagramPacker.of(codec, size, allocator)) {
            for (int i = 0; i < 2000; i++) {
                int length = codec instanceof FixedLength ? 9 : 1 + random.nextInt(random.nextInt(9) == 0 ? 300 : 30);
                String text = "abc".repeat(100).substring(0, length);
                byte[] payload = Heard.bytes(text);
                ByteBuf bytes = random.nextBoolean()
                        ? allocator.buffer().writeBytes(payload)
                        : Unpooled.directBuffer(1 + length)
                                .writeByte(0)
                                .skipBytes(1)
                                .writeBytes(payload);
                int wire = Wire.of(codec, payload).length;
                try {
                    packer.frame(bytes);
                    assertThat(wire).isLessThanOrEqualTo(size);
                    want.add(text);
                    framed.add(wire);
                } catch (IllegalArgumentException tooLong) {
                    assertThat(wire).isGreaterThan(size);
                }
                if (random.nextInt(50) == 0) packer.flush();
                for (ByteBuf d = packer.poll(); d != null; d = packer.poll()) add(datagrams, d);
            }
            packer.flush();
            for (ByteBuf d = packer.poll(); d != null; d = packer.poll()) add(datagrams, d);
        }
        int at = 0;
        for (byte[] datagram : datagrams) {
            assertThat(datagram.length).isBetween(1, size);
            Heard heard = new Heard();
            try (Framer framer = Framer.of(codec, heard)) {
                framer.offer(Unpooled.wrappedBuffer(datagram));
                framer.end();
            }
            assertThat(heard.events.remove(heard.events.size() - 1)).isEqualTo("end");
            heard.events.forEach(e -> got.add(e.substring(e.indexOf(':') + 1)));
            int length = 0;
            for (int n = heard.events.size(); n > 0; n--) length += framed.get(at++);
            assertThat(datagram.length).isEqualTo(length);
        }
        assertThat(got).isEqualTo(want);
    }

    private static void add(List<byte[]> datagrams, ByteBuf d) {
        datagrams.add(ByteBufUtil.getBytes(d));
        assertThat(d.refCnt()).isOne();
        d.release();
    }

    /** Each datagram can be lost, so that none may lean on one before it. */
    @Test
    void eachDatagramIsWrittenByAnEncoderOfItsOwn() {
        int[] encoders = {0};
        FrameCodec numbered = new FrameCodec() {
            @Override
            public FrameDecoder newDecoder() {
                throw new UnsupportedOperationException();
            }

            @Override
            public FrameEncoder newEncoder() {
                encoders[0]++;
                int[] number = {0};
                return (head, payload, out) -> {
                    out.room(1).writeByte('0' + number[0]++);
                    out.write(payload, payload.readerIndex(), payload.readableBytes());
                };
            }

            @Override
            public int maxFrameLength() {
                return 100;
            }
        };
        List<String> datagrams = new ArrayList<>();
        try (DatagramPacker packer = DatagramPacker.of(numbered, 7, allocator)) {
            for (String text : List.of("a", "b", "ccc", "dd", "e")) packer.frame(buffer(text));
            packer.flush();
            packer.flush();
            packer.frame(buffer("f"));
            packer.flush();
            for (ByteBuf d = packer.poll(); d != null; d = packer.poll()) {
                datagrams.add(d.toString(StandardCharsets.US_ASCII));
                d.release();
            }
        }
        assertThat(datagrams).containsExactly("0a1b", "0ccc1dd", "0e", "0f");
        assertThat(encoders[0]).isEqualTo(4);
    }

    /** Encoders ask for more room than they may use. */
    @Test
    void roomThatIsNotUsedDoesNotCount() {
        FrameCodec generous = new FrameCodec() {
            @Override
            public FrameDecoder newDecoder() {
                throw new UnsupportedOperationException();
            }

            @Override
            public FrameEncoder newEncoder() {
                return (head, payload, out) -> {
                    out.room(500).writeByte('[');
                    out.write(payload, payload.readerIndex(), payload.readableBytes());
                    out.room(500).writeByte(']');
                };
            }

            @Override
            public int maxFrameLength() {
                return 100;
            }
        };
        try (DatagramPacker packer = DatagramPacker.of(generous, 10, allocator)) {
            packer.frame(buffer("abc"));
            packer.frame(buffer("def"));
            packer.flush();
            assertThat(lengths(packer)).containsExactly(10);
            packer.frame(buffer("abcd"));
            packer.frame(buffer("efg"));
            packer.flush();
            assertThat(lengths(packer)).containsExactly(6, 5);
        }
    }

    @Test
    void nothingIsAllocatedPerFrame() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        ByteBuf payload = payload(20);
        long least = Long.MAX_VALUE;
        try (DatagramPacker packer = DatagramPacker.of(CODEC, 65_000)) {
            for (int round = 0; round < 20; round++) {
                packer.frame(payload.retain());
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 2500; i++) packer.frame(payload.retain());
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
                packer.flush();
                assertThat(lengths(packer)).containsExactly(2501 * 22);
            }
        }
        payload.release();
        assertThat(least).isLessThan(2500);
    }

    @Test
    void closedItReleasesEverything() {
        DatagramPacker packer = packer(50);
        for (int i = 0; i < 10; i++) packer.frame(payload(30));
        ByteBuf out = packer.poll();
        packer.close();
        packer.close();
        assertThat(packer.poll()).isNull();
        assertThat(packer.bytes()).isZero();
        ByteBuf late = payload(1);
        assertThatIllegalStateException().isThrownBy(() -> packer.frame(late));
        assertThat(late.refCnt()).isZero();
        assertThat(out.refCnt()).isOne();
        out.release();
    }

    @Test
    void anAllocationThatFailsLosesThatFrameOnly() {
        try (DatagramPacker packer = packer(50)) {
            packer.frame(buffer("a"));
            allocator.failAt(1);
            ByteBuf payload = payload(48);
            assertThatThrownBy(() -> packer.frame(payload)).isInstanceOf(CountingAllocator.OutOfBuffers.class);
            assertThat(payload.refCnt()).isZero();
            packer.frame(buffer("b"));
            packer.flush();
            assertThat(lengths(packer)).containsExactly(3, 3);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 65_508})
    void aSizeThatNoDatagramHasIsRefused(int size) {
        assertThatIllegalArgumentException().isThrownBy(() -> DatagramPacker.of(CODEC, size));
    }

    private List<String> frames(DatagramPacker packer, FrameCodec codec) {
        Heard heard = new Heard();
        try (Framer framer = Framer.builder(codec).allocator(allocator).build(heard)) {
            for (ByteBuf d = packer.poll(); d != null; d = packer.poll()) {
                framer.restart(codec);
                framer.lend(d);
                framer.end();
                d.release();
            }
        }
        return heard.events;
    }

    private static ByteBuf payload(int length) {
        return Unpooled.buffer(Math.max(1, length)).writeZero(length);
    }
}
