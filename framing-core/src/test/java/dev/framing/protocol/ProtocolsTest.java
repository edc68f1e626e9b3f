package dev.framing.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.Decoded;
import dev.framing.FrameCodec;
import dev.framing.OutboundQueue;
import dev.framing.RetainedFrame;
import dev.framing.codec.HeaderFramed;
import dev.framing.codec.LengthPrefixed;
import dev.framing.text.Codecs;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table against frames written by hand from the specifications: docs/wire/protocols.md. */
class ProtocolsTest {
    private static final Path SAMPLES = Path.of("..", "docs", "wire", "protocols.md");
    private static final Pattern LINE = Pattern.compile("([a-z0-9-]+): *(.*)");
    private static final Pattern TOKEN =
            Pattern.compile("([0-9a-f]{2})(?:\\*([0-9]+))?|\"((?:[^\"\\\\]|\\\\.)*)\"|(/)");

    /** @param parts head, payload, tail */
    record Sample(String name, List<byte[]> parts) {
        String hex(int part) {
            return HexFormat.of().formatHex(parts.get(part));
        }

        byte[] bytes() {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            parts.forEach(all::writeBytes);
            return all.toByteArray();
        }

        @Override
        public String toString() {
            return name;
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void decodesTheSampleOfItsSpecification(Sample sample) {
        byte[] frame = sample.bytes();
        ByteBuf two = Unpooled.wrappedBuffer(frame, frame);
        try (Decoded decoded = Decoded.of(Protocols.named(sample.name()).get().codec(), Unpooled.copiedBuffer(two))) {
            assertThat(decoded.error()).isEmpty();
            assertThat(decoded.frames()).hasSize(2);
            for (RetainedFrame f : decoded.frames()) {
                assertThat(hex(f.head())).isEqualTo(sample.hex(0));
                assertThat(hex(f.payload())).isEqualTo(sample.hex(1));
                assertThat(hex(f.tail())).isEqualTo(sample.hex(2));
            }
        }
    }

    /**
     * A length-prefixed head is given whole, with the other fields that it has; a header block without what the encoder writes: the
     * length, the empty line; those of the other families are all the encoder's.
     */
    @ParameterizedTest
    @MethodSource("samples")
    void encodesTheSampleOfItsSpecification(Sample sample) {
        Protocol protocol = Protocols.named(sample.name()).get();
        ByteBuf head = given(protocol.codec(), sample.parts().get(0));
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        try (OutboundQueue queue = OutboundQueue.of(protocol.codec())) {
            queue.frame(head, Unpooled.wrappedBuffer(sample.parts().get(1)));
            ByteBuffer[] gathered = new ByteBuffer[16];
            int n = queue.gather(gathered);
            for (int i = 0; i < n; i++) {
                byte[] bytes = new byte[gathered[i].remaining()];
                gathered[i].get(bytes);
                wire.writeBytes(bytes);
            }
        }
        assertThat(HexFormat.of().formatHex(wire.toByteArray()))
                .isEqualTo(HexFormat.of().formatHex(sample.bytes()));
    }

    private static ByteBuf given(FrameCodec codec, byte[] head) {
        if (codec instanceof LengthPrefixed) return Unpooled.wrappedBuffer(head);
        if (!(codec instanceof HeaderFramed)) return Unpooled.EMPTY_BUFFER;
        String block = new String(head, StandardCharsets.ISO_8859_1);
        String given =
                block.replaceFirst("(?i)content-length: ?[0-9]+\r?\n", "").replaceFirst("\r?\n\\z", "");
        return Unpooled.copiedBuffer(given, StandardCharsets.ISO_8859_1);
    }

    @Test
    void everyLineOfTheTableHasASample() {
        assertThat(samples().stream().map(Sample::name))
                .containsExactlyInAnyOrderElementsOf(Protocols.all().map(Protocol::name));
    }

    @ParameterizedTest
    @MethodSource("all")
    void printsATextThatParsesToAnEqualCodec(Protocol protocol) {
        assertThat(Codecs.parse(protocol.codec().toString()).get()).isEqualTo(protocol.codec());
        assertThat(Codecs.parse(protocol.name()).get()).isEqualTo(protocol.codec());
        assertThat(Codecs.print(protocol.codec())).isEqualTo(protocol.codec().toString());
    }

    /** Every limit can be lowered by name, but for the one that is the length itself. */
    @ParameterizedTest
    @MethodSource("all")
    void takesAnotherLimit(Protocol protocol) {
        if (protocol.name().equals("mpeg-ts")) return;
        assertThat(Codecs.parse(protocol.name() + "(max=200)").get().maxFrameLength())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @MethodSource("all")
    void saysWhatItIsInALineAndWhereThatStands(Protocol protocol) {
        assertThat(protocol.about()).isNotBlank().hasSizeLessThan(100);
        assertThat(protocol.source()).isNotBlank().hasSizeLessThan(100);
    }

    static List<Protocol> all() {
        return Protocols.all().asJava();
    }

    static List<Sample> samples() {
        boolean inside = false;
        List<Sample> samples = new ArrayList<>();
        for (String line : lines()) {
            if (line.startsWith("```")) inside = !inside;
            Matcher m = LINE.matcher(line);
            if (!inside || !m.matches()) continue;
            List<byte[]> parts = parts(m.group(2));
            assertThat(parts).as(line).hasSize(3);
            samples.add(new Sample(m.group(1), parts));
        }
        return samples;
    }

    private static List<String> lines() {
        try {
            return Files.readAllLines(SAMPLES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the notation says, between one slash and the next. */
    static List<byte[]> parts(String line) {
        ByteArrayOutputStream part = new ByteArrayOutputStream();
        List<byte[]> parts = new ArrayList<>();
        Matcher m = TOKEN.matcher(line);
        int at = 0;
        while (m.find()) {
            assertThat(line.substring(at, m.start())).isBlank();
            at = m.end();
            if (m.group(4) != null) {
                parts.add(part.toByteArray());
                part.reset();
            } else if (m.group(3) != null) {
                part.writeBytes(m.group(3).translateEscapes().getBytes(StandardCharsets.US_ASCII));
            } else {
                int times = m.group(2) == null ? 1 : Integer.parseInt(m.group(2));
                for (int i = 0; i < times; i++) part.write(Integer.parseInt(m.group(1), 16));
            }
        }
        assertThat(line.substring(at)).isBlank();
        parts.add(part.toByteArray());
        return parts;
    }

    private static String hex(ByteBuf bytes) {
        return ByteBufUtil.hexDump(bytes);
    }
}
