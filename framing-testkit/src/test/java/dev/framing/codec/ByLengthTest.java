package dev.framing.codec;

import static dev.framing.codec.FrameLength.NEED_MORE;
import static dev.framing.testkit.Wire.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.framing.FrameCodec;
import dev.framing.Oversize;
import dev.framing.testkit.Cuts;
import dev.framing.testkit.Feed;
import dev.framing.testkit.Replay;
import dev.framing.testkit.StreamLaws;
import dev.framing.testkit.Wire;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ByLengthTest extends CountedContract {
    /** Type 1: a byte of length; type 2: two of them; type 3: no payload at all; others make no sense, 9 says nothing ever. */
    private static final FrameLength BY_TYPE = (in, index, available) -> switch (in.getByte(index)) {
        case 1 -> available < 2 ? NEED_MORE : 2 + in.getUnsignedByte(index + 1);
        case 2 -> available < 3 ? NEED_MORE : in.getShort(index + 1);
        case 3 -> 1;
        case 9 -> NEED_MORE;
        default -> 0;
    };

    private static final ByLength CODEC = ByLength.of(20, 4, BY_TYPE);

    @Override
    protected FrameCodec codec() {
        return CODEC;
    }

    @Override
    protected FrameCodec limited(int maxFrameLength) {
        return ByLength.of(maxFrameLength, 4, BY_TYPE);
    }

    /** Of type 1: it says its own length. */
    @Override
    protected byte[] payload(Random random, int length) {
        byte[] payload = new byte[Math.min(length, 18) + 2];
        random.nextBytes(payload);
        payload[0] = 1;
        payload[1] = (byte) (payload.length - 2);
        return payload;
    }

    @ParameterizedTest
    @CsvSource({
        "0102aabb 020004cc 03 03 0100, 'F 0 4 0 0 0102aabb, F 4 4 0 0 020004cc, F 8 1 0 0 03, F 9 1 0 0 03, F 10 2 0 0 0100, END', 0",
        "03 00, 'F 0 1 0 0 03, M 1', 2",
        "03 020000 0303, 'F 0 1 0 0 03, M 3', 4",
        "02ffff 03, M 3, 4", // -1 is NEED_MORE
        "02fffe 03, M 2, 3",
        "09 01020304, M 3, 4",
        "0113 010203, L 0 21 20, 2",
        "02 7fff 03, L 0 32767 20, 3",
        "01, T 0 1 -1, 0",
        "0104aa, T 0 3 6, 0",
        "03 0200, 'F 0 1 0 0 03, T 1 2 -1', 0"
    })
    void framesAndVerdictsDoNotDependOnTheSplit(String digits, String expected, int decidedBy) {
        byte[] stream = hex(digits);
        List<String> whole = Told.of(CODEC, Oversize.fail(), stream);
        assertThat(String.join(", ", whole)).isEqualTo(expected);
        for (Oversize oversize : List.of(Oversize.fail(), Oversize.skip(), Oversize.parts(0, 25), Oversize.parts(0, 2)))
            StreamLaws.of(CODEC).framesDoNotDependOnTheSplit(stream, CODEC.maxFrameLength(), oversize);
        if (decidedBy == 0) return;
        String error = whole.get(whole.size() - 1);
        assertThat(Told.open(CODEC, Oversize.fail(), java.util.Arrays.copyOf(stream, decidedBy)))
                .contains(error);
        assertThat(Told.open(CODEC, Oversize.fail(), java.util.Arrays.copyOf(stream, decidedBy - 1)))
                .doesNotContain(error);
    }

    @Test
    void isNotAskedAgainOnceItHasAnswered() {
        int[] asked = {0};
        ByLength counting = ByLength.of(1000, 4, (in, index, available) -> {
            asked[0]++;
            assertThat(available).isBetween(1, 4);
            return BY_TYPE.of(in, index, available);
        });
        byte[] stream = hex("02 0200" + "00".repeat(509));
        Replay.of(counting).feed(Feed.ROOM).cuts(Cuts.oneByte()).run(stream);
        assertThat(asked[0]).isEqualTo(3);
    }

    @Test
    void encoderWritesWhatSaysItsOwnLength() {
        assertThat(Wire.of(CODEC, hex("0102aabb"))).isEqualTo(hex("0102aabb"));
        assertThat(Wire.of(CODEC, hex("03"))).isEqualTo(hex("03"));
        for (String no : List.of("", "0102aa", "0102aabbcc", "01", "00", "09", "0113" + "00".repeat(19)))
            assertThatIllegalArgumentException().isThrownBy(() -> Wire.of(CODEC, hex(no)));
        assertThatIllegalArgumentException().isThrownBy(() -> Wire.of(CODEC, new byte[1], hex("03")));
    }

    @Test
    void isAValue() {
        assertThat(CODEC)
                .hasToString("custom")
                .isEqualTo(ByLength.of(20, 4, BY_TYPE))
                .isNotEqualTo(ByLength.of(21, 4, BY_TYPE));
        assertThatIllegalArgumentException().isThrownBy(() -> ByLength.of(0, 4, BY_TYPE));
        assertThatIllegalArgumentException().isThrownBy(() -> ByLength.of(20, 0, BY_TYPE));
    }
}
