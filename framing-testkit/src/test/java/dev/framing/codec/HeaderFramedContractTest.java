package dev.framing.codec;

import static dev.framing.testkit.Wire.bytes;

import dev.framing.FrameCodec;
import dev.framing.codec.HeaderFramed.Body;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Nested;

/** Every law, for header blocks. */
class HeaderFramedContractTest {
    private abstract static class Blocks extends CountedContract {
        private final HeaderFramed codec;

        Blocks(HeaderFramed.Builder codec) {
            this.codec = codec.build();
        }

        @Override
        protected FrameCodec codec() {
            return codec;
        }

        @Override
        protected FrameCodec limited(int maxFrameLength) {
            return codec.toBuilder()
                    .max(maxFrameLength)
                    .head(Math.min(codec.head(), maxFrameLength))
                    .build();
        }

        @Override
        protected byte[] head(Random random) {
            return bytes("a: b\r\n".repeat(random.nextInt(2)));
        }

        @Override
        protected List<byte[]> streams() {
            return List.of(
                    bytes("Content-Length: 1\r\nContent-Length: 1\r\n\r\n."),
                    bytes("a: b\r\n\r\nContent-Length: 3\r\n\r\nabc"),
                    bytes("Content-Length: 99999999999999999999999999\r\n\r\nabc"));
        }
    }

    @Nested
    class ContentLength extends Blocks {
        ContentLength() {
            super(HeaderFramed.contentLength().toBuilder());
        }
    }

    @Nested
    class OptionalContentLength extends Blocks {
        OptionalContentLength() {
            super(HeaderFramed.builder().body(Body.CONTENT_LENGTH_OPTIONAL).max(500));
        }
    }

    @Nested
    class NarrowHead extends Blocks {
        NarrowHead() {
            super(HeaderFramed.builder().max(200).head(30).fields(2));
        }
    }
}
