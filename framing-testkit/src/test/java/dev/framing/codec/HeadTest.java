package dev.framing.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes of a head from its parts, and what no part may hold. */
class HeadTest {

    @Test
    void theBytesOfEachKind() {
        assertThat(Head.request("GET", "/x").field("Host", "localhost"))
                .hasToString("GET /x HTTP/1.1\r\nHost: localhost\r\n");
        assertThat(Head.request("INVITE", "sip:bob@example.com", "SIP/2.0"))
                .hasToString("INVITE sip:bob@example.com SIP/2.0\r\n");
        assertThat(Head.response(404, "Not Found").field("a", "")).hasToString("HTTP/1.1 404 Not Found\r\na: \r\n");
        assertThat(Head.response(200, ""))
                .as("the SP stands also before no reason")
                .hasToString("HTTP/1.1 200 \r\n");
        assertThat(Head.response(100, "Trying", "SIP/2.0")).hasToString("SIP/2.0 100 Trying\r\n");
        assertThat(Head.command("SEND").field("destination", "/queue/a"))
                .as("a blank would belong to the value")
                .hasToString("SEND\ndestination:/queue/a\n");
        assertThat(Head.fields().field("n", 12345678901L).field("n", -1)).hasToString("n: 12345678901\r\nn: -1\r\n");
        assertThat(Head.fields()).hasToString("");
    }

    @Test
    void charactersAreBytes() {
        Head head = Head.fields().field("a", "b\u00e9\t\u0080\u00ff c");
        ByteBuf bytes = head.bytes();
        assertThat(bytes.toString(ISO_8859_1)).isEqualTo("a: b\u00e9\t\u0080\u00ff c\r\n");
        assertThat(bytes.readableBytes()).isEqualTo(head.length()).isEqualTo(12);
        ByteBuf out = Unpooled.buffer().writeByte('!');
        head.writeTo(out);
        assertThat(out.toString(ISO_8859_1)).isEqualTo("!" + head);
        assertThat(head.bytes()).isNotSameAs(bytes).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "G T", "GET\r", "GET\n", "G\0", "G:", "G(", "\u00e9", "\u0147ET", "\u007f"})
    void aTokenIsATokenInEachPlace(String text) {
        refused(() -> Head.request(text, "/"));
        refused(() -> Head.command(text));
        Head head = Head.fields().field("a", "b");
        refused(() -> head.field(text, "x"));
        assertThat(head).as("stays as it was").hasToString("a: b\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "/ HTTP/1.1\r\nHost: x\r\n\r\n", "/a b", "/\t", "/\n", "/\0", "/\u007f", "/\u00e9", "/\u010a"
            })
    void aTargetIsVisible(String text) {
        refused(() -> Head.request("GET", text));
        refused(() -> Head.request("GET", "/", text));
        refused(() -> Head.response(200, "OK", text));
    }

    /** U+010A and U+010D would be LF and CR, cut to a byte. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\r\nb: c",
                "a\r",
                "\n",
                "a\0b",
                "\u0001",
                "\u007f",
                " a",
                "a ",
                "\ta",
                "a\t",
                " ",
                "a\u010ab",
                "a\u010db",
                "\u20ac"
            })
    void aValueIsOneLineWithoutBlanksAround(String text) {
        refused(() -> Head.response(200, text));
        refused(() -> Head.fields().field("a", text));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1, 99, 1000, 2000})
    void aStatusHasThreeDigits(int status) {
        refused(() -> Head.response(status, "OK"));
    }

    @Test
    void theReasonSaysWhichPartAndWhere() {
        assertThatThrownBy(() -> Head.fields().field("X-Name", "ab\rc"))
                .hasMessage("the value of X-Name has U+000D at 2, which cannot stand there");
        assertThatThrownBy(() -> Head.request("", "/")).hasMessage("the method is empty");
    }

    private static void refused(Runnable call) {
        assertThatIllegalArgumentException().isThrownBy(call::run);
    }
}
