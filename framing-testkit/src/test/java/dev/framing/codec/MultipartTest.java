package dev.framing.codec;

import static dev.framing.testkit.Wire.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.framing.FrameCodec;
import dev.framing.FrameEncoder;
import dev.framing.OutboundQueue;
import dev.framing.Oversize;
import dev.framing.testkit.Reference;
import dev.framing.testkit.Replay;
import dev.framing.testkit.Wire;
import dev.framing.text.Codecs;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vavr.control.Option;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MultipartTest {
    private static final Multipart PARTS = Multipart.of("b-d");

    @Nested
    class Laws extends CountedContract {
        private final Multipart codec = PARTS.toBuilder().max(2000).head(200).build();

        @Override
        protected FrameCodec codec() {
            return codec;
        }

        @Override
        protected FrameCodec limited(int maxFrameLength) {
            return codec.toBuilder()
                    .max(maxFrameLength)
                    .head(Math.min(200, maxFrameLength))
                    .build();
        }

        @Override
        protected byte[] head(Random random) {
            return bytes("a: b\r\n".repeat(random.nextInt(3)));
        }

        /** With what a delimiter is made of. */
        @Override
        protected byte[] payload(Random random, int length) {
            byte[] payload = super.payload(random, length);
            byte[] marks = bytes("\r\n-b");
            for (int i = 0; i < length; i++) if (random.nextInt(3) == 0) payload[i] = marks[random.nextInt(4)];
            return payload;
        }

        @Override
        protected List<byte[]> refused() {
            return List.of(bytes("\r\n--b-d"), bytes("--b-d"), bytes("x\r\n--b-dy"), bytes("\r\r\n--b-d"));
        }

        @Override
        protected List<byte[]> streams() {
            return Stream.of(
                            "preamble\r\n--b-\r\n--b-d \t\r\na: b\r\n c\r\n\r\n\r\n--b-d\r\n\r\n\r--b-d\r\n--b-\r\n--b-d--epilogue\r\n--b-d\r\n",
                            "--b-d\r\n\r\n--b-\r\r\n--b-d--",
                            "--b-d--",
                            "--b-dx",
                            "--b-d-x",
                            "--b-d\r\r",
                            "--b-d\r\n\r\n--b-d\r\n",
                            "--b-d\r\n\r\nabc\r\n--b-dx",
                            "--b-d\r\n\r\nabc\r\n--b-d \r-",
                            "--b-d\r\na\r\n\r\n",
                            "--b-d\r\n\r\nno end\r\n--b-",
                            "--b-d\r\n\r\n" + "0123456789".repeat(9) + "\r\n--b-d\r\n\r\n\r\n--b-d\r\n")
                    .map(Wire::bytes)
                    .toList();
        }

        /** What stands before the first boundary is none. */
        @Override
        protected boolean framesStandAlone() {
            return false;
        }

        @Override
        protected int longestMark() {
            return "\r\n--b-d".length();
        }

        /** By regular expressions. */
        @Override
        protected Option<Reference> reference() {
            Pattern head = Pattern.compile(
                    "(?:[-!#$%&'*+.^_`|~0-9A-Za-z]+:[\t\\x20-\\xFF&&[^\\x7F]]*\r\n(?:[ \t][\t\\x20-\\xFF&&[^\\x7F]]*\r\n)*)*\r\n");
            Pattern behind = Pattern.compile("--|[ \t]*\r\n");
            return Option.some((stream, ended, out) -> {
                String wire = HeaderTold.text(stream);
                int at = wire.startsWith("--b-d") ? 5 : wire.indexOf("\r\n--b-d") + 7;
                if (at == 6) return;
                int start = -1;
                int headEnd = -1;
                for (; ; ) {
                    int i = at;
                    Matcher line;
                    do {
                        line = behind.matcher(wire.substring(at, i));
                        if (line.matches()) break;
                        if (!line.hitEnd()) {
                            if (start < 0) out.malformed(i - 1, i - 1);
                            else out.malformed(i - 1, start);
                            return;
                        }
                    } while (i++ < wire.length());
                    if (i > wire.length()) {
                        if (start >= 0) out.truncated(start);
                        return;
                    }
                    if (start >= 0) out.frame(start, i, headEnd - start, i - at + 7);
                    if (wire.startsWith("--", at)) return;
                    start = i;
                    if (start == wire.length()) return;
                    do {
                        line = head.matcher(wire.substring(start, i));
                        if (line.matches()) break;
                        if (!line.hitEnd()) {
                            out.malformed(i - 1, start);
                            return;
                        }
                    } while (i++ < wire.length());
                    if (i > wire.length()) {
                        out.truncated(start);
                        return;
                    }
                    headEnd = i;
                    if (wire.startsWith("--b-d", headEnd)) {
                        out.malformed(headEnd + 4, start);
                        return;
                    }
                    at = wire.indexOf("\r\n--b-d", headEnd) + 7;
                    if (at == 6) {
                        out.truncated(start);
                        return;
                    }
                }
            });
        }
    }

    /** As Content-Type says it; the first one is that of the RFC's example. */
    @ParameterizedTest
    @ValueSource(strings = {"gc0pJq0M:08jU534c0p", "a", "'()+_,-./:=? x"})
    void theBoundariesOfTheStandard(String boundary) {
        Multipart parts = Multipart.of(boundary);
        byte[] wire = Wire.of(parts, bytes("a: b\r\n"), bytes("content"));
        assertThat(HeaderTold.text(wire))
                .isEqualTo("--" + boundary + "\r\na: b\r\n\r\ncontent\r\n--" + boundary + "\r\n");
        assertThat(Replay.of(parts).run(wire).frames()).hasSize(1);
        assertThat(Codecs.parse(parts.toString()).get()).isEqualTo(parts);
        assertThat(parts.toBuilder().build()).isEqualTo(parts).hasSameHashCodeAs(parts);
    }

    @ParameterizedTest
    @CsvSource({"'', 1 to 70", "'a ', ends with a space", "'a\"b', cannot stand there", "'a\u00e4', cannot stand there"
    })
    void noBoundary(String boundary, String reason) {
        assertThatThrownBy(() -> Multipart.of(boundary))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
        assertThatThrownBy(() -> Multipart.of("x".repeat(71))).hasMessageContaining("71 characters");
    }

    @Test
    void theFieldsGoWithThePart() {
        byte[] wire = bytes(
                "--b-d\r\nContent-Disposition: form-data;\r\n name=\"a\"\r\nContent-Length: 99\r\n\r\nx\r\n--b-d--");
        assertThat(HeaderTold.of(PARTS, Oversize.fail(), wire))
                .containsExactly(
                        "frame 7 head 66 [Content-Disposition=form-data; name=\"a\", Content-Length=99] length 76 body x",
                        "end");
    }

    /** The last part says that it is, and none may follow. */
    @Test
    void theEndIsWrittenWithTheLastPart() {
        try (OutboundQueue queue = OutboundQueue.of(PARTS)) {
            queue.frame(Unpooled.EMPTY_BUFFER, Unpooled.wrappedBuffer(bytes("one")));
            assertThat(queue.bytes()).isEqualTo("--b-d\r\n\r\none\r\n--b-d\r\n".length());
        }
        FrameEncoder encoder = PARTS.newEncoder();
        Written out = new Written();
        encoder.begin(Unpooled.EMPTY_BUFFER, -1, out);
        encoder.piece(Unpooled.wrappedBuffer(bytes("a\r\n--b")), out);
        assertThatThrownBy(() -> encoder.piece(Unpooled.wrappedBuffer(bytes("-d")), out))
                .isInstanceOf(IllegalArgumentException.class);
        encoder.piece(Unpooled.wrappedBuffer(bytes("-")), out);
        assertThatThrownBy(() -> encoder.end(Unpooled.wrappedBuffer(bytes("-")), out))
                .isInstanceOf(IllegalArgumentException.class);
        encoder.end(Unpooled.wrappedBuffer(bytes("--")), out);
        assertThat(HeaderTold.text(out.bytes())).isEqualTo("--b-d\r\n\r\na\r\n--b-\r\n--b-d--\r\n");
        assertThatThrownBy(() -> encoder.encode(Unpooled.EMPTY_BUFFER, Unpooled.EMPTY_BUFFER, out))
                .isInstanceOf(IllegalStateException.class);
    }

    private static final class Written implements dev.framing.FrameWriter {
        private final ByteBuf all = Unpooled.buffer();

        @Override
        public ByteBuf room(int length) {
            return all.ensureWritable(length);
        }

        @Override
        public void write(ByteBuf payload, int index, int length) {
            all.writeBytes(payload, index, length);
        }

        byte[] bytes() {
            return io.netty.buffer.ByteBufUtil.getBytes(all);
        }
    }
}
