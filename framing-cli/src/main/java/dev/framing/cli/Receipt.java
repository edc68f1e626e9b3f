package dev.framing.cli;

import dev.framing.Frame;
import dev.framing.FrameHandler;
import dev.framing.FramingError;
import io.netty.buffer.ByteBuf;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the server saw of one connection: how many bytes each read of the socket returned, and the frames. Written by the server's
 * thread; {@link #received()} may be asked by others.
 */
final class Receipt implements FrameHandler {
    private final List<Span> frames = new ArrayList<>();
    private final MessageDigest digest = sha256();
    private int[] reads = new int[256];
    private int readCount;
    private @Nullable FramingError error;
    private boolean ended;
    private long total;
    /** {@link #total}, for other threads. */
    private volatile long received;

    /** A read of the socket returned {@code bytes} bytes. */
    void read(int bytes) {
        if (readCount == reads.length) reads = Arrays.copyOf(reads, 2 * readCount);
        reads[readCount++] = bytes;
        total += bytes;
        received = total;
    }

    @Override
    public void onFrame(Frame frame) {
        frames.add(Span.of(frame));
        ByteBuf buffer = frame.buffer();
        int from = frame.payloadIndex() - frame.headLength();
        int length = frame.headLength() + frame.payloadLength() + frame.tailLength();
        digest.update(buffer.nioBuffer(from, length));
    }

    @Override
    public void onEnd() {
        ended = true;
    }

    @Override
    public void onError(FramingError e) {
        error = e;
    }

    /** Bytes that reads have returned so far. */
    long received() {
        return received;
    }

    List<Span> frames() {
        return frames;
    }

    int[] reads() {
        return Arrays.copyOf(reads, readCount);
    }

    /**
     * What is different from the recording, or null: every frame has its position and length, all bytes are there, and the stream
     * ended as it did: clean, or inside a frame.
     */
    @Nullable
    String differenceFrom(Recording expected) {
        for (int i = 0; i < Math.max(frames.size(), expected.frames()); i++) {
            String wanted = i < expected.frames() ? range(expected.positions()[i], expected.end(i)) : "nothing";
            String got = i < frames.size()
                    ? range(frames.get(i).position(), frames.get(i).end())
                    : error != null ? error.message() : "nothing";
            if (!wanted.equals(got)) return "frame " + (i + 1) + ": expected " + wanted + ", got " + got;
        }
        if (error instanceof FramingError.Truncated && expected.truncated()) {
            if (error.position() != expected.wholeBytes()) return error.message();
        } else if (error != null) {
            return error.message();
        } else if (expected.truncated()) {
            return "the stream breaks off inside a frame, and was not found to";
        } else if (!ended) return "the end was not told";
        String hash = HexFormat.of().formatHex(digest.digest());
        return hash.equals(expected.sha256()) ? null : "the frames' bytes have SHA-256 " + hash;
    }

    /** How many of the reads are one whole frame of the recording, no byte more or less. */
    int readsThatAreFrames(Recording expected) {
        int right = 0;
        int frame = 0;
        long position = 0;
        for (int read = 0; read < readCount; read++) {
            while (frame < expected.frames() && expected.positions()[frame] < position) frame++;
            boolean whole = frame < expected.frames()
                    && expected.positions()[frame] == position
                    && expected.lengths()[frame] == reads[read];
            if (whole) right++;
            position += reads[read];
        }
        return right;
    }

    private static String range(long from, long to) {
        return "[" + from + ", " + to + ")";
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
