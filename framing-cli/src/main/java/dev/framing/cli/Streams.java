package dev.framing.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Where a command reads and writes: the standard streams of the process, or those of a test.
 *
 * @param out tells {@link UnheardException} when nobody reads it any more
 */
record Streams(InputStream in, OutputStream out, PrintStream err, Look outLook, Look errLook) {
    /** Set by the launcher, because Java cannot ask: which of {@code 1} and {@code 2} is a terminal. */
    private static final String TERMINALS = "framing.terminals";

    static Streams ofProcess() {
        String terminals = System.getProperty(TERMINALS, "");
        Map<String, String> environment = System.getenv();
        return new Streams(
                new FileInputStream(FileDescriptor.in),
                new Out(new FileOutputStream(FileDescriptor.out)),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                Look.of(terminals.contains("1"), environment),
                Look.of(terminals.contains("2"), environment));
    }

    /** Tells a reader who went away from a disk that is full. */
    private static final class Out extends OutputStream {
        private final OutputStream stream;

        Out(OutputStream stream) {
            this.stream = stream;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            try {
                stream.write(bytes, from, length);
            } catch (IOException e) {
                if (BrokenPipe.caused(e)) throw new UnheardException(e);
                throw new IOException("cannot write standard output: " + Main.reason(e), e);
            }
        }
    }
}
