package dev.framing.codec;

import static dev.framing.codec.Run.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.framing.Oversize;
import java.util.List;
import org.junit.jupiter.api.Test;

class FixedLengthTest {
    private static final FixedLength THREE = FixedLength.of(3);

    @Test
    void framesDoNotDependOnTheSplit() {
        byte[] stream = hex("010203 040506 070809 0a0b");
        List<String> frames = List.of("F 0 3 0 0 010203", "F 3 3 0 0 040506", "F 6 3 0 0 070809", "T 9 2 3");
        for (Oversize oversize :
                List.of(Oversize.fail(), Oversize.skip(), Oversize.parts(0, 100), Oversize.parts(3, 3))) {
            for (Run.Feed feed : Run.Feed.values()) {
                assertThat(Run.of(THREE, oversize, feed, stream, Run.everyByte(stream.length)).events)
                        .isEqualTo(frames);
                for (int cut = 0; cut <= stream.length; cut++)
                    assertThat(Run.of(THREE, oversize, feed, stream, cut).events)
                            .isEqualTo(frames);
            }
        }
        assertThat(Run.of(THREE, Oversize.parts(0, 2), Run.Feed.OFFER, stream, 1).events)
                .containsExactly("L 0 3 2");
        assertThat(Run.of(THREE, Oversize.parts(0, 2), Run.Feed.OFFER, stream).events)
                .containsExactly("L 0 3 2");
    }

    @Test
    void encoderRefusesOtherLengths() {
        assertThat(Run.encode(THREE, new byte[0], hex("010203"))).isEqualTo(hex("010203"));
        for (byte[] payload : List.of(new byte[0], new byte[2], new byte[4]))
            assertThatIllegalArgumentException().isThrownBy(() -> Run.encode(THREE, new byte[0], payload));
        assertThatIllegalArgumentException().isThrownBy(() -> Run.encode(THREE, new byte[1], new byte[3]));
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
