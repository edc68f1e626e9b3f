package dev.framing.codec;

import static dev.framing.testkit.Wire.bytes;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.framing.Frame;
import dev.framing.FrameCodec;
import dev.framing.FrameHandler;
import dev.framing.Framer;
import dev.framing.FramingError;
import dev.framing.Leftover;
import dev.framing.Oversize;
import dev.framing.Part;
import dev.framing.protocol.Protocols;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP as one phase of a connection: what comes before it, what follows it, and what is decided when a head is there. */
class HttpSwitchTest {
    private static final String SWITCHING =
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n";
    private static final String TUNNEL =
            "HTTP/1.1 200 Established\r\nContent-Length: 7\r\nTransfer-Encoding: x\r\n\r\n";
    private static final LengthPrefixed OTHER = LengthPrefixed.uint16();

    /** What a handler was told, and what it does at the frame that ends HTTP. */
    private static final class Told implements FrameHandler {
        final List<String> events = new ArrayList<>();
        FrameCodec next = OTHER;
        boolean switchesAtOnce = true;
        Framer framer;

        Told over(FrameCodec codec, Oversize policy) {
            framer = Framer.builder(codec).oversize(policy).build(this);
            return this;
        }

        @Override
        public void onFrame(Frame frame) {
            Headers headers = frame.detail(Headers.class).getOrNull();
            String what = headers == null ? "other" : headers.startLine().toString();
            String part = frame.part() == Part.WHOLE ? "" : frame.part() + " ";
            events.add(part + what + " | " + frame.text(ISO_8859_1));
            boolean ends = headers != null
                    && (headers.startLine().isRequest()
                            ? headers.startLine().method().equals("CONNECT")
                            : headers.startLine().status() == 101
                                    || headers.startLine().reason().equals("Established"));
            if (ends && switchesAtOnce) framer.switchTo(next, Leftover.KEEP);
        }

        @Override
        public void onEnd() {
            events.add("end");
        }

        @Override
        public void onError(FramingError error) {
            events.add(error.getClass().getSimpleName() + " at " + error.position());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatFollowsASwitchIsTheOtherProtocols(boolean atOnce) {
        String other = "\0\2hi\0\0";
        check(HttpResponses.strict(), SWITCHING + other, atOnce, "HTTP/1.1 101 Switching Protocols | ");
        check(
                HttpResponses.builder().to("CONNECT").build(),
                TUNNEL.replace("Transfer-Encoding: x\r\n", "") + other,
                atOnce,
                "HTTP/1.1 200 Established | ");
        check(
                HttpRequests.strict(),
                "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n" + other,
                atOnce,
                "CONNECT a:1 HTTP/1.1 | ");
        check(
                HttpRequests.strict(),
                "CONNECT a:1 HTTP/1.1\r\nContent-Length: 2\r\n\r\nok" + other,
                atOnce,
                "CONNECT a:1 HTTP/1.1 | ok");
    }

    private static void check(FrameCodec codec, String stream, boolean atOnce, String first) {
        for (int cut = 0; cut <= stream.length(); cut++) {
            Told told = new Told();
            told.switchesAtOnce = atOnce;
            told.over(codec, Oversize.fail());
            told.framer.offer(Unpooled.wrappedBuffer(bytes(stream.substring(0, cut))));
            told.framer.offer(Unpooled.wrappedBuffer(bytes(stream.substring(cut))));
            if (!atOnce) {
                assertThat(told.events).as("cut at %d", cut).containsExactly(first);
                assertThat(told.framer.isFinished()).isTrue();
                told.framer.switchTo(OTHER, Leftover.KEEP);
            }
            told.framer.end();
            assertThat(told.events).as("cut at %d", cut).containsExactly(first, "other | hi", "other | ", "end");
        }
    }

    /** For a library that goes on without us: TLS, WebSocket. */
    @Test
    void theBytesBehindASwitchCanBeTakenAway() {
        for (int cut = 0; cut <= SWITCHING.length() + 3; cut++) {
            String stream = SWITCHING + "xyz";
            Told told = new Told();
            told.switchesAtOnce = false;
            told.over(HttpResponses.strict(), Oversize.fail());
            told.framer.offer(Unpooled.wrappedBuffer(bytes(stream.substring(0, cut))));
            told.framer.offer(Unpooled.wrappedBuffer(bytes(stream.substring(cut))));
            ByteBuf rest = told.framer.detach();
            assertThat(rest.toString(ISO_8859_1)).isEqualTo("xyz");
            rest.release();
        }
    }

    /** A refused CONNECT: the server goes on with HTTP where it stopped. */
    @Test
    void aServerThatRefusesATunnelGoesOnWithRequests() {
        Told told = new Told().over(HttpRequests.strict(), Oversize.fail());
        told.next = HttpRequests.strict();
        told.framer.offer(Unpooled.wrappedBuffer(bytes("CONNECT a:1 HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n")));
        assertThat(told.events).containsExactly("CONNECT a:1 HTTP/1.1 | ", "GET / HTTP/1.1 | ");
        told.framer.close();
    }

    @Test
    void bytesBehindATunnelNobodyTookAreLeftOver() {
        Told told = new Told();
        told.switchesAtOnce = false;
        told.over(HttpRequests.strict(), Oversize.fail());
        String head = "CONNECT a:1 HTTP/1.1\r\n\r\n";
        told.framer.offer(Unpooled.wrappedBuffer(bytes(head + "x")));
        told.framer.end();
        assertThat(told.events).containsExactly("CONNECT a:1 HTTP/1.1 | ", "LeftoverBytes at " + head.length());
    }

    /** PROXY in front of HTTP: one frame of it, then requests from the next byte on. */
    @Test
    void aProxyHeaderStandsBeforeTheFirstRequest() {
        String v2 = "\r\n\r\n\0\r\nQUIT\n\u0021\u0011\0\f" + "\u007f\0\0\1\u007f\0\0\1\u00c3\u0050\0\u0050";
        String v1 = "PROXY TCP4 127.0.0.1 127.0.0.1 50000 80\r\n";
        FrameCodec line = Delimited.crlf().withMax(107);
        for (String start : List.of(v1, v2)) {
            String stream = start + "GET / HTTP/1.1\r\n\r\n";
            for (int cut = 0; cut <= stream.length(); cut++) {
                List<String> events = new ArrayList<>();
                Framer[] framer = new Framer[1];
                framer[0] = Framer.of(start.equals(v1) ? line : Protocols.PROXY2_HEADER, frame -> {
                    Headers headers = frame.detail(Headers.class).getOrNull();
                    events.add(
                            headers == null
                                    ? "proxy of " + frame.length()
                                    : headers.startLine().method());
                    if (headers == null) framer[0].switchTo(HttpRequests.strict(), Leftover.KEEP);
                });
                framer[0].offer(Unpooled.wrappedBuffer(bytes(stream.substring(0, cut))));
                framer[0].offer(Unpooled.wrappedBuffer(bytes(stream.substring(cut))));
                framer[0].end();
                assertThat(events).containsExactly("proxy of " + start.length(), "GET");
            }
        }
    }

    /** Expect: 100-continue. The head is told before a byte of the body has come, and nothing of it is held. */
    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 5\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n"})
    void inPartsTheHeadIsThereAtOnce(String framing) {
        String head = "PUT / HTTP/1.1\r\nExpect: 100-continue\r\n" + framing;
        String body = framing.startsWith("C") ? "hello" : "2\r\nhe\r\n3\r\nllo\r\n0\r\nDigest: x\r\n\r\n";
        for (int cut = 0; cut < head.length(); cut++) {
            Told told = new Told().over(HttpRequests.strict(), Oversize.parts(0, 1 << 20));
            told.framer.offer(Unpooled.wrappedBuffer(bytes(head.substring(0, cut))));
            assertThat(told.events).isEmpty();
            told.framer.offer(Unpooled.wrappedBuffer(bytes(head.substring(cut))));
            assertThat(told.events).containsExactly("FIRST PUT / HTTP/1.1 | ");
            assertThat(told.framer.heldBytes()).isZero();
            told.framer.offer(Unpooled.wrappedBuffer(bytes(body)));
            told.framer.end();
            assertThat(told.events.get(told.events.size() - 1)).isEqualTo("end");
            String payload = told.events.stream()
                    .filter(e -> e.contains("| "))
                    .map(e -> e.substring(e.indexOf("| ") + 2))
                    .collect(Collectors.joining());
            assertThat(payload).isEqualTo("hello");
        }
    }

    @Test
    void responsesAnswerWhatWasAsked() {
        HttpResponses.Decoder decoder = HttpResponses.strict().decoder();
        List<String> told = new ArrayList<>();
        Framer framer = Framer.builder(decoder, HttpResponses.DEFAULT_MAX).build(new FrameHandler() {
            @Override
            public void onFrame(Frame frame) {
                told.add(frame.detail(Headers.class).get().startLine().status() + " " + frame.text(ISO_8859_1));
            }

            @Override
            public void onError(FramingError error) {
                told.add(error.message());
            }
        });
        decoder.expect("HEAD");
        decoder.expect("GET");
        String early = "HTTP/1.1 103 Early Hints\r\n\r\n";
        String full = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
        byte[] stream = bytes(early + full + early + full + "hi");
        framer.offer(Unpooled.wrappedBuffer(stream));
        assertThat(told).containsExactly("103 ", "200 ", "103 ", "200 hi");
        decoder.expect("POST");
        framer.offer(Unpooled.wrappedBuffer(bytes(full + "ho")));
        framer.offer(Unpooled.wrappedBuffer(bytes("H")));
        assertThat(told.get(4)).isEqualTo("200 ho");
        assertThat(told.get(5))
                .contains("malformed at byte " + (stream.length + full.length() + 2))
                .contains("nobody asked for");
        framer.close();
    }

    @Test
    void aDecoderThatIsToldOfTooManyRequestsSaysSo() {
        HttpResponses.Decoder decoder = HttpResponses.strict().decoder();
        for (int i = 0; i < 256; i++) decoder.expect("GET");
        assertThatThrownBy(() -> decoder.expect("GET"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("256");
    }
}
