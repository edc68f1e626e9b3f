package dev.framing.codec;

import static dev.framing.testkit.Wire.bytes;
import static dev.framing.testkit.Wire.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.framing.FrameCodec;
import dev.framing.Framer;
import dev.framing.OutboundQueue;
import dev.framing.Oversize;
import dev.framing.codec.LengthPrefixed.Counts;
import dev.framing.scan.Examined;
import dev.framing.testkit.Cuts;
import dev.framing.testkit.Feed;
import dev.framing.testkit.Replay;
import dev.framing.testkit.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is special about numbers in front of frames; the laws are in {@link LengthPrefixedLawsTest}. */
class LengthPrefixedTest {
    private static final LengthPrefixed NETSTRING =
            LengthPrefixed.builder().decimal(':').trailer(bytes(",")).max(1000).build();
    private static final LengthPrefixed MQTT =
            LengthPrefixed.builder().varint().width(4).offset(1).max(1000).build();
    private static final LengthPrefixed AMQP =
            LengthPrefixed.builder().offset(3).trailer(hex("ce")).max(4096).build();
    private static final LengthPrefixed ONC_RPC =
            LengthPrefixed.builder().mask(0x7fffffffL).build();

    private static String decoded(FrameCodec codec, byte[] stream) {
        return String.join(", ", Told.of(codec, Oversize.fail(), stream));
    }

    /** What is told of a stream that has not ended. */
    private static String told(FrameCodec codec, byte[] stream) {
        return String.join(", ", Told.open(codec, Oversize.fail(), stream));
    }

    private static String message(FrameCodec codec, byte[] stream) {
        return Told.message(codec, stream);
    }

    private static String encoded(FrameCodec codec, String head, String payload) {
        return HexFormat.of().formatHex(Wire.of(codec, hex(head), hex(payload)));
    }

    // ------------------------------------------------------------------------------------------------ what is counted

    /** The same frame, head 01 | number | 02 03, payload aa bb, trailer 00, with the number that each way of counting asks for. */
    @ParameterizedTest
    @CsvSource({"PAYLOAD, 02", "REST, 05", "FIELD, 07", "FRAME, 08"})
    void trailerCountsForAllButPayload(Counts counts, String number) {
        LengthPrefixed codec = LengthPrefixed.builder()
                .width(2)
                .offset(1)
                .head(5)
                .trailer(1)
                .counts(counts)
                .build();
        String frame = "01 00" + number + "0203 aabb 00";
        assertThat(decoded(codec, hex(frame + frame))).isEqualTo("F 0 8 5 1 aabb, F 8 8 5 1 aabb, END");
        assertThat(encoded(codec, "010203", "aabb")).isEqualTo(frame.replace(" ", ""));
    }

    @Test
    void adjustSaysTheWholeFrameTrailerIncluded() {
        LengthPrefixed codec = LengthPrefixed.builder()
                .width(1)
                .head(2)
                .trailer(1)
                .adjust(-3)
                .max(200)
                .build();
        assertThat(decoded(codec, hex("07 00 aabb 00"))).isEqualTo("F 0 5 2 1 aabb, END"); // 0 + 1 + 7 - 3
        assertThat(encoded(codec, "", "aabb")).isEqualTo("0700aabb00");
    }

    @Test
    void bitsBesideTheMaskStayTheApplications() {
        byte[] stream = hex("80000002 aabb 00000001 cc");
        assertThat(decoded(ONC_RPC, stream)).isEqualTo("F 0 6 4 0 aabb, F 6 5 4 0 cc, END");
        assertThat(encoded(ONC_RPC, "80000000", "aabb")).isEqualTo("80000002aabb");
        assertThat(encoded(ONC_RPC, "ffffffff", "aabb")).isEqualTo("80000002aabb");
        assertThat(encoded(ONC_RPC, "", "aabb")).isEqualTo("00000002aabb");
    }

    // ------------------------------------------------------------------------------------------------ verdicts

    @ParameterizedTest
    @CsvSource({
        "'5:hello,', 'F 0 8 2 1 68656c6c6f, END'",
        "'0:,', 'F 0 3 2 1 , END'",
        "'00:,', M 1",
        "'01:a,', M 1",
        "':,', M 0",
        "'-1:a,', M 0",
        "'+1:a,', M 0",
        "' 1:a,', M 0",
        "'1a:', M 1",
        "'1;a,', M 1",
        "'1:a;', M 3",
        "'1:ab', M 3",
        "'GET / HTTP/1.1', M 0",
        "'12', T 0 2 -1",
        "'12:', T 0 3 16",
        "'1:a', T 0 3 4"
    })
    void netstringsAreSpelledOneWay(String stream, String events) {
        assertThat(decoded(NETSTRING, bytes(stream))).isEqualTo(events);
    }

    @Test
    void decimalIsTooLongAtTheDigitThatLeavesNoWayBack() {
        assertThat(decoded(NETSTRING, bytes("995:" + "x".repeat(995) + ","))).startsWith("F 0 1000 4 1 ");
        assertThat(told(NETSTRING, bytes("99"))).isEmpty();
        assertThat(told(NETSTRING, bytes("996"))).isEqualTo("L 0 -1 1000");
        assertThat(told(NETSTRING, bytes("9999999999999999999999999"))).isEqualTo("L 0 -1 1000");
        assertThat(told(NETSTRING, bytes("996x"))).isEqualTo("L 0 -1 1000");
    }

    @Test
    void decimalOverTheLimitIsSkippedAndOneOver18DigitsIsMalformed() {
        List<String> skipped = Told.of(NETSTRING, Oversize.skip(), bytes("996:" + "x".repeat(996) + ",1:a,"));
        assertThat(skipped).containsExactly("S 0 1001", "F 1001 4 2 1 61", "END");
        List<String> endless = Told.open(NETSTRING, Oversize.skip(), bytes("1234567890123456789"));
        assertThat(endless).containsExactly("M 18");
    }

    @ParameterizedTest
    @CsvSource({
        "30 00, 'F 0 2 2 0 , END'",
        "30 02 aabb, 'F 0 4 2 0 aabb, END'",
        "30 80 00, M 2", // overlong zero
        "30 82 00 aabb, M 2",
        "30 ff ff ff ff, L 0 -1 1000", // at the second byte: at least 16384 more
        "30 e3 07, T 0 3 998", // 995, the most that fits
        "30 e6 07, L 0 1001 1000", // 998
        "30 80, T 0 2 -1",
        "30, T 0 1 -1"
    })
    void varintsAreCanonicalAndCapped(String stream, String events) {
        assertThat(decoded(MQTT, hex(stream))).isEqualTo(events);
    }

    @Test
    void varintThatGoesOnAfterItsLastByteIsMalformedThere() {
        LengthPrefixed wide = MQTT.toBuilder()
                .max(Integer.MAX_VALUE)
                .width(4)
                .max(268_435_460)
                .build();
        assertThat(told(wide, hex("30 ff ff ff"))).isEmpty();
        assertThat(told(wide, hex("30 ff ff ff 80"))).isEqualTo("M 4");
        assertThat(told(wide, hex("30 ff ff ff 7f"))).isEmpty();
        assertThat(decoded(wide, hex("30 ff ff ff 7f"))).isEqualTo("T 0 5 268435460");
    }

    @Test
    void quicIntegersNeedNotBeShortest() {
        LengthPrefixed quic = LengthPrefixed.builder().quic().build();
        byte[] stream = hex("01aa 4001bb 80000001cc c000000000000001dd");
        assertThat(decoded(quic, stream)).isEqualTo("F 0 2 1 0 aa, F 2 3 2 0 bb, F 5 5 4 0 cc, F 10 9 8 0 dd, END");
        assertThat(encoded(quic, "", "aa")).isEqualTo("01aa");
        assertThat(encoded(quic, "", "00".repeat(64))).startsWith("404000");
    }

    @Test
    void berIsDefiniteAndAtMostFourBytes() {
        LengthPrefixed ldap = LengthPrefixed.builder().ber().offset(1).build();
        assertThat(decoded(ldap, hex("30 01aa 30 8101bb 30 8400000001cc")))
                .isEqualTo("F 0 3 2 0 aa, F 3 4 3 0 bb, F 7 7 6 0 cc, END");
        assertThat(told(ldap, hex("30 80"))).isEqualTo("M 1");
        assertThat(told(ldap, hex("30 85"))).isEqualTo("M 1");
        assertThat(encoded(ldap, "30", "00".repeat(200))).startsWith("3081c800");
    }

    @Test
    void givenTrailerIsCheckedAtItsFirstWrongByte() {
        String frame = "01 0001 00000002 aabb";
        assertThat(decoded(AMQP, hex(frame + "ce"))).isEqualTo("F 0 10 7 1 aabb, END");
        assertThat(decoded(AMQP, hex(frame + "cf"))).isEqualTo("M 9");
        assertThat(message(AMQP, hex(frame + "cf"))).contains("the trailer \"\\xce\" expected, found 0xcf");
        assertThat(encoded(AMQP, "010001", "aabb")).isEqualTo("01000100000002aabbce");
        LengthPrefixed two =
                LengthPrefixed.builder().width(1).trailer(bytes("\r\n")).build();
        assertThat(told(two, hex("01 aa 0d"))).isEmpty();
        assertThat(told(two, hex("01 aa 0a"))).isEqualTo("M 2");
        assertThat(told(two, hex("01 aa 0d 0d"))).isEqualTo("M 3");
    }

    @Test
    void numberBelowTheHeadIsMalformedAtItsLastByteAndTheReasonSaysTheNumbers() {
        LengthPrefixed smpp =
                LengthPrefixed.builder().head(16).counts(Counts.FRAME).build();
        assertThat(told(smpp, hex("000000"))).isEmpty();
        assertThat(told(smpp, hex("0000000f"))).isEqualTo("M 3");
        assertThat(message(smpp, hex("0000000f"))).contains("length 15 makes a frame of 15 bytes, its head has 16");
        assertThat(decoded(smpp, hex("00000010" + "00".repeat(12)))).isEqualTo("F 0 16 16 0 , END");
    }

    @Test
    void tooLongIsToldAtTheNumbersLastByteAlthoughTheHeadGoesOn() {
        LengthPrefixed memcached =
                LengthPrefixed.builder().offset(8).head(24).max(1000).build();
        byte[] head = hex("80 01 0000 00 00 0000 00000fff 00000000 0000000000000000");
        assertThat(told(memcached, Arrays.copyOf(head, 11))).isEmpty();
        assertThat(told(memcached, Arrays.copyOf(head, 12))).isEqualTo("L 0 4119 1000");
        assertThat(message(memcached, head)).isEqualTo(message(memcached, Arrays.copyOf(head, 12)));
        assertThat(decoded(memcached, Arrays.copyOf(hex("80 01 0000 00 00 0000 00000010 00"), 13)))
                .isEqualTo("T 0 13 40");
    }

    @Test
    void numbersAreUnsignedAndDoNotOverflow() {
        byte[] all = hex("ff".repeat(8));
        for (Counts counts : Counts.values()) {
            assertThat(told(LengthPrefixed.builder().width(8).counts(counts).build(), all))
                    .isEqualTo("L 0 9223372036854775807 1048576");
            assertThat(told(LengthPrefixed.builder().width(4).counts(counts).build(), hex("80000000")))
                    .startsWith("L 0 21474836");
        }
        assertThat(told(LengthPrefixed.builder().width(8).build(), hex("7ffffffffffffffe")))
                .isEqualTo("L 0 9223372036854775807 1048576");
        LengthPrefixed less = LengthPrefixed.builder().width(8).adjust(-100).build();
        assertThat(told(less, hex("8000000000000000"))).isEqualTo("L 0 9223372036854775807 1048576");
        assertThat(told(less, hex("0000000000000000"))).isEqualTo("M 7");
    }

    @Test
    void tooLongHintsAtTheOtherByteOrder() {
        assertThat(message(LengthPrefixed.uint32(), hex("0c000000")))
                .isEqualTo(
                        "frame at byte 0 is too long: 201326596 bytes, limit 1048576 (these 4 bytes are 0c 00 00 00; "
                                + "would be 12 in little-endian order)");
        LengthPrefixed little =
                LengthPrefixed.builder().order(ByteOrder.LITTLE_ENDIAN).build();
        assertThat(message(little, hex("0000000c"))).contains("would be 12 in big-endian order");
        assertThat(message(LengthPrefixed.uint32(), hex("0c0c0c0c"))).doesNotContain("order");
        assertThat(message(LengthPrefixed.uint32(), bytes("GET / HTTP/1.1\r\n")))
                .contains("is an HTTP client talking to this port?");
    }

    /** One byte at a time, each byte of a number and a trailer is looked at a bounded number of times, a payload byte never. */
    @Test
    void oneByteReadsExamineNoByteTwice() {
        assertThat(Examined.ON).isTrue();
        for (LengthPrefixed codec : List.of(LengthPrefixed.uint32(), NETSTRING, MQTT, AMQP)) {
            byte[] frame = Wire.of(codec, new byte[900]);
            Examined.reset();
            Replay.of(codec).feed(Feed.ROOM).run(frame);
            long whole = Examined.bytes();
            Examined.reset();
            Replay.of(codec).feed(Feed.ROOM).cuts(Cuts.oneByte()).run(frame);
            assertThat(Examined.bytes()).as(codec.toString()).isBetween(1L, 2 * whole + 4);
        }
    }

    /** A fixed bug of the engine: what a seam had of a buffer was looked for before the copy of that buffer. */
    @Test
    void bufferThatWasPartlyBridgedAndThenCopiedIsReadFromItsCopy() {
        List<String> frames = new ArrayList<>();
        Framer[] engine = new Framer[1];
        try (Framer framer = Framer.of(NETSTRING, frame -> {
            frames.add(frame.text(java.nio.charset.StandardCharsets.ISO_8859_1));
            engine[0].pause();
        })) {
            engine[0] = framer;
            framer.offer(sparse("3:ab"));
            framer.offer(sparse("c,2:de,17:0123456789abcdefg,1:z,"));
            while (framer.isPaused()) framer.resume();
        }
        assertThat(frames).containsExactly("abc", "de", "0123456789abcdefg", "z");
    }

    private static ByteBuf sparse(String text) {
        return Unpooled.buffer(1000).writeBytes(bytes(text));
    }

    // ------------------------------------------------------------------------------------------------ encoding

    @Test
    void headIsEmptyOrWithoutTheNumberOrWhole() {
        LengthPrefixed mysql = LengthPrefixed.builder()
                .width(3)
                .order(ByteOrder.LITTLE_ENDIAN)
                .head(4)
                .build();
        assertThat(encoded(mysql, "", "aabb")).isEqualTo("02000000aabb");
        assertThat(encoded(mysql, "07", "aabb")).isEqualTo("02000007aabb");
        assertThat(encoded(mysql, "ffffff07", "aabb")).isEqualTo("02000007aabb");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> encoded(mysql, "0708", "aabb"))
                .withMessage("a head of 2 bytes: give none, the 1 without the length, or all");
        assertThat(encoded(MQTT, "30", "aabb")).isEqualTo("3002aabb");
        assertThat(encoded(MQTT, "308001", "aabb")).isEqualTo("3002aabb");
    }

    @Test
    void whatWouldNotReadBackIsRefusedAndNothingIsWritten() {
        LengthPrefixed small = LengthPrefixed.builder().width(1).max(100).build();
        try (OutboundQueue queue = OutboundQueue.of(small)) {
            for (int length : new int[] {100, 255, 256, 70000}) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> queue.frame(Unpooled.wrappedBuffer(new byte[length])));
            }
            assertThat(Wire.written(queue)).isEmpty();
            queue.frame(Unpooled.wrappedBuffer(new byte[99]));
            assertThat(Wire.written(queue)).hasSize(100);
        }
        LengthPrefixed even = LengthPrefixed.builder().width(1).adjust(10).build();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Wire.of(even, new byte[0], new byte[9]))
                .withMessageContaining("needs the length -1");
    }

    @Test
    void piecesMustSumUpToTheLengthSaid() {
        try (OutboundQueue queue = OutboundQueue.of(AMQP)) {
            queue.begin(Unpooled.wrappedBuffer(hex("010001")), 3);
            assertThatIllegalStateException().isThrownBy(() -> queue.piece(Unpooled.wrappedBuffer(new byte[4])));
            queue.piece(Unpooled.wrappedBuffer(hex("aa")));
            assertThatIllegalStateException()
                    .isThrownBy(queue::end)
                    .withMessage("the frame begun lacks 2 bytes of payload");
            queue.piece(Unpooled.wrappedBuffer(hex("bbcc")));
            queue.end();
            assertThat(Wire.written(queue)).isEqualTo(hex("01000100000003aabbccce"));
            assertThatThrownBy(() -> queue.begin(Unpooled.EMPTY_BUFFER, -1))
                    .isInstanceOf(UnsupportedOperationException.class);
            assertThatIllegalArgumentException().isThrownBy(() -> queue.begin(Unpooled.EMPTY_BUFFER, Long.MAX_VALUE));
            queue.frame(Unpooled.EMPTY_BUFFER);
            assertThat(Wire.written(queue)).isEqualTo(hex("00000000000000ce"));
        }
    }

    // ------------------------------------------------------------------------------------------------ the value

    @Test
    void defaultsAreWhatANarrowNumberCanSayOrOneMebibyte() {
        assertThat(LengthPrefixed.uint8().maxFrameLength()).isEqualTo(256);
        assertThat(LengthPrefixed.uint16().maxFrameLength()).isEqualTo(65_537);
        assertThat(LengthPrefixed.uint24().maxFrameLength()).isEqualTo(1 << 20);
        assertThat(LengthPrefixed.uint32().maxFrameLength()).isEqualTo(1 << 20);
        assertThat(LengthPrefixed.varint().maxFrameLength()).isEqualTo(1 << 20);
    }

    @Test
    void printsItsTextForm() {
        assertThat(LengthPrefixed.builder()
                        .width(2)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .offset(1)
                        .head(8)
                        .counts(Counts.REST)
                        .trailer(1)
                        .max(64 * 1024))
                .extracting(b -> b.build().toString())
                .isEqualTo("length(width=2, order=little, offset=1, head=8, counts=rest, trailer=1, max=64k)");
        assertThat(LengthPrefixed.varint()).hasToString("length(varint, max=1m)");
        assertThat(NETSTRING).hasToString("length(decimal, until=\":\", trailer=\",\", max=1000)");
        assertThat(MQTT).hasToString("length(varint, width=4, offset=1, max=1000)");
        assertThat(ONC_RPC).hasToString("length(width=4, mask=0x7fffffff, max=1m)");
        assertThat(LengthPrefixed.builder().adjust(-2).build()).hasToString("length(width=4, adjust=-2, max=1m)");
        assertThat(LengthPrefixed.builder().ber().offset(1).build()).hasToString("length(ber, offset=1, max=1m)");
        assertThat(LengthPrefixed.builder().quic().build()).hasToString("length(quic, max=1m)");
    }

    @Property(tries = 500)
    void builderOfAValueBuildsItAgain(@ForAll long seed) {
        LengthPrefixed codec = LengthPrefixedLawsTest.format(new Random(seed)).codec();
        LengthPrefixed again = codec.toBuilder().build();
        assertThat(again).isEqualTo(codec).hasSameHashCodeAs(codec).hasToString(codec.toString());
        assertThat(codec.toBuilder()
                        .offset(9)
                        .max(2000)
                        .trailer(7)
                        .validate()
                        .map(c -> c.equals(codec))
                        .getOrElse(false))
                .isFalse();
    }

    @Test
    void allMistakesAreToldAtOnce() {
        assertThat(LengthPrefixed.builder()
                        .width(9)
                        .offset(-1)
                        .head(2)
                        .trailer(-3)
                        .counts(Counts.REST)
                        .adjust(1)
                        .mask(5)
                        .validate()
                        .getError())
                .containsExactly(
                        "width 9: a binary number has 1 to 8 bytes",
                        "mask 0x5 is not one run of bits",
                        "offset -1 is negative",
                        "trailer -3 is negative",
                        "counts and adjust are both said, the number counts one thing",
                        "head 2 ends before the number does (7)");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        LengthPrefixed.builder().decimal('7').head(3).width(2).build())
                .withMessageContaining("until: ")
                .withMessageContaining("; head: ")
                .withMessageContaining("width: ");
    }

    @Test
    void limitsThatMakeNoSenseAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LengthPrefixed.builder().width(1).max(1000).build())
                .withMessage("the number is too narrow for max 1000: it announces at most 256 bytes");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LengthPrefixed.builder().head(8).max(7).build())
                .withMessage("max 7 is below the head: a frame without payload has 8 bytes");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LengthPrefixed.builder().max(0).build())
                .withMessageContaining("max 0 is below the head");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LengthPrefixed.builder()
                        .width(1)
                        .head(300)
                        .counts(Counts.FRAME)
                        .build())
                .withMessageContaining("no number announces a whole frame");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LengthPrefixed.builder()
                        .offset(Integer.MAX_VALUE)
                        .head(Integer.MAX_VALUE)
                        .build())
                .withMessageContaining("head");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LengthPrefixed.builder()
                        .varint()
                        .offset(Integer.MAX_VALUE - 2)
                        .max(Integer.MAX_VALUE)
                        .build())
                .withMessageContaining("the head may have more than");
        assertThat(LengthPrefixed.builder().max(4).build().maxFrameLength()).isEqualTo(4);
    }
}
