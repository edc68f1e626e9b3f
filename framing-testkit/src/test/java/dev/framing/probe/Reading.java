package dev.framing.probe;

import dev.framing.testkit.Event;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a reference says a stream is: its frames, and how it ends. No limits: those are the engine's.
 *
 * <p>The frame that never became whole is described by its {@link #start}, and by what its bytes make certain: the least length of its
 * head and of all of it, or -1 where the reference cannot say.
 */
final class Reading {
    enum End {
        CLEAN,
        TRUNCATED,
        MALFORMED
    }

    final List<Event.Framed> frames = new ArrayList<>();
    private final List<Boolean> nested = new ArrayList<>();
    private final byte[] stream;
    End end = End.CLEAN;
    /** Of the byte that is malformed. */
    int position;
    /** Of the frame that is not whole. */
    int start;

    long leastHead;
    long least;

    Reading(byte[] stream) {
        this.stream = stream;
    }

    /** Reads {@code [from, to)} of the stream. */
    byte[] bytes(int from, int to) {
        return Arrays.copyOfRange(stream, from, to);
    }

    /** A frame whose bytes stand together. */
    void frame(int from, int to, int head, int tail) {
        frame(from, to - from, head, bytes(from + head, to - tail), to, tail, false);
    }

    /** A frame of {@code length} stream bytes from {@code from} on, the last of them before {@code to}. */
    void frame(int from, int length, int head, byte[] payload, int to, int tail, boolean isNested) {
        frames.add(new Event.Framed(from, length, bytes(from, from + head), payload, bytes(to - tail, to), List.of()));
        nested.add(isNested);
    }

    boolean isNested(int i) {
        return nested.get(i);
    }

    void truncated(int frame, long leastHeadLength, long leastLength) {
        end = End.TRUNCATED;
        start = frame;
        leastHead = leastHeadLength;
        least = leastLength;
    }

    void truncated(int frame) {
        truncated(frame, -1, -1);
    }

    /** {@code least...}: as if the stream ended before the byte that showed the mistake. */
    void malformed(int at, int frame, long leastHeadLength, long leastLength) {
        truncated(frame, leastHeadLength, leastLength);
        end = End.MALFORMED;
        position = at;
    }

    void malformed(int at, int frame) {
        malformed(at, frame, -1, -1);
    }
}
