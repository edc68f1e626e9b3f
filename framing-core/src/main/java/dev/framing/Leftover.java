package dev.framing;

/** What a codec switch does with bytes that arrived before it. */
public enum Leftover {
    /** They are the first bytes of the next codec. */
    KEEP,
    /**
     * There must be none, else {@link FramingError.LeftoverBytes}: after STARTTLS, what came in clear text must not be read as if it
     * had come protected.
     */
    REQUIRE_EMPTY
}
