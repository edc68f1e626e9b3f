package dev.framing.interop;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A program of somebody else, running for one test in a directory of its own. Nothing of the system's is used or changed: no service, no
 * file of its configuration, no fixed port.
 */
final class Program implements AutoCloseable {
    /** For a start, an answer, an exit: far more than any takes. */
    static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final int ATTEMPTS = 5;

    private final String name;
    private final Process process;
    private final Path errors;
    private final InetSocketAddress address;

    private Program(Path directory, List<String> command, InetSocketAddress address) throws IOException {
        name = Path.of(command.get(0)).getFileName().toString();
        errors = Files.createTempFile(directory, name, ".err");
        this.address = address;
        process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectError(errors.toFile())
                .start();
    }

    /** What to run, once the port is known. */
    interface Command {
        List<String> on(int port) throws IOException;
    }

    /** Starts it; what it writes to its standard error ends up in the messages of failures. */
    static Program start(Path directory, String... command) throws IOException {
        return new Program(directory, List.of(command), InetSocketAddress.createUnresolved("nowhere", 0));
    }

    /** Starts a server on a free port of the loopback interface, and returns once it listens. */
    static Program server(Path directory, Command command) throws Exception {
        for (int attempt = 1; ; attempt++) {
            InetSocketAddress address = freePort();
            Program program = new Program(directory, command.on(address.getPort()), address);
            try {
                program.awaitListening();
                return program;
            } catch (AssertionError e) { // perhaps somebody else has taken the port meanwhile
                program.close();
                if (attempt == ATTEMPTS) throw e;
            }
        }
    }

    private static InetSocketAddress freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return (InetSocketAddress) socket.getLocalSocketAddress();
        }
    }

    /** Where this program is installed; skips the test where it is not. */
    static String require(String name) {
        Optional<Path> path = find(name);
        Assumptions.assumeTrue(path.isPresent(), name + " is not installed");
        return path.orElseThrow().toString();
    }

    /** Looks where servers are, too. */
    private static Optional<Path> find(String name) {
        String path = System.getenv().getOrDefault("PATH", "") + File.pathSeparator + "/usr/sbin";
        return Stream.of(path.split(File.pathSeparator))
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private void awaitListening() throws InterruptedException {
        long start = System.nanoTime();
        while (System.nanoTime() - start < PATIENCE.toNanos()) {
            try (Socket socket = new Socket()) {
                socket.connect(address);
                return;
            } catch (IOException notYet) {
                if (process.waitFor(5, TimeUnit.MILLISECONDS))
                    throw failure("ended with status " + process.exitValue());
            }
        }
        throw failure("does not listen");
    }

    /** Where the server listens. */
    InetSocketAddress address() {
        return address;
    }

    /** Its standard output. */
    InputStream output() {
        return process.getInputStream();
    }

    /** Its standard input. */
    OutputStream input() {
        return process.getOutputStream();
    }

    /** All that it wrote, once it has ended by itself with status 0. */
    byte[] result() throws Exception {
        byte[] all = process.getInputStream().readAllBytes();
        int status = exitStatus();
        if (status != 0) throw failure("ended with status " + status);
        return all;
    }

    /** Waits for its end. */
    int exitStatus() throws InterruptedException {
        if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) throw failure("does not end");
        return process.exitValue();
    }

    AssertionError failure(String what) {
        String said;
        try {
            said = Files.readString(errors);
        } catch (IOException e) {
            said = e.toString();
        }
        return new AssertionError(name + " " + what + (said.isBlank() ? "" : "\n" + said));
    }

    /** Ends this one process, by force where it does not obey. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (process.waitFor(5, TimeUnit.SECONDS)) return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }

    @Override
    public String toString() {
        return name;
    }
}
