package dev.framing.codec;

import static dev.framing.testkit.Wire.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.framing.Oversize;
import dev.framing.codec.HeaderFramed.Body;
import dev.framing.codec.HeaderFramed.EmptyLines;
import dev.framing.codec.HeaderFramed.Lines;
import dev.framing.codec.HeaderFramed.Style;
import dev.framing.testkit.Act;
import dev.framing.testkit.Cuts;
import dev.framing.testkit.Replay;
import dev.framing.testkit.Wire;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is special about the formats that are configurations of {@link HeaderFramed}, and what was wrong with them. */
class HeaderKinTest {
    private static final HeaderFramed STOMP = HeaderFramed.builder()
            .start(StartLine.Form.COMMAND)
            .body(Body.NUL)
            .lines(Lines.LF)
            .style(Style.STOMP)
            .empty(EmptyLines.DROPPED)
            .build();
    private static final HeaderFramed SIP = HeaderFramed.builder()
            .start(StartLine.Form.MESSAGE)
            .version("SIP/2.0")
            .empty(EmptyLines.PINGS)
            .compact()
            .folded()
            .spaced()
            .build();
    private static final HeaderFramed EVENTS = HeaderFramed.builder()
            .body(Body.NONE)
            .lines(Lines.ANY)
            .style(Style.EVENT)
            .empty(EmptyLines.DROPPED)
            .build();

    // ------------------------------------------------------------------------------------------------ fixed

    /** Head and length were added without a look at the sum: a body that is to be skipped "ended" inside its own head. */
    @Test
    void aLengthNearTheLargestDoesNotWrapAround() {
        byte[] wire = bytes("SEND\ncontent-length:9223372036854775806\n\nabc");
        assertThat(HeaderTold.of(STOMP, Oversize.skip(), wire))
                .containsExactly("truncated 0 have " + wire.length + " need " + Long.MAX_VALUE);
    }

    /** A block that ends with CR, if no LF follows, was said to be whole before that was known: its bytes were taken, then told again. */
    @Test
    void aBlockThatAwaitsALineFeedIsNotTaken() {
        byte[] wire = bytes("data: a\r\rdata: b\r\n\r\n");
        List<String> whole = HeaderTold.of(EVENTS, Oversize.parts(0, 1 << 20), wire);
        assertThat(whole).hasSize(3);
        Replay one = Replay.of(EVENTS).oversize(Oversize.parts(0, 1 << 20)).cuts(Cuts.oneByte());
        assertThat(HeaderTold.events(one.run(wire))).isEqualTo(whole);
    }

    /** Whoever paused at a frame's first part while the decoder asked about its limit made it tell more than it may. */
    @Test
    void aPauseBehindAQuestionStopsTheDecoder() {
        HeaderFramed chunked = HeaderFramed.builder().body(Body.CHUNKED).max(16).build();
        byte[] wire = bytes("a:b\r\n\r\n13\r\n0123456789012345678\r\n0\r\n\r\n");
        Replay replay = Replay.of(chunked).oversize(Oversize.parts(16, 64));
        assertThat(replay.act(Act.PAUSE).run(wire).events())
                .isEqualTo(replay.run(wire).events());
    }

    /** Line limits were the decoder's alone. */
    @Test
    void aLineOverTheLimitIsNotWritten() {
        HeaderFramed narrow = SIP.toBuilder().line(20).build();
        assertThat(Wire.of(narrow, bytes("BYE s SIP/2.0\r\na: 345678901234567\r\n"), bytes("")))
                .isNotEmpty();
        assertThatThrownBy(() -> Wire.of(narrow, bytes("BYE s SIP/2.0\r\na: 3456789012345678\r\n"), bytes("")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("20");
    }

    // ------------------------------------------------------------------------------------------------ encoders

    @Test
    void theLengthStandsBehindWhatIsGiven() {
        assertThat(written(SIP, "BYE sip:b SIP/2.0\r\nCSeq: 1 BYE\r\n", "hi"))
                .isEqualTo("BYE sip:b SIP/2.0\r\nCSeq: 1 BYE\r\nContent-Length: 2\r\n\r\nhi");
        assertThat(written(SIP, "SIP/2.0 200 OK\r\n", "")).isEqualTo("SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n");
        assertThat(written(STOMP, "SEND\ndestination:/a\n", "a\0b"))
                .isEqualTo("SEND\ndestination:/a\ncontent-length:3\n\na\0b\0");
        assertThat(written(STOMP, "DISCONNECT\n", "")).isEqualTo("DISCONNECT\n\n\0");
        assertThat(written(EVENTS, "data: a\ndata: b\n", "")).isEqualTo("data: a\ndata: b\n\n");
        assertThat(written(STOMP, Head.command("ACK").field("id", 7).toString(), ""))
                .isEqualTo("ACK\nid:7\n\n\0");
    }

    @Test
    void emptyLinesAreWrittenAsTheyAre() {
        assertThat(written(SIP, "\r\n", "")).isEqualTo("\r\n");
        assertThat(written(STOMP, "\n", "")).isEqualTo("\n");
        assertThatThrownBy(() -> written(SIP, "\r\n", "x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> written(HeaderFramed.contentLength(), "\r\n", ""))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "SIP, ''",
        "SIP, 'BYE sip:b SIP/2.0'",
        "SIP, 'BYE sip:b SIP/2.0\\r\\nl: 1\\r\\n'",
        "SIP, 'BYE sip:b SIP/2.0\\r\\nContent-Length : 1\\r\\n'",
        "SIP, 'BYE sip:b SIP/3.0\\r\\n'",
        "SIP, 'BYE sip:b SIP/2.0\\r\\n\\r\\n'",
        "SIP, '\\r\\nBYE sip:b SIP/2.0\\r\\n'",
        "STOMP, 'SEND\\ncontent-length:1\\n'",
        "STOMP, 'SEND\\na:b\\0\\n'",
        "STOMP, 'SEND\\na:b\\n\\n'",
        "EVENTS, ''",
        "EVENTS, 'data: a'",
        "EVENTS, 'data: a\\r'",
        "EVENTS, 'data: a\\r\\r'",
        "EVENTS, '\u00ef\u00bb\u00bfdata: a\\n'"
    })
    void whatWouldNotReadBackIsRefused(String codec, String head) {
        HeaderFramed of = codec.equals("SIP") ? SIP : codec.equals("STOMP") ? STOMP : EVENTS;
        assertThatThrownBy(() -> written(of, head.translateEscapes(), "")).isInstanceOf(IllegalArgumentException.class);
    }

    private static String written(HeaderFramed codec, String head, String payload) {
        return HeaderTold.text(Wire.of(codec, bytes(head), bytes(payload)));
    }

    // ------------------------------------------------------------------------------------------------ values

    @Test
    void whatMakesNoSenseTogetherIsRefusedWithEveryReason() {
        assertThatThrownBy(() -> HeaderFramed.builder()
                        .start(StartLine.Form.REQUEST)
                        .lines(Lines.ANY)
                        .style(Style.STOMP)
                        .spaced()
                        .body(Body.CHUNKED)
                        .compact()
                        .build())
                .hasMessageContaining("needs a version")
                .hasMessageContaining("lines any")
                .hasMessageContaining("spaced with style stomp")
                .hasMessageContaining("compact without Content-Length");
    }
}
