package dev.framing.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** One run of the command in this process: exit status and what it printed. */
record Run(int status, String out, String err) {

    static Run of(String... args) {
        return of(new byte[0], args);
    }

    static Run of(byte[] in, String... args) {
        return of(Look.PLAIN, in, args);
    }

    static Run of(Look look, byte[] in, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Main.run(streams(look, new ByteArrayInputStream(in), out, err), args);
        return new Run(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    static Streams streams(Look look, InputStream in, OutputStream out, OutputStream err) {
        return new Streams(in, out, new PrintStream(err, true, StandardCharsets.UTF_8), look, look);
    }

    List<String> lines() {
        return out.lines().toList();
    }

    String last() {
        return lines().get(lines().size() - 1);
    }
}
