package dev.framing;

/** What a peer was given time for: which of the {@link Deadlines} passed. */
public enum Deadline {
    /** For something to happen between two frames. */
    IDLE,
    /** For the head of a frame, from its first byte on. */
    HEAD,
    /** For a frame that is put together before it is delivered, from its first byte to its last. */
    FRAME,
    /** For the next bytes of a frame that is delivered in parts or skipped: a least number in each window. */
    RATE,
    /** For taking some of what waits to be sent. */
    OUTPUT
}
