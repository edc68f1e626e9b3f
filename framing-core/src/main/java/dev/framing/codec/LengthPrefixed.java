package dev.framing.codec;

import dev.framing.FrameCodec;
import dev.framing.FrameDecoder;
import dev.framing.FrameEncoder;
import io.vavr.collection.Seq;
import io.vavr.control.Validation;
import java.nio.ByteOrder;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Frames led by a number that says how long they are.
 *
 * <pre>
 *   position  0          offset     offset + width              end - trailer     end
 *             | bytes    | number   | bytes     | payload       | trailer         |
 *             '------------- head --------------'-- payload ----'----- tail ------'
 *
 *   counts    FRAME      ================================================================  BGP, MongoDB, Diameter
 *             FIELD                 =====================================================  PostgreSQL
 *             REST                             ==========================================  Kafka, TLS, MQTT
 *             PAYLOAD                                      ===============                 MySQL, HTTP/2, AMQP, netstring
 * </pre>
 *
 * REST, FIELD and FRAME run to the end of the frame, trailer included; PAYLOAD ends before the trailer. A number that counts none of
 * these is said with {@link Builder#adjust adjust(n)}: the frame has offset + width + number + n bytes, trailer included.
 *
 * <pre>{@code
 * LengthPrefixed dns = LengthPrefixed.uint16();
 * LengthPrefixed postgres = LengthPrefixed.builder().offset(1).width(4).counts(FIELD).build();
 * LengthPrefixed netstring = LengthPrefixed.builder().decimal(':').trailer(new byte[] {','}).build();
 * LengthPrefixed mqtt = LengthPrefixed.builder().varint().width(4).offset(1).build();
 * }</pre>
 *
 * <p><b>Too long</b> is told at the number's last byte, before any payload; for a number whose end is not known before it comes
 * ({@link Builder#varint}, {@link Builder#decimal}) at the first byte after which it can only announce a longer frame, then without a
 * frame length, because the number was not stated to its end. <b>Malformed</b> is a number that announces less than head and trailer (at
 * its last byte), one not spelled as its kind asks, and a given trailer that does not stand there.
 *
 * <p><b>Encoding.</b> The head given to the encoder is empty (zeros), or the head's bytes without the number, or a whole head as a
 * decoder delivers it, the number in which is replaced; with a {@link Builder#mask} the bits beside it are taken from a whole head.
 * Frames in pieces need their length at {@code begin}.
 *
 * <p>Sources: RFC 1035 4.2.2, RFC 9113 4.1, RFC 5531 11, RFC 9000 16, X.690 8.1.3, MQTT 5.0 1.5.5. Netty's
 * {@code LengthFieldBasedFrameDecoder} is translated in docs/netty.md.
 */
public final class LengthPrefixed implements FrameCodec {
    /** The longest frame where nothing is said and the number could announce more: 1 MiB, above most messages, below most attacks. */
    public static final int DEFAULT_MAX = 1 << 20;

    /** Bytes of the number where nothing is said. */
    static final int DEFAULT_WIDTH = 4;
    /** A 32-bit number in base 128 (protobuf). */
    static final int DEFAULT_VARINT_WIDTH = 5;

    static final int MAX_VARINT_WIDTH = 8;
    static final int MAX_BER_WIDTH = 4;

    /** What a number counts. */
    public enum Counts {
        /** The bytes between head and trailer. */
        PAYLOAD,
        /** All bytes behind the number's last. */
        REST,
        /** All bytes from the number's first. */
        FIELD,
        /** All bytes. */
        FRAME;

        /** The word of the text form. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    final LengthLayout layout;
    /** Null: adjusted by {@link LengthLayout#plus}. */
    private final @Nullable Counts counts;

    private LengthPrefixed(LengthLayout layout, @Nullable Counts counts) {
        this.layout = layout;
        this.counts = counts;
    }

    /** One byte, counting the payload; frames up to 256 bytes. */
    public static LengthPrefixed uint8() {
        return builder().width(1).build();
    }

    /** Two bytes, big-endian, counting the payload; frames up to 65,537 bytes. DNS over TCP. */
    public static LengthPrefixed uint16() {
        return builder().width(2).build();
    }

    /** Three bytes, big-endian, counting the payload; frames up to {@link #DEFAULT_MAX}. */
    public static LengthPrefixed uint24() {
        return builder().width(3).build();
    }

    /** Four bytes, big-endian, counting the payload; frames up to {@link #DEFAULT_MAX}. */
    public static LengthPrefixed uint32() {
        return builder().width(4).build();
    }

    /** Base 128 in at most five bytes, counting the payload; frames up to {@link #DEFAULT_MAX}. Delimited protobuf messages. */
    public static LengthPrefixed varint() {
        return builder().varint().build();
    }

    /** ASCII digits up to {@code until}, counting the payload; frames up to {@link #DEFAULT_MAX}. Syslog: {@code decimal(' ')}. */
    public static LengthPrefixed decimal(char until) {
        return builder().decimal(until).build();
    }

    /** Everything that can be said; four bytes, big-endian, counting the payload, if nothing is. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that says all that this codec is. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    @Override
    public FrameDecoder newDecoder() {
        return layout.field() instanceof BinaryField binary && layout.mark() == null
                ? new LengthDecoder(layout, binary)
                : new CheckedLengthDecoder(layout);
    }

    @Override
    public FrameEncoder newEncoder() {
        return new LengthEncoder(layout);
    }

    @Override
    public int maxFrameLength() {
        return layout.max();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof LengthPrefixed that && layout.equals(that.layout) && counts == that.counts;
    }

    @Override
    public int hashCode() {
        return layout.hashCode();
    }

    /** The text form: {@code length(width=2, order=little, offset=1, head=8, counts=rest, trailer=1, max=64k)}. */
    @Override
    public String toString() {
        LengthLayout l = layout;
        StringBuilder text = new StringBuilder("length(").append(l.field().text());
        if (l.offset() > 0) text.append(", offset=").append(l.offset());
        if (l.after() > 0) text.append(", head=").append(l.head(l.field().minWidth()));
        if (counts == null) text.append(", adjust=").append(l.plus());
        else if (counts != Counts.PAYLOAD) text.append(", counts=").append(counts);
        if (l.mark() != null) text.append(", trailer=").append(TextForm.quoted(l.mark()));
        else if (l.trailer() > 0) text.append(", trailer=").append(l.trailer());
        return text.append(", max=").append(TextForm.size(l.max())).append(')').toString();
    }

    /** How a length-prefixed codec is made. Nothing is checked before {@link #build} or {@link #validate}, then all of it. */
    public static final class Builder {
        enum Kind {
            BINARY,
            VARINT,
            QUIC,
            BER,
            DECIMAL
        }

        Kind kind = Kind.BINARY;
        char until;
        int offset;
        int trailer;
        // null: not said
        @Nullable
        Integer width;

        @Nullable
        ByteOrder order;

        @Nullable
        Long mask;

        @Nullable
        Integer head;

        @Nullable
        Counts counts;

        @Nullable
        Integer adjust;

        byte @Nullable [] mark;

        @Nullable
        Integer max;

        private Builder() {}

        private Builder(LengthPrefixed codec) {
            LengthLayout l = codec.layout;
            LengthField field = l.field();
            if (field instanceof BinaryField binary) {
                width(binary.width());
                if (binary.little()) order(ByteOrder.LITTLE_ENDIAN);
                if (binary.masked()) mask(binary.mask());
            } else if (field instanceof VarintField v) {
                varint().width(v.most());
            } else if (field instanceof BerField b) {
                ber().width(b.most());
            } else if (field instanceof DecimalField d) {
                decimal(d.until());
            } else {
                quic();
            }
            offset = l.offset();
            if (l.after() > 0) head(l.head(field.minWidth()));
            counts = codec.counts;
            if (counts == null) adjust((int) l.plus());
            trailer = l.trailer();
            mark = l.mark();
            if (l.max() != l.defaultMax()) max(l.max());
        }

        /**
         * Bytes of the number: of a binary one 1 to 8 (4 if not said), of a {@link #varint} at most 1 to 8 (5), of a {@link #ber} one
         * behind its first at most 1 to 4 (4).
         */
        public Builder width(int bytes) {
            width = bytes;
            return this;
        }

        /** Order of a binary number's bytes; big-endian if not said. */
        public Builder order(ByteOrder byteOrder) {
            order = byteOrder;
            return this;
        }

        /** The bits of a binary number's bytes that are the number, one run; those beside it are the application's. ONC RPC: {@code 0x7fffffff}. */
        public Builder mask(long bits) {
            mask = bits;
            return this;
        }

        /** The number is in base 128, low bits first, in its shortest form (LEB128, protobuf, MQTT). */
        public Builder varint() {
            kind = Kind.VARINT;
            return this;
        }

        /** The number is a QUIC variable-length integer: RFC 9000 section 16. */
        public Builder quic() {
            kind = Kind.QUIC;
            return this;
        }

        /** The number is a BER length in definite form: X.690 8.1.3. */
        public Builder ber() {
            kind = Kind.BER;
            return this;
        }

        /** The number is in ASCII digits, ended by {@code until}: a character below 256 that is no digit. */
        public Builder decimal(char until) {
            kind = Kind.DECIMAL;
            this.until = until;
            return this;
        }

        /** Head bytes before the number. */
        public Builder offset(int bytes) {
            offset = bytes;
            return this;
        }

        /** Bytes of the whole head, where it goes on behind a binary number; offset + width if not said. */
        public Builder head(int bytes) {
            head = bytes;
            return this;
        }

        /** What the number counts; {@link Counts#PAYLOAD} if not said. One of varying width counts PAYLOAD or REST. */
        public Builder counts(Counts what) {
            counts = what;
            return this;
        }

        /** For a number that counts none of {@link Counts}: the whole frame, trailer included, has offset + width + number + {@code n} bytes. */
        public Builder adjust(int n) {
            adjust = n;
            return this;
        }

        /** So many bytes behind the payload, which the decoder does not look at and the encoder writes as zeros. */
        public Builder trailer(int bytes) {
            trailer = bytes;
            mark = null;
            return this;
        }

        /** The bytes that stand behind every payload: checked by the decoder, written by the encoder. */
        public Builder trailer(byte[] bytes) {
            trailer = bytes.length;
            mark = bytes.length == 0 ? null : bytes.clone();
            return this;
        }

        /** Bytes of the longest frame, head and trailer included; if not said, of the longest that the number can announce, at most {@link #DEFAULT_MAX}. */
        public Builder max(int bytes) {
            max = bytes;
            return this;
        }

        /**
         * The codec.
         *
         * @throws IllegalArgumentException all that is wrong with it
         */
        public LengthPrefixed build() {
            Validation<Seq<String>, LengthPrefixed> checked = validate();
            if (checked.isInvalid())
                throw new IllegalArgumentException(checked.getError().mkString("; "));
            return checked.get();
        }

        /** The codec, or all that is wrong with it. */
        public Validation<Seq<String>, LengthPrefixed> validate() {
            Counts counted = adjust != null ? null : counts == null ? Counts.PAYLOAD : counts;
            return LengthRules.layout(this, counted).map(layout -> new LengthPrefixed(layout, counted));
        }
    }
}
