package dev.framing.nio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.framing.Deadlines;
import dev.framing.Directions;
import dev.framing.Frame;
import dev.framing.FrameCodec;
import dev.framing.FramingError;
import dev.framing.Leftover;
import dev.framing.codec.Delimited;
import dev.framing.codec.Head;
import dev.framing.codec.Headers;
import dev.framing.codec.HttpConnection;
import dev.framing.codec.LengthPrefixed;
import dev.framing.codec.StartLine;
import dev.framing.codec.Trailers;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One value for all connections of a loop, and one for each way of reading and writing one. */
@Timeout(30)
class HttpConnectionTest {
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private static ByteBuf buf(String text) {
        return Unpooled.copiedBuffer(text, UTF_8);
    }

    private static ByteBuf get(String target) {
        return Head.request("GET", target).field("Host", "localhost").bytes();
    }

    /** Answers with what was asked; to HEAD with its length only. */
    private static void answer(FramedChannel channel, Frame request) {
        StartLine line = request.detail(Headers.class).get().startLine();
        String text = line.target();
        if (line.method().equals("HEAD")) {
            ByteBuf head = Head.response(200, "OK")
                    .field("Content-Length", text.length())
                    .bytes();
            channel.send(head, Unpooled.EMPTY_BUFFER);
        } else if (text.startsWith("/chunks")) {
            channel.beginFrame(Head.response(200, "OK").bytes(), -1);
            channel.piece(buf(text));
            channel.piece(request.retain());
            channel.endFrame(Head.fields().field("Digest", 7).bytes());
        } else {
            channel.send(Head.response(200, "OK").bytes(), buf(text));
        }
    }

    @Test
    void connectionsOfOneValueDoNotKnowOfEachOther() throws Exception {
        try (ReadyLoop loop = ReadyLoop.start(2)) {
            SocketAddress address = loop.listen(
                    ANY,
                    FramedChannel.builder(HttpConnection.server()),
                    channel -> request -> answer(channel, request));
            FramedSocket.Builder clients = FramedSocket.builder(HttpConnection.client());
            try (FramedSocket one = clients.connect(address);
                    FramedSocket two = clients.connect(address)) {
                one.write(Head.request("HEAD", "/one").bytes(), Unpooled.EMPTY_BUFFER);
                one.send(get("/1"), Unpooled.EMPTY_BUFFER);
                two.send(get("/two"), Unpooled.EMPTY_BUFFER);
                assertThat(two.receive().text(UTF_8)).isEqualTo("/two");
                Frame head = one.receive();
                assertThat(head.payloadLength()).isZero();
                assertThat(head.detail(Headers.class).get().value("content-length"))
                        .contains("4");
                assertThat(one.receive().text(UTF_8)).isEqualTo("/1");
                two.beginFrame(Head.request("POST", "/chunks").bytes(), -1);
                two.piece(buf(" and more"));
                two.endFrame(Head.fields().field("a", "b").bytes());
                two.flush();
                Frame chunks = two.receive();
                assertThat(chunks.text(UTF_8)).isEqualTo("/chunks and more");
                assertThat(chunks.detail(Trailers.class).get().value("digest")).contains("7");
            }
        }
    }

    /** A CONNECT that is refused and then forgotten: the codec has ended, and yet the peer's end is noticed, or that it waits for ever. */
    @Test
    void aServerThatForgetsATunnelStillSeesItsClientGo() throws Exception {
        List<String> told = new CopyOnWriteArrayList<>();
        try (ReadyLoop loop = ReadyLoop.start(1)) {
            FramedChannel.Builder each = FramedChannel.builder(HttpConnection.server())
                    .deadlines(Deadlines.standard().withHead(Duration.ofMillis(300)));
            SocketAddress address = loop.listen(ANY, each, channel -> new FramedChannel.Handler() {
                @Override
                public void onFrame(Frame request) {
                    channel.send(Head.response(403, "No").bytes(), Unpooled.EMPTY_BUFFER);
                }

                @Override
                public void onEnd() {
                    told.add("end");
                }

                @Override
                public void onError(FramingError error) {
                    told.add(error.getClass().getSimpleName());
                }
            });
            for (String behind : List.of("", "GET / HTTP/1.1\r\n\r\n")) {
                try (Socket client = new Socket()) {
                    client.connect(address);
                    client.getOutputStream().write(("CONNECT x:1 HTTP/1.1\r\n\r\n" + behind).getBytes(UTF_8));
                    assertThat(client.getInputStream().readNBytes(12))
                            .asString()
                            .isEqualTo("HTTP/1.1 403");
                }
                while (loop.connections() > 0) Thread.onSpinWait(); // or the test's own limit
            }
            assertThat(told).containsExactly("end", "TimedOut");
        }
    }

    /** Switching makes a fresh pair, too: HEAD is known to the decoder that comes with its encoder. */
    @Test
    void switchingToHttpSwitchesBothDirections() throws Exception {
        try (ReadyLoop loop = ReadyLoop.start(1)) {
            SocketAddress address =
                    loop.listen(ANY, FramedChannel.builder(Delimited.lf()), channel -> new FramedChannel.Handler() {
                        private boolean http;

                        @Override
                        public void onFrame(Frame frame) {
                            if (http) {
                                answer(channel, frame);
                                return;
                            }
                            http = true;
                            channel.send(frame.retain());
                            channel.switchTo(HttpConnection.server(), Leftover.KEEP);
                        }
                    });
            try (FramedSocket socket = FramedSocket.connect(address, Delimited.lf())) {
                socket.send(buf("http please"));
                assertThat(socket.receive().text(UTF_8)).isEqualTo("http please");
                socket.switchTo(HttpConnection.client(), Leftover.KEEP);
                socket.write(Head.request("HEAD", "/x").bytes(), Unpooled.EMPTY_BUFFER);
                socket.send(get("/y"), Unpooled.EMPTY_BUFFER);
                assertThat(socket.receive().payloadLength()).isZero();
                assertThat(socket.receive().text(UTF_8)).isEqualTo("/y");
            }
        }
    }

    /** Two adapters for one connection, as for the input and output of a process. */
    @Test
    void twoStreamsShareTheCodecOfOneConnection() throws IOException {
        FrameCodec one = HttpConnection.client().ofConnection();
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        try (FramedOutput out = FramedOutput.of(sent, one);
                FramedInput in = FramedInput.of(
                        new ByteArrayInputStream("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n".getBytes(UTF_8)),
                        one)) {
            out.send(Head.request("HEAD", "/").bytes(), Unpooled.EMPTY_BUFFER);
            assertThat(in.receive().payloadLength()).isZero();
            assertThat(in.receive()).isNull();
        }
        assertThat(sent.toString(UTF_8)).isEqualTo("HEAD / HTTP/1.1\r\n\r\n");
    }

    @Test
    void oneDirectionAloneIsRefusedAtOnce() {
        assertThatThrownBy(() -> FramedInput.of(new ByteArrayInputStream(new byte[0]), HttpConnection.client()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("ofConnection()");
        assertThatThrownBy(() -> FramedOutput.of(new ByteArrayOutputStream(), HttpConnection.client()))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void eachDirectionHasItsCodec() throws Exception {
        Directions server = Directions.of(Delimited.lf(), LengthPrefixed.uint16());
        assertThat(server.reversed()).isEqualTo(Directions.of(LengthPrefixed.uint16(), Delimited.lf()));
        assertThat(server.maxFrameLength()).isEqualTo(Delimited.lf().maxFrameLength());
        try (ReadyLoop loop = ReadyLoop.start(1)) {
            SocketAddress address = loop.listen(
                    ANY,
                    FramedChannel.builder(server),
                    channel -> frame -> channel.send(buf(frame.text(UTF_8) + "\n")));
            try (FramedSocket socket = FramedSocket.connect(address, server.reversed())) {
                socket.send(buf("line"));
                assertThat(socket.receive().text(UTF_8)).isEqualTo("line\n");
            }
        }
    }
}
