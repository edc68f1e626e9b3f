package dev.framing.codec;

import static dev.framing.testkit.Wire.hex;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.Oversize;
import dev.framing.codec.LengthPrefixed.Builder;
import dev.framing.codec.LengthPrefixed.Counts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rows of docs/netty.md that the examples of {@code NettyTranslationTest} do not reach. */
class NettyTableTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void lengthFieldLengthIsWidth(int width) {
        String zeros = "00".repeat(width - 1);
        String frame = "F 0 " + (width + 3) + " " + width + " 0 aabbcc";
        assertThat(events(LengthPrefixed.builder().width(width), zeros + "03 aabbcc"))
                .startsWith(frame);
        assertThat(events(LengthPrefixed.builder().width(width).order(LITTLE_ENDIAN), "03" + zeros + "aabbcc"))
                .startsWith(frame);
    }

    /** Offset 1, width 2, a head of 4, a trailer of 1: each line's number says the same frame. */
    @ParameterizedTest
    @CsvSource({"REST, 0, 0005", "PAYLOAD, 2, 0003", "FIELD, -2, 0007", "FRAME, -3, 0008"})
    void lengthAdjustmentIsWhatTheNumberCounts(Counts counts, int adjustment, String number) {
        Builder head = LengthPrefixed.builder().offset(1).width(2).trailer(1);
        String wire = "ca" + number + "fe aabbcc ee";
        assertThat(events(head.head(4).counts(counts), wire)).isEqualTo("F 0 8 4 1 aabbcc, END");
        Builder raw = LengthPrefixed.builder().offset(1).width(2).adjust(adjustment);
        assertThat(events(raw, wire)).isEqualTo("F 0 8 3 0 feaabbccee, END");
    }

    @Test
    void anyOtherLengthAdjustmentIsTheSameNumber() {
        assertThat(events(LengthPrefixed.builder().width(1).adjust(-3), "06 aabbcc"))
                .isEqualTo("F 0 4 1 0 aabbcc, END");
    }

    @Test
    void maxFrameLengthIsMaxOfTheWholeFrame() {
        Builder five = LengthPrefixed.builder().width(2).max(5);
        assertThat(events(five, "0003 aabbcc")).isEqualTo("F 0 5 2 0 aabbcc, END");
        assertThat(events(five, "0004")).isEqualTo("L 0 6 5");
    }

    @Test
    void whatIsDifferentOnPurpose() {
        Builder eight = LengthPrefixed.builder().width(8);
        assertThat(events(eight, "ffffffffffffffff")).startsWith("L 0 ");
        Builder frame = LengthPrefixed.builder().width(2).counts(Counts.FRAME);
        assertThat(events(frame, "0001 0003 aa")).isEqualTo("M 1");
    }

    private static String events(Builder codec, String stream) {
        return String.join(", ", Told.of(codec.build(), Oversize.fail(), hex(stream)));
    }
}
