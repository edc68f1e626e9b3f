package dev.framing.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What only a process of its own can show: exit status, standard streams, a pipe that closes. */
@Timeout(60)
class ProcessTest {
    @TempDir
    private Path folder;

    @Test
    void standardStreamsAndExitStatusAreThoseOfTheProcess() throws Exception {
        Recording recording = Recording.of(new Captures.Entry("lsp", "c2s", "lsp"));
        byte[] cut = Arrays.copyOf(recording.bytes(), recording.bytes().length - 1);
        Path out = folder.resolve("out");
        Process process = framing("decode", "--codec", "lsp", "-")
                .redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(cut);
        }
        assertThat(process.waitFor()).isEqualTo(1);
        Run here = Run.of(cut, "decode", "--codec", "lsp");
        assertThat(Files.readString(out)).isEqualTo(here.out());
        assertThat(here.last()).startsWith("{\"error\":\"Truncated\",\"position\":10917,");
    }

    @Test
    void aReaderWhoLeavesEndsItQuietly() throws Exception {
        Path file = Files.write(folder.resolve("zeros"), new byte[4 << 20]); // empty DNS frames: 100 MB of lines
        Path err = folder.resolve("err");
        Process process = framing("decode", "--codec", "dns", file.toString())
                .redirectError(err.toFile())
                .start();
        process.getOutputStream().close();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII))) {
            assertThat(lines.readLine()).isEqualTo("{\"position\":0,\"head\":\"0000\",\"payload\":\"\",\"tail\":\"\"}");
        }
        assertThat(process.waitFor()).isEqualTo(141);
        assertThat(err).isEmptyFile();
    }

    /** 100 MB of frames through a heap of 64 MB. */
    @Test
    void memoryIsBoundedByTheLongestFrameNotByTheStream() throws Exception {
        Path file = folder.resolve("large");
        byte[] frame = new byte[2 + 50_000];
        frame[0] = (byte) (50_000 >> 8);
        frame[1] = (byte) 50_000;
        try (OutputStream out = Files.newOutputStream(file)) {
            for (int i = 0; i < 2_000; i++) out.write(frame);
        }
        Process process = framing("decode", "--codec", "dns", file.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        process.getOutputStream().close();
        assertThat(process.waitFor()).isZero();
    }

    private static ProcessBuilder framing(String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.framing.cli.Main"));
        command.addAll(List.of(args));
        return new ProcessBuilder(command).directory(new File("."));
    }
}
