package dev.framing.netty;

import dev.framing.FramingError;
import dev.framing.FramingException;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.TooLongFrameException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/** The errors of a stream in Netty's words, so that handlers written for Netty's decoders catch them. */
final class Mistakes {
    private Mistakes() {}

    /**
     * <pre>
     *   FrameTooLong                          TooLongFrameException
     *   Malformed, Truncated, LeftoverBytes   CorruptedFrameException: the peer's bytes are wrong, or some are missing
     *   TimedOut, BudgetExceeded              DecoderException: nothing is wrong with the bytes that came
     *   Reset                                 IOException, as the transport's own
     * </pre>
     *
     * @param exception of the engine
     * @param transport what the transport said, or null
     */
    static Throwable inWordsOfNetty(FramingException exception, @Nullable Throwable transport) {
        FramingError error = exception.error();
        String message = error.message();
        if (error instanceof FramingError.FrameTooLong) return new TooLongFrameException(message, exception);
        if (error instanceof FramingError.Reset) {
            return new IOException(message, transport == null ? exception : new FramingException(error, transport));
        }
        if (error instanceof FramingError.TimedOut || error instanceof FramingError.BudgetExceeded)
            return new DecoderException(message, exception);
        return new CorruptedFrameException(message, exception);
    }

    /** The connection broke: somewhere in the causes stands an {@link IOException} that says more than that a channel is closed. */
    static boolean breaksTheConnection(@Nullable Throwable thrown) {
        int depth = 0;
        for (Throwable t = thrown; t != null && depth < 16; t = t.getCause(), depth++) {
            boolean closed = t instanceof ClosedChannelException || t instanceof ChannelOutputShutdownException;
            if (t instanceof IOException && !closed) return true;
        }
        return false;
    }
}
