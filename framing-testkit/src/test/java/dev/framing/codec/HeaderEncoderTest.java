package dev.framing.codec;

import static dev.framing.codec.HeaderTold.text;
import static dev.framing.testkit.Wire.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.framing.FrameEncoder;
import dev.framing.FrameWriter;
import dev.framing.Oversize;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class HeaderEncoderTest {
    private static final HeaderFramed LSP = HeaderFramed.contentLength();

    /** Puts everything in one place, and holds {@code room} to what was asked for. */
    private static final class Out implements FrameWriter {
        final ByteBuf all = Unpooled.buffer();
        private int promised = -1;

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

        byte[] bytes() {
            check();
            return ByteBufUtil.getBytes(all);
        }

        private void check() {
            if (promised >= 0) assertThat(all.writerIndex()).isEqualTo(promised);
            promised = -1;
        }
    }

    private static byte[] encode(HeaderFramed codec, byte[] head, byte[] payload) {
        Out wire = new Out();
        encode(codec.newEncoder(), head, payload, wire);
        return wire.bytes();
    }

    /** The buffers are borrowed: their indices do not move. */
    private static void encode(FrameEncoder encoder, byte[] head, byte[] payload, Out wire) {
        ByteBuf fields = Unpooled.buffer().writeByte('!').writeBytes(head).skipBytes(1);
        ByteBuf body = Unpooled.buffer().writeByte('!').writeBytes(payload).skipBytes(1);
        try {
            encoder.encode(fields, body, wire);
        } finally {
            assertThat(fields.readerIndex()).isEqualTo(1);
            assertThat(fields.readableBytes()).isEqualTo(head.length);
            assertThat(body.readerIndex()).isEqualTo(1);
            assertThat(body.readableBytes()).isEqualTo(payload.length);
            fields.release();
            body.release();
        }
    }

    @Test
    void theBytesOfALanguageServer() {
        assertThat(text(encode(LSP, bytes(""), bytes("{}")))).isEqualTo("Content-Length: 2\r\n\r\n{}");
        assertThat(text(encode(LSP, bytes("Content-Type: application/vscode-jsonrpc\r\n"), bytes("0123456789"))))
                .isEqualTo("Content-Length: 10\r\nContent-Type: application/vscode-jsonrpc\r\n\r\n0123456789");
        assertThat(text(encode(LSP, bytes(""), bytes("")))).isEqualTo("Content-Length: 0\r\n\r\n");
    }

    record Message(String head, String fields, byte[] payload) {}

    @Provide
    Arbitrary<Message> messages() {
        Arbitrary<String> name = Arbitraries.strings()
                .withChars("!#$%&'*+-.^_`|~")
                .numeric()
                .alpha()
                .ofMinLength(1)
                .ofMaxLength(20)
                .filter(n -> !n.equalsIgnoreCase("content-length"));
        Arbitrary<String> value = Arbitraries.strings()
                .withCharRange(' ', '~')
                .withCharRange('\u0080', '\u00ff')
                .withChars('\t')
                .ofMaxLength(30);
        Arbitrary<String[]> field = Combinators.combine(name, value).as((n, v) ->
                new String[] {n + ":" + v + "\r\n", n + "=" + v.replaceAll("^[ \t]+|[ \t]+\\z", "")});
        Arbitrary<byte[]> payload = Arbitraries.bytes().array(byte[].class).ofMaxSize(300);
        return Combinators.combine(field.list().ofMaxSize(12), payload).as((fields, body) -> {
            StringBuilder head = new StringBuilder();
            StringBuilder read = new StringBuilder("[Content-Length=" + body.length);
            for (String[] f : fields) {
                head.append(f[0]);
                read.append(", ").append(f[1]);
            }
            return new Message(head.toString(), read.append("]").toString(), body);
        });
    }

    @Property(tries = 300)
    void decodeInvertsEncode(@ForAll("messages") Message one, @ForAll("messages") Message two) {
        Out wire = new Out();
        FrameEncoder encoder = LSP.newEncoder();
        encode(encoder, bytes(one.head), one.payload, wire);
        int first = wire.bytes().length;
        encode(encoder, bytes(two.head), two.payload, wire);
        byte[] stream = wire.bytes();
        assertThat(HeaderTold.of(LSP, Oversize.fail(), stream))
                .containsExactly(read(one, 0, first), read(two, first, stream.length - first), "end");
    }

    private static String read(Message m, int position, int length) {
        return "frame " + position + " head " + (length - m.payload.length) + " " + m.fields + " length " + length
                + " body " + text(m.payload);
    }

    // ------------------------------------------------------------------------------------------------ refused

    static Stream<String> injections() {
        return Stream.of(
                "a: b", // no end
                "a: b\r",
                "a: b\n",
                "a",
                "\r\n", // an empty line
                "a: b\r\n\r\n",
                "a: b\r\n\r\nContent-Length: 0\r\n",
                "a: b\r\nContent-Length: 5\r\n",
                "content-length:5\r\n",
                "a: b\rc: d\r\n",
                "a: b\nc: d\r\n",
                "a: b\0\r\n",
                "a : b\r\n",
                " a: b\r\n",
                "a: b\r\n c\r\n",
                ": b\r\n");
    }

    @ParameterizedTest
    @MethodSource("injections")
    void whatWouldNotReadBackIsRefusedBeforeAByteIsWritten(String head) {
        FrameEncoder encoder = LSP.newEncoder();
        Out wire = new Out();
        assertThatThrownBy(() -> encode(encoder, bytes(head), bytes("{}"), wire))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(wire.bytes()).isEmpty();
        encode(encoder, bytes("a: b\r\n"), bytes("{}"), wire); // and goes on as if nothing had been
        assertThat(text(wire.bytes())).isEqualTo("Content-Length: 2\r\na: b\r\n\r\n{}");
    }

    /** Whatever is given as further fields: refused, or one frame comes out, with this payload. */
    @Test
    void noFurtherFieldsSmuggleAFrame() {
        Random random = new Random(4);
        String[] pieces = {
            "a: b\r\n", "\r\n", "\r", "\n", "Content-Length: 1\r\n", "content-length", ":", " ", "x", "\0"
        };
        int written = 0;
        for (int run = 0; run < 20_000; run++) {
            StringBuilder head = new StringBuilder();
            for (int n = random.nextInt(5); n > 0; n--) head.append(pieces[random.nextInt(pieces.length)]);
            byte[] wire;
            try {
                wire = encode(LSP, bytes(head.toString()), bytes("{}"));
            } catch (IllegalArgumentException refused) {
                continue;
            }
            written++;
            List<String> events = HeaderTold.of(LSP, Oversize.fail(), wire);
            assertThat(events).as(head.toString()).hasSize(2);
            assertThat(events.get(0)).endsWith(" length " + wire.length + " body {}");
            assertThat(events.get(1)).isEqualTo("end");
        }
        assertThat(written).isGreaterThan(1000);
    }

    @ParameterizedTest
    @CsvSource({"40, 40, 2", "40, 25, 2", "40, 40, 1"})
    void itsLimitsAreTheDecoders(int max, int head, int fields) {
        HeaderFramed codec =
                HeaderFramed.builder().max(max).head(head).fields(fields).build();
        int refused = 0;
        for (int length = 0; length < 30; length++) {
            byte[] body = new byte[length];
            for (String further : List.of("", "a:\r\n", "a:b\r\n", "a:\r\nb:\r\n")) {
                byte[] wire = encode(LSP, bytes(further), body);
                boolean readable =
                        HeaderTold.of(codec, Oversize.fail(), wire).get(0).startsWith("frame");
                if (readable) {
                    assertThat(encode(codec, bytes(further), body)).isEqualTo(wire);
                } else {
                    refused++;
                    assertThatThrownBy(() -> encode(codec, bytes(further), body))
                            .isInstanceOf(IllegalArgumentException.class);
                }
            }
        }
        assertThat(refused).isBetween(20, 110);
    }

    // ------------------------------------------------------------------------------------------------ in pieces

    @Test
    void piecesMakeTheSameFrame() {
        Out wire = new Out();
        FrameEncoder encoder = LSP.newEncoder();
        ByteBuf fields = Unpooled.wrappedBuffer(bytes("a: b\r\n"));
        encoder.begin(fields, 5, wire);
        encoder.piece(Unpooled.wrappedBuffer(bytes("he")), wire);
        encoder.piece(Unpooled.EMPTY_BUFFER, wire);
        encoder.piece(Unpooled.wrappedBuffer(bytes("llo")), wire);
        encoder.end(wire);
        assertThat(wire.bytes()).isEqualTo(encode(LSP, bytes("a: b\r\n"), bytes("hello")));
        encoder.begin(Unpooled.EMPTY_BUFFER, 0, wire);
        encoder.end(wire);
        assertThat(text(wire.bytes())).endsWith("helloContent-Length: 0\r\n\r\n");
    }

    @Test
    void piecesKeepTheLengthThatWasAnnounced() {
        Out wire = new Out();
        FrameEncoder encoder = LSP.newEncoder();
        ByteBuf three = Unpooled.wrappedBuffer(bytes("abc"));
        assertThatThrownBy(() -> encoder.begin(Unpooled.EMPTY_BUFFER, -1, wire))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> encoder.begin(Unpooled.EMPTY_BUFFER, LSP.maxFrameLength(), wire))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> encoder.begin(Unpooled.EMPTY_BUFFER, Long.MAX_VALUE, wire))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> encoder.piece(three, wire)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> encoder.end(wire)).isInstanceOf(IllegalStateException.class);
        assertThat(wire.bytes()).isEmpty();

        encoder.begin(Unpooled.EMPTY_BUFFER, 4, wire);
        encoder.piece(three, wire);
        assertThatThrownBy(() -> encoder.piece(three, wire))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("1 left");
        assertThatThrownBy(() -> encoder.end(wire)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> encoder.encode(Unpooled.EMPTY_BUFFER, three, wire))
                .isInstanceOf(IllegalStateException.class);
        encoder.piece(Unpooled.wrappedBuffer(bytes("d")), wire);
        encoder.end(wire);
        assertThat(text(wire.bytes())).isEqualTo("Content-Length: 4\r\n\r\nabcd");
    }
}
