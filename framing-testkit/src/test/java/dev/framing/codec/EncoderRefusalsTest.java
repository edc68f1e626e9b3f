package dev.framing.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.framing.FrameCodec;
import dev.framing.OutboundQueue;
import dev.framing.testkit.Wire;
import dev.framing.text.Codecs;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** All encoders refuse the same mistake in the same way. */
class EncoderRefusalsTest {

    static List<FrameCodec> lengthFirst() {
        return List.of(LengthPrefixed.uint16(), LengthPrefixed.varint(), HeaderFramed.contentLength());
    }

    @ParameterizedTest
    @MethodSource("lengthFirst")
    void piecesAreHeldToTheLengthBegun(FrameCodec codec) {
        try (OutboundQueue queue = OutboundQueue.of(codec)) {
            assertThatThrownBy(() -> queue.begin(Unpooled.EMPTY_BUFFER, -1))
                    .isExactlyInstanceOf(UnsupportedOperationException.class);
            assertThatIllegalArgumentException().isThrownBy(() -> queue.begin(Unpooled.EMPTY_BUFFER, -2));
            assertThatIllegalArgumentException().isThrownBy(() -> queue.begin(Unpooled.EMPTY_BUFFER, Long.MAX_VALUE));
            queue.begin(Unpooled.EMPTY_BUFFER, 3);
            assertThatIllegalStateException().isThrownBy(() -> queue.piece(bytes("abcd")));
            queue.piece(bytes("ab"));
            assertThatIllegalStateException().isThrownBy(() -> queue.piece(bytes("cd")));
            assertThatIllegalStateException().isThrownBy(queue::end);
            queue.piece(bytes("c"));
            queue.end();
            assertThat(Wire.written(queue)).isEqualTo(Wire.of(codec, Wire.bytes("abc")));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "delimited(\"\\n\", escape=\"\\\\\")",
                "delimited(\"\\r\\n\", escape=\"\\\\\")",
                "delimited(\"\\r\\n\", \"\\n\", escape=\"\\\\\")",
                "delimited(\"\\n\", escape=\"\\\\\", keep)"
            })
    void payloadThatEndsWithAnEscapeIsRefusedAsThat(String text) {
        FrameCodec codec = Codecs.parse(text).get();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Wire.of(codec, Wire.bytes("ab\\")))
                .withMessage("payload ends with an escape");
    }

    @Test
    void payloadThatBeginsALongerDelimiterIsRefusedAsThat() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Wire.of(Delimited.by("b", "abc"), Wire.bytes("a")))
                .withMessage("payload ends with what begins a longer delimiter");
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.wrappedBuffer(Wire.bytes(text));
    }
}
