package dev.framing.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import org.jspecify.annotations.Nullable;

/**
 * Tells a reader who went away (EPIPE) from every other failed write. Java hands on the operating system's text for it, in the language
 * of the process: a pipe of our own that nobody reads says what the text is here.
 */
final class BrokenPipe {
    private BrokenPipe() {}

    static boolean caused(IOException write) {
        String text = text();
        return text != null && write.getMessage() != null && write.getMessage().contains(text);
    }

    private static @Nullable String text() {
        try {
            Pipe pipe = Pipe.open();
            try (Pipe.SinkChannel nobodyReads = pipe.sink()) {
                pipe.source().close();
                nobodyReads.write(ByteBuffer.allocate(1));
                return null;
            }
        } catch (IOException e) {
            return e.getMessage();
        }
    }
}
