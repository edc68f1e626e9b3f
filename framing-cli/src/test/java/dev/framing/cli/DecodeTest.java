package dev.framing.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DecodeTest {
    private static final byte[] TWO_DNS = HexFormat.of().parseHex("0002" + "6869" + "0000");

    /** All but the responses to HEAD: a codec's text cannot say which of them those are. */
    static List<Captures.Entry> captures() throws IOException {
        List<Captures.Entry> all = new ArrayList<>();
        for (Captures.Entry entry : Captures.ALL) {
            boolean depends = entry.codec().equals("http-response")
                    && Recording.methods(entry.capture()).contains("HEAD");
            if (!depends) all.add(entry);
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("captures")
    void framesAreThoseOfTheManifestHoweverTheyAreRead(Captures.Entry entry) throws Exception {
        Recording recording = Recording.of(entry);
        Run whole = Run.of(recording.bytes(), "decode", "--codec", entry.codec());
        assertThat(whole.err()).isEmpty();
        assertThat(whole.status()).isEqualTo(recording.truncated() ? 1 : 0);
        assertThat(whole.lines()).hasSize(recording.frames() + whole.status());
        if (recording.truncated()) assertThat(whole.last()).startsWith("{\"error\":\"Truncated\"");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < recording.frames(); i++) {
            Map<String, String> line = parse(whole.lines().get(i));
            byte[] frame = HexFormat.of().parseHex(line.get("head") + line.get("payload") + line.get("tail"));
            assertThat(line).containsEntry("position", Long.toString(recording.positions()[i]));
            assertThat(line.getOrDefault("length", "" + frame.length))
                    .isEqualTo("" + recording.lengths()[i]);
            bytes.writeBytes(frame);
        }
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray());
        assertThat(HexFormat.of().formatHex(digest)).isEqualTo(recording.sha256());
        for (String reads : List.of("1", "7", "random:1")) {
            Run cut = Run.of(recording.bytes(), "decode", "--codec", entry.codec(), "--reads", reads);
            assertThat(cut.equals(whole)).as("--reads " + reads).isTrue();
        }
    }

    @Test
    void aLineHasPositionHeadPayloadAndTailInHex() {
        assertThat(Run.of(TWO_DNS, "decode", "--codec", "dns")).isEqualTo(new Run(0, """
                        {"position":0,"head":"0002","payload":"6869","tail":""}
                        {"position":4,"head":"0000","payload":"","tail":""}
                        """, ""));
    }

    @Test
    void headerFieldsStandInTheLineInTheirOrder() {
        byte[] message = ascii("Content-Length: 2\r\nX-Quote: say \"hi\"\r\n\r\n{}");
        assertThat(Run.of(message, "decode", "--codec", "lsp").out())
                .endsWith(
                        "\"payload\":\"7b7d\",\"tail\":\"\",\"fields\":[[\"Content-Length\",\"2\"],[\"X-Quote\",\"say \\\"hi\\\"\"]]}\n");
    }

    @Test
    void startLineAndTrailersStandInTheLineToo() {
        byte[] message =
                ascii("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nDigest: y\r\n\r\n");
        assertThat(Run.of(message, "decode", "--codec", "http-request").out())
                .endsWith("\"start\":[\"POST\",\"/x\",\"HTTP/1.1\"],\"fields\":[[\"Transfer-Encoding\",\"chunked\"]],"
                        + "\"trailers\":[[\"Digest\",\"y\"]]}\n");
    }

    @Test
    void aFrameThatCoversMoreThanIsShownSaysHowMuch() {
        byte[] message = ascii("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1;x\r\nb\r\n0\r\n\r\n");
        assertThat(Run.of(message, "decode", "--codec", "http-response").out())
                .contains("\"payload\":\"6162\",\"tail\":\"0d0a\",\"length\":" + message.length + ",");
    }

    @Test
    void anEmptyStreamIsClean() {
        assertThat(Run.of("decode", "--codec", "dns", "-")).isEqualTo(new Run(0, "", ""));
    }

    // ------------------------------------------------------------------------------------------------ where it breaks

    @ParameterizedTest
    @ValueSource(strings = {"1", "7", "64k", "random:3"})
    void truncatedIsTheLastLine(String reads) {
        byte[] cut = HexFormat.of().parseHex("0002" + "6869" + "0005" + "6869");
        Run run = Run.of(cut, "decode", "--codec", "dns", "--reads", reads);
        assertThat(run).isEqualTo(new Run(1, """
                        {"position":0,"head":"0002","payload":"6869","tail":""}
                        {"error":"Truncated","position":4,"message":"stream ended inside the frame at byte 4: 4 of 7 bytes arrived"}
                        """, ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "7", "64k", "random:3"})
    void tooLongIsTheLastLine(String reads) {
        byte[] bytes = HexFormat.of().parseHex("0002" + "6869" + "0900" + "6869");
        Run run = Run.of(bytes, "decode", "--codec", "dns(max=1k)", "--reads", reads);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.lines()).hasSize(2);
        assertThat(run.last())
                .startsWith("{\"error\":\"FrameTooLong\",\"position\":4,\"message\":\"")
                .contains("2306 bytes, limit 1024");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "7", "64k", "random:3"})
    void malformedIsTheLastLine(String reads) {
        byte[] bytes = ascii("Content-Length: 2\r\n\r\n{}Content-Length: x\r\n\r\n{}");
        Run run = Run.of(bytes, "decode", "--codec", "lsp", "--reads", reads);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.lines()).hasSize(2);
        assertThat(run.last())
                .startsWith("{\"error\":\"Malformed\",\"position\":39,\"message\":\"")
                .contains("`x`");
    }

    @Test
    void nothingIsReadAfterTheError() {
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                return 'x';
            }
        };
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int status =
                Main.run(Run.streams(Look.PLAIN, endless, out, OutputStream.nullOutputStream()), "decode", "-c", "lsp");
        assertThat(status).isEqualTo(1);
        assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("{\"error\":");
    }

    // ------------------------------------------------------------------------------------------------ usage

    @Test
    void everyMistakeInTheCodecStandsUnderItsColumn() {
        Run run = Run.of("decode", "--codec", "length(widht=2, order=middle)");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        List<String> lines = run.err().lines().toList();
        assertThat(lines.get(0)).isEqualTo("framing: 2 mistakes in the codec");
        assertThat(lines.get(1)).isEqualTo("  length(widht=2, order=middle)");
        assertThat(lines.get(2)).startsWith("         ^ ").contains("width");
        assertThat(lines.get(3)).startsWith("                        ^ ").contains("little");
        assertThat(lines).hasSize(4);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    decode                               | --codec
                    decode --codec dns --reads 0         | neither a number of bytes
                    decode --codec dns --reads random:x  | random:SEED
                    decode --codec dns no/such/file      | no/such/file: no such file
                    decode --codec dns .                 | . is a directory
                    decode --codec dns --loud            | --loud
                    demo --only nothing-like-that        | nothing-like-that
                    dance                                | dance
                    ''                                   | which command
                    """)
    void mistakesOnTheCommandLineAreSaidAndExitWith2(String line, String said) {
        Run run = Run.of(line.isEmpty() ? new String[0] : line.split(" +"));
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains(said).doesNotContain("\tat ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"--help", "--version", "demo --help", "demo --version", "decode --help", "decode --version"})
    void helpAndVersionGoToStandardOutput(String line) {
        Run run = Run.of(line.split(" "));
        assertThat(run.status()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("framing").doesNotContain("\u001b");
    }

    @Test
    void aFileIsReadLikeStandardInput(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("two.bin"), TWO_DNS);
        assertThat(Run.of("decode", "-c", "dns", file.toString())).isEqualTo(Run.of(TWO_DNS, "decode", "-c", "dns"));
    }

    // ------------------------------------------------------------------------------------------------ pipes

    @Test
    @Timeout(20)
    void framesComeOutWhileTheInputPauses() throws Exception {
        PipedOutputStream question = new PipedOutputStream();
        PipedInputStream answer = new PipedInputStream();
        Streams streams = Run.streams(
                Look.PLAIN,
                new PipedInputStream(question),
                new PipedOutputStream(answer),
                OutputStream.nullOutputStream());
        CompletableFuture<Integer> status =
                CompletableFuture.supplyAsync(() -> Main.run(streams, "decode", "--codec", "dns"));
        question.write(TWO_DNS, 0, 5); // a frame, and half a head
        question.flush();
        String line = "{\"position\":0,\"head\":\"0002\",\"payload\":\"6869\",\"tail\":\"\"}\n";
        assertThat(answer.readNBytes(line.length()))
                .asString(StandardCharsets.US_ASCII)
                .isEqualTo(line);
        question.close();
        assertThat(status.get()).isEqualTo(1);
    }

    @Test
    void whoeverStopsListeningIsNotToldOff() {
        OutputStream closed = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new UnheardException(new IOException("Broken pipe"));
            }
        };
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Streams streams = Run.streams(Look.PLAIN, new ByteArrayInputStream(TWO_DNS), closed, err);
        assertThat(Main.run(streams, "decode", "--codec", "dns")).isEqualTo(141);
        assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Its scalar fields. */
    private static Map<String, String> parse(String line) throws IOException {
        Map<String, String> fields = new LinkedHashMap<>();
        try (JsonParser json = new JsonFactory().createParser(line)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                json.nextToken();
                fields.put(json.currentName(), json.getText());
                json.skipChildren();
            }
            assertThat(json.nextToken()).isNull();
        }
        return fields;
    }

    /** What a name that is not ASCII becomes where the locale knows ASCII only. */
    @Test
    void aNameThatIsNoFileNameIsAnErrorOfTheCommandLine() {
        Run run = Run.of("decode", "--codec", "dns", "a\0b");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("no file name").doesNotContain("bug");
    }

    /** 1 would say that the stream broke. */
    @Test
    void anErrorOfOursIsNotTakenForABrokenStream() {
        InputStream in = new InputStream() {
            @Override
            public int read() {
                throw new StackOverflowError();
            }

            @Override
            public int read(byte[] into, int offset, int length) {
                throw new StackOverflowError();
            }
        };
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Streams streams = Run.streams(Look.PLAIN, in, new ByteArrayOutputStream(), err);
        assertThat(Main.run(streams, "decode", "--codec", "dns")).isEqualTo(70);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("a bug in framing", "StackOverflowError");
    }
}
