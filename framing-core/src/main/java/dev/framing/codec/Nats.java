package dev.framing.codec;

import dev.framing.FrameCodec;
import dev.framing.FrameDecoder;
import dev.framing.FrameEncoder;
import io.vavr.collection.List;
import io.vavr.collection.Seq;
import io.vavr.control.Validation;
import java.util.Objects;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * The client protocol of NATS, both its directions: no operation of the one means another in the other.
 *
 * <pre>
 *   PING CR LF | PUB SP orders SP 5 CR LF | hello | CR LF | HMSG SP orders SP 1 SP 17 SP 19 CR LF NATS/1.0 CR LF a:b CR LF CR LF | ...
 *   '- head --''- head -------------------'payload'- tail ''- head --- control line -------------'---- header block ------------'
 * </pre>
 *
 * docs.nats.io, Client Protocol; ADR-4 for the header block. A frame is one operation: INFO, CONNECT, -ERR, +OK, PING, PONG, SUB and UNSUB
 * are nothing but head. The fields of HPUB and HMSG are {@code frame.detail(Headers.class)}, their indices from the frame's first byte
 * on; a status ({@code NATS/1.0 503}) is its start line, a {@link StartLine.Form#STATUS}. Names are compared there without regard to
 * case; NATS minds it.
 *
 * <p><b>Strict</b>: lines end with CR LF, and so does a payload; fields are counted, and numbers are digits; a header block has exactly
 * the bytes it was said to have. Operations are read in any case, and SP and HTAB before the end of a line are let pass, for clients that
 * write "UNSUB 1 " are in use.
 *
 * <p><b>Encoder</b>: its {@code head} is the control line without the numbers of bytes and without CR LF; of HPUB and HMSG CR LF and the
 * header block without its empty line follow. What has no payload takes none.
 *
 * <pre>
 *   given     PUB orders answers                   HPUB orders CR LF NATS/1.0 CR LF a: b CR LF
 *   written   PUB orders answers 5 CR LF           HPUB orders 18 23 CR LF NATS/1.0 CR LF a: b CR LF CR LF
 * </pre>
 */
public final class Nats implements FrameCodec {
    /** A control line: the server's max_control_line. INFO of a large cluster may want more. */
    public static final int DEFAULT_LINE = 4096;
    /** Whole operation: the server's max_payload, 1 MiB, which counts the header block, and what stands around it. */
    public static final int DEFAULT_MAX = (1 << 20) + DEFAULT_LINE + 2;

    private static final int SHORTEST_LINE = "+OK\r\n".length();

    private final int max;
    private final int head;
    private final int line;
    private final int fields;

    private Nats(Builder b) {
        max = b.max;
        head = b.headOrDefault();
        line = b.lineOrDefault();
        fields = b.fields;
    }

    /** Default limits. */
    public static Nats of() {
        return builder().build();
    }

    /** Everything that can be chosen. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts as this. */
    public Builder toBuilder() {
        Builder b = new Builder();
        b.max = max;
        b.head = head == Math.min(HeaderFramed.DEFAULT_HEAD, max) ? null : head;
        b.line = line == Math.min(DEFAULT_LINE, max) ? null : line;
        b.fields = fields;
        return b;
    }

    @Override
    public FrameDecoder newDecoder() {
        return new NatsDecoder(this);
    }

    @Override
    public FrameEncoder newEncoder() {
        return new NatsEncoder(this);
    }

    @Override
    public int maxFrameLength() {
        return max;
    }

    HeadGrammar grammar() {
        return HeadGrammar.ofNats(head, fields);
    }

    /** Most fields of a header block. */
    public int fields() {
        return fields;
    }

    /** Most bytes of a header block, its empty line included. */
    public int head() {
        return head;
    }

    /** Most bytes of a control line, its end included. */
    public int line() {
        return line;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Nats o && max == o.max && head == o.head && line == o.line && fields == o.fields;
    }

    @Override
    public int hashCode() {
        return Objects.hash(max, head, line, fields);
    }

    /** The text form: {@code nats}, with what is no default: {@code nats(max=64k, line=1k)}. */
    @Override
    public String toString() {
        StringJoiner text = new StringJoiner(", ", "nats(", ")").setEmptyValue("nats");
        if (max != DEFAULT_MAX) text.add("max=" + TextForm.size(max));
        if (head != Math.min(HeaderFramed.DEFAULT_HEAD, max)) text.add("head=" + TextForm.size(head));
        if (line != Math.min(DEFAULT_LINE, max)) text.add("line=" + TextForm.size(line));
        if (fields != HeaderFramed.DEFAULT_FIELDS) text.add("fields=" + fields);
        return text.toString();
    }

    /** Chooses limits. */
    public static final class Builder {
        private int max = DEFAULT_MAX;
        private @Nullable Integer head;
        private @Nullable Integer line;
        private int fields = HeaderFramed.DEFAULT_FIELDS;

        private Builder() {}

        /** Most bytes of a whole operation, payload included; {@link #DEFAULT_MAX} unless said otherwise. */
        public Builder max(int bytes) {
            max = bytes;
            return this;
        }

        /**
         * Most bytes of a header block, its empty line included; {@link HeaderFramed#DEFAULT_HEAD}, or {@code max} if less, unless said
         * otherwise.
         */
        public Builder head(int bytes) {
            head = bytes;
            return this;
        }

        /** Most bytes of a control line, its end included; {@link #DEFAULT_LINE}, or {@code max} if less, unless said otherwise. */
        public Builder line(int bytes) {
            line = bytes;
            return this;
        }

        /** Most fields of a header block; {@link HeaderFramed#DEFAULT_FIELDS} unless said otherwise. */
        public Builder fields(int count) {
            fields = count;
            return this;
        }

        /**
         * The codec.
         *
         * @throws IllegalArgumentException with every reason why not
         */
        public Nats build() {
            Validation<Seq<String>, Nats> made = validate();
            if (made.isInvalid())
                throw new IllegalArgumentException(made.getError().mkString("; "));
            return made.get();
        }

        /** The codec, or every reason why not. */
        public Validation<Seq<String>, Nats> validate() {
            List<String> reasons = List.empty();
            if (max < SHORTEST_LINE)
                reasons = reasons.append("max " + max + " is below the shortest line, " + SHORTEST_LINE + " bytes");
            if (head != null && (head < 0 || head > max))
                reasons = reasons.append("head " + head + " is not between 0 and max " + max);
            if (line != null && (line < SHORTEST_LINE || line > max))
                reasons = reasons.append("line " + line + " is not between " + SHORTEST_LINE + " and max " + max);
            if (fields < 0) reasons = reasons.append("fields " + fields + " is negative");
            return reasons.isEmpty() ? Validation.valid(new Nats(this)) : Validation.invalid(reasons);
        }

        private int headOrDefault() {
            return head == null ? Math.min(HeaderFramed.DEFAULT_HEAD, max) : head;
        }

        private int lineOrDefault() {
            return line == null ? Math.min(DEFAULT_LINE, max) : line;
        }
    }
}
