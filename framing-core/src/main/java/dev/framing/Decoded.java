package dev.framing;

import io.netty.buffer.ByteBuf;
import io.vavr.collection.List;
import io.vavr.collection.Seq;
import io.vavr.control.Option;

/**
 * What a complete buffer holds: its frames, and the error after them, if any. For tests, tools and datagrams; streams use a
 * {@link Framer}.
 *
 * <pre>{@code
 * try (Decoded decoded = Decoded.of(codec, bytes)) {
 *     decoded.frames().forEach(frame -> System.out.println(frame.position()));
 * }
 * }</pre>
 *
 * @param frames in order, closed by {@link #close()}
 * @param error why not all of the buffer is frames; the frames before it are there
 * @param consumed bytes from the buffer's reader index on that were cut into frames or dropped between them
 */
public record Decoded(Seq<RetainedFrame> frames, Option<FramingError> error, int consumed) implements AutoCloseable {

    /** The frames in {@code [readerIndex, writerIndex)} of {@code bytes}, which stays the caller's and is not copied. */
    public static Decoded of(FrameCodec codec, ByteBuf bytes) {
        java.util.List<RetainedFrame> frames = new java.util.ArrayList<>();
        boolean done = false;
        FrameHandler keep = new FrameHandler() {
            @Override
            public void onFrame(Frame frame) {
                frames.add(frame.keep());
            }

            @Override
            public void onError(FramingError error) {} // is asked for below
        };
        try (Framer framer = Framer.of(codec, keep)) {
            framer.offer(bytes.retainedSlice());
            framer.end();
            done = true;
            return new Decoded(List.ofAll(frames), framer.error(), (int) framer.position());
        } finally {
            if (!done) frames.forEach(RetainedFrame::close);
        }
    }

    /** Releases the frames. */
    @Override
    public void close() {
        frames.forEach(RetainedFrame::close);
    }
}
