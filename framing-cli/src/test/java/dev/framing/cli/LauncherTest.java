package dev.framing.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code framing} in a tree of its own, with stand-ins for Java and Maven that say what they were asked. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "a bash script")
@Timeout(60)
class LauncherTest {
    private static final List<String> TOOLS = List.of(
            "bash",
            "env",
            "cat",
            "cp",
            "date",
            "find",
            "flock",
            "grep",
            "head",
            "ls",
            "mkdir",
            "mv",
            "readlink",
            "rm",
            "sed",
            "sleep",
            "tail",
            "touch");
    private static final String JAVA = """
            [[ $1 == -version ]] && { echo 'openjdk version "17.0.1" 2026-01-01' >&2; exit; }
            echo "java: ${*: -2}"
            exit 7
            """;
    /** Two at once would be noticed. */
    private static final String MAVEN = """
            mkdir busy || exit 9
            echo built >> builds
            mkdir -p framing-cli/target/lib
            sleep 0.3
            echo "jar $(grep -c built builds)" > framing-cli/target/framing-cli-1.jar
            rmdir busy
            """;

    @TempDir
    private Path tree;

    private Path bin;
    private Path source;

    @BeforeEach
    void aTreeThatWasNeverBuilt() throws IOException {
        tree = tree.toRealPath();
        bin = Files.createDirectory(tree.resolve("bin"));
        for (String tool : TOOLS) link(tool);
        link("rmdir");
        Files.copy(Path.of("..", "framing"), tree.resolve("framing"));
        source = tree.resolve("framing-cli/src/main/Some.java");
        Files.createDirectories(source.getParent());
        Files.writeString(source, "");
        Instant yesterday = Instant.now().minusSeconds(86_400);
        for (Path path = source; !path.equals(tree); path = path.getParent())
            Files.setLastModifiedTime(path, FileTime.from(yesterday));
        script("java", JAVA);
        script("javac", "");
        script("mvn", MAVEN);
    }

    /** Else JUnit warns of each that it leads out of its folder. */
    @AfterEach
    void removeLinks() throws IOException {
        try (Stream<Path> tools = Files.list(bin)) {
            for (Path tool : tools.filter(Files::isSymbolicLink).toList()) Files.delete(tool);
        }
    }

    @Test
    void theFirstUseBuildsAndTheSecondDoesNot() throws Exception {
        Run first = framing("decode", "x y");
        assertThat(first.err()).isEqualTo("framing: building (needed on first use and after changes) ...\n");
        assertThat(first.out()).isEqualTo("java: decode x y\n");
        assertThat(first.status()).isEqualTo(7);
        Run second = framing("decode", "x y");
        assertThat(second).isEqualTo(new Run(7, "java: decode x y\n", ""));
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void aChangedSourceIsBuiltAgain() throws Exception {
        framing("demo");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));
        assertThat(framing("demo").err()).contains("building");
        assertThat(builds()).isEqualTo(2);
    }

    @Test
    void aBuildThatFailsShowsWhyAndWhatToDo() throws Exception {
        script("mvn", "echo '[INFO] Scanning'; echo '[ERROR] Some.java:[1,1] no such thing'; exit 3");
        Run run = framing("demo");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .contains(
                        "[ERROR] Some.java:[1,1] no such thing",
                        "exit status 3",
                        "target/framing/build.log",
                        "run this again")
                .doesNotContain("Scanning");
        script("mvn", MAVEN);
        assertThat(framing("demo").status()).isEqualTo(7);
    }

    @Test
    void manyAtOnceBuildOnce() throws Exception {
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 5; i++) processes.add(start("demo"));
        for (Process process : processes) assertThat(finish(process).status()).isEqualTo(7);
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void missingToolsAreNamed() throws Exception {
        Files.delete(bin.resolve("mvn"));
        assertThat(framing("demo")).satisfies(run -> {
            assertThat(run.status()).isEqualTo(2);
            assertThat(run.err()).contains("Maven is needed");
        });
        Files.delete(bin.resolve("javac"));
        assertThat(framing("demo").err()).contains("no mvn found");
        script("mvn", MAVEN);
        assertThat(framing("demo").err()).contains("a JDK is needed");
        script("java", "echo 'openjdk version \"11.0.2\" 2019' >&2");
        assertThat(framing("demo").err()).contains("Java 17 or newer is needed, this is 11.0.2");
        script("java", "echo 'java version \"1.8.0_402\"' >&2");
        assertThat(framing("demo").err()).contains("Java 17 or newer is needed, this is 1.8.0_402");
        Files.delete(bin.resolve("java"));
        assertThat(framing("demo")).satisfies(run -> {
            assertThat(run.status()).isEqualTo(2);
            assertThat(run.err()).contains("no Java found");
        });
        assertThat(tree.resolve("builds")).doesNotExist();
    }

    @Test
    void itWorksFromAnywhereAndThroughALink() throws Exception {
        Path elsewhere = Files.createDirectories(tree.resolve("else/where"));
        Path link = Files.createSymbolicLink(elsewhere.resolve("f"), Path.of("../../framing"));
        Process process =
                builder(link.toString(), "demo").directory(elsewhere.toFile()).start();
        assertThat(finish(process).out()).isEqualTo("java: " + onlyJar() + " demo\n");
    }

    /** Else the first file that Java opens would be taken for the input. */
    @Test
    void closedStandardInputIsEmpty() throws Exception {
        framing("demo");
        script(
                "java",
                "[[ $1 == -version ]] && { echo 'openjdk version \"17.0.1\"' >&2; exit; }\ncat && echo 'that was all'");
        Process process = builder("bash", "-c", "exec ./framing decode <&-").start();
        assertThat(finish(process)).isEqualTo(new Run(0, "that was all\n", ""));
    }

    // ------------------------------------------------------------------------------------------------

    private Path onlyJar() throws IOException {
        Path app = tree.resolve("target/framing")
                .resolve(
                        Files.readString(tree.resolve("target/framing/current")).strip());
        return app.resolve("framing-cli.jar");
    }

    private long builds() throws IOException {
        return Files.readAllLines(tree.resolve("builds")).size();
    }

    private Run framing(String... args) throws Exception {
        return finish(start(args));
    }

    private Process start(String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(tree.resolve("framing").toString()));
        command.addAll(List.of(args));
        return builder(command.toArray(String[]::new)).start();
    }

    private ProcessBuilder builder(String... command) {
        ProcessBuilder builder = new ProcessBuilder(command).directory(tree.toFile());
        Map<String, String> environment = builder.environment();
        environment.clear();
        environment.put("PATH", bin.toString());
        return builder;
    }

    private static Run finish(Process process) throws Exception {
        process.getOutputStream().close();
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), out, err);
    }

    private void link(String tool) throws IOException {
        for (String folder : System.getenv("PATH").split(":")) {
            Path path = Path.of(folder, tool);
            if (Files.isExecutable(path)) {
                Files.createSymbolicLink(bin.resolve(tool), path);
                return;
            }
        }
    }

    private void script(String name, String text) throws IOException {
        Path path = bin.resolve(name);
        Files.writeString(path, "#!/usr/bin/env bash\n" + text);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
