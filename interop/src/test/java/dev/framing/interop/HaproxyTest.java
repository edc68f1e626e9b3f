package dev.framing.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.Frame;
import dev.framing.FrameCodec;
import dev.framing.FrameHandler;
import dev.framing.FramingError;
import dev.framing.FramingException;
import dev.framing.Oversize;
import dev.framing.Part;
import dev.framing.codec.Delimited;
import dev.framing.codec.Head;
import dev.framing.codec.Headers;
import dev.framing.codec.HttpConnection;
import dev.framing.interop.Haproxy.Preamble;
import io.netty.buffer.Unpooled;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** HAProxy between two ends of this library. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HaproxyTest {
    private static final FrameCodec LINES = Delimited.crlf();

    @TempDir
    private Path folder;

    static Stream<Arguments> everywhere() {
        return Stream.of(Transport.Over.values())
                .flatMap(over -> Stream.of(Cut.values())
                        .flatMap(cut -> Stream.of(Preamble.PROXY_1, Preamble.PROXY_2)
                                .map(preamble -> Arguments.of(over, cut, preamble))));
    }

    /** Answers each line with whom it comes from and the line. */
    private static final class Behind implements FrameHandler {
        private final Connection connection;
        private final Preamble preamble;
        private String whom = "";
        private boolean spoke;

        Behind(Connection connection, Preamble preamble) {
            this.connection = connection;
            this.preamble = preamble;
        }

        @Override
        public void onFrame(Frame frame) {
            if (whom.isEmpty()) {
                whom = ProxyHeader.of(frame, preamble).toString();
                connection.switchTo(LINES);
            } else {
                spoke = true;
                String line = whom + " " + frame.text(UTF_8);
                connection.send(Unpooled.EMPTY_BUFFER, Unpooled.copiedBuffer(line, UTF_8));
            }
        }

        /** Who only tries whether HAProxy listens says nothing, and HAProxy may pass that on as a reset. */
        @Override
        public void onError(FramingError error) {
            if (spoke || !(error instanceof FramingError.Reset)) throw new FramingException(error);
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void whatFollowsThePreambleIsForTheNextCodec(Transport.Over over, Cut cut, Preamble preamble) throws Exception {
        BlockingQueue<String> answers = new LinkedBlockingQueue<>();
        try (Transport transport = over.open();
                Cut.Way way = cut.to(transport.listen(Transport.Setup.of(
                        ProxyHeader.codec(preamble), connection -> new Behind(connection, preamble))));
                Program haproxy = Haproxy.start(folder, "tcp", preamble, way.address())) {
            Connection client =
                    transport.connect(haproxy.address(), Transport.Setup.of(LINES, connection -> new FrameHandler() {
                        @Override
                        public void onFrame(Frame frame) {
                            answers.add(frame.text(UTF_8));
                        }

                        @Override
                        public void onEnd() {
                            answers.add("end");
                        }
                    }));
            client.execute(() -> {
                for (int i = 0; i < 3; i++)
                    client.send(Unpooled.EMPTY_BUFFER, Unpooled.copiedBuffer("größe " + i, UTF_8));
            });
            String to = "127.0.0.1:" + haproxy.address().getPort();
            for (int i = 0; i < 3; i++) {
                assertThat(answers.poll(Program.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .matches("127\\.0\\.0\\.1:\\d+ to " + to + " größe " + i);
            }
            client.execute(client::end);
            assertThat(answers.poll(Program.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isEqualTo("end");
        }
    }

    /** Behind HAProxy: who is there, then HTTP. */
    private static Transport.Setup behind(Preamble preamble, Site site) {
        if (preamble == Preamble.NONE) return site.setup();
        return new Transport.Setup(ProxyHeader.codec(preamble), Oversize.parts(0, 64 << 20), connection -> {
            FrameHandler visit = site.visit(connection);
            return new FrameHandler() {
                private boolean known;

                @Override
                public void onFrame(Frame frame) {
                    if (known) {
                        visit.onFrame(frame);
                    } else if (frame.part() == Part.LAST) {
                        known = true;
                        connection.switchTo(HttpConnection.server());
                    }
                }

                /** HAProxy resets connections to servers that it needs no more, but never inside a message. */
                @Override
                public void onError(FramingError error) {
                    if (!(error instanceof FramingError.Reset reset) || reset.have() > 0) visit.onError(error);
                }
            };
        });
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void curlThroughAProxyThatReadsHttp(Transport.Over over, Cut cut, Preamble preamble) throws Exception {
        Site site = new Site();
        int large = Http.large(cut);
        try (Transport transport = over.open();
                Cut.Way way = cut.to(transport.listen(behind(preamble, site)));
                Program haproxy = Haproxy.start(folder, "http", preamble, way.address())) {
            CurlTest.converse(folder, haproxy.address(), large);
        }
        assertThat(site.heard).hasSize(13).startsWith("GET /bytes/0").endsWith("GET /last");
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void anUpgradeGoesThroughTheProxy(Transport.Over over, Cut cut, Preamble preamble) throws Exception {
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        Site site = new Site();
        try (Transport transport = over.open();
                Cut.Way way = cut.to(transport.listen(behind(preamble, site)));
                Program haproxy = Haproxy.start(folder, "http", preamble, way.address())) {
            Transport.Setup client = Transport.Setup.of(HttpConnection.client(), connection -> frame -> {
                Headers headers = frame.detail(Headers.class).getOrNull();
                if (headers != null) lines.add(headers.startLine().toString());
                else lines.add(frame.text(UTF_8));
                if (headers != null && headers.startLine().status() == 101) {
                    connection.switchTo(LINES);
                    for (String line : List.of("one", "two"))
                        connection.send(Unpooled.EMPTY_BUFFER, Unpooled.copiedBuffer(line, UTF_8));
                }
            });
            Connection connection = transport.connect(haproxy.address(), client);
            connection.execute(() -> {
                connection.send(
                        Head.request("GET", "/bytes/3")
                                .field("Host", "localhost")
                                .bytes(),
                        Unpooled.EMPTY_BUFFER);
                connection.send(
                        Head.request("GET", "/upgrade")
                                .field("Host", "localhost")
                                .field("Connection", "upgrade")
                                .field("Upgrade", "lines")
                                .bytes(),
                        Unpooled.EMPTY_BUFFER);
            });
            for (String expected : List.of("HTTP/1.1 200 OK", "HTTP/1.1 101 Switching Protocols", "ONE", "TWO"))
                assertThat(lines.poll(Program.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .isEqualTo(expected);
        }
        assertThat(site.heard).containsExactly("GET /bytes/3", "GET /upgrade");
    }
}
