package dev.framing.testkit;

import dev.framing.Frame;
import dev.framing.FrameCodec;
import dev.framing.FrameHandler;
import dev.framing.Framer;
import dev.framing.FramingError;
import dev.framing.FramingException;
import io.netty.buffer.ByteBuf;
import io.vavr.control.Option;
import java.util.Arrays;

/** L6: the first error is typed, says where, and is the last thing that is told. */
final class FinalLaw implements FrameHandler {
    private static final byte[] MORE = {0, 1, 2, 3, 'a', '\r', '\n', 'b'};

    private final FrameCodec codec;
    private final CountingAllocator buffers = new CountingAllocator();
    private int calls;

    FinalLaw(FrameCodec codec) {
        this.codec = codec;
    }

    @Override
    public void onFrame(Frame frame) {
        calls++;
    }

    @Override
    public void onEnd() {
        calls++;
    }

    @Override
    public void onError(FramingError error) {
        calls++;
    }

    /** The stream, its end if that is what breaks it, and more after that in every way there is. */
    void theFirstErrorIsFinal(byte[] stream, Feed feed) {
        try (Framer framer = Framer.builder(codec).allocator(buffers).build(this)) {
            int given = 0;
            while (given < stream.length && framer.error().isEmpty())
                feed.give(framer, stream, given, ++given, buffers, false);
            if (framer.error().isEmpty()) framer.end();
            Option<FramingError> error = framer.error();
            if (error.isEmpty()) return;
            String where = "max " + codec.maxFrameLength() + ", " + feed + "\n  bytes "
                    + Transcript.hex(Arrays.copyOf(stream, given));
            if (error.get().position() < 0 || error.get().position() > given)
                throw new AssertionError(error.get() + " is not in the stream: " + where);
            int told = calls;
            giveMore(framer, error, where);
            if (calls != told) throw new AssertionError("told after " + error.get() + ": " + where);
            if (!framer.error().equals(error))
                throw new AssertionError("another error: " + framer.error() + ", " + where);
            if (framer.heldBytes() != 0 || buffers.used() != 0)
                throw new AssertionError("held after " + error.get() + ": " + buffers.used() + " bytes, " + where);
        }
    }

    private void giveMore(Framer framer, Option<FramingError> error, String where) {
        ByteBuf offered = buffers.heapBuffer(MORE.length).writeBytes(MORE);
        framer.offer(offered);
        if (offered.refCnt() != 0) throw new AssertionError("not released after the error: " + where);
        ByteBuf lent = buffers.heapBuffer(MORE.length).writeBytes(MORE);
        try {
            framer.lend(lent);
            if (lent.isReadable()) throw new AssertionError("lend() left bytes after the error: " + where);
        } finally {
            lent.release();
        }
        try {
            framer.room(Feed.READ_SIZE);
            throw new AssertionError("room() after the error: " + where);
        } catch (FramingException e) {
            if (!Option.some(e.error()).equals(error)) throw new AssertionError("another error: " + where, e);
        }
        framer.end();
    }
}
