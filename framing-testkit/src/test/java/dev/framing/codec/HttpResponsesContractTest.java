package dev.framing.codec;

import static dev.framing.testkit.Wire.bytes;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.framing.FrameCodec;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Nested;

/** Every law, for HTTP responses to one method. */
class HttpResponsesContractTest {
    private abstract static class Responses extends CountedContract {
        private final HttpResponses codec;

        Responses(HttpResponses.Builder codec) {
            this.codec = codec.build();
        }

        @Override
        protected FrameCodec codec() {
            return codec;
        }

        @Override
        protected FrameCodec limited(int maxFrameLength) {
            HttpRules rules = codec.rules();
            return codec.toBuilder()
                    .max(maxFrameLength)
                    .head(Math.min(rules.head(), maxFrameLength))
                    .line(Math.min(rules.line(), maxFrameLength))
                    .chunkLine(Math.min(rules.chunkLine(), maxFrameLength))
                    .trailer(Math.min(rules.trailer(), maxFrameLength))
                    .build();
        }

        /** What ends the connection, or hands it over, is known of what comes behind it. */
        @Override
        protected boolean framesStandAlone() {
            return false;
        }

        @Override
        protected byte[] head(Random random) {
            String status = List.of("200 OK", "404 ", "299 x").get(random.nextInt(3));
            return bytes("HTTP/1.1 " + status + "\r\n" + "a: b\r\n".repeat(random.nextInt(2)));
        }

        @Override
        protected List<byte[]> streams() {
            String ok = "HTTP/1.1 200 OK\r\n";
            String chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
            return List.of(
                    bytes(
                            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 \r\n\r\nHTTP/1.1 304 x\r\nContent-Length: 9\r\n\r\n"
                                    + ok + "Content-Length: 2\r\n\r\nhi"),
                    bytes(chunked + "3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nb: c\r\n\r\n" + chunked + "0\r\n\r\n"),
                    bytes(chunked + "3\r\nabc\n"),
                    bytes("HTTP/1.1 101 Switching Protocols\r\n\r\nwhatever follows"),
                    bytes(ok + "Connection: close\r\nContent-Length: 1\r\n\r\n.HTTP"),
                    bytes("\r\n" + ok + "\r\n"));
        }
    }

    @Nested
    class ToGet extends Responses {
        ToGet() {
            super(HttpResponses.builder());
        }
    }

    /** Without content, whatever the fields say. */
    @Nested
    class ToHead extends Responses {
        ToHead() {
            super(HttpResponses.builder().to("HEAD").max(300));
        }

        @Override
        protected byte[] payload(Random random, int length) {
            return new byte[0];
        }

        @Override
        protected byte[] head(Random random) {
            return bytes(
                    new String(super.head(random), ISO_8859_1) + "Content-Length: 12\r\n".repeat(random.nextInt(2)));
        }

        @Override
        protected List<byte[]> refused() {
            return List.of(bytes("x"));
        }
    }

    @Nested
    class ToConnect extends Responses {
        ToConnect() {
            super(HttpResponses.builder().to("CONNECT").max(300));
        }

        /** Those that refuse. */
        @Override
        protected byte[] head(Random random) {
            return bytes("HTTP/1.1 40" + random.nextInt(10) + " no\r\n");
        }
    }

    /** Up to the end of the stream, where the head says no length. */
    @Nested
    class UntilClose extends Responses {
        UntilClose() {
            super(HttpResponses.builder());
        }

        @Override
        protected List<byte[]> streams() {
            return List.of(
                    bytes("HTTP/1.1 200 OK\r\n\r\nup to the end\r\n\r\n"),
                    bytes("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\n"));
        }

        @Override
        protected boolean endCompletesFrames() {
            return true;
        }
    }
}
