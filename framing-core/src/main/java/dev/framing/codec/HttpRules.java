package dev.framing.codec;

import java.util.Set;

/**
 * The limits of an HTTP/1.1 message, in bytes unless said otherwise, and what is let pass.
 *
 * @param max the whole message as it stands on the wire, chunk lines and trailers included
 * @param head start line, fields and the empty line
 * @param line one line of these or of the trailers, its line end included
 * @param fields of the head, and again of the trailers: how many
 * @param body content, chunks joined; {@link Long#MAX_VALUE}: as {@code max} allows
 * @param chunkLine size and extensions of one chunk, CR LF included
 * @param trailer trailers and the empty line behind them
 */
record HttpRules(
        int max, int head, int line, int fields, long body, int chunkLine, int trailer, Set<Leniency> allowed) {

    boolean allows(Leniency what) {
        return allowed.contains(what);
    }
}
