package dev.framing.codec;

/**
 * What an HTTP/1.1 message may do although it should not: each is one switch, and all are off. Whoever turns one on accepts what some
 * other party on the way may read differently; RFC 9112 11.2 (request smuggling) says what that costs.
 *
 * <p>There is no switch for Content-Length beside Transfer-Encoding, for a bare CR, for a folded line, or for whitespace before a colon.
 */
public enum Leniency {
    /** More than one empty line before a start line; they count to its head. RFC 9112 2.2 asks for one at least. */
    LEADING_EMPTY_LINES("leading-empty-lines"),
    /** Start line, fields and trailers may end with LF alone. RFC 9112 2.2. */
    BARE_LF("bare-lf"),
    /** Control bytes but NUL, CR and LF in a field value. RFC 9110 5.5. */
    CONTROL_BYTES("control-bytes"),
    /** Several SP and HTAB between the parts of a start line, and after them. RFC 9112 3, 4. */
    LOOSE_START_LINE("loose-start-line"),
    /** Content-Length several times, or as a list, if all say the same number. RFC 9112 6.3 item 5, RFC 9110 8.6. */
    REPEATED_LENGTH("repeated-length"),
    /** Transfer codings before the chunked one; their decoding is the application's. RFC 9112 6.1. */
    OTHER_CODINGS("other-codings"),
    /** Empty elements in the list of Transfer-Encoding. RFC 9110 5.6.1.2. */
    EMPTY_CODINGS("empty-codings"),
    /** SP and HTAB behind a chunk's size. RFC 9112 7.1 does not allow it, old servers send it. */
    SPACE_AFTER_CHUNK_SIZE("space-after-chunk-size"),
    /** SP and HTAB around the ";" and "=" of a chunk extension. RFC 9112 7.1.1 (BWS). */
    SPACE_IN_EXTENSION("space-in-extension"),
    /** Content-Length and Transfer-Encoding among the trailers, where they mean nothing. RFC 9110 6.5.1. */
    FRAMING_TRAILERS("framing-trailers");

    private final String text;

    Leniency(String text) {
        this.text = text;
    }

    /** The word of the text form. */
    @Override
    public String toString() {
        return text;
    }
}
