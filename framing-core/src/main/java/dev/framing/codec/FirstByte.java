package dev.framing.codec;

import dev.framing.FrameCodec;
import dev.framing.FrameDecoder;
import dev.framing.FrameEncoder;
import io.vavr.collection.List;
import io.vavr.collection.Seq;
import io.vavr.control.Option;
import io.vavr.control.Validation;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Frames of several formats on one stream: the byte that a frame begins with says which.
 *
 * <pre>
 *   | RTSP/1.0 200 OK CR LF ... | $ | channel | length | data ... | PLAY rtsp://... CR LF |
 *   ' R: a message               ' $: interleaved data            ' P: a message
 * </pre>
 *
 * RTSP with interleaved data (RFC 7826 14), syslog by octet counting or line by line (RFC 6587 3.4):
 * <pre>{@code
 * FirstByte.builder()
 *         .when("$", LengthPrefixed.builder().width(2).offset(2).max(4 + 0xFFFF).build())
 *         .otherwise(Protocols.RTSP)
 *         .build();
 * FirstByte.builder().when("0123456789", Protocols.SYSLOG_OCTET).otherwise(Protocols.SYSLOG_LF).build();
 * }</pre>
 *
 * A byte that no format begins with is malformed. What a format drops between two frames (an empty line) begins with a byte of its own;
 * behind it, too, the next byte is looked at.
 *
 * <p><b>Limit</b>: the largest of the formats' limits, for a frame of whichever of them. Give them the same.
 *
 * <p><b>Encoder</b>: the first byte of the head that is given says which format is written, so the formats must begin with their head
 * as it is given. Where a head is derived (both of syslog) the stream says one format for all that is sent: {@code
 * Directions.of(either, Protocols.SYSLOG_OCTET)}.
 */
public final class FirstByte implements FrameCodec {
    /** A format, and the bytes that its frames begin with. */
    record Case(List<Byte> bytes, FrameCodec codec) {}

    private final List<Case> cases;
    private final Option<FrameCodec> otherwise;
    private final int max;

    private FirstByte(Builder b) {
        cases = b.cases;
        otherwise = b.otherwise;
        max = codecs().map(FrameCodec::maxFrameLength).max().getOrElse(0);
    }

    /** No format yet. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts as this. */
    public Builder toBuilder() {
        Builder b = new Builder();
        b.cases = cases;
        b.otherwise = otherwise;
        return b;
    }

    @Override
    public FrameDecoder newDecoder() {
        return new FirstByteDecoder(this);
    }

    @Override
    public FrameEncoder newEncoder() {
        return new FirstByteEncoder(this);
    }

    @Override
    public int maxFrameLength() {
        return max;
    }

    /** All formats, those by their bytes first. */
    Seq<FrameCodec> codecs() {
        return cases.map(Case::codec).appendAll(otherwise);
    }

    /** Of each byte the format in {@link #codecs}, or -1. */
    byte[] choices() {
        byte[] choices = new byte[256];
        java.util.Arrays.fill(choices, (byte) (otherwise.isDefined() ? cases.size() : -1));
        for (int i = 0; i < cases.size(); i++) for (byte b : cases.get(i).bytes()) choices[b & 0xFF] = (byte) i;
        return choices;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof FirstByte o && cases.equals(o.cases) && otherwise.equals(o.otherwise);
    }

    @Override
    public int hashCode() {
        return Objects.hash(cases, otherwise);
    }

    /** {@code first("$", length(...), headers(...))}: for people, there is no text form of codecs in codecs. */
    @Override
    public String toString() {
        List<String> parts = cases.flatMap(c ->
                        List.of(TextForm.quoted(array(c.bytes())), c.codec().toString()))
                .appendAll(otherwise.map(FrameCodec::toString));
        return parts.mkString("first(", ", ", ")");
    }

    private static byte[] array(List<Byte> bytes) {
        byte[] array = new byte[bytes.size()];
        for (int i = 0; i < array.length; i++) array[i] = bytes.get(i);
        return array;
    }

    /** Chooses the formats. */
    public static final class Builder {
        private static final int MOST = 100;

        private List<Case> cases = List.empty();
        private Option<FrameCodec> otherwise = Option.none();

        private Builder() {}

        /** Frames that begin with one of these characters, below 256 each, are those of {@code codec}. */
        public Builder when(String bytes, FrameCodec codec) {
            return when(bytes.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1), codec);
        }

        /** Frames that begin with one of these bytes are those of {@code codec}. */
        public Builder when(byte[] bytes, FrameCodec codec) {
            Objects.requireNonNull(codec, "codec");
            cases = cases.append(new Case(List.ofAll(bytes), codec));
            return this;
        }

        /** Frames that begin with any other byte; malformed unless said. */
        public Builder otherwise(FrameCodec codec) {
            otherwise = Option.some(Objects.requireNonNull(codec, "codec"));
            return this;
        }

        /**
         * The codec.
         *
         * @throws IllegalArgumentException with every reason why not
         */
        public FirstByte build() {
            Validation<Seq<String>, FirstByte> made = validate();
            if (made.isInvalid())
                throw new IllegalArgumentException(made.getError().mkString("; "));
            return made.get();
        }

        /** The codec, or every reason why not. */
        public Validation<Seq<String>, FirstByte> validate() {
            List<String> reasons = List.empty();
            if (cases.isEmpty()) reasons = reasons.append("no format has a byte of its own");
            if (cases.size() > MOST) reasons = reasons.append(cases.size() + " formats, at most " + MOST);
            if (cases.exists(c -> c.bytes().isEmpty())) reasons = reasons.append("a format that begins with no byte");
            List<Byte> all = cases.flatMap(Case::bytes);
            List<Byte> twice = all.filter(b -> all.count(b::equals) > 1).distinct();
            if (!twice.isEmpty()) reasons = reasons.append("bytes that stand twice: " + TextForm.quoted(array(twice)));
            return reasons.isEmpty() ? Validation.valid(new FirstByte(this)) : Validation.invalid(reasons);
        }
    }
}
