package dev.framing.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.framing.Oversize;
import dev.framing.codec.HeaderFramed.Body;
import dev.framing.testkit.Wire;
import dev.framing.text.Codecs;
import dev.framing.text.Mistake;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused when it is made, and with which reasons: all of them at once. */
class ConfigurationTest {

    /** It would be asked again about a head longer than the frame may be, which no limit ends. */
    @Test
    void functionIsNotShownMoreThanFrame() {
        FrameLength never = (in, index, available) -> FrameLength.NEED_MORE;
        ByLength.of(16, 16, never);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ByLength.of(16, 17, never))
                .withMessage("maxHead 17 is over maxFrameLength 16, which bounds the whole frame");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ByLength.of(-1, 0, never))
                .withMessage("maxFrameLength -1 is below 1; maxHead 0 is below 1; "
                        + "maxHead 0 is over maxFrameLength -1, which bounds the whole frame");
    }

    /** Found by an attack: its encoder escaped what its decoder then refused as a byte of the start mark. */
    @Test
    void anEscapeInTheStartMarkIsRefusedWhereMarksMayStandNowhereElse() {
        String text = "delimited(start=\"aa\", end=\"b\", escape=\"a\", unescape, strict)";
        assertThat(Codecs.parse(text).getError().map(Mistake::message))
                .containsExactly("escape \"a\" is part of the start mark \"aa\", which strict lets stand nowhere else");
        assertThat(Codecs.parse(text.replace(", strict", "")).isValid()).isTrue();
    }

    // ------------------------------------------------------------------------------------------------ length

    /** 64k is what people mean by all that a 16-bit number announces, also where it announces 65,535. */
    @ParameterizedTest
    @ValueSource(strings = {"payload", "rest", "field", "frame"})
    void everyFormWithALimitOfSixtyFourKiloIsTaken(String counts) {
        String text = "length(width=2, order=little, offset=1, head=8, counts=" + counts + ", trailer=1, max=64k)";
        assertThat(Codecs.parse(text).map(c -> c.maxFrameLength())).contains(65536);
        assertThat(Codecs.parse(text.replace("64k", "70000")).isInvalid()).isTrue();
    }

    // ------------------------------------------------------------------------------------------------ headers

    @ParameterizedTest
    @CsvSource({"CONTENT_LENGTH, 'Content-Length:0\r\n\r\n', 20", "CONTENT_LENGTH_OPTIONAL, 'a:\r\n\r\n', 6"})
    void shortestBlockIsTheLeastLimit(Body body, String block, int shortest) {
        byte[] stream = Wire.bytes(block);
        assertThat(stream).hasSize(shortest);
        HeaderFramed.Builder least =
                HeaderFramed.builder().body(body).max(shortest).fields(1);
        assertThat(Told.of(least.build(), Oversize.fail(), stream)).hasSize(2).endsWith("END");
        assertThat(least.max(shortest - 1).validate().getError())
                .containsExactly(
                        "max " + (shortest - 1) + " is below the shortest header block, " + shortest + " bytes");
        assertThat(least.max(100).head(shortest - 1).validate().getError())
                .containsExactly(
                        "head " + (shortest - 1) + " is below the shortest header block, " + shortest + " bytes");
    }

    @Test
    void everyReasonAgainstHeaderLimitsIsToldAtOnce() {
        assertThat(HeaderFramed.builder().max(0).head(5).fields(0).validate().getError())
                .containsExactly(
                        "max 0 is below the shortest header block, 20 bytes",
                        "head 5 is below the shortest header block, 20 bytes",
                        "head 5 is over max 0, which bounds the whole frame",
                        "fields 0: a header block has at least 1");
    }

    // ------------------------------------------------------------------------------------------------ HTTP

    @Test
    void everyReasonAgainstHttpLimitsIsToldAtOnce() {
        assertThat(HttpRequests.builder()
                        .max(15)
                        .head(16)
                        .line(13)
                        .fields(-1)
                        .body(-1)
                        .chunkLine(2)
                        .trailer(1)
                        .validate()
                        .getError())
                .containsExactly(
                        "max 15 is below the shortest head, 16 bytes",
                        "line 13 is below the shortest start line, 14 bytes",
                        "fields -1 is negative",
                        "body -1 is negative",
                        "chunk-line 2 is below the last chunk's, 3 bytes",
                        "trailer 1 is below the empty line, 2 bytes",
                        "head 16 is over max 15, which bounds the whole message");
        assertThat(HttpResponses.builder()
                        .to("GET ")
                        .max(20)
                        .head(16)
                        .line(21)
                        .chunkLine(21)
                        .trailer(21)
                        .validate()
                        .getError())
                .containsExactly(
                        "to \"GET \" is no method",
                        "head 16 is below the shortest head, 17 bytes",
                        "line 21 is over max 20, which bounds the whole message",
                        "chunk-line 21 is over max 20, which bounds the whole message",
                        "trailer 21 is over max 20, which bounds the whole message");
    }

    @Test
    void httpDefaultsFollowALowerLimit() {
        HttpRequests small = HttpRequests.builder().max(100).build();
        assertThat(small.maxFrameLength()).isEqualTo(100);
        assertThat(small).hasToString("http-request(max=100)");
        assertThat(small.toBuilder().max(HttpRequests.DEFAULT_MAX).build()).isEqualTo(HttpRequests.strict());
        assertThat(HttpRequests.builder().head(100).build()).hasToString("http-request(head=100)");
        assertThat(HttpResponses.builder().to("HEAD").build().toBuilder()
                        .to("PUT")
                        .build())
                .isEqualTo(HttpResponses.strict())
                .hasSameHashCodeAs(HttpResponses.strict());
        assertThat(HttpResponses.builder().to("head").build())
                .as("methods are case-sensitive")
                .isEqualTo(HttpResponses.strict());
    }

    @Test
    void aConnectionKnowsItselfWhatIsAnswered() {
        HttpResponses head = HttpResponses.builder().to("HEAD").build();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HttpConnection.client(HttpRequests.strict(), head))
                .withMessageContaining("leave out to=HEAD");
        assertThat(HttpConnection.client())
                .isEqualTo(HttpConnection.client(HttpRequests.strict(), HttpResponses.strict()));
        assertThat(HttpConnection.client()).isNotEqualTo(HttpConnection.server());
        assertThat(HttpConnection.client().maxFrameLength()).isEqualTo(HttpResponses.DEFAULT_MAX);
        assertThat(HttpConnection.server().maxFrameLength()).isEqualTo(HttpRequests.DEFAULT_MAX);
    }

    // ------------------------------------------------------------------------------------------------ length

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "length(width=9, max=0)     | width 9: a binary number has 1 to 8 bytes"
                        + "; max 0 is below the head: a frame without payload has at least 1 byte",
                "length(width=1, max=0, mask=0) | mask has no bit"
                        + "; max 0 is below the head: a frame without payload has 1 byte",
                "length(width=2, offset=3, trailer=1, mask=5, max=5) | mask 0x5 is not one run of bits"
                        + "; max 5 is below the head: a frame without payload has 6 bytes",
                "length(width=9, offset=3, trailer=1, max=4) | width 9: a binary number has 1 to 8 bytes"
                        + "; max 4 is below the head: a frame without payload has at least 5 bytes"
            })
    void everyReasonAgainstLengthIsToldAtOnce(String text, String reasons) {
        assertThat(Codecs.parse(text).getError().map(Mistake::message)).containsExactlyInAnyOrder(reasons.split("; "));
    }

    @Test
    void lengthReasonsThatNoTextCanSay() {
        assertThat(LengthPrefixed.builder()
                        .width(9)
                        .offset(-1)
                        .trailer(-1)
                        .max(-5)
                        .validate()
                        .getError())
                .containsExactly(
                        "width 9: a binary number has 1 to 8 bytes",
                        "offset -1 is negative",
                        "trailer -1 is negative",
                        "max -5 is negative");
        assertThat(LengthPrefixed.builder()
                        .width(2)
                        .offset(Integer.MAX_VALUE)
                        .mask(5)
                        .validate()
                        .getError())
                .containsExactly("mask 0x5 is not one run of bits", "the head may have more than 2147483647 bytes");
    }
}
