package dev.framing.codec;

import static dev.framing.testkit.Wire.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.framing.Frame;
import dev.framing.FrameHandler;
import dev.framing.Framer;
import dev.framing.FramingError;
import dev.framing.Oversize;
import dev.framing.scan.Examined;
import dev.framing.testkit.Cuts;
import dev.framing.testkit.Event;
import dev.framing.testkit.Reading;
import dev.framing.testkit.Reference;
import dev.framing.testkit.Replay;
import dev.framing.testkit.Transcript;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DelimitedTest {
    /** A codec, and the bytes that matter to it. */
    static Stream<Arguments> codecs() {
        return Stream.of(
                of(Delimited.lf(), "a\n"),
                of(Delimited.lines(), "a\r\n"),
                of(Delimited.crlf(), "a\r\n"),
                of(Delimited.by("\r", "\r\n", "\n"), "a\r\n"),
                of(Delimited.by("\r\n\r\n", "|"), "a\r\n|"),
                of(with(b -> b.delimiter("\r\n\r\n").delimiter("|").strict(true)), "a\r\n|"),
                of(Delimited.by("abcd", "b"), "abcdx"),
                of(with(b -> b.delimiter("abcd").delimiter("b").strict(true)), "abcdx"),
                of(Delimited.by("x\ny", "\n"), "xya\n"),
                of(Delimited.by("aab", "ab", "b"), "abc"),
                of(Delimited.by("a", "aaab"), "abc"),
                of(Delimited.anyOf(";\n"), "a;\n"),
                of(with(b -> b.delimiter("\r\n").delimiter("\n").keep(true)), "a\r\n"),
                of(with(b -> b.delimiter("\r\n").lastLine(true)), "a\r\n"),
                of(with(b -> b.delimiter("\r").delimiter("\r\n").lastLine(true)), "a\r\n"),
                of(with(b -> b.delimiter("\r\n").lastLine(true).strict(true)), "a\r\n"),
                of(with(b -> b.delimiter("\n").keep(true).lastLine(true)), "a\n"),
                of(with(b -> b.delimiter("\r\n").delimiter("\n").escape("\\")), "a\r\n\\"),
                of(with(b -> b.delimiter("\n").escape("\\").lastLine(true)), "a\n\\"),
                of(with(b -> b.delimiter("\n").escape("\\").unescape(true)), "a\n\\"),
                of(with(b -> b.delimiter("\n").escape("\\").unescape(true).lastLine(true)), "a\n\\"),
                of(
                        with(b -> b.delimiter("\r\n")
                                .delimiter("\r")
                                .escape("\\")
                                .unescape(true)
                                .strict(true)),
                        "a\r\n\\"),
                of(Delimited.marks("<", ">"), "a<>"),
                of(with(b -> b.start("\u000b").end("\u001c\r").between("\r\n")), "\u000b\u001c\r\n"),
                of(with(b -> b.start("<<").end(">").between(" ").lastLine(true)), "<> "),
                of(with(b -> b.start("<").end(">").strict(true).keep(true)), "a<>"),
                of(with(b -> b.start("<").end(">").escape("\\").unescape(true).strict(true)), "a<>\\"),
                of(with(b -> b.start("<").end(">;").end(">").escape("\\").unescape(true)), "<>;\\"));
    }

    private static Arguments of(Delimited codec, String alphabet) {
        return Arguments.of(codec, alphabet);
    }

    private static Delimited with(java.util.function.Consumer<Delimited.Builder> choices) {
        Delimited.Builder b = Delimited.builder();
        choices.accept(b);
        return b.build();
    }

    // ------------------------------------------------------------------------------------------------ laws

    @ParameterizedTest
    @MethodSource("codecs")
    void framesDoNotDependOnTheSplit(Delimited codec, String alphabet) {
        int length = switch (alphabet.length()) {
            case 2 -> 7;
            case 3 -> 5;
            default -> 4;
        };
        int least = codec.spec.start().length() + codec.spec.shortest();
        Exhaustive.everyStream(
                bytes(alphabet), length, s -> Exhaustive.sameHoweverCut(codec, naive(codec), s, 100, least + 1));
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void longerFramesDoNotDependOnTheSplitEither(Delimited codec, String alphabet) {
        Random random = new Random(alphabet.hashCode());
        for (int k = 0; k < 24; k++) {
            byte[] stream = k % 2 == 0 ? noise(random, alphabet, 60) : wire(random, codec, alphabet);
            Exhaustive.sameHoweverCut(codec, naive(codec), stream, 100, 24, 7);
        }
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void theVerdictIsTheEarliest(Delimited codec, String alphabet) {
        int least = codec.spec.start().length() + codec.spec.shortest();
        for (int max = least; max < least + 3; max++)
            Exhaustive.earliestVerdict(codec, naive(codec), bytes(alphabet), alphabet.length() > 4 ? 4 : 5, max);
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void decodeInvertsEncode(Delimited codec, String alphabet) {
        List<byte[]> all = new ArrayList<>();
        Exhaustive.everyStream(bytes(alphabet), 4, all::add);
        int whole = Exhaustive.decodeInvertsEncode(codec, all);
        assertThat(whole).isPositive();
        if (codec.spec.unescape())
            assertThat(whole).as("an escape carries everything").isEqualTo(all.size());
        for (byte[] payload : all) Exhaustive.decodeInvertsEncode(codec, List.of(payload, payload));
    }

    /** What is refused could not have been written: the decoder would give something else for it. */
    @ParameterizedTest
    @MethodSource("codecs")
    void onlyWhatDoesNotComeBackIsRefused(Delimited codec, String alphabet) {
        if (codec.spec.unescape()) return;
        Exhaustive.everyStream(bytes(alphabet), 4, payload -> {
            List<byte[]> taken = new ArrayList<>(List.of(payload));
            Exhaustive.encode(codec, taken);
            if (!taken.isEmpty()) return;
            String text = new String(payload, StandardCharsets.ISO_8859_1);
            String end = codec.spec.keep() ? "" : codec.spec.written();
            boolean damaged = false;
            for (String after : follows(alphabet)) {
                Reading read = naive(codec).read(bytes(codec.spec.start() + text + end + after), true);
                damaged |= read.frames().isEmpty() || !read.frames().get(0).equals(frame(codec, text, end));
            }
            assertThat(damaged).as("%s refuses %s", codec, text).isTrue();
        });
    }

    private static List<String> follows(String alphabet) {
        List<String> follows = new ArrayList<>();
        Exhaustive.everyStream(bytes(alphabet), 3, s -> follows.add(new String(s, StandardCharsets.ISO_8859_1)));
        return follows;
    }

    private static Event.Framed frame(Delimited codec, String payload, String end) {
        String start = codec.spec.start();
        int length = start.length() + payload.length() + end.length();
        return new Event.Framed(0, length, bytes(start), bytes(payload), bytes(end), List.of());
    }

    // ------------------------------------------------------------------------------------------------ bounded work

    static Stream<Delimited> searches() {
        Delimited.Builder sixteen = Delimited.builder();
        for (int k = 0; k < 16; k++) sixteen.delimiter("\r\n--boundary-" + (char) ('a' + k) + "--");
        return Stream.of(
                Delimited.lf(),
                Delimited.crlf(),
                Delimited.lines(),
                Delimited.by("aaaaaaab"),
                Delimited.by("baaaaaaa"),
                Delimited.by("aaaaaaaa"),
                Delimited.by("\r\n\r\n", "aab", "ab"),
                with(b -> b.delimiter("\n").escape("\\")),
                with(b -> b.delimiter("\n").escape("\\").unescape(true)),
                Delimited.marks("\u000b", "\u001c\r"),
                sixteen.build());
    }

    @ParameterizedTest
    @MethodSource("searches")
    void noByteIsLookedAtMoreThanTwice(Delimited codec) {
        int d = codec.spec.delimiters().stream().mapToInt(String::length).max().orElseThrow();
        String start = codec.spec.start();
        String end = codec.spec.written();
        String hard = codec.spec.escape() < 0 ? "ab" : "a" + (char) codec.spec.escape();
        for (String pattern :
                List.of("x", hard, start.isEmpty() ? end : "a", end.substring(0, end.length() - 1) + "a")) {
            byte[] stream =
                    bytes((start + pattern.repeat((pattern.equals(hard) ? 1 << 20 : 1 << 17) / pattern.length())));
            for (int read : new int[] {1, 7, stream.length}) {
                long examined = examined(codec, stream, read);
                long reads = (stream.length + read - 1L) / read;
                assertThat(examined)
                        .as("%s on %s in reads of %d", codec, pattern, read)
                        .isLessThanOrEqualTo(2L * stream.length + reads * (d - 1));
            }
        }
    }

    private static long examined(Delimited codec, byte[] stream, int read) {
        FrameHandler nobody = new FrameHandler() {
            @Override
            public void onFrame(Frame frame) {}

            @Override
            public void onError(FramingError error) {} // not every pattern is right everywhere
        };
        try (Framer framer = Framer.builder(codec.newDecoder(), 1 << 21)
                .oversize(Oversize.parts(1000, 1L << 40))
                .build(nobody)) {
            Examined.reset();
            for (int at = 0; at < stream.length; at += read) {
                framer.lend(Unpooled.wrappedBuffer(stream, at, Math.min(read, stream.length - at)));
            }
            return Examined.bytes();
        }
    }

    @Test
    void examinedBytesAreCountedInTests() {
        assertThat(Examined.ON).isTrue();
        assertThat(examined(Delimited.lf(), bytes("abc\n"), 1)).isGreaterThanOrEqualTo(4);
    }

    // ------------------------------------------------------------------------------------------------ what is special

    /** RFC 5321 4.1.1.4, and the smuggling of 2023: only CRLF ends a line. */
    @ParameterizedTest
    @ValueSource(strings = {"MAIL\nRCPT\r\n", "MAIL\rRCPT\r\n", "MAIL\r\rRCPT\r\n", "\nMAIL\r\n"})
    void aBareCrOrLfInAStrictLineIsMalformed(String stream) {
        Transcript told = Replay.of(Delimited.crlf()).run(bytes(stream));
        int at = Math.min(stream.replace('\r', '\n').indexOf('\n'), stream.length());
        assertThat(told.events()).hasSize(1);
        assertThat(told.error().get().toString()).startsWith("Malformed[position=" + at + ", reason=bare ");
    }

    /** netty/netty#13088: CR, LF and CRLF as delimiters gave an empty frame when a read ended between CR and LF. */
    @Test
    void aReadThatEndsBetweenCrAndLfMakesNoEmptyFrame() {
        Delimited codec = Delimited.by("\r", "\n", "\r\n");
        Transcript told = Replay.of(codec).cuts(Cuts.at(4, 9)).run(bytes("one\r\ntwo\r\n"));
        assertThat(Told.events(told)).containsExactly("F 0 5 0 2 6f6e65", "F 5 5 0 2 74776f", "END");
    }

    @Test
    void theEncoderRefusesWhatInjectsAFrame() {
        refuses(Delimited.lf(), "QUIT\nMAIL");
        refuses(Delimited.crlf(), "RCPT TO:<a>\r\nDATA");
        refuses(Delimited.crlf(), "bare\nLF");
        refuses(Delimited.crlf(), "bare\rCR");
        refuses(Delimited.crlf(), "ends with\r");
        refuses(Delimited.by("\n", "\r\n"), "ends with\r");
        refuses(Delimited.by("\n", "x\ny"), "the next one begins with y: x");
        refuses(Delimited.marks("\u000b", "\u001c\r"), "two\u001c\r\u000bframes");
        refuses(with(b -> b.delimiter("\n").escape("\\")), "half an escape\\");
        refuses(with(b -> b.delimiter("\n").keep(true)), "no delimiter");
        refuses(with(b -> b.delimiter("\n").keep(true)), "one\ntwo\n");
        refuses(Delimited.lf().withMax(4), "four");
    }

    private static void refuses(Delimited codec, String payload) {
        List<byte[]> taken = new ArrayList<>(List.of(bytes(payload)));
        assertThat(Exhaustive.encode(codec, taken))
                .as("%s writes nothing of %s", codec, payload)
                .isEmpty();
        assertThat(taken).isEmpty();
    }

    @Test
    void theFirstDelimiterIsWritten() {
        assertThat(Exhaustive.encode(Delimited.lines(), new ArrayList<>(List.of(bytes("a")))))
                .isEqualTo(bytes("a\r\n"));
        assertThat(Exhaustive.encode(Delimited.by("\r", "\r\n", "\n"), new ArrayList<>(List.of(bytes("a")))))
                .as("a CR alone begins CRLF")
                .isEqualTo(bytes("a\r\n"));
    }

    @Test
    void theTextFormSaysEverything() {
        assertThat(codecs().map(a -> a.get()[0].toString()))
                .containsExactly(
                        "delimited(\"\\n\")",
                        "delimited(\"\\r\\n\", \"\\n\")",
                        "delimited(\"\\r\\n\", strict)",
                        "delimited(\"\\r\", \"\\r\\n\", \"\\n\")",
                        "delimited(\"\\r\\n\\r\\n\", \"|\")",
                        "delimited(\"\\r\\n\\r\\n\", \"|\", strict)",
                        "delimited(\"abcd\", \"b\")",
                        "delimited(\"abcd\", \"b\", strict)",
                        "delimited(\"x\\ny\", \"\\n\")",
                        "delimited(\"aab\", \"ab\", \"b\")",
                        "delimited(\"a\", \"aaab\")",
                        "delimited(any=\";\\n\")",
                        "delimited(\"\\r\\n\", \"\\n\", keep)",
                        "delimited(\"\\r\\n\", lastLine)",
                        "delimited(\"\\r\", \"\\r\\n\", lastLine)",
                        "delimited(\"\\r\\n\", strict, lastLine)",
                        "delimited(\"\\n\", keep, lastLine)",
                        "delimited(\"\\r\\n\", \"\\n\", escape=\"\\\\\")",
                        "delimited(\"\\n\", escape=\"\\\\\", lastLine)",
                        "delimited(\"\\n\", escape=\"\\\\\", unescape)",
                        "delimited(\"\\n\", escape=\"\\\\\", unescape, lastLine)",
                        "delimited(\"\\r\\n\", \"\\r\", escape=\"\\\\\", unescape, strict)",
                        "delimited(start=\"<\", end=\">\")",
                        "delimited(start=\"\\x0b\", end=\"\\x1c\\r\", between=\"\\r\\n\")",
                        "delimited(start=\"<<\", end=\">\", between=\" \", lastLine)",
                        "delimited(start=\"<\", end=\">\", keep, strict)",
                        "delimited(start=\"<\", end=\">\", escape=\"\\\\\", unescape, strict)",
                        "delimited(\">;\", \">\", start=\"<\", escape=\"\\\\\", unescape)");
        assertThat(Delimited.lf().withMax(8 * 1024)).hasToString("delimited(\"\\n\", max=8k)");
        assertThat(Delimited.builder().delimiter(new byte[] {(byte) 0xff, 0}).build())
                .hasToString("delimited(\"\\xff\\x00\")");
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void aBuilderOfACodecMakesItsEqual(Delimited codec, String alphabet) {
        assertThat(codec.toBuilder().build()).isEqualTo(codec).hasSameHashCodeAs(codec);
        assertThat(codec.withMax(99)).isNotEqualTo(codec);
        assertThat(codec.withMax(99).maxFrameLength()).isEqualTo(99);
    }

    @Test
    void everyMistakeIsToldAtOnce() {
        assertThat(reasons(Delimited.builder())).containsExactly("no delimiter");
        assertThat(reasons(Delimited.builder()
                        .delimiter("")
                        .delimiter("\n")
                        .delimiter("\n\\")
                        .delimiter("\n")
                        .delimiter("é")
                        .any("")
                        .start("")
                        .between(" ")
                        .escape("\\")
                        .unescape(true)
                        .keep(true)
                        .max(-1)))
                .containsExactly(
                        "delimiter \"é\" is not ASCII: give it as bytes",
                        "any names no byte",
                        "start is empty",
                        "an empty delimiter",
                        "delimiter \"\\n\" twice",
                        "keep with delimiter \"\\n\", which begins another: the next payload could make it longer",
                        "unescape with keep: a kept delimiter would look like an escaped one",
                        "escape \"\\\\\" is part of delimiter \"\\n\\\\\"",
                        "between without a start mark",
                        "max -1 is below the shortest frame, 0 bytes");
        assertThat(reasons(Delimited.builder()
                        .start("<a")
                        .end("<a")
                        .between("< ")
                        .escape("ab")
                        .max(3)))
                .containsExactly(
                        "escape must be one byte",
                        "start and end are both \"<a\": one lost byte would turn every frame inside out",
                        "between \"< \" holds the first byte of the start mark",
                        "max 3 is below the shortest frame, 4 bytes");
        assertThat(reasons(Delimited.builder().delimiter("x".repeat(1025)).unescape(true)))
                .containsExactly("unescape without an escape", "delimiters of 1025 bytes in all, at most 1024");
        assertThatThrownBy(() -> Delimited.lf().withMax(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("max 0 is below the shortest frame, 1 byte");
    }

    private static List<String> reasons(Delimited.Builder builder) {
        return builder.validate().getError().asJava();
    }

    // ------------------------------------------------------------------------------------------------ naive twin

    private static byte[] noise(Random random, String alphabet, int longest) {
        byte[] stream = new byte[random.nextInt(longest)];
        for (int i = 0; i < stream.length; i++)
            stream[i] = (byte) alphabet.charAt(random.nextInt(alphabet.length()) * random.nextInt(2));
        return stream;
    }

    /** Frames of all lengths, the last perhaps cut. */
    private static byte[] wire(Random random, Delimited codec, String alphabet) {
        List<byte[]> payloads = new ArrayList<>();
        for (int k = 0; k < 6; k++) {
            byte[] payload = noise(random, alphabet, 30);
            String end = codec.spec.keep() ? codec.spec.written() : "";
            payloads.add(bytes(new String(payload, StandardCharsets.ISO_8859_1) + end));
        }
        byte[] wire = Exhaustive.encode(codec, payloads);
        return random.nextBoolean() ? wire : Arrays.copyOf(wire, Math.max(0, wire.length - random.nextInt(9)));
    }

    static Reference naive(Delimited codec) {
        return (stream, ended, out) -> decode(codec.spec, new String(stream, StandardCharsets.ISO_8859_1), out);
    }

    private static void decode(Delimited.Spec spec, String s, Reading out) {
        int at = 0;
        while (true) {
            while (at < s.length() && spec.between().indexOf(s.charAt(at)) >= 0) at++;
            if (at == s.length()) return;
            for (int k = 0; k < spec.start().length(); k++) {
                if (at + k == s.length()) {
                    out.truncated(at);
                    return;
                }
                if (s.charAt(at + k) != spec.start().charAt(k)) {
                    out.malformed(at + k, at);
                    return;
                }
            }
            at = frame(spec, s, at, out);
            if (at < 0) return;
        }
    }

    /** The index after the frame, or -1: it was the last thing. */
    private static int frame(Delimited.Spec spec, String s, int start, Reading out) {
        int head = spec.start().length();
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        int i = start + head;
        while (i < s.length()) {
            if (s.charAt(i) == spec.escape()) {
                if (i + 1 == s.length()) {
                    out.truncated(start);
                    return -1;
                }
                if (!spec.unescape()) payload.write(s.charAt(i));
                payload.write(s.charAt(i + 1));
                i += 2;
                continue;
            }
            String longest = "";
            boolean cut = false;
            for (String d : spec.delimiters()) {
                if (s.startsWith(d, i) && d.length() > longest.length()) longest = d;
                cut |= d.length() > s.length() - i && d.startsWith(s.substring(i));
            }
            if (!longest.isEmpty()) {
                if (spec.keep()) payload.writeBytes(bytes(longest));
                int tail = spec.keep() ? 0 : longest.length();
                out.frame(start, i + longest.length() - start, head, tail, payload.toByteArray());
                return i + longest.length();
            }
            if (spec.strict() && (String.join("", spec.delimiters()) + spec.start()).indexOf(s.charAt(i)) >= 0) {
                if (cut) out.truncated(start);
                else out.malformed(i, start);
                return -1;
            }
            payload.write(s.charAt(i++));
        }
        if (!spec.lastLine()) {
            out.truncated(start);
            return -1;
        }
        out.frame(start, s.length() - start, head, 0, payload.toByteArray());
        return s.length();
    }
}
