package dev.framing.cli;

import dev.framing.Frame;

/**
 * Where a frame stands in its stream: {@code [position, position + head)} head, then payload, then tail.
 *
 * @param length bytes of the stream: more than head, payload and tail where the payload came in chunks
 */
record Span(long position, int head, int tail, long length) {
    static Span of(Frame frame) {
        return new Span(frame.position(), frame.headLength(), frame.tailLength(), frame.length());
    }

    long payloadFrom() {
        return position + head;
    }

    long tailFrom() {
        return end() - tail;
    }

    long end() {
        return position + length;
    }
}
