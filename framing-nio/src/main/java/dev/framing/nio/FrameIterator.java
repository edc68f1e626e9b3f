package dev.framing.nio;

import dev.framing.Frame;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Frames until the end, each borrowed until the next is asked for. */
final class FrameIterator implements Iterator<Frame> {

    /** {@link FramedInput#receive()} or {@link FramedSocket#receive()}. */
    interface Receiver {
        @Nullable
        Frame receive() throws IOException;
    }

    private final Receiver receiver;
    private @Nullable Frame frame;
    private boolean asked;

    FrameIterator(Receiver receiver) {
        this.receiver = receiver;
    }

    @Override
    public boolean hasNext() {
        if (asked) return frame != null;
        try {
            frame = receiver.receive();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        asked = true;
        return frame != null;
    }

    @Override
    public Frame next() {
        if (!hasNext()) throw new NoSuchElementException("the stream has ended");
        asked = false;
        return Objects.requireNonNull(frame);
    }
}
