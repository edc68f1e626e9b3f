package dev.framing.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.FrameCodec;
import dev.framing.Framer;
import dev.framing.OutboundQueue;
import dev.framing.protocol.Protocols;
import dev.framing.scan.Examined;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Bounded work (L4): a stream of 1 MiB, a byte a read, of every family. Counted, not timed. */
class OneByteReadsTest {
    private static final int MIB = 1 << 20;

    /** Codec, what a payload repeats, the codec's longest mark in bytes. */
    static Stream<Arguments> families() {
        int max = 2 * MIB;
        return Stream.of(
                Arguments.of(LengthPrefixed.builder().width(4).max(max).build(), "x", 1),
                Arguments.of(
                        LengthPrefixed.builder()
                                .width(4)
                                .offset(1)
                                .head(8)
                                .trailer(3)
                                .max(max)
                                .build(),
                        "x",
                        1),
                Arguments.of(LengthPrefixed.builder().varint().max(max).build(), "x", 1),
                Arguments.of(LengthPrefixed.builder().quic().max(max).build(), "x", 1),
                Arguments.of(LengthPrefixed.builder().ber().max(max).build(), "x", 1),
                Arguments.of(Protocols.NETSTRING.toBuilder().max(max).build(), "x", 1),
                Arguments.of(FixedLength.of(MIB), "x", 1),
                Arguments.of(
                        ByLength.of(max, 4, (in, index, there) -> there < 4 ? FrameLength.NEED_MORE : MIB), "x", 1),
                Arguments.of(Delimited.lf().withMax(max), "x", 1),
                Arguments.of(Delimited.lines().withMax(max), "x\r", 2),
                Arguments.of(Delimited.crlf().withMax(max), "x", 2),
                Arguments.of(Delimited.by("\r\n\r\n").withMax(max), "\r\n\rx", 4),
                Arguments.of(
                        Delimited.builder()
                                .delimiter("\n")
                                .escape("\\")
                                .unescape(true)
                                .max(max)
                                .build(),
                        "a\\\n",
                        1),
                Arguments.of(Delimited.marks("\u000b", "\u001c\r").withMax(max), "x\u001c", 2),
                Arguments.of(Stuffed.slip().withMax(max), "x", 1),
                Arguments.of(Stuffed.slip().withMax(max), "\u00c0\u00dbxxxxxx", 1),
                Arguments.of(Stuffed.hdlc().withMax(max), "~}xxxxxx", 1),
                Arguments.of(Stuffed.cobs().withMax(max), "xxx\0", 1),
                Arguments.of(Stuffed.dots().withMax(max), "." + "a line of mail ".repeat(4) + "\r\n", 3),
                Arguments.of(HeaderFramed.builder().max(max).build(), "x", 1));
    }

    @ParameterizedTest(name = "{0}, payload of {1}")
    @MethodSource("families")
    void oneFrameIsExaminedAndCopiedAtMostTwice(FrameCodec codec, String repeated, int longestMark) {
        check(codec, wire(codec, repeated, MIB, 1), longestMark, 1);
    }

    @ParameterizedTest(name = "{0}, payload of {1}")
    @MethodSource("families")
    void manyFramesAreToo(FrameCodec codec, String repeated, int longestMark) {
        if (codec.maxFrameLength() == MIB || codec instanceof ByLength) return; // frames of 1 MiB only
        check(codec, wire(codec, repeated, 1000, MIB / 1064), longestMark, MIB / 1064);
    }

    private static void check(FrameCodec codec, byte[] stream, int longestMark, int frames) {
        long n = stream.length;
        int[] got = new int[1];
        try (Framer framer = Framer.of(codec, frame -> got[0]++)) {
            Examined.reset();
            for (byte b : stream) framer.offer(Unpooled.buffer(1, 1).writeByte(b));
            framer.end();
            assertThat(got[0]).isEqualTo(frames);
            assertThat(Examined.bytes()).as("examined").isBetween(looks(codec) ? 1L : 0, 2 * n + n * (longestMark - 1));
            assertThat(framer.copiedBytes()).as("copied").isLessThanOrEqualTo(2 * n + 3 * linesHeld(codec, stream));
        }
    }

    /** Dots: the line end and the dot behind it are held until the next byte says what they are, in lines put together from pieces. */
    private static long linesHeld(FrameCodec codec, byte[] stream) {
        if (!codec.equals(Stuffed.dots().withMax(codec.maxFrameLength()))) return 0;
        return new String(stream, StandardCharsets.ISO_8859_1).lines().count();
    }

    /** Does the codec itself look at bytes? */
    private static boolean looks(FrameCodec codec) {
        return !(codec instanceof FixedLength || codec instanceof ByLength);
    }

    /** {@code frames} frames of as nearly {@code size} bytes each on the wire as repeating allows, never more. */
    private static byte[] wire(FrameCodec codec, String repeated, int size, int frames) {
        if (codec.maxFrameLength() == MIB || codec instanceof ByLength) return encode(codec, "x".repeat(MIB), 1);
        int fits = 1;
        int tooMany = size;
        while (tooMany - fits > 1) {
            int middle = (fits + tooMany) >>> 1;
            if (middle * (long) repeated.length() <= size && encode(codec, repeated.repeat(middle), 1).length <= size)
                fits = middle;
            else tooMany = middle;
        }
        return encode(codec, repeated.repeat(fits), frames);
    }

    private static byte[] encode(FrameCodec codec, String payload, int frames) {
        try (OutboundQueue queue = OutboundQueue.of(codec)) {
            for (int i = 0; i < frames; i++) {
                queue.frame(Unpooled.wrappedBuffer(payload.getBytes(StandardCharsets.ISO_8859_1)));
            }
            ByteBuf all = Unpooled.buffer();
            for (ByteBuf b = queue.poll(); b != null; b = queue.poll()) {
                all.writeBytes(b);
                b.release();
            }
            return ByteBufUtil.getBytes(all);
        }
    }
}
