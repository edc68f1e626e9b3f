package dev.framing.codec;

import static dev.framing.testkit.Wire.bytes;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.framing.FrameCodec;
import dev.framing.FrameEncoder;
import dev.framing.FrameWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written of requests and responses, and one by one what is not. */
class HttpEncoderTest {
    private static final String GET = "GET / HTTP/1.1\r\n";
    private static final String POST = "POST / HTTP/1.1\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\n";

    /** An encoder and what it wrote; holds {@code room} to what was asked for, and the buffers given to not being moved. */
    private static final class Out implements FrameWriter {
        private final FrameEncoder encoder;
        private final ByteBuf all = Unpooled.buffer();
        private int promised = -1;

        Out(FrameCodec codec) {
            this(codec.newEncoder());
        }

        Out(FrameEncoder encoder) {
            this.encoder = encoder;
        }

        @Override
        public ByteBuf room(int length) {
            check();
            promised = all.writerIndex() + length;
            return all.ensureWritable(length);
        }

        @Override
        public void write(ByteBuf payload, int index, int length) {
            check();
            all.writeBytes(payload, index, length);
        }

        private void check() {
            if (promised >= 0) assertThat(all.writerIndex()).isEqualTo(promised);
            promised = -1;
        }

        Out encode(String head, String payload) {
            lent(head, h -> lent(payload, p -> encoder.encode(h, p, this)));
            return this;
        }

        Out begin(String head, long length) {
            lent(head, h -> encoder.begin(h, length, this));
            return this;
        }

        Out piece(String payload) {
            lent(payload, p -> encoder.piece(p, this));
            return this;
        }

        Out end() {
            encoder.end(this);
            return this;
        }

        Out end(String tail) {
            lent(tail, t -> encoder.end(t, this));
            return this;
        }

        private static void lent(String text, Consumer<ByteBuf> use) {
            ByteBuf buffer =
                    Unpooled.buffer().writeByte('!').writeBytes(bytes(text)).skipBytes(1);
            use.accept(buffer);
            assertThat(buffer.readerIndex()).isEqualTo(1);
            assertThat(buffer.readableBytes()).isEqualTo(text.length());
            assertThat(buffer.release()).isTrue();
        }

        /** What was written since this was asked last. */
        String text() {
            check();
            String text = all.toString(ISO_8859_1);
            all.clear();
            return text;
        }
    }

    private static Out requests() {
        return new Out(HttpRequests.strict());
    }

    private static Out responses() {
        return new Out(HttpResponses.strict());
    }

    private static Out responsesTo(String method) {
        return new Out(HttpResponses.builder().to(method).build());
    }

    // ------------------------------------------------------------------------------------------------ what is written

    /** RFC 9110 8.6: a request without content says so only where its method expects some. */
    @ParameterizedTest
    @CsvSource({"GET, ''", "DELETE, ''", "OPTIONS, ''", "get, ''", "POSTS, ''"})
    void noLengthWithoutContent(String method, String derived) {
        Out out = requests();
        assertThat(out.encode(method + " / HTTP/1.1\r\n", "").text()).isEqualTo(method + " / HTTP/1.1\r\n\r\n");
        assertThat(out.begin(method + " / HTTP/1.1\r\n", 0).end().text()).isEqualTo(method + " / HTTP/1.1\r\n\r\n");
        assertThat(out.encode(method + " / HTTP/1.1\r\n", "x").text())
                .isEqualTo(method + " / HTTP/1.1\r\nContent-Length: 1\r\n\r\nx");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "PATCH"})
    void aLengthWithoutContentWhereTheMethodHasSome(String method) {
        assertThat(requests().encode(method + " /x HTTP/1.1\r\nHost: a\r\n", "").text())
                .isEqualTo(method + " /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    }

    @Test
    void aResponseSaysItsLength() {
        Out out = responses();
        assertThat(out.encode(OK + "a: b\r\n", "hello world").text())
                .isEqualTo("HTTP/1.1 200 OK\r\na: b\r\nContent-Length: 11\r\n\r\nhello world");
        assertThat(out.encode("HTTP/1.1 404 \r\n", "").text()).isEqualTo("HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n");
        assertThat(out.begin(OK, 5).piece("he").piece("").piece("llo").end().text())
                .isEqualTo("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
        assertThat(out.begin(OK, 0).end().text()).isEqualTo("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    }

    /** One chunk a piece; a piece of nothing would be the last chunk. RFC 9112 7.1. */
    @Test
    void chunksAndTrailers() {
        Out out = requests();
        assertThat(out.begin(POST + "a: b\r\n", -1).text())
                .isEqualTo("POST / HTTP/1.1\r\na: b\r\nTransfer-Encoding: chunked\r\n\r\n");
        assertThat(out.piece("hello").text()).isEqualTo("5\r\nhello\r\n");
        assertThat(out.piece("").text()).isEmpty();
        assertThat(out.piece("x".repeat(15)).text()).startsWith("f\r\nx");
        assertThat(out.piece("x".repeat(16)).text()).startsWith("10\r\nx");
        assertThat(out.piece("x".repeat(0xabc)).text()).startsWith("abc\r\nx").endsWith("x\r\n");
        assertThat(out.piece("x".repeat(0x10000)).text()).startsWith("10000\r\nx");
        assertThat(out.end().text()).isEqualTo("0\r\n\r\n");
        assertThat(out.begin("GET / HTTP/1.1\r\n", -1)
                        .end("Digest: 1\r\nb:\r\n")
                        .text())
                .isEqualTo("GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nDigest: 1\r\nb:\r\n\r\n");
        assertThat(out.begin(POST, -1).piece("x").end("").text()).endsWith("1\r\nx\r\n0\r\n\r\n");
        assertThat(out.encode(GET, "").text()).as("and goes on").isEqualTo("GET / HTTP/1.1\r\n\r\n");
    }

    /** RFC 9112 6.3 items 1 and 2. */
    @ParameterizedTest
    @CsvSource({
        "GET, HTTP/1.1 100 Continue",
        "GET, HTTP/1.1 103 Early Hints",
        "GET, HTTP/1.1 101 Switching Protocols",
        "GET, HTTP/1.1 204 No Content",
        "GET, HTTP/1.1 304 Not Modified",
        "HEAD, HTTP/1.1 200 OK",
        "HEAD, HTTP/1.1 404 Not Found",
        "CONNECT, HTTP/1.1 200 OK",
        "CONNECT, HTTP/1.1 299 Fine"
    })
    void responsesWithoutContent(String to, String line) {
        String head = line + "\r\n";
        String alone = head + "\r\n";
        assertThat(responsesTo(to).encode(head, "").text()).isEqualTo(alone);
        assertThat(responsesTo(to).begin(head, 0).end().text()).isEqualTo(alone);
        assertThat(responsesTo(to).begin(head, -1).piece("").end().text()).isEqualTo(alone);
        Out out = responsesTo(to);
        refused("has no content", () -> out.encode(head, "x"));
        refused("has no content", () -> out.begin(head, 1));
        out.begin(head, -1);
        assertThatIllegalStateException().isThrownBy(() -> out.piece("x"));
        assertThatThrownBy(() -> out.end("a: b\r\n")).isInstanceOf(UnsupportedOperationException.class);
        assertThat(out.end().text()).isEqualTo(alone);
    }

    /** On a connection of a server: who answers need not know whether GET or HEAD was asked. */
    @Test
    void anAnswerToHeadIsThatToGetWithoutItsContent() {
        Asked asked = new Asked();
        for (int i = 0; i < 5; i++) asked.add(Asked.Method.HEAD);
        asked.add(Asked.Method.OTHER);
        Out out = new Out(new ResponseEncoder(HttpRules.of(1000), asked, Asked.Method.OTHER));
        String counted = OK + "Content-Length: 5\r\n\r\n";
        assertThat(out.encode(OK, "hello").text()).isEqualTo(counted);
        assertThat(out.encode(OK, "").text()).isEqualTo(OK + "\r\n");
        refused("has no content", () -> out.encode(OK + "Content-Length: 5\r\n", "hello"));
        out.begin(OK, 5).piece("hello").end().begin(OK, -1);
        assertThatIllegalStateException().isThrownBy(() -> out.encode(OK, ""));
        String chunked = OK + "Transfer-Encoding: chunked\r\n\r\n";
        out.piece("hello")
                .end("a: b\r\n")
                .encode("HTTP/1.1 103 x\r\n", "")
                .encode(OK, "hello")
                .encode(OK, "hello");
        assertThat(out.text()).isEqualTo(counted + chunked + "HTTP/1.1 103 x\r\n\r\n" + counted + counted + "hello");
    }

    /** RFC 9112 6.1: who speaks HTTP/1.0 knows no chunks; the end of the connection ends the content then. */
    @Test
    void anAnswerOfUnknownLengthToAnOldClientEndsWithTheConnection() {
        Asked asked = new Asked();
        asked.add(Asked.Method.OTHER, false);
        asked.add(Asked.Method.OTHER, true);
        Out out = new Out(new ResponseEncoder(HttpRules.of(1000), asked, Asked.Method.OTHER));
        refused("HTTP/1.0 knows no chunks", () -> out.begin(OK, -1));
        assertThat(out.encode(OK, "hi").text()).isEqualTo(OK + "Content-Length: 2\r\n\r\nhi");
        assertThat(out.begin(OK, -1).piece("x").end().text()).contains("chunked");
        asked.add(Asked.Method.OTHER, false);
        String last = OK + "Connection: close\r\n";
        out.begin(last, -1).piece("some").piece("").piece(" more");
        refused("limit", () -> out.piece("x".repeat(1000)));
        assertThatThrownBy(() -> out.end("a: b\r\n")).isInstanceOf(UnsupportedOperationException.class);
        assertThat(out.end().text()).isEqualTo(last + "\r\nsome more");
        assertThatIllegalStateException().isThrownBy(() -> out.encode(OK, ""));
    }

    /** What could not be written does not count as said: the next response still answers the same request. */
    @Test
    void aPayloadThatCannotBeWrittenTakesNoRequest() {
        Asked asked = new Asked();
        asked.add(Asked.Method.HEAD);
        asked.add(Asked.Method.OTHER);
        ResponseEncoder encoder = new ResponseEncoder(HttpRules.of(1000), asked, Asked.Method.OTHER);
        new Out(encoder).encode(OK, "");
        FrameWriter full = new FrameWriter() {
            @Override
            public ByteBuf room(int length) {
                return Unpooled.buffer(length);
            }

            @Override
            public void write(ByteBuf payload, int index, int length) {
                throw new IllegalStateException("full");
            }
        };
        ByteBuf head = Unpooled.wrappedBuffer(bytes(OK));
        ByteBuf payload = Unpooled.wrappedBuffer(bytes("x"));
        assertThatIllegalStateException()
                .isThrownBy(() -> encoder.encode(head, payload, full))
                .withMessage("full");
        assertThat(asked.isEmpty()).isFalse();
        assertThat(new Out(encoder).encode(OK, "x").text()).endsWith("Content-Length: 1\r\n\r\nx");
        assertThat(asked.isEmpty()).isTrue();
    }

    @Test
    void otherAnswersToConnectHaveContent() {
        assertThat(responsesTo("CONNECT").encode("HTTP/1.1 407 No\r\n", "x").text())
                .isEqualTo("HTTP/1.1 407 No\r\nContent-Length: 1\r\n\r\nx");
    }

    /** What GET would get may be said where it is not sent. RFC 9110 8.6. */
    @Test
    void contentLengthIsLetThroughWhereNothingFollows() {
        String head = OK + "Content-Length: 12345\r\n";
        assertThat(responsesTo("HEAD").encode(head, "").text()).isEqualTo(head + "\r\n");
        String notModified = "HTTP/1.1 304 Not Modified\r\nContent-Length: 12345\r\n";
        assertThat(responses().encode(notModified, "").text()).isEqualTo(notModified + "\r\n");
        refused("Content-Length", () -> responses().encode(head, ""));
        refused("Content-Length", () -> responses().begin(head, 12345));
        refused("RFC 9110 8.6", () -> responses().encode("HTTP/1.1 204 x\r\nContent-Length: 0\r\n", ""));
        refused("RFC 9110 8.6", () -> responsesTo("HEAD").encode("HTTP/1.1 204 x\r\nContent-Length: 0\r\n", ""));
        refused("RFC 9110 8.6", () -> responsesTo("HEAD").encode("HTTP/1.1 100 x\r\nContent-Length: 0\r\n", ""));
        refused("RFC 9110 8.6", () -> responsesTo("CONNECT").encode(OK + "Content-Length: 0\r\n", ""));
        refused("decimal digits", () -> responsesTo("HEAD").encode(OK + "Content-Length: 5a\r\n", ""));
        refused("second", () -> responsesTo("HEAD").encode(OK + "Content-Length: 5\r\nContent-Length: 5\r\n", ""));
    }

    // ------------------------------------------------------------------------------------------------ what is refused

    static Stream<String> injections() {
        return Stream.of(
                "", // no start line
                "GET",
                "GET / HTTP/1.1", // no line end
                "GET / HTTP/1.1\r",
                "GET / HTTP/1.1\n",
                "\r\n" + GET,
                "\r\n",
                GET + "\r\n",
                GET + "a: b\r\n\r\n",
                GET + "\r\n" + GET + "\r\n",
                GET + "a: b",
                GET + "a: b\r",
                GET + "a: b\n",
                GET + "a: b\nc: d\r\n",
                GET + "a: b\rc: d\r\n",
                GET + "a: b\0\r\n",
                GET + "a: \u007f\r\n",
                GET + "a: b\r\n c\r\n",
                GET + " a: b\r\n",
                GET + "a : b\r\n",
                GET + ": b\r\n",
                GET + "a\r\n",
                GET + "a(: b\r\n",
                "GET  / HTTP/1.1\r\n",
                "GET / HTTP/1.1 \r\n",
                "GET /a b HTTP/1.1\r\n",
                "GET /\u00e9 HTTP/1.1\r\n",
                "GET / HTTP/2.0\r\n",
                "GET / http/1.1\r\n",
                "GET /\r\n",
                "G(T / HTTP/1.1\r\n",
                OK,
                GET + "Content-Length: 0\r\n",
                GET + "content-LENGTH:5\r\n",
                GET + "Transfer-Encoding: chunked\r\n",
                GET + "transfer-encoding: gzip\r\n");
    }

    @ParameterizedTest
    @MethodSource("injections")
    void whatWouldNotReadBackIsRefusedBeforeAByteIsWritten(String head) {
        for (HttpRequests codec : new HttpRequests[] {
            HttpRequests.strict(),
            HttpRequests.builder().allow(Leniency.values()).build()
        }) {
            Out out = new Out(codec);
            assertThatIllegalArgumentException().isThrownBy(() -> out.encode(head, ""));
            assertThatIllegalArgumentException().isThrownBy(() -> out.encode(head, "x"));
            assertThatIllegalArgumentException().isThrownBy(() -> out.begin(head, 3));
            assertThatIllegalArgumentException().isThrownBy(() -> out.begin(head, -1));
            assertThat(out.text()).isEmpty();
            assertThat(out.encode(GET, "").text()).as("and goes on").isEqualTo(GET + "\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200\r\n",
                "HTTP/1.1 20 OK\r\n",
                "HTTP/1.1 2000 OK\r\n",
                "HTTP/1.1 600 OK\r\n",
                "HTTP/1.1 099 OK\r\n",
                "HTTP/1.1  200 OK\r\n",
                "HTTP/1.1 200 OK\n",
                "HTTP/1.1 200 O\0K\r\n",
                "HTTP/1.2000 200 OK\r\n",
                "GET / HTTP/1.1\r\n",
                "\r\nHTTP/1.1 200 OK\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
            })
    void statusLinesThatWouldNotReadBack(String head) {
        Out out = responses();
        refused("", () -> out.encode(head, "x"));
        refused("", () -> responsesTo("HEAD").encode(head, ""));
        assertThat(out.text()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a: b",
                "a: b\n",
                "\r\n",
                "a: b\r\n\r\n",
                "a: b\r\n\r\nGET / HTTP/1.1\r\n\r\n",
                " a: b\r\n",
                "a : b\r\n",
                "a: b\r\n c\r\n",
                "a: \0\r\n",
                "Content-Length: 1\r\n",
                "Transfer-Encoding: chunked\r\n"
            })
    void trailersThatWouldNotReadBack(String tail) {
        Out out = requests().begin(POST, -1).piece("x");
        out.text();
        refused("", () -> out.end(tail));
        assertThat(out.text()).isEmpty();
        assertThat(out.piece("y").end("a: b\r\n").text()).as("it goes on").isEqualTo("1\r\ny\r\n0\r\na: b\r\n\r\n");
    }

    @Test
    void anOldMessageKnowsNoChunks() {
        String keepAlive = "Connection: keep-alive\r\n";
        refused("HTTP/1.0", () -> requests().begin("POST / HTTP/1.0\r\n", -1));
        refused("HTTP/1.0", () -> responses().begin("HTTP/1.0 200 OK\r\n" + keepAlive, -1));
        assertThat(responses().begin("HTTP/1.0 200 OK\r\n", -1).piece("x").end().text())
                .isEqualTo("HTTP/1.0 200 OK\r\n\r\nx");
        Out out = requests();
        out.encode("POST / HTTP/1.0\r\n" + keepAlive, "x").encode("GET / HTTP/1.0\r\n" + keepAlive, "");
        assertThat(out.text())
                .isEqualTo("POST / HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx"
                        + "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    }

    /** RFC 9112 9.6. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\nConnection: close\r\n",
                "GET / HTTP/1.1\r\nconnection: TE, Close\r\n",
                "GET / HTTP/1.0\r\n",
                "GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n"
            })
    void nothingFollowsAMessageThatEndsTheConnection(String head) {
        Out out = requests().encode(GET, "").encode(head, "");
        out.text();
        assertThatIllegalStateException().isThrownBy(() -> out.encode(GET, "")).withMessageContaining("9.6");
        assertThatIllegalStateException().isThrownBy(() -> out.begin(GET, 3)).withMessageContaining("9.6");
        assertThat(out.text()).isEmpty();
    }

    @Test
    void itsOwnContentFollowsAMessageThatEndsTheConnection() {
        Out out = responses().begin(OK + "Connection: close\r\n", -1).piece("x").end();
        assertThat(out.text()).endsWith("\r\n\r\n1\r\nx\r\n0\r\n\r\n");
        assertThatIllegalStateException().isThrownBy(() -> out.encode(OK, ""));
    }

    @Test
    void anotherProtocolFollows() {
        Out connect = requests().encode("CONNECT a:1 HTTP/1.1\r\n", "");
        assertThat(connect.text()).isEqualTo("CONNECT a:1 HTTP/1.1\r\n\r\n");
        assertThatIllegalStateException()
                .isThrownBy(() -> connect.encode(GET, ""))
                .withMessageContaining("CONNECT");
        refused("CONNECT", () -> requests().encode("CONNECT a:1 HTTP/1.1\r\n", "x"));
        refused("CONNECT", () -> requests().begin("CONNECT a:1 HTTP/1.1\r\n", -1));
        Out upgraded = responses().encode("HTTP/1.1 101 Switching Protocols\r\n", "");
        assertThatIllegalStateException()
                .isThrownBy(() -> upgraded.encode(OK, ""))
                .withMessageContaining("switch");
        Out tunnel = responsesTo("CONNECT").encode(OK, "");
        assertThatIllegalStateException()
                .isThrownBy(() -> tunnel.encode(OK, ""))
                .withMessageContaining("switch");
        responsesTo("CONNECT").encode("HTTP/1.1 403 No\r\n", "").encode(OK, "");
        responses().encode("HTTP/1.1 100 Continue\r\n", "").encode(OK, "");
    }

    // ------------------------------------------------------------------------------------------------ limits

    @Test
    void theHeadIsLimited() {
        String head = GET + "a: b\r\n"; // 22 bytes, and the empty line
        new Out(HttpRequests.builder().head(24).build()).encode(head, "");
        refused(
                "24 bytes, limit 23",
                () -> new Out(HttpRequests.builder().head(23).build()).encode(head, ""));
        refused("limit 24", () -> new Out(HttpRequests.builder().head(24).build()).encode(head, "x"));
        new Out(HttpRequests.builder().head(43).build()).encode(head, "x");
        refused(
                "43 bytes, limit 42",
                () -> new Out(HttpRequests.builder().head(42).build()).encode(head, "x"));
        new Out(HttpRequests.builder().line(16).build()).encode(head, "");
        refused("a line", () -> new Out(HttpRequests.builder().line(15).build()).encode(head, ""));
        refused(
                "a line",
                () -> new Out(HttpRequests.builder().line(16).build()).encode(GET + "a: 0123456789abc\r\n", ""));
        refused(
                "a line of 19 bytes",
                () -> new Out(HttpRequests.builder().line(18).build()).encode(head, "x"));
        refused(
                "a line of 28 bytes",
                () -> new Out(HttpRequests.builder().line(27).build()).begin(head, -1));
        new Out(HttpRequests.builder().line(28).build()).begin(head, -1);
    }

    @Test
    void theFieldsAreCountedWithTheDerivedOne() {
        HttpRequests two = HttpRequests.builder().fields(2).build();
        new Out(two).encode(GET + "a:\r\nb:\r\n", "");
        new Out(two).encode(GET + "a:\r\n", "x");
        refused("2 header fields", () -> new Out(two).encode(GET + "a:\r\nb:\r\n", "x"));
        refused("2 header fields", () -> new Out(two).begin(GET + "a:\r\nb:\r\n", -1));
        refused("2 header fields", () -> new Out(two).encode(GET + "a:\r\nb:\r\nc:\r\n", ""));
        refused("2 trailers", () -> new Out(two).begin(GET, -1).end("a:\r\nb:\r\nc:\r\n"));
        new Out(HttpRequests.builder().fields(0).build()).encode(GET, "");
        refused(
                "0 header fields",
                () -> new Out(HttpRequests.builder().fields(0).build()).encode(POST, ""));
    }

    @Test
    void theMessageAndItsContentAreLimited() {
        HttpRequests small =
                HttpRequests.builder().max(40).build(); // GET with Content-Length: 37 bytes and the content
        new Out(small).encode(GET, "abc");
        refused("limit 40", () -> new Out(small).encode(GET, "abcd"));
        new Out(small).begin(GET, 3);
        refused("limit 40", () -> new Out(small).begin(GET, 4));
        refused("limit 40", () -> new Out(small).begin(GET, Long.MAX_VALUE));
        refused("negative", () -> requests().begin(GET, -2));
        HttpRequests body = HttpRequests.builder().body(3).build();
        new Out(body).encode(GET, "abc");
        refused("limit 3", () -> new Out(body).encode(GET, "abcd"));
        refused("limit 3", () -> new Out(body).begin(GET, 4));
        Out chunks = new Out(body).begin(GET, -1).piece("ab");
        chunks.text();
        refused("leaves 1", () -> chunks.piece("cd"));
        assertThat(chunks.piece("c").end().text()).isEqualTo("1\r\nc\r\n0\r\n\r\n");
    }

    @Test
    void aChunkedMessageEndsWithinItsLimit() {
        int head = (GET + "Transfer-Encoding: chunked\r\n\r\n").length();
        refused("limit", () -> new Out(HttpRequests.builder().max(head + 4).build()).begin(GET, -1));
        HttpRequests codec = HttpRequests.builder().max(head + 5 + 7).build();
        Out out = new Out(codec).begin(GET, -1);
        assertThat(out.text()).hasSize(head);
        refused("leaves 7", () -> out.piece("abc"));
        out.piece("ab");
        refused("leaves 0", () -> out.piece("a"));
        refused("leaves 0", () -> out.end("a:\r\n"));
        assertThat(out.end().text()).isEqualTo("2\r\nab\r\n0\r\n\r\n");
        assertThat(new Out(codec).begin(GET, -1).end("a: bc\r\n").text()).hasSize(head + 12);
        refused("leaves 7", () -> new Out(codec).begin(GET, -1).end("a: bcd\r\n"));
    }

    @Test
    void chunkLinesAndTrailersAreLimited() {
        Out out =
                new Out(HttpRequests.builder().chunkLine(3).trailer(10).line(28).build()).begin(GET, -1);
        out.piece("x".repeat(15));
        refused("chunk line of 4 bytes", () -> out.piece("x".repeat(16)));
        refused("trailers of 11 bytes, limit 10", () -> out.end("a: bcde\r\n"));
        out.end("a: bcd\r\n");
        Out line = new Out(HttpRequests.builder().line(28).build()).begin(GET, -1);
        refused("trailer line", () -> line.end("a: " + "x".repeat(24) + "\r\n"));
        line.end("a: " + "x".repeat(23) + "\r\n");
    }

    // ------------------------------------------------------------------------------------------------ in pieces

    @Test
    void piecesKeepTheirOrder() {
        Out out = requests();
        assertThatIllegalStateException().isThrownBy(() -> out.piece("x"));
        assertThatIllegalStateException().isThrownBy(out::end);
        assertThatIllegalStateException().isThrownBy(() -> out.end("a: b\r\n"));
        out.begin(GET, 3).piece("ab");
        out.text();
        assertThatIllegalStateException().isThrownBy(() -> out.piece("cd")).withMessageContaining("1 left");
        assertThatIllegalStateException().isThrownBy(out::end).withMessageContaining("1 bytes are missing");
        assertThatIllegalStateException().isThrownBy(() -> out.encode(GET, ""));
        assertThatIllegalStateException().isThrownBy(() -> out.begin(GET, 1));
        assertThatThrownBy(() -> out.end("a: b\r\n")).isInstanceOf(UnsupportedOperationException.class);
        assertThat(out.piece("c").end().text()).isEqualTo("c");
    }

    // ------------------------------------------------------------------------------------------------ both directions

    @Test
    void aConnectionGivesItsHalvesOnce() {
        assertThatIllegalStateException()
                .isThrownBy(HttpConnection.client()::newEncoder)
                .withMessageContaining("ofConnection()");
        assertThatIllegalStateException().isThrownBy(HttpConnection.server()::newDecoder);
        FrameCodec one = HttpConnection.client().ofConnection();
        assertThat(one.ofConnection()).isSameAs(one);
        assertThat(HttpConnection.client().ofConnection()).isNotSameAs(one);
        one.newEncoder();
        assertThatIllegalStateException().isThrownBy(one::newEncoder).withMessageContaining("ofConnection()");
        one.newDecoder();
        assertThatIllegalStateException().isThrownBy(one::newDecoder);
        assertThat(one.maxFrameLength()).isEqualTo(HttpResponses.DEFAULT_MAX);
    }

    @Test
    void noMoreRequestsThanCanBeRemembered() {
        Out out = new Out(HttpConnection.client().ofConnection());
        for (int i = 0; i < Asked.MOST; i++) out.encode(GET, "");
        out.text();
        assertThatIllegalStateException().isThrownBy(() -> out.encode(GET, "")).withMessageContaining("256 requests");
        assertThat(out.text()).isEmpty();
    }

    private static void refused(String why, Runnable call) {
        assertThatIllegalArgumentException().isThrownBy(call::run).withMessageContaining(why);
    }
}
