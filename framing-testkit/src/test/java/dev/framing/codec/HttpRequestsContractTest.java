package dev.framing.codec;

import static dev.framing.testkit.Wire.bytes;

import dev.framing.FrameCodec;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Nested;

/** Every law, for HTTP requests. */
class HttpRequestsContractTest {
    private abstract static class Requests extends CountedContract {
        private final HttpRequests codec;

        Requests(HttpRequests.Builder codec) {
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
            String method = List.of("GET", "POST", "HEAD").get(random.nextInt(3));
            return bytes(method + " /x HTTP/1." + (random.nextInt(4) == 0 ? "0\r\nConnection: keep-alive\r\n" : "1\r\n")
                    + "a: b\r\n".repeat(random.nextInt(2)));
        }

        @Override
        protected List<byte[]> streams() {
            String chunked = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
            return List.of(
                    bytes(chunked + "3\r\nabc\r\nA;x=\"y\"\r\n0123456789\r\n0\r\nb: c\r\n\r\n" + chunked + "0\r\n\r\n"),
                    bytes(chunked + "3\r\nabcd"),
                    bytes(chunked + "1\r\na\r\n0\r\nContent-Length: 1\r\n\r\n"),
                    bytes(chunked + "FFFFFFFFFFFFFFFFF\r\n"),
                    bytes("GET / HTTP/1.1\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\n\r\n"),
                    bytes("GET / HTTP/1.1\r\nConnection: close\r\n\r\nGET / HTTP/1.1\r\n\r\n"),
                    bytes("CONNECT a:1 HTTP/1.1\r\n\r\nwhatever follows"),
                    bytes("POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\nabc"),
                    bytes("POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n."));
        }
    }

    @Nested
    class Strict extends Requests {
        Strict() {
            super(HttpRequests.builder());
        }
    }

    @Nested
    class Lenient extends Requests {
        Lenient() {
            super(HttpRequests.builder().max(600).allow(Leniency.values()));
        }

        @Override
        protected boolean endCompletesFrames() {
            return true; // with an empty line too many
        }
    }

    @Nested
    class Narrow extends Requests {
        Narrow() {
            super(HttpRequests.builder()
                    .max(200)
                    .head(100)
                    .line(40)
                    .fields(3)
                    .body(80)
                    .chunkLine(8)
                    .trailer(12));
        }
    }

    /** An empty line belongs to the message behind it, and to none at the end. */
    @Nested
    class EmptyLines extends Requests {
        EmptyLines() {
            super(HttpRequests.builder());
        }

        @Override
        protected List<byte[]> streams() {
            return List.of(
                    bytes("\r\nGET / HTTP/1.1\r\n\r\n\r\nGET / HTTP/1.0\r\n\r\n\r\n"),
                    bytes("\r\n"),
                    bytes("GET / HTTP/1.1\r\n\r\n\r"));
        }

        @Override
        protected boolean endCompletesFrames() {
            return true;
        }
    }
}
