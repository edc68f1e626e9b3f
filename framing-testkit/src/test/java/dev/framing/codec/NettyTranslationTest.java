package dev.framing.codec;

import static dev.framing.testkit.Wire.hex;
import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.Oversize;
import dev.framing.codec.LengthPrefixed.Counts;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The examples in the documentation of Netty's {@code LengthFieldBasedFrameDecoder}, in Netty's words and in ours: the bytes after
 * decoding are the frame without its first {@code initialBytesToStrip}. The table is docs/netty.md.
 */
class NettyTranslationTest {
    private static final String HELLO = "48454c4c4f2c20574f524c44";

    /** @param after the bytes that Netty passes on */
    private record Example(
            String name,
            int offset,
            int width,
            int adjustment,
            int strip,
            LengthPrefixed said,
            String before,
            String after) {}

    private static final List<Example> EXAMPLES = List.of(
            new Example(
                    "2 bytes length field at offset 0, do not strip header",
                    0,
                    2,
                    0,
                    0,
                    LengthPrefixed.builder().width(2).build(),
                    "000c" + HELLO,
                    "000c" + HELLO),
            new Example(
                    "2 bytes length field at offset 0, strip header",
                    0,
                    2,
                    0,
                    2,
                    LengthPrefixed.builder().width(2).build(),
                    "000c" + HELLO,
                    HELLO),
            new Example(
                    "the length field represents the length of the whole message",
                    0,
                    2,
                    -2,
                    0,
                    LengthPrefixed.builder().width(2).counts(Counts.FRAME).build(),
                    "000e" + HELLO,
                    "000e" + HELLO),
            new Example(
                    "3 bytes length field at the end of 5 bytes header",
                    2,
                    3,
                    0,
                    0,
                    LengthPrefixed.builder().offset(2).width(3).build(),
                    "cafe00000c" + HELLO,
                    "cafe00000c" + HELLO),
            new Example(
                    "3 bytes length field at the beginning of 5 bytes header",
                    0,
                    3,
                    2,
                    0,
                    LengthPrefixed.builder().width(3).head(5).build(),
                    "00000ccafe" + HELLO,
                    "00000ccafe" + HELLO),
            new Example(
                    "2 bytes length field at offset 1 in the middle of 4 bytes header, strip the first header field and the length",
                    1,
                    2,
                    1,
                    3,
                    LengthPrefixed.builder().offset(1).width(2).head(4).build(),
                    "ca000cfe" + HELLO,
                    "fe" + HELLO),
            new Example(
                    "the same, the length field represents the length of the whole message",
                    1,
                    2,
                    -3,
                    3,
                    LengthPrefixed.builder()
                            .offset(1)
                            .width(2)
                            .head(4)
                            .counts(Counts.FRAME)
                            .build(),
                    "ca0010fe" + HELLO,
                    "fe" + HELLO));

    @TestFactory
    List<DynamicTest> everyExampleCanBeSaidBothWays() {
        return EXAMPLES.stream()
                .map(e -> DynamicTest.dynamicTest(e.name, () -> {
                    LengthPrefixed raw = LengthPrefixed.builder()
                            .offset(e.offset)
                            .width(e.width)
                            .adjust(e.adjustment)
                            .build();
                    assertThat(passedOn(raw, e)).isEqualTo(e.after);
                    assertThat(passedOn(e.said, e)).isEqualTo(e.after);
                }))
                .toList();
    }

    private static String passedOn(LengthPrefixed codec, Example e) {
        List<String> events = Told.of(codec, Oversize.fail(), hex(e.before));
        assertThat(events).hasSize(2);
        String[] frame = events.get(0).split(" ", -1);
        int head = Integer.parseInt(frame[3]);
        String whole = e.before.substring(0, 2 * head) + frame[5];
        return whole.substring(2 * e.strip);
    }

    /** failFast is always so: a frame over the limit is told when its length is. */
    @Test
    void tooLongFrameIsToldBeforeItsPayload() {
        LengthPrefixed codec = LengthPrefixed.builder().width(2).max(10).build();
        assertThat(Told.open(codec, Oversize.fail(), hex("000c"))).containsExactly("L 0 14 10");
        List<String> discarded = Told.of(codec, Oversize.skip(), hex("000c" + HELLO + "0001aa"));
        assertThat(discarded).containsExactly("S 0 14", "F 14 3 2 0 aa", "END");
    }
}
