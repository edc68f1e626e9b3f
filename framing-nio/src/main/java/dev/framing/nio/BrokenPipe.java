package dev.framing.nio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import org.jspecify.annotations.Nullable;

/**
 * Tells "broken pipe" (EPIPE) from every other failed write. Java hands on the operating system's text for it, in the language of the
 * process: a pipe of our own that nobody reads says what the text is here.
 */
final class BrokenPipe {
    static final @Nullable String TEXT = text();

    private BrokenPipe() {}

    static boolean caused(IOException write) {
        String message = write.getMessage();
        return TEXT != null && message != null && message.contains(TEXT);
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
