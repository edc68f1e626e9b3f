package dev.framing.codec;

import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

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

    /** What a limit is unless said otherwise: so many bytes, or {@code max} if that is less. */
    enum Default {
        HEAD(HttpRequests.DEFAULT_HEAD),
        CHUNK_LINE(HttpRequests.DEFAULT_CHUNK_LINE),
        TRAILER(HttpRequests.DEFAULT_TRAILER);

        private final int bytes;

        Default(int bytes) {
            this.bytes = bytes;
        }

        int of(int max) {
            return Math.min(bytes, max);
        }

        int or(@Nullable Integer said, int max) {
            return said == null ? of(max) : said;
        }
    }

    /** Nothing said but {@code max}. */
    static HttpRules of(int max) {
        int head = Default.HEAD.of(max);
        return new HttpRules(
                max,
                head,
                head,
                HttpRequests.DEFAULT_FIELDS,
                Long.MAX_VALUE,
                Default.CHUNK_LINE.of(max),
                Default.TRAILER.of(max),
                Set.of());
    }

    boolean allows(Leniency what) {
        return allowed.contains(what);
    }

    /** The same limits, and nothing let pass: what is written. */
    HttpRules strict() {
        return allowed.isEmpty() ? this : new HttpRules(max, head, line, fields, body, chunkLine, trailer, Set.of());
    }

    /**
     * The text form: {@code http-request(max=2m, allow=bare-lf)}, with what is no default only.
     *
     * @param first a parameter that stands before these, or nothing
     */
    String text(String family, String first, int defaultMax) {
        HttpRules usual = of(max);
        StringJoiner text = new StringJoiner(", ", family + "(", ")").setEmptyValue(family);
        if (!first.isEmpty()) text.add(first);
        if (max != defaultMax) text.add("max=" + TextForm.size(max));
        if (head != usual.head) text.add("head=" + TextForm.size(head));
        if (line != head) text.add("line=" + TextForm.size(line));
        if (fields != usual.fields) text.add("fields=" + fields);
        if (body != usual.body) text.add("body=" + TextForm.size(body));
        if (chunkLine != usual.chunkLine) text.add("chunk-line=" + TextForm.size(chunkLine));
        if (trailer != usual.trailer) text.add("trailer=" + TextForm.size(trailer));
        for (Leniency l : Leniency.values()) if (allows(l)) text.add("allow=" + l);
        return text.toString();
    }
}
