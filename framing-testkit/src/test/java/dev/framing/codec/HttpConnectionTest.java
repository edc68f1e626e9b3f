package dev.framing.codec;

import static dev.framing.testkit.Wire.bytes;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.framing.Frame;
import dev.framing.FrameCodec;
import dev.framing.FrameHandler;
import dev.framing.Framer;
import dev.framing.FramingError;
import dev.framing.OutboundQueue;
import dev.framing.testkit.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Client and server in memory: each side's decoder knows what its encoder wrote, and the other way round. */
class HttpConnectionTest {
    private static final String GET = "GET / HTTP/1.1\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\n";

    /** One end of a connection: writes into its queue, hears what it is given. */
    private static final class End implements FrameHandler, AutoCloseable {
        final OutboundQueue out;
        final Framer in;
        final List<String> heard = new ArrayList<>();

        End(HttpConnection connection) {
            FrameCodec one = connection.ofConnection();
            in = Framer.of(one, this);
            out = OutboundQueue.of(one);
        }

        @Override
        public void onFrame(Frame frame) {
            StartLine line = frame.detail(Headers.class).get().startLine();
            String trailers = frame.detail(Trailers.class).map(t -> " | " + t).getOrElse("");
            heard.add((line.isRequest() ? line.method() : line.status()) + " " + frame.text(ISO_8859_1) + trailers);
        }

        @Override
        public void onError(FramingError error) {
            heard.add(error.message());
        }

        End send(String head, String payload) {
            out.frame(buffer(head), buffer(payload));
            return this;
        }

        /** What was written goes to the other end, byte by byte. */
        void to(End other) {
            for (byte b : Wire.written(out)) other.in.offer(Unpooled.wrappedBuffer(new byte[] {b}));
        }

        @Override
        public void close() {
            out.close();
            in.close();
        }
    }

    private static ByteBuf buffer(String text) {
        return Unpooled.wrappedBuffer(bytes(text));
    }

    @Test
    void aResponseToHeadHasNoContentOnEitherSide() {
        try (End client = new End(HttpConnection.client());
                End server = new End(HttpConnection.server())) {
            client.send(GET, "")
                    .send("HEAD / HTTP/1.1\r\n", "")
                    .send("POST / HTTP/1.1\r\n", "x")
                    .to(server);
            assertThat(server.heard).containsExactly("GET ", "HEAD ", "POST x");
            server.send(OK, "one");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> server.send(OK + "Content-Length: 3\r\n", "two"))
                    .withMessageContaining("a response to HEAD has no content");
            server.send("HTTP/1.1 103 Early Hints\r\n", "")
                    .send(OK, "two") // Content-Length: 3, and no content
                    .send(OK, "three");
            server.to(client);
            assertThat(client.heard).containsExactly("200 one", "103 ", "200 ", "200 three");
        }
    }

    @Test
    void aResponseThatNobodyAskedForIsMalformed() {
        try (End client = new End(HttpConnection.client())) {
            client.send(GET, "");
            client.in.offer(buffer(OK + "Content-Length: 0\r\n\r\nH"));
            assertThat(client.heard).hasSize(2);
            assertThat(client.heard.get(1)).contains("nobody asked for");
        }
    }

    /** 408, or 400 to what could not be read: as to GET. */
    @Test
    void aServerMayAnswerWhatItCouldNotRead() {
        try (End server = new End(HttpConnection.server())) {
            server.in.offer(buffer("nonsense\r\n"));
            assertThat(server.heard).hasSize(1);
            server.send("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n", "what?");
            assertThat(new String(Wire.written(server.out), ISO_8859_1)).endsWith("Content-Length: 5\r\n\r\nwhat?");
        }
    }

    @Test
    void aTunnelThatIsRefusedLetsTheClientGoOn() {
        String connect = "CONNECT a:1 HTTP/1.1\r\n";
        try (End client = new End(HttpConnection.client());
                End server = new End(HttpConnection.server())) {
            client.send(connect, "");
            assertThatIllegalStateException().isThrownBy(() -> client.send(GET, ""));
            client.to(server);
            assertThat(server.in.isFinished()).isTrue();
            server.send("HTTP/1.1 407 Proxy Authentication Required\r\n", "who?")
                    .to(client);
            client.send(connect + "Proxy-Authorization: me\r\n", "");
            assertThat(client.heard).containsExactly("407 who?");
        }
    }

    @Test
    void aTunnelThatOpensEndsHttpOnBothSides() {
        try (End client = new End(HttpConnection.client());
                End server = new End(HttpConnection.server())) {
            client.send("CONNECT a:1 HTTP/1.1\r\n", "").to(server);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> server.send(OK, "content"))
                    .withMessageContaining("tunnel");
            server.send(OK, "");
            assertThatIllegalStateException().isThrownBy(() -> server.send(OK, ""));
            server.out.raw(buffer("not HTTP"));
            server.to(client);
            assertThat(client.heard).containsExactly("200 ");
            assertThat(client.in.isFinished()).isTrue();
            ByteBuf rest = client.in.detach();
            assertThat(ByteBufUtil.getBytes(rest)).isEqualTo(bytes("not HTTP"));
            rest.release();
        }
    }

    /** Whole, counted or in chunks, with trailers or without: what goes in comes out, in its order. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whatIsWrittenIsReadHoweverItIsWritten(long seed) {
        Random random = new Random(seed);
        try (End client = new End(HttpConnection.client());
                End server = new End(HttpConnection.server())) {
            for (int round = 0; round < 30; round++) {
                List<String> asked = new ArrayList<>();
                for (int n = 1 + random.nextInt(5); n > 0; n--) {
                    String method = List.of("GET", "HEAD", "POST", "PUT").get(random.nextInt(4));
                    asked.add(method + " " + write(client.out, method + " /x HTTP/1.1\r\nHost: a\r\n", true, random));
                }
                client.to(server);
                assertThat(server.heard).containsExactlyElementsOf(asked);
                List<String> answered = new ArrayList<>();
                for (String request : asked) {
                    if (random.nextInt(4) == 0)
                        answered.add("100 " + write(server.out, "HTTP/1.1 100 \r\n", false, random));
                    int status = List.of(200, 404, 204, 304).get(random.nextInt(4));
                    boolean content = !request.startsWith("HEAD") && status != 204 && status != 304;
                    answered.add(status + " " + write(server.out, "HTTP/1.1 " + status + " x\r\n", content, random));
                }
                server.to(client);
                assertThat(client.heard).containsExactlyElementsOf(answered);
                server.heard.clear();
                client.heard.clear();
            }
        }
    }

    /** What is heard of it. */
    private static String write(OutboundQueue out, String head, boolean content, Random random) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        int way = random.nextInt(3);
        List<String> pieces = new ArrayList<>();
        for (int n = content ? random.nextInt(4) : 0; n > 0; n--) pieces.add("p".repeat(random.nextInt(40)));
        pieces.forEach(p -> all.writeBytes(bytes(p)));
        if (way == 0) {
            out.frame(buffer(head), Unpooled.wrappedBuffer(all.toByteArray()));
            return String.join("", pieces);
        }
        out.begin(buffer(head), way == 1 ? all.size() : -1);
        for (String p : pieces) out.piece(buffer(p));
        boolean trailers = way == 2 && content && random.nextBoolean();
        if (trailers) out.end(Head.fields().field("Digest", pieces.size()).bytes());
        else out.end();
        return String.join("", pieces) + (trailers ? " | Digest: " + pieces.size() : "");
    }
}
