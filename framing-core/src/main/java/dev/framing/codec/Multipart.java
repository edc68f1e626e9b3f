package dev.framing.codec;

import dev.framing.FrameCodec;
import dev.framing.FrameDecoder;
import dev.framing.FrameEncoder;
import io.vavr.collection.List;
import io.vavr.collection.Seq;
import io.vavr.control.Validation;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a MIME multipart body: of a form, of a mail, of byte ranges.
 *
 * <pre>
 *   preamble CR LF --b CR LF | Content-Type: text/plain CR LF CR LF | content | CR LF --b CR LF | ... | CR LF --b-- | epilogue
 *   '------- dropped -------'' head, perhaps only CR LF -----------'- payload '- tail ---------'     '- the last tail ' dropped
 * </pre>
 *
 * RFC 2046 5.1. A frame is one part; its fields are {@code frame.detail(Headers.class)}, without regard to what Content-Length says there.
 * A tail that ends with "--" is that of the last part: a body that stops without it stops between two parts, which is the
 * application's to judge. In {@link dev.framing.Oversize#parts} content arrives as it comes.
 *
 * <p><b>Strict</b>: the empty line behind the fields is not optional; only blanks may stand behind a boundary before its CR LF, so that
 * {@code --boundary2} does not pass for content of {@code --boundary} (RFC 2046 5.1.1: the beginning of the line is compared); nor may a
 * boundary stand directly behind the empty line, which some read as an empty part and some as content.
 *
 * <p><b>Encoder</b>: its {@code head} is fields, see {@link Head#fields()}, or nothing. Content that contains CR LF "--" boundary, or begins
 * with the latter two, is refused. Every part ends with a line that says that another one follows, unless its end says otherwise:
 * {@code end(tail)} with the tail "--", which no part may follow.
 */
public final class Multipart implements FrameCodec {
    /** Whole part: what Spring grants to an uploaded file by default. */
    public static final int DEFAULT_MAX = 1 << 20;

    private static final int LONGEST_BOUNDARY = 70;
    /** CR LF "--" before it, CR LF or "--" behind it. */
    private static final int AROUND = 6;

    private final String boundary;
    private final int max;
    private final int head;
    private final int line;
    private final int fields;

    private Multipart(Builder b) {
        boundary = b.boundary;
        max = b.max;
        head = b.headOrDefault();
        line = b.lineOrDefault();
        fields = b.fields;
    }

    /**
     * Default limits.
     *
     * @param boundary as the Content-Type says it, without quotes
     * @throws IllegalArgumentException it is none: RFC 2046 5.1.1
     */
    public static Multipart of(String boundary) {
        return builder().boundary(boundary).build();
    }

    /** Everything that can be chosen; the boundary must be. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts as this. */
    public Builder toBuilder() {
        Builder b = new Builder();
        b.boundary = boundary;
        b.max = max;
        b.head = head == Math.min(HeaderFramed.DEFAULT_HEAD, max) ? null : head;
        b.line = line == head ? null : line;
        b.fields = fields;
        return b;
    }

    @Override
    public FrameDecoder newDecoder() {
        return new MultipartDecoder(this);
    }

    @Override
    public FrameEncoder newEncoder() {
        return new MultipartEncoder(this);
    }

    @Override
    public int maxFrameLength() {
        return max;
    }

    /** What separates the parts, without the dashes before it. */
    public String boundary() {
        return boundary;
    }

    /** CR LF "--" boundary. */
    byte[] delimiter() {
        return ("\r\n--" + boundary).getBytes(StandardCharsets.US_ASCII);
    }

    HeadGrammar grammar() {
        return HeadGrammar.ofParts(head, line, fields);
    }

    /** Most fields of a part. */
    public int fields() {
        return fields;
    }

    /** Most bytes of a part's fields and their empty line. */
    public int head() {
        return head;
    }

    /** Most bytes of a line of these, its end included. */
    public int line() {
        return line;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Multipart o
                && boundary.equals(o.boundary)
                && max == o.max
                && head == o.head
                && line == o.line
                && fields == o.fields;
    }

    @Override
    public int hashCode() {
        return Objects.hash(boundary, max, head, line, fields);
    }

    /** The text form: {@code multipart(boundary="frontier", max=1m)}, with the others where they are no defaults. */
    @Override
    public String toString() {
        StringJoiner text = new StringJoiner(", ", "multipart(", ")");
        text.add("boundary=" + TextForm.quoted(boundary));
        text.add("max=" + TextForm.size(max));
        if (head != Math.min(HeaderFramed.DEFAULT_HEAD, max)) text.add("head=" + TextForm.size(head));
        if (line != head) text.add("line=" + TextForm.size(line));
        if (fields != HeaderFramed.DEFAULT_FIELDS) text.add("fields=" + fields);
        return text.toString();
    }

    /** Chooses boundary and limits. */
    public static final class Builder {
        private String boundary = "";
        private int max = DEFAULT_MAX;
        private @Nullable Integer head;
        private @Nullable Integer line;
        private int fields = HeaderFramed.DEFAULT_FIELDS;

        private Builder() {}

        /** What separates the parts: 1 to 70 letters, digits, SP or {@code '()+_,-./:=?}, no SP at its end. */
        public Builder boundary(String text) {
            boundary = Objects.requireNonNull(text, "boundary");
            return this;
        }

        /** Most bytes of a whole part, its boundary included; {@link #DEFAULT_MAX} unless said otherwise. */
        public Builder max(int bytes) {
            max = bytes;
            return this;
        }

        /** Most bytes of a part's fields and their empty line; {@link HeaderFramed#DEFAULT_HEAD}, or {@code max} if less, unless said otherwise. */
        public Builder head(int bytes) {
            head = bytes;
            return this;
        }

        /** Most bytes of a line of these, its end included; as many as {@code head} unless said otherwise. */
        public Builder line(int bytes) {
            line = bytes;
            return this;
        }

        /** Most fields of a part; {@link HeaderFramed#DEFAULT_FIELDS} unless said otherwise. */
        public Builder fields(int count) {
            fields = count;
            return this;
        }

        /**
         * The codec.
         *
         * @throws IllegalArgumentException with every reason why not
         */
        public Multipart build() {
            Validation<Seq<String>, Multipart> made = validate();
            if (made.isInvalid())
                throw new IllegalArgumentException(made.getError().mkString("; "));
            return made.get();
        }

        /** The codec, or every reason why not. */
        public Validation<Seq<String>, Multipart> validate() {
            List<String> reasons = List.empty();
            int n = boundary.length();
            if (n < 1 || n > LONGEST_BOUNDARY)
                reasons = reasons.append("boundary of " + n + " characters, 1 to " + LONGEST_BOUNDARY + " are right");
            if (!boundary.chars().allMatch(Builder::isBoundary))
                reasons = reasons.append(
                        "boundary " + TextForm.quoted(boundary) + " has a character that cannot stand there");
            if (boundary.endsWith(" ")) reasons = reasons.append("boundary ends with a space");
            int shortest = 2 + AROUND + n;
            if (max < shortest)
                reasons = reasons.append("max " + max + " is below the shortest part, " + shortest + " bytes");
            if (head != null && (head < 2 || head > max))
                reasons = reasons.append("head " + head + " is not between 2 and max " + max);
            if (line != null && (line < 2 || line > headOrDefault()))
                reasons = reasons.append("line " + line + " is not between 2 and head " + headOrDefault());
            if (fields < 0) reasons = reasons.append("fields " + fields + " is negative");
            return reasons.isEmpty() ? Validation.valid(new Multipart(this)) : Validation.invalid(reasons);
        }

        /** bcharsnospace and SP of RFC 2046 5.1.1. */
        private static boolean isBoundary(int c) {
            return c >= '0' && c <= '9'
                    || c >= 'A' && c <= 'Z'
                    || c >= 'a' && c <= 'z'
                    || "'()+_,-./:=? ".indexOf(c) >= 0;
        }

        private int headOrDefault() {
            return head == null ? Math.min(HeaderFramed.DEFAULT_HEAD, max) : head;
        }

        private int lineOrDefault() {
            return line == null ? headOrDefault() : line;
        }
    }
}
