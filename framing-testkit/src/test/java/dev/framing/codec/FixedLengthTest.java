package dev.framing.codec;

import static dev.framing.testkit.Wire.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.framing.FrameCodec;
import dev.framing.Oversize;
import dev.framing.testkit.StreamLaws;
import dev.framing.testkit.Transcript;
import dev.framing.testkit.Wire;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FixedLengthTest extends CountedContract {
    private static final FixedLength THREE = FixedLength.of(3);

    @Override
    protected FrameCodec codec() {
        return THREE;
    }

    @Override
    protected FrameCodec limited(int maxFrameLength) {
        throw new IllegalArgumentException("its length is its limit");
    }

    @Override
    protected byte[] payload(Random random, int length) {
        byte[] payload = new byte[3];
        random.nextBytes(payload);
        return payload;
    }

    @Test
    void framesAreThreeBytesEach() {
        byte[] stream = hex("010203 040506 070809 0a0b");
        List<String> frames = List.of("F 0 3 0 0 010203", "F 3 3 0 0 040506", "F 6 3 0 0 070809", "T 9 2 3");
        for (Oversize oversize :
                List.of(Oversize.fail(), Oversize.skip(), Oversize.parts(0, 100), Oversize.parts(3, 3))) {
            Transcript told = StreamLaws.of(THREE).framesDoNotDependOnTheSplit(stream, 3, oversize);
            assertThat(Told.events(told)).isEqualTo(frames);
        }
        Transcript tooLong = StreamLaws.of(THREE).framesDoNotDependOnTheSplit(stream, 3, Oversize.parts(0, 2));
        assertThat(Told.events(tooLong)).containsExactly("L 0 3 2");
    }

    @Test
    void encoderRefusesOtherLengths() {
        assertThat(Wire.of(THREE, hex("010203"))).isEqualTo(hex("010203"));
        for (byte[] payload : List.of(new byte[0], new byte[2], new byte[4]))
            assertThatIllegalArgumentException().isThrownBy(() -> Wire.of(THREE, payload));
        assertThatIllegalArgumentException().isThrownBy(() -> Wire.of(THREE, new byte[1], new byte[3]));
        assertThatIllegalArgumentException().isThrownBy(() -> FixedLength.of(0));
    }

    @Test
    void isAValue() {
        assertThat(FixedLength.of(188))
                .hasToString("fixed(188)")
                .isEqualTo(FixedLength.of(188))
                .isNotEqualTo(THREE);
        assertThat(FixedLength.of(188).maxFrameLength()).isEqualTo(188);
    }
}
