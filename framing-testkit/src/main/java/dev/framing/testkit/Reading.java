package dev.framing.testkit;

import dev.framing.Oversize;
import io.vavr.control.Option;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a reference says a stream is: its frames, and how it ends. No limits: those are the engine's.
 *
 * <p>The frame that never became whole is described by its {@link #start}, and by what its bytes make certain: the least length of its
 * head and of all of it, or -1 where the reference cannot say.
 */
public final class Reading {
    /** How the stream ends. */
    enum End {
        CLEAN,
        FINISHED,
        TRUNCATED,
        MALFORMED
    }

    private final List<Event.Framed> frames = new ArrayList<>();
    private final List<Boolean> nested = new ArrayList<>();
    private final byte[] stream;
    End end = End.CLEAN;
    /** Of the byte that is malformed, or of the first one behind the codec's last frame. */
    int position;
    /** Of the frame that is not whole. */
    int start;

    long leastHead;
    long least;

    /** Of this stream: clean, unless said otherwise. */
    public Reading(byte[] stream) {
        this.stream = stream;
    }

    /** Reads {@code [from, to)} of the stream. */
    public byte[] bytes(int from, int to) {
        return Arrays.copyOfRange(stream, from, to);
    }

    /** A frame whose bytes {@code [from, to)} stand together: {@code head} bytes, the payload as it is, {@code tail} bytes. */
    public void frame(int from, int to, int head, int tail) {
        frame(from, to - from, head, bytes(from + head, to - tail), to, tail, false);
    }

    /** A frame whose bytes {@code [from, from + length)} stand together, and stand for this payload. */
    public void frame(int from, int length, int head, int tail, byte[] payload) {
        frame(from, length, head, payload, from + length, tail, false);
    }

    /** A frame of {@code length} stream bytes from {@code from} on, the last of them before {@code to}. */
    public void frame(int from, int length, int head, byte[] payload, int to, int tail, boolean isNested) {
        frames.add(new Event.Framed(from, length, bytes(from, from + head), payload, bytes(to - tail, to), List.of()));
        nested.add(isNested);
    }

    /** The frames, in the order in which they became whole. */
    public List<Event.Framed> frames() {
        return frames;
    }

    /** Position of the frame that is not whole, or -1. */
    public int openFrame() {
        return end == End.CLEAN || end == End.FINISHED ? -1 : start;
    }

    /** What is wrong with the transcript of an engine that was given all of the stream and its end, under this limit. */
    public Option<String> fault(Transcript told, int maxFrameLength, Oversize policy) {
        return new Expected(this, maxFrameLength, policy).fault(told);
    }

    /** Is it certain that the stream is broken, whatever follows? None: the reference cannot say. */
    public Option<Boolean> isBroken(int maxFrameLength, Oversize policy) {
        return new Expected(this, maxFrameLength, policy).isBroken();
    }

    int streamLength() {
        return stream.length;
    }

    boolean isNested(int i) {
        return nested.get(i);
    }

    /** The codec ended with its last frame ({@link dev.framing.FrameSink#finish}): what stands from {@code at} on is not its own. */
    public void finished(int at) {
        end = End.FINISHED;
        position = at;
    }

    /** The frame at {@code frame} passes a limit of the codec's own, see {@link dev.framing.FrameSink#tooLong}. */
    public void tooLong(int frame) {
        truncated(frame, Long.MAX_VALUE, Long.MAX_VALUE); // under every limit
    }

    /** The stream ends in the frame at {@code frame}, which has a head and a length of at least these. */
    public void truncated(int frame, long leastHeadLength, long leastLength) {
        end = End.TRUNCATED;
        start = frame;
        leastHead = leastHeadLength;
        least = leastLength;
    }

    /** The same where these are not known. */
    public void truncated(int frame) {
        truncated(frame, -1, -1);
    }

    /** {@code least...}: as if the stream ended before the byte that showed the mistake. */
    public void malformed(int at, int frame, long leastHeadLength, long leastLength) {
        truncated(frame, leastHeadLength, leastLength);
        end = End.MALFORMED;
        position = at;
    }

    /** The byte at {@code at} is malformed, in the frame at {@code frame}. */
    public void malformed(int at, int frame) {
        malformed(at, frame, -1, -1);
    }
}
