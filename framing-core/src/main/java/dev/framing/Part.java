package dev.framing;

/** How much of a frame a {@link Frame} view shows. Anything but {@link #WHOLE} comes only under {@link Oversize#parts}. */
public enum Part {
    /** Head, payload and tail. */
    WHOLE,
    /** The head and the first payload bytes, perhaps none. */
    FIRST,
    /** More payload. */
    MIDDLE,
    /** The last payload bytes, perhaps none, and the tail. */
    LAST
}
