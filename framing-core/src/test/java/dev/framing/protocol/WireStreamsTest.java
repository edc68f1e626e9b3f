package dev.framing.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.Frame;
import dev.framing.FrameCodec;
import dev.framing.FrameHandler;
import dev.framing.Framer;
import dev.framing.FramingError;
import dev.framing.RetainedFrame;
import dev.framing.codec.FirstByte;
import dev.framing.codec.LengthPrefixed;
import dev.framing.text.Codecs;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The streams that people read in docs/wire, against the codecs. */
class WireStreamsTest {
    private static final Path SAMPLES = Path.of("..", "docs", "wire", "headers.md");
    private static final Pattern LINE = Pattern.compile("(head|payload|tail|dropped|refused|) +(.*)");

    private static final FrameCodec INTERLEAVED = FirstByte.builder()
            .when("$", LengthPrefixed.builder().width(2).offset(2).build())
            .otherwise(Protocols.RTSP)
            .build();

    /**
     * A stream as it is written.
     *
     * @param events what is told of it, see {@link Told}
     */
    record Sample(String codec, byte[] bytes, List<String> events) {
        @Override
        public String toString() {
            return codec;
        }
    }

    /** The frames, in hex, and where each of them stands. */
    private static final class Told implements FrameHandler {
        final List<String> events = new ArrayList<>();

        @Override
        public void onFrame(Frame frame) {
            try (RetainedFrame f = frame.keep()) {
                byte[] head = ByteBufUtil.getBytes(f.head());
                byte[] tail = ByteBufUtil.getBytes(f.tail());
                events.add(frame(f.position(), f.length(), head, f.bytes(), tail));
            }
        }

        @Override
        public void onError(FramingError error) {
            events.add(error instanceof FramingError.Malformed m ? "malformed at " + m.position() : error.toString());
        }

        static String frame(long position, long length, byte[] head, byte[] payload, byte[] tail) {
            return String.format(
                    Locale.ROOT,
                    "frame at %d of %d: %s | %s | %s",
                    position,
                    length,
                    ByteBufUtil.hexDump(head),
                    ByteBufUtil.hexDump(payload),
                    ByteBufUtil.hexDump(tail));
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void decodesTheStreamAsItIsDescribed(Sample sample) {
        FrameCodec codec = sample.codec().equals("rtsp with interleaved data")
                ? INTERLEAVED
                : Codecs.parse(sample.codec()).get();
        int length = sample.bytes().length;
        for (int step : new int[] {Math.max(length, 1), 1, 7}) {
            Told told = new Told();
            try (Framer framer = Framer.of(codec, told)) {
                for (int from = 0; from < length; from += step) {
                    byte[] read = Arrays.copyOfRange(sample.bytes(), from, Math.min(length, from + step));
                    framer.offer(Unpooled.wrappedBuffer(read));
                }
                framer.end();
            }
            assertThat(told.events).as("in reads of " + step).isEqualTo(sample.events());
        }
    }

    @Test
    void everyKindOfHeaderBlockHasAStream() {
        List<String> codecs = samples().map(Sample::codec).toList();
        assertThat(codecs).contains("http-request", "http-response", "rtsp with interleaved data");
        for (Protocol p : Protocols.all())
            if (p.codec() instanceof dev.framing.codec.HeaderFramed && !p.name().equals("dap"))
                assertThat(codecs).contains(p.name());
    }

    // ------------------------------------------------------------------------------------------------ reading

    static Stream<Sample> samples() {
        List<Sample> samples = new ArrayList<>();
        List<String> block = null;
        for (String line : lines()) {
            boolean fence = line.startsWith("```");
            if (fence && block == null) {
                block = new ArrayList<>();
            } else if (fence) {
                samples.add(sample(block));
                block = null;
            } else if (block != null) {
                block.add(line);
            }
        }
        return samples.stream();
    }

    private static Sample sample(List<String> block) {
        Reader reader = new Reader();
        block.stream().skip(1).forEach(reader::line);
        reader.frameEnds();
        return new Sample(block.get(0), reader.all.toByteArray(), reader.events);
    }

    private static final class Reader {
        final ByteArrayOutputStream all = new ByteArrayOutputStream();
        final List<String> events = new ArrayList<>();
        private String part = "";
        private int start = -1;
        private final ByteArrayOutputStream head = new ByteArrayOutputStream();
        private final ByteArrayOutputStream payload = new ByteArrayOutputStream();
        private final ByteArrayOutputStream tail = new ByteArrayOutputStream();

        void line(String line) {
            if (line.isBlank()) {
                frameEnds();
                return;
            }
            Matcher m = LINE.matcher(line);
            assertThat(m.matches()).as(line).isTrue();
            if (!m.group(1).isEmpty()) part = m.group(1);
            List<byte[]> bytes = ProtocolsTest.parts(m.group(2));
            if (part.equals("refused")) events.add("malformed at " + (all.size() + bytes.get(0).length));
            else if (start < 0 && !part.equals("dropped")) start = all.size();
            switch (part) {
                case "head" -> head.writeBytes(bytes.get(0));
                case "payload" -> payload.writeBytes(bytes.get(0));
                case "tail" -> tail.writeBytes(bytes.get(0));
                default -> {}
            }
            bytes.forEach(all::writeBytes);
        }

        void frameEnds() {
            if (start >= 0)
                events.add(Told.frame(
                        start, all.size() - start, head.toByteArray(), payload.toByteArray(), tail.toByteArray()));
            start = -1;
            head.reset();
            payload.reset();
            tail.reset();
        }
    }

    private static List<String> lines() {
        try {
            return Files.readAllLines(SAMPLES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
