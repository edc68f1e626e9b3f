package dev.framing.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.FrameCodec;
import dev.framing.FrameDecoder;
import dev.framing.FrameEncoder;
import dev.framing.codec.ByLength;
import dev.framing.codec.Delimited;
import dev.framing.codec.FixedLength;
import dev.framing.codec.HeaderFramed;
import dev.framing.codec.HttpRequests;
import dev.framing.codec.HttpResponses;
import dev.framing.codec.LengthPrefixed;
import dev.framing.codec.LengthPrefixed.Counts;
import dev.framing.codec.Leniency;
import dev.framing.codec.Stuffed;
import dev.framing.protocol.Protocols;
import io.vavr.collection.Seq;
import io.vavr.control.Validation;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What texts mean, and which mistakes they make where. */
class CodecsTest {

    static List<Arguments> meanings() {
        LengthPrefixed full = LengthPrefixed.builder()
                .width(2)
                .order(ByteOrder.LITTLE_ENDIAN)
                .offset(1)
                .head(8)
                .counts(Counts.REST)
                .trailer(1)
                .max(64 << 10)
                .build();
        return List.of(
                Arguments.of("length(width=2, order=little, offset=1, head=8, counts=rest, trailer=1, max=64k)", full),
                Arguments.of(
                        " length ( max = 0x10000,\n\ttrailer=1,counts=rest,head=8,offset=1,order=little,width=2 ) ",
                        full),
                Arguments.of(
                        "length(width=2,adjust=-2)",
                        LengthPrefixed.builder().width(2).adjust(-2).build()),
                Arguments.of("length(width=1, counts=payload)", LengthPrefixed.uint8()),
                Arguments.of(
                        "length(width=4, counts=field)",
                        LengthPrefixed.builder().counts(Counts.FIELD).build()),
                Arguments.of(
                        "length(width=4, counts=frame)",
                        LengthPrefixed.builder().counts(Counts.FRAME).build()),
                Arguments.of(
                        "length(mask=0x7fffffff)",
                        LengthPrefixed.builder().mask(0x7fffffff).build()),
                Arguments.of(
                        "length(width=8, mask=0xffffffffffffff00)",
                        LengthPrefixed.builder().width(8).mask(-256).build()),
                Arguments.of("length(varint, max=1m)", LengthPrefixed.varint()),
                Arguments.of(
                        "length(width=4, varint)",
                        LengthPrefixed.builder().varint().width(4).build()),
                Arguments.of("length(quic)", LengthPrefixed.builder().quic().build()),
                Arguments.of("length(ber)", LengthPrefixed.builder().ber().build()),
                Arguments.of(
                        "length(decimal, until=\":\", trailer=1)",
                        LengthPrefixed.builder().decimal(':').trailer(1).build()),
                Arguments.of(
                        "length(until=\"\\xff\", decimal, trailer=\",\")",
                        LengthPrefixed.builder()
                                .decimal('\u00ff')
                                .trailer(new byte[] {','})
                                .build()),
                Arguments.of(
                        "delimited(\"\\r\\n\", \"\\n\", keep, max=8k)",
                        Delimited.lines().toBuilder().keep(true).max(8192).build()),
                Arguments.of(
                        "delimited(\"\\n\", escape=\"\\\\\", max=1k)",
                        Delimited.lf().toBuilder().escape("\\").max(1024).build()),
                Arguments.of("delimited(start=\"\\x0b\", end=\"\\x1c\\r\")", Delimited.marks("\u000b", "\u001c\r")),
                Arguments.of(
                        "delimited(\"\\0\\t\\\"\\X\")".replace("\\X", "\\xC3"),
                        Delimited.builder()
                                .delimiter(new byte[] {0, 9, '"', (byte) 0xC3})
                                .build()),
                Arguments.of(
                        "delimited(\"\u20ac\")",
                        Delimited.builder()
                                .delimiter(new byte[] {(byte) 0xE2, (byte) 0x82, (byte) 0xAC})
                                .build()),
                Arguments.of(
                        "delimited(delimiter=\"\\n\", strict, lastLine)",
                        Delimited.lf().toBuilder().strict(true).lastLine(true).build()),
                Arguments.of("slip", Stuffed.slip()),
                Arguments.of("slip()", Stuffed.slip()),
                Arguments.of("cobs(max=1k)", Stuffed.cobs().withMax(1024)),
                Arguments.of("hdlc", Stuffed.hdlc()),
                Arguments.of("dots", Stuffed.dots()),
                Arguments.of("fixed(188)", FixedLength.of(188)),
                Arguments.of("fixed(length=1k)", FixedLength.of(1024)),
                Arguments.of(
                        "headers(body=content-length, max=1m)",
                        HeaderFramed.builder().max(1 << 20).build()),
                Arguments.of(
                        "headers(body=content-length?, head=1k, fields=7)",
                        HeaderFramed.builder()
                                .body(HeaderFramed.Body.CONTENT_LENGTH_OPTIONAL)
                                .head(1024)
                                .fields(7)
                                .build()),
                Arguments.of("http-request", HttpRequests.strict()),
                Arguments.of(
                        "http-request(max=1m, head=8k, line=4k, fields=50, body=512k, chunk-line=64, trailer=1k, allow=bare-lf, allow=other-codings)",
                        HttpRequests.builder()
                                .max(1 << 20)
                                .head(8 << 10)
                                .line(4 << 10)
                                .fields(50)
                                .body(512 << 10)
                                .chunkLine(64)
                                .trailer(1 << 10)
                                .allow(Leniency.BARE_LF, Leniency.OTHER_CODINGS)
                                .build()),
                Arguments.of(
                        "http-response(to=HEAD, body=5g)",
                        HttpResponses.builder().to("HEAD").body(5L << 30).build()),
                Arguments.of(
                        "http-response(to=GET)",
                        HttpResponses.builder().to("POST").build()),
                Arguments.of("dns", LengthPrefixed.uint16()),
                Arguments.of("lsp()", Protocols.LSP),
                Arguments.of(
                        "dns(max=4k)",
                        LengthPrefixed.uint16().toBuilder().max(4096).build()));
    }

    @ParameterizedTest
    @MethodSource("meanings")
    void textMeansCodec(String text, FrameCodec codec) {
        assertThat(Codecs.parse(text)).isEqualTo(Validation.valid(codec));
        assertThat(Codecs.parse(Codecs.print(codec))).isEqualTo(Validation.valid(codec));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '~',
            value = {
                "length(width=2) ~ length(width=2, max=65537)",
                "length(max=1024k, varint) ~ length(varint, max=1m)",
                "delimited(any=\"\\x0D\\x0A\") ~ delimited(any=\"\\r\\n\")",
                "slip(max=65536) ~ slip",
                "headers(max=1024) ~ headers(body=content-length, max=1k)",
                "dap ~ headers(body=content-length, max=16m)",
                "http-request(max=1040k, head=8k, line=8192, allow=bare-lf) ~ http-request(allow=bare-lf)",
                "http-request(max=100, chunk-line=100, trailer=50) ~ http-request(max=100, trailer=50)",
                "http-response(allow=control-bytes, to=CONNECT, allow=bare-lf) ~ http-response(to=CONNECT, allow=bare-lf, allow=control-bytes)",
            })
    void printsTheCanonicalText(String text, String printed) {
        assertThat(Codecs.print(Codecs.parse(text).get())).isEqualTo(printed);
    }

    private static final String HTTP_PARAMETERS = ": it has max, head, line, fields, body, chunk-line, trailer, allow";

    /** Each line: text, then all its mistakes in the order of their columns. */
    static List<Arguments> mistakes() {
        return List.of(
                wrong("", "1: the text is empty: write a codec, as in length(width=2) or lsp"),
                wrong(" \t", "1: the text is empty: write a codec, as in length(width=2) or lsp"),
                wrong("(width=2)", "1: a codec begins with its name, not with '('"),
                wrong("\"\\n\"", "1: a codec begins with its name, not with a string"),
                wrong("custom", "1: custom is what a codec prints that has no text form"),
                wrong("  lenght(width=2)", "3: no codec lenght; did you mean length?"),
                wrong("LENGTH", "1: no codec LENGTH; did you mean length?"),
                wrong("dsn", "1: no codec dsn; did you mean dns?"),
                wrong(
                        "frames",
                        "1: no codec frames: the families are length, delimited, headers, http-request, http-response, fixed, slip, hdlc, cobs, dots, multipart, nats"),
                wrong("length(widht=2)", "8: length has no parameter widht; did you mean width?"),
                wrong("slip(end=3)", "6: slip has no parameter end: it has max"),
                wrong("slip(end)", "6: slip has no parameter end: it has max"),
                wrong("dns(width=3)", "5: dns has no parameter width: it has max"),
                wrong("length(width=2, width=3)", "17: width stands here a second time"),
                wrong("length(varint, varint)", "16: varint stands here a second time"),
                wrong("length(varint, ber)", "16: ber and varint exclude each other"),
                wrong("length(decimal)", "8: decimal needs until=..."),
                wrong("length(until=\":\")", "14: until needs the word decimal"),
                wrong("length(decimal, until=\"ab\")", "23: until must be one byte, not 2 bytes"),
                wrong("length(decimal, until=x)", "23: until must be a string of one byte, as in until=\":\", not x"),
                wrong("length(width)", "8: width takes a value: width=..."),
                wrong("length(varint=1)", "8: varint stands alone, without a value"),
                wrong("length(2)", "8: length takes no number without a name"),
                wrong("length(\"x\")", "8: length takes no string without a name"),
                wrong("length(width=two)", "14: width must be a number, as 512, 0x200 or 64k, not two"),
                wrong("length(max=64K)", "12: max must be a number, as 512, 0x200 or 64k, not 64K"),
                wrong("length(max=3g)", "12: max must be at most 2147483647, not 3g"),
                wrong("length(adjust=-2147483649)", "15: adjust must be at least -2147483648, not -2147483649"),
                wrong("length(mask=-1)", "13: mask must be at least 0, not -1"),
                wrong(
                        "length(width=8, mask=0x1ffffffffffffffff)",
                        "22: mask must be at most 18446744073709551615, not 0x1ffffffffffffffff"),
                wrong("length(order=middle)", "14: order must be big or little, not middle"),
                wrong("length(order=litle)", "14: order must be big or little, not litle; did you mean little?"),
                wrong("length(order=\"little\")", "14: order must be big or little, not a string"),
                wrong("length(trailer=one)", "16: trailer must be a number or a string, not one"),
                wrong("delimited(max=8k)", "1: no delimiter"),
                wrong("delimited(\"\\n\", \"\\n\")", "11: delimiter \"\\n\" twice"),
                wrong("delimited(\"\\n\", escape=2)", "24: escape must be a string, as \"\\r\\n\", not 2"),
                wrong("fixed", "1: fixed takes its length: fixed(188)"),
                wrong("fixed(0)", "7: length 0: a frame has at least 1 byte"),
                wrong("fixed(1, 2)", "10: length stands here a second time"),
                wrong(
                        "fixed(\"x\")",
                        "1: fixed takes its length: fixed(188)",
                        "7: fixed takes no string without a name"),
                wrong("length(width=9, max=3)", "14: width 9: a binary number has 1 to 8 bytes"),
                wrong("headers(max=1k, head=2k)", "22: head 2048 is over max 1024, which bounds the whole frame"),
                wrong("dns(max=1m)", "9: the number is too narrow for max 1048576: it announces at most 65537 bytes"),
                wrong("http-request(to=HEAD)", "14: http-request has no parameter to" + HTTP_PARAMETERS),
                wrong(
                        "http-response(to=POST, chunk-line=2)",
                        "18: to must be GET or HEAD or CONNECT, not POST",
                        "35: chunk-line 2 is below the last chunk's, 3 bytes"),
                wrong("http-request(allow=bare-lf, allow=bare-lf)", "29: allow=bare-lf stands here a second time"),
                wrong("http-request(allow)", "14: allow takes a value: allow=..."),
                wrong(
                        "http-request(allow=folding)",
                        "20: allow must be leading-empty-lines or bare-lf or control-bytes or loose-start-line or"
                                + " repeated-length or other-codings or empty-codings or space-after-chunk-size or"
                                + " space-in-extension or framing-trailers, not folding"),
                wrong("http-request(body=-1)", "19: body -1 is negative"),
                wrong("length(width=2", "7: this ( is never closed"),
                wrong("length(", "7: this ( is never closed"),
                wrong("length(width=2))", "16: nothing may follow here, but ')' does"),
                wrong("slip cobs", "6: nothing may follow here, but 'c' does"),
                wrong("delimited(\"\\n, max=8k)", "11: this \" is never closed"),
                wrong("delimited(\"\\", "11: this \" is never closed"),
                wrong(
                        "delimited(\"\\q\\x1\")",
                        "12: no escape \\q: there are \\r \\n \\t \\0 \\\\ \\\" and \\x0b",
                        "14: \\x takes two hexadecimal digits, as in \\x0b"),
                wrong("delimited(\"\\x\uff11\uff11\")", "12: \\x takes two hexadecimal digits, as in \\x0b"),
                wrong("delimited(\"\ud83d\")", "12: half a character"),
                wrong("delimited('\\n')", "11: ''' cannot stand here: strings stand in double quotes"),
                wrong("fixed(@)", "7: '@' cannot stand here"),
                wrong("length(width=)", "14: a value is missing after width="),
                wrong("length(width=", "7: this ( is never closed", "14: a value is missing after width="),
                wrong("length(width=@2)", "14: '@' cannot stand here"),
                wrong("length(width=2,)", "16: a parameter is missing before ')'"),
                wrong("length(,width=2)", "8: a parameter is missing before ','"),
                wrong("length(width=2,,max=1k)", "16: a parameter is missing before ','"),
                wrong("length(width=2 max=1k)", "16: a , is missing before this"),
                wrong("length(\u00e9=2)", "8: 'U+00E9' cannot stand here"),
                wrong(
                        "length(\"\ud83d\ude00\", wdth=2)",
                        "8: length takes no string without a name",
                        "13: length has no parameter wdth; did you mean width?"),
                wrong(
                        "length(widht=2, ordr=little, counts=al, max=1q) x",
                        "8: length has no parameter widht; did you mean width?",
                        "17: length has no parameter ordr; did you mean order?",
                        "37: counts must be payload or rest or field or frame, not al",
                        "45: max must be a number, as 512, 0x200 or 64k, not 1q",
                        "49: nothing may follow here, but 'x' does"));
    }

    private static Arguments wrong(String text, String... mistakes) {
        return Arguments.of(text, List.of(mistakes));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void everyMistakeIsToldAtItsColumn(String text, List<String> mistakes) {
        assertThat(Codecs.parse(text).getError().map(m -> m.column() + ": " + m.message()))
                .containsExactlyElementsOf(mistakes);
    }

    @Test
    void explainPointsAtEachMistake() {
        String text = "length(width=9,\n ordr=little)";
        Seq<Mistake> mistakes = Codecs.parse(text).getError();
        assertThat(Codecs.explain(text, mistakes)).isEqualTo("""
                length(width=9,  ordr=little)
                             ^ width 9: a binary number has 1 to 8 bytes
                                 ^ length has no parameter ordr; did you mean order?""");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u001b[31mslip",
                "slip\u001b]0;x\u0007",
                "slip(\u202emax=1)",
                "slip(\"\u0007\")",
                "\u009bslip",
                "slip(x\u2028)"
            })
    void explainSendsNoOrderToTheTerminal(String text) {
        assertThat(Codecs.explain(text, Codecs.parse(text).getError())).matches("[\\n\\p{Print}]*");
    }

    @Test
    void aCodecOfYourOwnPrintsCustom() {
        FrameCodec lambda = ByLength.of(100, 1, (in, index, available) -> in.getByte(index));
        FrameCodec liar = new FrameCodec() {
            @Override
            public FrameDecoder newDecoder() {
                return Stuffed.slip().newDecoder();
            }

            @Override
            public FrameEncoder newEncoder() {
                return Stuffed.slip().newEncoder();
            }

            @Override
            public int maxFrameLength() {
                return 1;
            }

            @Override
            public String toString() {
                return "slip";
            }
        };
        assertThat(Codecs.print(lambda)).isEqualTo("custom");
        assertThat(Codecs.print(liar)).isEqualTo("custom");
        assertThat(Codecs.parse("custom").isInvalid()).isTrue();
    }

    @Test
    void noReadyMadeCodecHidesBehindAFamily() {
        assertThat(Codecs.names().map(p -> p.name()))
                .doesNotContainAnyElementsOf(Families.names())
                .doesNotHaveDuplicates();
    }
}
