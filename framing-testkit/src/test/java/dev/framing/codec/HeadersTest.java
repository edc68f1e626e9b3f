package dev.framing.codec;

import static dev.framing.testkit.Wire.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.framing.Frame;
import dev.framing.FrameCodec;
import dev.framing.FrameDecoder;
import dev.framing.FrameEncoder;
import dev.framing.FrameHandler;
import dev.framing.Framer;
import dev.framing.Leftover;
import dev.framing.Oversize;
import dev.framing.Part;
import dev.framing.RetainedFrame;
import dev.framing.codec.HeaderFramed.Body;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeadersTest {
    private static final HeaderFramed LSP = HeaderFramed.contentLength();

    private static void look(String wire, Consumer<Frame> look) {
        int[] frames = {0};
        FrameHandler handler = frame -> {
            frames[0]++;
            look.accept(frame);
        };
        try (Framer framer = Framer.of(
                HeaderFramed.builder().body(Body.CONTENT_LENGTH_OPTIONAL).build(), handler)) {
            framer.offer(Unpooled.wrappedBuffer(bytes("x" + wire)).skipBytes(1));
            framer.end();
        }
        assertThat(frames[0]).isOne();
    }

    @Test
    void fieldsAreFoundWithoutRegardToCase() {
        look("Content-Type:  text/plain \r\nX: 1\r\nx: 2\r\nEmpty:\r\n\r\n", frame -> {
            Headers headers = frame.detail(Headers.class).get();
            assertThat(headers.count()).isEqualTo(4);
            assertThat(headers.nameIndex(0)).isZero();
            assertThat(headers.nameLength(0)).isEqualTo(12);
            assertThat(headers.valueIndex(0)).isEqualTo(15);
            assertThat(headers.valueLength(0)).isEqualTo(10);
            assertThat(headers.value("content-TYPE").get()).isEqualTo("text/plain");
            assertThat(headers.value(new StringBuilder("x")).get()).isEqualTo("1");
            assertThat(headers.indexOf("X")).isEqualTo(1);
            assertThat(headers.value("empty").get()).isEmpty();
            assertThat(headers.value("content")).isEmpty();
            assertThat(headers.contains("EMPTY")).isTrue();
            assertThat(headers.contains("")).isFalse();
            assertThat(headers).hasToString("Content-Type: text/plain\nX: 1\nx: 2\nEmpty: ");
            assertThatThrownBy(() -> headers.name(4)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> headers.valueIndex(-1)).isInstanceOf(IndexOutOfBoundsException.class);
        });
    }

    /** '^' and '~' differ in the bit that makes a letter lower case. */
    @Test
    void caseIsThatOfLettersOnly() {
        look("a^b: 1\r\na~b: 2\r\n\r\n", frame -> {
            Headers headers = frame.detail(Headers.class).get();
            assertThat(headers.value("A~B").get()).isEqualTo("2");
            assertThat(headers.value("\u212a")).isEmpty();
        });
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "007, 7",
        "9223372036854775807, 9223372036854775807",
        "9223372036854775808,",
        "-1,",
        "1x,",
        "'',",
        "1 2,",
        "\u00b2,"
    })
    void numbersAreDigitsAndNothingElse(String value, Long expected) {
        look("n: " + value + "\r\n\r\n", frame -> {
            Headers headers = frame.detail(Headers.class).get();
            if (expected == null) assertThat(headers.number("N")).isEmpty();
            else assertThat(headers.number("N")).hasValue(expected);
            assertThat(headers.number("m")).isEmpty();
        });
    }

    /** A folded value was put together by a pattern that tried each blank as the first before a line end: 20 s for 64 KiB of them. */
    @Test
    @Timeout(10)
    void aFoldedValueIsReadInLinearTime() {
        String blanks = " ".repeat(200_000);
        folded(
                "S: x" + blanks + "y" + blanks + "\r\n\t z\r\n\r\n",
                headers -> assertThat(headers.value("s").get()).isEqualTo("x" + blanks + "y z"));
    }

    @Test
    void eachFoldIsOneSpaceAndNoPartOfAnElement() {
        folded("S: a ,\r\n b\t\r\n \r\n\tc\r\n\r\n", headers -> {
            assertThat(headers.value("s").get()).isEqualTo("a , b  c");
            assertThat(headers.lists("s", "a")).isTrue();
        });
        folded("S: a,\r\n b \r\n , c\r\n\r\n", headers -> {
            for (String token : List.of("a", "b", "c"))
                assertThat(headers.lists("s", token)).as(token).isTrue();
        });
        folded("S: a\r b\r\r\n", headers -> assertThat(headers.value("s").get()).isEqualTo("a b"));
    }

    private static void folded(String wire, Consumer<Headers> look) {
        FrameCodec codec = HeaderFramed.builder()
                .body(Body.NONE)
                .lines(HeaderFramed.Lines.ANY)
                .folded()
                .build();
        int[] frames = {0};
        try (Framer framer = Framer.of(codec, frame -> {
            frames[0]++;
            look.accept(frame.detail(Headers.class).get());
        })) {
            framer.offer(Unpooled.wrappedBuffer(bytes(wire)));
        }
        assertThat(frames[0]).isOne();
    }

    @Test
    void keptFieldsOutliveTheFrame() {
        List<RetainedFrame> kept = new ArrayList<>();
        try (Framer framer = Framer.of(LSP, frame -> kept.add(frame.keep()))) {
            for (byte b : bytes("Content-Length: 2\r\nA: b\r\n\r\n{}X: y\r\nContent-Length: 3\r\n\r\nabc")) {
                framer.room(32).writeByte(b);
                framer.received();
            }
        }
        assertThat(kept).hasSize(2);
        Headers first = kept.get(0).detail(Headers.class).get();
        assertThat(first.value("a").get()).isEqualTo("b");
        assertThat(first.number("Content-Length")).hasValue(2);
        assertThat(kept.get(1).detail(Headers.class).get()).hasToString("X: y\nContent-Length: 3");
        kept.forEach(RetainedFrame::close);
    }

    /** A body in pieces is put together elsewhere, and its head with it: the fields are looked up there. */
    @Test
    void fieldsOfAFrameInPiecesAreThoseOfItsHead() {
        FrameCodec codec =
                HeaderFramed.builder().body(HeaderFramed.Body.CHUNKED).build();
        byte[] wire = bytes("Content-Length: 1\r\nA: b\r\n\r\n1\r\n.\r\n0\r\n\r\n");
        List<String> values = new ArrayList<>();
        try (Framer framer = Framer.of(
                codec, frame -> values.add(frame.detail(Headers.class).get().toString()))) {
            for (byte b : wire) framer.lend(Unpooled.wrappedBuffer(new byte[] {b}));
        }
        assertThat(values).containsExactly("Content-Length: 1\nA: b");
    }

    /** Wherever a message is cut, and whatever of it the first part is: fields come with the first part, trailers and extensions with the last. */
    @Test
    void trailersAndExtensionsGoWithTheLastPart() {
        String wire = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;e=f\r\n.\r\n0\r\nDigest: x\r\n\r\n";
        for (int from = 0; from <= wire.length(); from++) {
            for (int cut = 0; cut <= wire.length(); cut++) {
                List<String> told = new ArrayList<>();
                FrameHandler handler = frame -> {
                    frame.detail(Headers.class).forEach(h -> told.add(isFirst(frame) + " " + h));
                    frame.detail(Trailers.class).forEach(t -> told.add(isLast(frame) + " " + t));
                    frame.detail(ChunkExtensions.class).forEach(e -> told.add(isLast(frame) + " " + e));
                    try (RetainedFrame kept = frame.keep()) {
                        assertThat(kept.detail(Headers.class).isDefined()).isEqualTo(isFirst(frame));
                        kept.detail(Trailers.class).forEach(t -> told.add("kept " + t));
                    }
                };
                Framer framer = Framer.builder(HttpRequests.strict())
                        .oversize(Oversize.parts(from, 1000))
                        .build(handler);
                framer.offer(Unpooled.wrappedBuffer(bytes(wire.substring(0, cut))));
                framer.offer(Unpooled.wrappedBuffer(bytes(wire.substring(cut))));
                framer.end();
                assertThat(told)
                        .as("parts from %d, cut at %d", from, cut)
                        .containsExactly(
                                "true POST / HTTP/1.1\nTransfer-Encoding: chunked",
                                "true Digest: x",
                                "true 0;e=f",
                                "kept Digest: x");
            }
        }
    }

    private static boolean isFirst(Frame frame) {
        return frame.part() == Part.WHOLE || frame.part() == Part.FIRST;
    }

    private static boolean isLast(Frame frame) {
        return frame.part() == Part.WHOLE || frame.part() == Part.LAST;
    }

    @Test
    void theDetailOfAFrameNotWholeDoesNotSurviveACodecSwitch() {
        FrameCodec rest = decoding(() -> (in, index, end, out) -> {
            if (index < end) out.frame(index, 0, end - index, 0);
        });
        List<Boolean> details = new ArrayList<>();
        try (Framer framer =
                Framer.of(LSP, frame -> details.add(frame.detail(Headers.class).isDefined()))) {
            framer.offer(Unpooled.wrappedBuffer(bytes("Content-Length: 5\r\n\r\nab")));
            framer.switchTo(rest, Leftover.KEEP);
        }
        assertThat(details).containsExactly(false);
    }

    private static FrameCodec decoding(Supplier<FrameDecoder> decoders) {
        return new FrameCodec() {
            @Override
            public FrameDecoder newDecoder() {
                return decoders.get();
            }

            @Override
            public FrameEncoder newEncoder() {
                throw new UnsupportedOperationException();
            }

            @Override
            public int maxFrameLength() {
                return 1000;
            }
        };
    }
}
