package dev.framing.codec;

import dev.framing.FrameCodec;
import dev.framing.FrameDecoder;
import dev.framing.FrameEncoder;
import io.vavr.collection.List;
import io.vavr.collection.Seq;
import io.vavr.control.Validation;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Frames led by a block of header fields that says how long the body is.
 *
 * <pre>
 *   | Content-Length: 2 CR LF | Content-Type: text/plain CR LF | CR LF | { } |
 *   '-- field ----------------'-- field -----------------------' empty '     '
 *   '------------------------------ head ----------------------- line -'- payload
 * </pre>
 *
 * The Language Server Protocol and the Debug Adapter Protocol: {@link #contentLength()}. The fields are told with the frame:
 * {@code frame.detail(Headers.class)}, see {@link Headers}.
 *
 * <p><b>Grammar</b>: that of RFC 9112 section 5, and nothing more lenient. Lines end with CR LF; a bare LF or CR, a folded line,
 * whitespace before the colon, a name that is no token, a line without colon, a control byte in a value are malformed. Content-Length
 * is one number in ASCII digits, once; leading zeros are accepted, its name in any case. At least one field.
 *
 * <p><b>Limits</b>: {@code max} bytes for the whole frame, {@code head} bytes for the block, {@code fields} fields. More is {@link
 * dev.framing.FramingError.FrameTooLong}, told at the first byte that makes it certain; the last two are final whatever {@link
 * dev.framing.Oversize} says.
 *
 * <p><b>Encoder</b>: writes Content-Length itself. Its {@code head} is further fields, {@code Name: value CR LF} each, or empty; what
 * this grammar would refuse, or a second Content-Length, is an {@link IllegalArgumentException}.
 */
public final class HeaderFramed implements FrameCodec {
    /** Whole frame. A client of a language server sends whole source files and gets answers of several megabytes. */
    public static final int DEFAULT_MAX = 16 << 20;
    /** Header block: what Tomcat and Netty grant to an HTTP request by default; LSP and DAP need below 100 bytes. */
    public static final int DEFAULT_HEAD = 8 << 10;
    /** Fields of a block: what Apache httpd and Tomcat grant by default. */
    public static final int DEFAULT_FIELDS = 100;

    /** How the block says where the body ends. */
    public enum Body {
        /** Content-Length, in bytes; a block without it is malformed. */
        CONTENT_LENGTH("content-length", "Content-Length:0\r\n\r\n".length()),
        /** Content-Length, in bytes; a block without it has no body. */
        CONTENT_LENGTH_OPTIONAL("content-length?", "a:\r\n\r\n".length());

        private final String text;
        /** Bytes of the shortest header block that it accepts, and so of the shortest frame. */
        private final int shortest;

        Body(String text, int shortest) {
            this.text = text;
            this.shortest = shortest;
        }

        /** The word of the text form. */
        @Override
        public String toString() {
            return text;
        }
    }

    private final Body body;
    private final int max;
    private final int head;
    private final int fields;

    private HeaderFramed(Builder b) {
        body = b.body;
        max = b.max;
        head = b.headOrDefault();
        fields = b.fields;
    }

    /** Content-Length required, default limits: LSP and DAP. */
    public static HeaderFramed contentLength() {
        return builder().build();
    }

    /** Everything that can be chosen; starts as {@link #contentLength()}. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts as this. */
    public Builder toBuilder() {
        Builder b = new Builder();
        b.body = body;
        b.max = max;
        b.head = head == defaultHead(max) ? null : head;
        b.fields = fields;
        return b;
    }

    @Override
    public FrameDecoder newDecoder() {
        return new HeaderDecoder(this);
    }

    @Override
    public FrameEncoder newEncoder() {
        return new HeaderEncoder(this);
    }

    @Override
    public int maxFrameLength() {
        return max;
    }

    /** How the block says where the body ends. */
    public Body body() {
        return body;
    }

    /** Most bytes of the header block, its empty line included. */
    public int head() {
        return head;
    }

    /** Most fields of the header block. */
    public int fields() {
        return fields;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof HeaderFramed o
                && body == o.body
                && max == o.max
                && head == o.head
                && fields == o.fields;
    }

    @Override
    public int hashCode() {
        return Objects.hash(body, max, head, fields);
    }

    /** The text form: {@code headers(body=content-length, max=1m)}, with {@code head} and {@code fields} where they are no defaults. */
    @Override
    public String toString() {
        return "headers(body=" + body + ", max=" + TextForm.size(max)
                + (head == defaultHead(max) ? "" : ", head=" + TextForm.size(head))
                + (fields == DEFAULT_FIELDS ? "" : ", fields=" + fields) + ")";
    }

    private static int defaultHead(int max) {
        return Math.min(DEFAULT_HEAD, max);
    }

    /** Chooses body rule and limits. */
    public static final class Builder {
        private Body body = Body.CONTENT_LENGTH;
        private int max = DEFAULT_MAX;
        private @Nullable Integer head;
        private int fields = DEFAULT_FIELDS;

        private Builder() {}

        /** How the block says where the body ends. */
        public Builder body(Body rule) {
            body = Objects.requireNonNull(rule, "body");
            return this;
        }

        /** Most bytes of a whole frame, {@link #DEFAULT_MAX} unless said otherwise; at least those of the shortest header block. */
        public Builder max(int bytes) {
            max = bytes;
            return this;
        }

        /** Most bytes of the header block, empty line included; at most {@code max}. Unless said otherwise {@link #DEFAULT_HEAD}, or {@code max} if less. */
        public Builder head(int bytes) {
            head = bytes;
            return this;
        }

        /** Most fields of the header block, Content-Length among them, at least 1; {@link #DEFAULT_FIELDS} unless said otherwise. */
        public Builder fields(int count) {
            fields = count;
            return this;
        }

        /**
         * The codec.
         *
         * @throws IllegalArgumentException with every reason why not
         */
        public HeaderFramed build() {
            Validation<Seq<String>, HeaderFramed> made = validate();
            if (made.isInvalid())
                throw new IllegalArgumentException(made.getError().mkString("; "));
            return made.get();
        }

        /** The codec, or every reason why not. */
        public Validation<Seq<String>, HeaderFramed> validate() {
            List<String> reasons = List.empty();
            String below = " is below the shortest header block, " + body.shortest + " bytes";
            if (max < body.shortest) reasons = reasons.append("max " + max + below);
            if (head != null && head < body.shortest) reasons = reasons.append("head " + head + below);
            if (head != null && head > max)
                reasons = reasons.append("head " + head + " is over max " + max + ", which bounds the whole frame");
            if (fields < 1) reasons = reasons.append("fields " + fields + ": a header block has at least 1");
            return reasons.isEmpty() ? Validation.valid(new HeaderFramed(this)) : Validation.invalid(reasons);
        }

        private int headOrDefault() {
            return head == null ? defaultHead(max) : head;
        }
    }
}
