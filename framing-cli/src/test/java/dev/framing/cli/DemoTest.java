package dev.framing.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.FrameCodec;
import dev.framing.text.Codecs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class DemoTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "smtp",
                "lsp c2s",
                "syslog",
                "mqtt311-sub",
                "http1-chunked",
                "http1-expect-refused",
                "http1-close-http10"
            })
    void recordedFramesComeBackFromTheSocket(String only) {
        Run run = Run.of("demo", "--only", only);
        assertThat(run.err()).isEmpty();
        assertThat(run.status()).isZero();
        assertThat(run.out())
                .contains("positions, lengths and bytes as recorded ok")
                .doesNotContain(" NO");
    }

    /** The test that the demo can fail. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("lies")
    void aRecordingThatSaysSomethingElseFailsTheDemo(String what, UnaryOperator<Recording> lie, String said)
            throws Exception {
        Recording wrong = lie.apply(Recording.of(new Captures.Entry("smtp-pipelined", "s2c", "smtp")));
        Run run = demo(wrong, "smtp");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out())
                .contains(" NO\n  smtp-pipelined s2c, blocking, as recorded: " + said)
                .contains("smtp-pipelined s2c, blocking, random: " + said)
                .contains("smtp-pipelined s2c, selector, random: " + said)
                .contains("smtp-pipelined s2c, Netty, random: " + said)
                .contains("4 replays differ NO");
    }

    static Stream<Arguments> lies() {
        return Stream.of(
                lie(
                        "a length",
                        r -> {
                            r.lengths()[2]++;
                            return r;
                        },
                        "frame 3: expected ["),
                lie(
                        "a position",
                        r -> {
                            r.positions()[0]++;
                            return r;
                        },
                        "frame 1: expected [1, "),
                lie(
                        "a frame too many",
                        r -> with(r, r.bytes(), r.frames() + 1, r.sha256()),
                        "frame 20: expected [0, 0), got nothing"),
                lie(
                        "a frame too few",
                        r -> with(r, r.bytes(), r.frames() - 1, r.sha256()),
                        "frame 19: expected nothing, got ["),
                lie(
                        "a byte of payload",
                        r -> {
                            r.bytes()[1] ^= 1;
                            return r;
                        },
                        "the frames' bytes have SHA-256 "));
    }

    private static Arguments lie(String what, UnaryOperator<Recording> lie, String said) {
        return Arguments.of(what, lie, said);
    }

    private static Recording with(Recording r, byte[] bytes, int frames, String sha256) {
        return new Recording(
                r.name(),
                bytes,
                r.reads(),
                Arrays.copyOf(r.positions(), frames),
                Arrays.copyOf(r.lengths(), frames),
                sha256,
                r.truncated());
    }

    @Test
    void aCodecThatGivesUpFailsTheDemoAndDoesNotHang() throws Exception {
        Run run = demo(Recording.of(new Captures.Entry("memcached-binary", "s2c", "")), "dns(max=100)");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).contains("too long").contains("0/192 NO");
    }

    @Test
    void bytesThatMakeNoFrameFailTheDemo() throws Exception {
        Recording r = Recording.of(new Captures.Entry("smtp-pipelined", "s2c", "smtp"));
        Run run = demo(with(r, Arrays.copyOf(r.bytes(), r.bytes().length + 1), r.frames(), r.sha256()), "smtp");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).contains("stream ended inside the frame at byte 395");
    }

    @Test
    void aStreamThatBreaksOffIsRightOnlyIfTheRecordingSaysSo() throws Exception {
        Recording r = Recording.of(new Captures.Entry("smtp-pipelined", "s2c", "smtp"));
        Recording broken = new Recording(r.name(), r.bytes(), r.reads(), r.positions(), r.lengths(), r.sha256(), true);
        assertThat(demo(broken, "smtp").out()).contains("the stream breaks off inside a frame, and was not found to");
    }

    private static Run demo(Recording recording, String codec) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Streams streams = Run.streams(Look.PLAIN, InputStream.nullInputStream(), out, OutputStream.nullOutputStream());
        FrameCodec parsed = Codecs.parse(codec).get();
        int status = new DemoCommand(streams).run(List.of(new Matrix.Row(recording, parsed)));
        return new Run(status, out.toString(StandardCharsets.UTF_8), "");
    }

    // ------------------------------------------------------------------------------------------------ what it compares

    @Test
    void everyRecordedStreamIsReplayedOrListedForLater() throws IOException {
        List<String> streams = new ArrayList<>();
        try (Stream<Path> folders = Files.list(Path.of("..", "captures"))) {
            for (Path folder : folders.filter(Files::isDirectory).sorted().toList()) {
                for (String direction : List.of("c2s", "s2c")) {
                    if (Files.size(folder.resolve(direction + ".bin")) > 0)
                        streams.add(folder.getFileName() + " " + direction);
                }
            }
        }
        List<String> replayed = Captures.ALL.stream().map(Captures.Entry::name).toList();
        assertThat(replayed).isSubsetOf(streams);
        streams.removeAll(replayed);
        assertThat(streams).allMatch(name -> name.startsWith("smtp") && name.endsWith("c2s"));
    }

    @Test
    void theRecordedCutReachesTheSocketReadForRead() throws Exception {
        Captures.Entry entry = new Captures.Entry("smtp", "s2c", "smtp");
        Recording recording = Recording.of(entry);
        try (Transport transport = new BlockingTransport()) {
            FrameCodec smtp = Codecs.parse("smtp").get();
            Receipt receipt = Sending.run(transport, smtp, recording, Cut.RECORDED);
            assertThat(receipt.reads()).isEqualTo(recording.reads());
            Receipt coalesced = Sending.run(transport, smtp, recording, Cut.COALESCED);
            assertThat(coalesced.reads()).hasSizeLessThan(recording.frames());
        }
    }

    @Test
    void aReadIsRightIfItIsOneWholeFrame() {
        Recording recording =
                new Recording("", new byte[9], new int[0], new long[] {0, 3, 5}, new long[] {3, 2, 4}, "", false);
        assertThat(right(recording, 3, 2, 4)).isEqualTo(3);
        assertThat(right(recording, 9)).isZero();
        assertThat(right(recording, 2, 1, 2, 4)).isEqualTo(2);
        assertThat(right(recording, 3, 6)).isEqualTo(1);
        assertThat(right(recording, 1, 1, 1, 1, 1, 4)).isEqualTo(1);
    }

    private static int right(Recording recording, int... reads) {
        Receipt receipt = new Receipt();
        for (int read : reads) receipt.read(read);
        return receipt.readsThatAreFrames(recording);
    }

    // ------------------------------------------------------------------------------------------------ looks

    @Test
    void aPipeGetsPlainAscii() {
        String out = Run.of("demo", "--only", "smtp").out();
        assertThat(out).matches("(?s)[\\n -~]*");
        assertThat(out.lines()).allMatch(line -> line.length() <= 80);
    }

    @Test
    void aTerminalGetsColourUnlessNoColorIsSet() {
        Map<String, String> terminal = Map.of("TERM", "xterm", "LC_ALL", "de_DE.UTF-8");
        assertThat(Look.of(true, terminal)).isEqualTo(new Look(true, true, true));
        assertThat(Look.of(true, Map.of("TERM", "xterm", "NO_COLOR", "1"))).isEqualTo(new Look(true, false, false));
        assertThat(Look.of(true, Map.of("TERM", "xterm", "NO_COLOR", "")).colour())
                .isTrue();
        assertThat(Look.of(true, Map.of("TERM", "dumb")).colour()).isFalse();
        assertThat(Look.of(true, Map.of("LANG", "C.UTF-8", "LC_ALL", "C")).unicode())
                .isFalse();
        assertThat(Look.of(false, terminal)).isEqualTo(Look.PLAIN);

        Run colour = Run.of(Look.of(true, terminal), new byte[0], "demo", "--only", "smtp-pipelined");
        assertThat(colour.out()).contains("\u001b[").contains("✓");
        Run none = Run.of(new Look(true, false, true), new byte[0], "demo", "--only", "smtp-pipelined");
        assertThat(none.out()).doesNotContain("\u001b").contains("✓");
    }
}
