package dev.framing.interop;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Programs written for Node.js: the versions that {@code src/test/npm/package-lock.json} pins, installed below {@code target}. */
final class Npm {
    private static final Path PINNED = Path.of("src", "test", "npm");
    private static final Path INSTALLED = Path.of("target", "npm");

    private Npm() {}

    /** Starts a package's program; skips the test where Node.js is missing, or the package and every way to get it. */
    static Program start(Path directory, String program, String... arguments) throws Exception {
        String node = Program.require("node");
        if (!isInstalled()) install(Program.require("npm"));
        List<String> command = new ArrayList<>(List.of(
                node,
                INSTALLED
                        .resolve(Path.of("node_modules", ".bin", program))
                        .toRealPath()
                        .toString()));
        command.addAll(List.of(arguments));
        return Program.start(directory, command.toArray(String[]::new));
    }

    private static boolean isInstalled() throws IOException {
        Path lock = INSTALLED.resolve("package-lock.json");
        return Files.exists(INSTALLED.resolve(Path.of("node_modules", ".package-lock.json")))
                && Files.exists(lock)
                && Files.mismatch(lock, PINNED.resolve("package-lock.json")) < 0;
    }

    private static void install(String npm) throws IOException, InterruptedException {
        Files.createDirectories(INSTALLED);
        for (String file : List.of("package.json", "package-lock.json"))
            Files.copy(PINNED.resolve(file), INSTALLED.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        Path log = INSTALLED.resolve("npm.log");
        Process process = new ProcessBuilder(
                        npm,
                        "ci",
                        "--ignore-scripts",
                        "--no-audit",
                        "--no-fund",
                        "--prefer-offline",
                        "--fetch-retries=0",
                        "--fetch-timeout=10000")
                .directory(INSTALLED.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        boolean ended = process.waitFor(30, TimeUnit.SECONDS);
        if (!ended) process.destroy();
        assumeTrue(ended && process.exitValue() == 0, () -> "npm cannot install: see " + log.toAbsolutePath());
    }
}
