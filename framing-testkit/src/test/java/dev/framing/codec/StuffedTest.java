package dev.framing.codec;

import static dev.framing.testkit.Wire.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.framing.Framer;
import dev.framing.Oversize;
import dev.framing.scan.Examined;
import dev.framing.testkit.Reading;
import dev.framing.testkit.Reference;
import dev.framing.testkit.Replay;
import dev.framing.testkit.Transcript;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class StuffedTest {
    /** A codec, its naive twin, the bytes that matter to it, and what its payloads end with. */
    static Stream<Arguments> codecs() {
        return Stream.of(
                Arguments.of(Stuffed.slip(), (Reference) StuffedTest::slip, "a\u00c0\u00db\u00dc\u00dd", ""),
                Arguments.of(Stuffed.hdlc(), (Reference) StuffedTest::hdlc, "a\u007e\u007d\u005e\u005d", ""),
                Arguments.of(Stuffed.cobs(), (Reference) StuffedTest::cobs, "\0\1\2\3\u00ff", ""),
                Arguments.of(Stuffed.dots(), (Reference) StuffedTest::dots, "a.\r\n", "\r\n"));
    }

    // ------------------------------------------------------------------------------------------------ laws

    @ParameterizedTest
    @MethodSource("codecs")
    void framesDoNotDependOnTheSplit(Stuffed codec, Reference naive, String alphabet, String end) {
        Exhaustive.everyStream(
                bytes(alphabet),
                alphabet.length() == 4 ? 6 : 4,
                s -> Exhaustive.sameHoweverCut(codec, naive, s, 100, 4));
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void longerFramesDoNotDependOnTheSplitEither(Stuffed codec, Reference naive, String alphabet, String end) {
        Random random = new Random(alphabet.hashCode());
        for (int k = 0; k < 30; k++) {
            List<byte[]> payloads = new ArrayList<>();
            for (int i = 0; i < 5; i++) payloads.add(payload(random, alphabet, 40, end));
            byte[] stream = Exhaustive.encode(codec, payloads);
            if (k % 3 == 1) stream = Arrays.copyOf(stream, Math.max(0, stream.length - random.nextInt(6)));
            if (k % 3 == 2 && stream.length > 0)
                stream[random.nextInt(stream.length)] = (byte) alphabet.charAt(random.nextInt(alphabet.length()));
            Exhaustive.sameHoweverCut(codec, naive, stream, 1000, 30, 7);
        }
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void theVerdictIsTheEarliest(Stuffed codec, Reference naive, String alphabet, String end) {
        for (int max = 3; max < 7; max++) Exhaustive.earliestVerdict(codec, naive, bytes(alphabet), 5, max);
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void decodeInvertsEncode(Stuffed codec, Reference naive, String alphabet, String end) {
        List<byte[]> payloads = new ArrayList<>();
        Exhaustive.everyStream(bytes(alphabet), 5, payloads::add);
        int whole = Exhaustive.decodeInvertsEncode(codec, payloads);
        if (end.isEmpty()) {
            int empty = codec.equals(Stuffed.cobs()) ? 0 : 1;
            assertThat(whole).as("all but the empty one are carried").isEqualTo(payloads.size() - empty);
        } else {
            assertThat(whole).isEqualTo((int)
                    payloads.stream().filter(StuffedTest::isLines).count());
        }
        Random random = new Random(1);
        for (int k = 0; k < 300; k++) {
            byte[] payload = payload(random, k % 2 == 0 ? alphabet : "abc", 1200, end);
            Exhaustive.decodeInvertsEncode(codec, List.of(payload, payload));
        }
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void noByteIsLookedAtMoreThanTwice(Stuffed codec, Reference naive, String alphabet, String end) {
        String start = codec.equals(Stuffed.hdlc()) ? "\u007e" : "";
        for (String pattern :
                List.of("x", "\r\n", "\r\n.a", "\u00db\u00dc", "\u007d\u005e", "\1", "\2x", "\u0003xx\1")) {
            byte[] stream = bytes(start + pattern.repeat((pattern.equals("x") ? 1 << 20 : 1 << 17) / pattern.length()));
            for (int read : new int[] {1, 7, stream.length}) {
                Examined.reset();
                try (Framer framer = Framer.builder(codec.newDecoder(), 1 << 21)
                        .oversize(Oversize.parts(1000, 1L << 40))
                        .build(frame -> {})) {
                    for (int at = 0; at < stream.length; at += read)
                        framer.lend(Unpooled.wrappedBuffer(stream, at, Math.min(read, stream.length - at)));
                }
                long reads = (stream.length + read - 1L) / read;
                long d = codec.equals(Stuffed.dots()) ? 5 : 2;
                assertThat(Examined.bytes())
                        .as("%s on %s in reads of %d", codec, pattern, read)
                        .isLessThanOrEqualTo(2L * stream.length + reads * (d - 1));
            }
        }
    }

    // ------------------------------------------------------------------------------------------------ what is special

    /** A payload that holds nothing to change is delivered where it was read. */
    @ParameterizedTest
    @MethodSource("codecs")
    void anUnchangedPayloadIsNotCopied(Stuffed codec, Reference naive, String alphabet, String end) {
        byte[] wire =
                Exhaustive.encode(codec, new ArrayList<>(List.of(bytes("plain text" + end), bytes("more" + end))));
        try (Framer framer = Framer.of(codec, frame -> {})) {
            framer.offer(Unpooled.wrappedBuffer(wire));
            assertThat(framer.copiedBytes()).isZero();
        }
    }

    /** RFC 1055: an END before the first packet, and the empty packets between two ENDs. */
    @Test
    void slipDropsEmptyFrames() {
        assertThat(told(Stuffed.slip(), "\u00c0\u00c0ab\u00c0\u00c0\u00c0c\u00c0"))
                .containsExactly("F 2 3 0 1 6162", "F 7 2 0 1 63", "END");
    }

    @Test
    void slipEscapesBothMarks() {
        assertThat(wire(Stuffed.slip(), "a\u00c0\u00dbb")).isEqualTo(bytes("a\u00db\u00dc\u00db\u00ddb\u00c0"));
        assertThat(told(Stuffed.slip(), "a\u00db\u00dbb\u00c0").get(0)).startsWith("Malformed[position=2,");
    }

    @Test
    void hdlcFlagsAreSharedAndTheFirstIsWritten() {
        List<byte[]> payloads = new ArrayList<>(List.of(bytes("ab"), bytes("\u007e\u007d\u0011")));
        assertThat(Exhaustive.encode(Stuffed.hdlc(), payloads))
                .isEqualTo(bytes("\u007eab\u007e\u007d\u005e\u007d\u005d\u0011\u007e"));
        assertThat(told(Stuffed.hdlc(), "\u007e\u007da\u007d\u007d\u007d\u0031\u007e"))
                .as("any byte may come escaped")
                .containsExactly("F 1 7 0 1 415d11", "END");
    }

    @Test
    void anAbortedHdlcFrameIsMalformed() {
        assertThat(told(Stuffed.hdlc(), "\u007eab\u007d\u007e").get(0))
                .startsWith("Malformed[position=4, reason=the frame was aborted");
        assertThat(told(Stuffed.hdlc(), "ab\u007e").get(0)).startsWith("Malformed[position=0,");
    }

    /** The examples of the Wikipedia article, and the blocks of 254. */
    @ParameterizedTest
    @CsvSource({
        "'', 0100",
        "00, 010100",
        "0000, 01010100",
        "001100, 0102110100",
        "11220033, 031122023300",
        "11223344, 051122334400",
        "11000000, 021101010100"
    })
    void cobsWritesThePublishedExamples(String payload, String wire) {
        assertThat(hex(wire(Stuffed.cobs(), unhex(payload)))).isEqualTo(wire);
    }

    @Test
    void cobsWritesBlocksOf254() {
        String run = "x".repeat(254);
        assertThat(wire(Stuffed.cobs(), run)).isEqualTo(bytes("\u00ff" + run + "\0"));
        assertThat(wire(Stuffed.cobs(), run + "y")).isEqualTo(bytes("\u00ff" + run + "\2y\0"));
        assertThat(wire(Stuffed.cobs(), run + "\0")).isEqualTo(bytes("\u00ff" + run + "\1\1\0"));
        assertThat(wire(Stuffed.cobs(), run + run)).isEqualTo(bytes("\u00ff" + run + "\u00ff" + run + "\0"));
        String padded = "\u00ff" + run + "\1\0";
        assertThat(Exhaustive.decode(Stuffed.cobs(), bytes(padded))).containsExactly(bytes(run));
    }

    @Test
    void cobsBlocksOf254DoNotDependOnTheSplit() {
        String run = "x".repeat(254);
        List<byte[]> payloads = new ArrayList<>(List.of(bytes(run + "\0a"), bytes(run), bytes("a" + run)));
        byte[] wire = Exhaustive.encode(Stuffed.cobs(), payloads);
        Exhaustive.sameHoweverCut(Stuffed.cobs(), StuffedTest::cobs, wire, 1000, 257, 256);
    }

    @Test
    void aCobsCodeThatPointsBeyondItsFrameIsMalformed() {
        assertThat(told(Stuffed.cobs(), "\2a\0\5ab\0").get(1))
                .startsWith("Malformed[position=6, reason=a zero before the end of the block");
    }

    /** RFC 5321 4.5.2. */
    @Test
    void dotsAreDoubledAndRemoved() {
        assertThat(wire(Stuffed.dots(), ".a\r\n..\r\nb.\r\n")).isEqualTo(bytes("..a\r\n...\r\nb.\r\n.\r\n"));
        assertThat(wire(Stuffed.dots(), "")).isEqualTo(bytes(".\r\n"));
        assertThat(Exhaustive.decode(Stuffed.dots(), bytes(".a\r\n.\r\n.\r\n")))
                .containsExactly(bytes("a\r\n"), bytes(""));
    }

    /** The ends of data that smuggled mail in 2023: all malformed, none an end. */
    @ParameterizedTest
    @CsvSource({
        "'a\\n.\\n', 1",
        "'a\\n.\\r\\n', 1",
        "'a\\r\\n.\\n', 4",
        "'a\\r\\n.\\r.', 4",
        "'a\\r.\\r\\n', 1",
        "'a\\r\\n.\\r\\r\\n', 4"
    })
    void onlyCrlfDotCrlfEndsMail(String stream, int position) {
        String bytes = stream.replace("\\r", "\r").replace("\\n", "\n");
        assertThat(told(Stuffed.dots(), bytes))
                .singleElement()
                .asString()
                .startsWith("Malformed[position=" + position + ", reason=bare ");
    }

    @Test
    void whatWouldNotComeBackIsRefused() {
        refuses(Stuffed.slip(), "");
        refuses(Stuffed.hdlc(), "");
        refuses(Stuffed.dots(), "no end");
        refuses(Stuffed.dots(), "bare\nLF\r\n");
        refuses(Stuffed.dots(), "bare\rCR\r\n");
        refuses(Stuffed.slip().withMax(4), "a\u00c0b");
        refuses(Stuffed.cobs().withMax(4), "abc");
        refuses(Stuffed.dots().withMax(8), ".ab\r\n");
    }

    private static void refuses(Stuffed codec, String payload) {
        List<byte[]> taken = new ArrayList<>(List.of(bytes(payload)));
        assertThat(Exhaustive.encode(codec, taken))
                .as("%s writes nothing of %s", codec, payload)
                .isEmpty();
        assertThat(taken).isEmpty();
        assertThat(Exhaustive.encode(codec.withMax(100), new ArrayList<>(List.of(bytes("good\r\n")))))
                .isNotEmpty();
    }

    @Test
    void aFrameOfExactlyTheLimitIsWrittenAndRead() {
        String run = "x".repeat(254);
        for (Stuffed codec : List.of(Stuffed.slip(), Stuffed.hdlc(), Stuffed.cobs(), Stuffed.dots())) {
            for (String lines : List.of("", run, run + "\0a", "\0" + run + run, "..\u00c0\u00db\u007e\u007d")) {
                String payload = lines + "\r\n";
                int length = wire(codec, payload).length - (codec.equals(Stuffed.hdlc()) ? 1 : 0);
                assertThat(Exhaustive.decodeInvertsEncode(codec.withMax(length), List.of(bytes(payload))))
                        .isOne();
                assertThat(Exhaustive.decodeInvertsEncode(codec.withMax(length - 1), List.of(bytes(payload))))
                        .isZero();
            }
        }
        assertThat(Exhaustive.decodeInvertsEncode(Stuffed.cobs().withMax(258), List.of(bytes(run + "\0"))))
                .isOne();
    }

    @Test
    void theTextFormSaysEverything() {
        assertThat(List.of(
                        Stuffed.slip(),
                        Stuffed.hdlc(),
                        Stuffed.cobs().withMax(1 << 20),
                        Stuffed.dots().withMax(1006)))
                .map(Stuffed::toString)
                .containsExactly("slip", "hdlc", "cobs(max=1m)", "dots(max=1006)");
        assertThat(Stuffed.slip()).isEqualTo(Stuffed.slip().toBuilder().build()).isNotEqualTo(Stuffed.hdlc());
        assertThat(Stuffed.slip().withMax(9)).isNotEqualTo(Stuffed.slip());
        assertThatThrownBy(() -> Stuffed.dots().withMax(2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("max 2 is below the shortest frame of dots, 3 bytes");
        assertThat(Stuffed.slip().toBuilder().max(0).validate().isInvalid()).isTrue();
    }

    private static byte[] wire(Stuffed codec, String payload) {
        return Exhaustive.encode(codec, new ArrayList<>(List.of(bytes(payload))));
    }

    private static List<String> told(Stuffed codec, String stream) {
        return events(codec.withMax(1000), bytes(stream));
    }

    /** Frames as {@link Told} writes them, an error with its reason. */
    private static List<String> events(Stuffed codec, byte[] stream) {
        Transcript told = Replay.of(codec).run(stream);
        List<String> events = new ArrayList<>(Told.events(told));
        told.error().forEach(error -> events.set(events.size() - 1, error.toString()));
        return events;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static String unhex(String hex) {
        return new String(HexFormat.of().parseHex(hex), StandardCharsets.ISO_8859_1);
    }

    static byte[] payload(Random random, String alphabet, int longest, String end) {
        StringBuilder payload = new StringBuilder();
        int length = random.nextInt(longest);
        while (payload.length() < length) {
            if (end.isEmpty()) payload.append(alphabet.charAt(random.nextInt(alphabet.length())));
            else payload.append(".".repeat(random.nextInt(3)) + "a".repeat(random.nextInt(3)) + end);
        }
        return bytes(payload.toString());
    }

    private static boolean isLines(byte[] payload) {
        String text = new String(payload, StandardCharsets.ISO_8859_1);
        String rest = text.replace("\r\n", "|");
        return !rest.contains("\r") && !rest.contains("\n") && (rest.isEmpty() || rest.endsWith("|"));
    }

    // ------------------------------------------------------------------------------------------------ naive twins

    private static void slip(byte[] s, boolean ended, Reading out) {
        int start = 0;
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        for (int i = 0; i < s.length; i++) {
            int b = s[i] & 0xFF;
            if (b == 0xC0) {
                if (i > start) out.frame(start, i + 1 - start, 0, 1, payload.toByteArray());
                start = i + 1;
                payload.reset();
            } else if (b != 0xDB) {
                payload.write(b);
            } else if (i + 1 < s.length) {
                int next = s[++i] & 0xFF;
                if (next != 0xDC && next != 0xDD) {
                    out.malformed(i, start);
                    return;
                }
                payload.write(next == 0xDC ? 0xC0 : 0xDB);
            }
        }
        if (start < s.length) out.truncated(start);
    }

    private static void hdlc(byte[] s, boolean ended, Reading out) {
        if (s.length > 0 && s[0] != 0x7E) {
            out.malformed(0, 0);
            return;
        }
        int start = 0;
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        for (int i = 0; i < s.length; i++) {
            if (s[i] == 0x7E) {
                if (i > start) out.frame(start, i + 1 - start, 0, 1, payload.toByteArray());
                start = i + 1;
                payload.reset();
            } else if (s[i] != 0x7D) {
                payload.write(s[i]);
            } else if (i + 1 < s.length) {
                if (s[++i] == 0x7E) {
                    out.malformed(i, start);
                    return;
                }
                payload.write(s[i] ^ 0x20);
            }
        }
        if (start < s.length) out.truncated(start);
    }

    private static void cobs(byte[] s, boolean ended, Reading out) {
        int start = 0;
        while (start < s.length) {
            if (s[start] == 0) {
                start++;
                continue;
            }
            ByteArrayOutputStream payload = new ByteArrayOutputStream();
            int i = start;
            while (i < s.length && s[i] != 0) {
                int code = s[i++] & 0xFF;
                for (int k = 1; k < code; k++, i++) {
                    if (i == s.length) {
                        out.truncated(start);
                        return;
                    }
                    if (s[i] == 0) {
                        out.malformed(i, start);
                        return;
                    }
                    payload.write(s[i]);
                }
                if (code < 255 && i < s.length && s[i] != 0) payload.write(0);
            }
            if (i == s.length) {
                out.truncated(start);
                return;
            }
            out.frame(start, i + 1 - start, 1, 1, payload.toByteArray());
            start = i + 1;
        }
    }

    private static void dots(byte[] s, boolean ended, Reading out) {
        int start = 0;
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        int line = 0;
        while (line < s.length) {
            int i = line;
            while (i < s.length && s[i] != '\r' && s[i] != '\n') i++;
            if (i == s.length || s[i] == '\r' && i + 1 == s.length) break;
            if (s[i] == '\n' || s[i + 1] != '\n') {
                out.malformed(i, start);
                return;
            }
            boolean dot = s[line] == '.';
            if (dot && i == line + 1) {
                out.frame(start, i + 2 - start, 0, 3, payload.toByteArray());
                start = i + 2;
                payload.reset();
            } else {
                payload.write(s, dot ? line + 1 : line, i + 2 - line - (dot ? 1 : 0));
            }
            line = i + 2;
        }
        if (start < s.length) out.truncated(start);
    }
}
