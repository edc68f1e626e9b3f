package dev.framing.codec;

import dev.framing.codec.HttpRules.Default;
import io.vavr.collection.List;
import io.vavr.collection.Seq;
import io.vavr.control.Validation;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the limits of HTTP messages, and what is let pass: what the builders of requests and responses have in common.
 *
 * @param <C> the codec
 * @param <B> its builder
 */
public abstract sealed class HttpLimits<C, B extends HttpLimits<C, B>>
        permits HttpRequests.Builder, HttpResponses.Builder {
    private int max;
    private @Nullable Integer head;
    private @Nullable Integer line;
    private int fields;
    private long body;
    private @Nullable Integer chunkLine;
    private @Nullable Integer trailer;
    private final Set<Leniency> allowed = EnumSet.noneOf(Leniency.class);

    /** Starts as {@code rules}; what is the default of their {@code max} is that of any other. */
    HttpLimits(HttpRules rules) {
        max = rules.max();
        head = rules.head() == Default.HEAD.of(max) ? null : rules.head();
        line = rules.line() == rules.head() ? null : rules.line();
        fields = rules.fields();
        body = rules.body();
        chunkLine = rules.chunkLine() == Default.CHUNK_LINE.of(max) ? null : rules.chunkLine();
        trailer = rules.trailer() == Default.TRAILER.of(max) ? null : rules.trailer();
        allowed.addAll(rules.allowed());
    }

    abstract B self();

    abstract C made(HttpRules rules);

    /** Bytes of the shortest head. */
    abstract int shortest();

    /** Most bytes of a whole message as it stands on the wire, chunk lines and trailers included. At least those of the shortest head. */
    public B max(int bytes) {
        max = bytes;
        return self();
    }

    /** Most bytes of start line, fields and the empty line; at most {@code max}. Unless said otherwise 8 KiB, or {@code max} if less. */
    public B head(int bytes) {
        head = bytes;
        return self();
    }

    /** Most bytes of one line of the head or the trailers, line end included. Unless said otherwise as {@code head}. */
    public B line(int bytes) {
        line = bytes;
        return self();
    }

    /** Most fields of the head, and again of the trailers. 100 unless said otherwise; 0: none. */
    public B fields(int count) {
        fields = count;
        return self();
    }

    /** Most bytes of the content, chunks joined. Unless said otherwise as many as {@code max}, or {@link dev.framing.Oversize}, allows. */
    public B body(long bytes) {
        body = bytes;
        return self();
    }

    /** Most bytes of a chunk's size and extensions, CR LF included; at most {@code max}. Unless said otherwise 256, or {@code max} if less. */
    public B chunkLine(int bytes) {
        chunkLine = bytes;
        return self();
    }

    /** Most bytes of the trailers and the empty line; at most {@code max}. Unless said otherwise 8 KiB, or {@code max} if less. */
    public B trailer(int bytes) {
        trailer = bytes;
        return self();
    }

    /** Lets pass what is refused otherwise, beside what was allowed before. */
    public B allow(Leniency... what) {
        for (Leniency l : what) allowed.add(Objects.requireNonNull(l, "leniency"));
        return self();
    }

    /**
     * The codec.
     *
     * @throws IllegalArgumentException with every reason why not
     */
    public C build() {
        Validation<Seq<String>, C> made = validate();
        if (made.isInvalid()) throw new IllegalArgumentException(made.getError().mkString("; "));
        return made.get();
    }

    /** The codec, or every reason why not. */
    public Validation<Seq<String>, C> validate() {
        List<String> reasons = reasons();
        return reasons.isEmpty() ? Validation.valid(made(rules())) : Validation.invalid(reasons);
    }

    private HttpRules rules() {
        int h = Default.HEAD.or(head, max);
        return new HttpRules(
                max,
                h,
                line == null ? h : line,
                fields,
                body,
                Default.CHUNK_LINE.or(chunkLine, max),
                Default.TRAILER.or(trailer, max),
                Set.copyOf(allowed));
    }

    List<String> reasons() {
        String below = " is below the shortest head, " + shortest() + " bytes";
        List<String> reasons = List.empty();
        if (max < shortest()) reasons = reasons.append("max " + max + below);
        if (head != null && head < shortest()) reasons = reasons.append("head " + head + below);
        if (line != null && line < shortest() - 2)
            reasons = reasons.append(
                    "line " + line + " is below the shortest start line, " + (shortest() - 2) + " bytes");
        if (fields < 0) reasons = reasons.append("fields " + fields + " is negative");
        if (body < 0) reasons = reasons.append("body " + body + " is negative");
        if (chunkLine != null && chunkLine < 3)
            reasons = reasons.append("chunk-line " + chunkLine + " is below the last chunk's, 3 bytes");
        if (trailer != null && trailer < 2)
            reasons = reasons.append("trailer " + trailer + " is below the empty line, 2 bytes");
        return reasons.appendAll(over("head", head))
                .appendAll(over("line", line))
                .appendAll(over("chunk-line", chunkLine))
                .appendAll(over("trailer", trailer));
    }

    private List<String> over(String name, @Nullable Integer bytes) {
        return bytes == null || bytes <= max
                ? List.empty()
                : List.of(name + " " + bytes + " is over max " + max + ", which bounds the whole message");
    }
}
