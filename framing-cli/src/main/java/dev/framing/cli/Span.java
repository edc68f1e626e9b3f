package dev.framing.cli;

import dev.framing.Frame;

/** Where a frame stands in its stream: {@code [position, position + head)} head, then payload, then tail. */
record Span(long position, int head, int payload, int tail) {
    static Span of(Frame frame) {
        return new Span(frame.position(), frame.headLength(), frame.payloadLength(), frame.tailLength());
    }

    long payloadFrom() {
        return position + head;
    }

    long tailFrom() {
        return payloadFrom() + payload;
    }

    long end() {
        return tailFrom() + tail;
    }
}
