package dev.framing.codec;

import dev.framing.FrameCodec;
import dev.framing.FrameDecoder;
import dev.framing.FrameEncoder;
import io.vavr.collection.List;
import io.vavr.collection.Seq;
import io.vavr.control.Validation;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * Frames whose payload is changed so that its end mark can never stand in it: any payload can be carried.
 *
 * <pre>
 *   slip   | payload, c0 as db dc, db as db dd        | c0 |            RFC 1055
 *   hdlc   | payload, 7e as 7d 5e, 7d as 7d 5d        | 7e |            RFC 1662 4.2
 *   cobs   | code | n bytes | code | n bytes | ...    | 00 |            Cheshire and Baker 1999
 *          '-head-'                                   '-tail
 *   dots   | lines with CRLF, a dot before one's first dot | . CR LF |  RFC 5321 4.5.2, RFC 3977 3.1.1
 * </pre>
 *
 * A payload in which nothing was changed is delivered where it lies. An empty frame of slip, hdlc and cobs (a mark directly after a
 * mark, or at the start) is fill, dropped between frames; slip and hdlc carry no empty payload, so their encoders refuse it.
 *
 * <p>Text form: {@code slip}, {@code hdlc}, {@code cobs}, {@code dots}, each with {@code (max=64k)} where it is another.
 */
public final class Stuffed implements FrameCodec {
    /** Bytes of a frame on the wire unless said otherwise: 64 KiB, what every SMTP server must take (RFC 5321 4.5.3.1.7). */
    public static final int DEFAULT_MAX = 64 * 1024;

    private enum Form {
        SLIP(2, ByteEscape.SLIP::decoder, ByteEscape.SLIP::encoder),
        HDLC(2, ByteEscape.HDLC::decoder, ByteEscape.HDLC::encoder),
        COBS(2, CobsDecoder::new, CobsEncoder::new),
        DOTS(3, DotsDecoder::new, DotsEncoder::new);

        final int shortest;
        final Supplier<FrameDecoder> decoder;
        final IntFunction<FrameEncoder> encoder;

        Form(int shortest, Supplier<FrameDecoder> decoder, IntFunction<FrameEncoder> encoder) {
            this.shortest = shortest;
            this.decoder = decoder;
            this.encoder = encoder;
        }
    }

    private final Form form;
    private final int max;

    private Stuffed(Form form, int max) {
        this.form = form;
        this.max = max;
    }

    /** Serial Line IP: {@code c0} ends a frame, {@code db} escapes. RFC 1055; its advice for packets is 1006 bytes. */
    public static Stuffed slip() {
        return new Stuffed(Form.SLIP, DEFAULT_MAX);
    }

    /**
     * HDLC-like framing on an asynchronous link: a flag {@code 7e} before the first frame and after each, {@code 7d} escapes (the byte
     * after it is xored with {@code 20}). The check sequence is payload here. {@code 7d 7e}, which aborts a frame, is malformed: a
     * frame that may have been delivered in parts cannot be taken back. RFC 1662.
     */
    public static Stuffed hdlc() {
        return new Stuffed(Form.HDLC, DEFAULT_MAX);
    }

    /**
     * Consistent Overhead Byte Stuffing: zeros are taken out, one byte in 254 is added at most, a zero ends the frame. A code byte says
     * how far the next zero is; one that points beyond the end of its frame is malformed. The first code byte is the head.
     */
    public static Stuffed cobs() {
        return new Stuffed(Form.COBS, DEFAULT_MAX);
    }

    /**
     * Lines up to one with a single dot: mail in SMTP, multi-line answers of POP3 and NNTP. The payload is the lines, each with its
     * CRLF; the tail is {@code . CR LF}. A bare CR or LF is malformed. The dot that begins a longer line is no payload, whichever byte
     * follows it (RFC 5321 4.5.2).
     */
    public static Stuffed dots() {
        return new Stuffed(Form.DOTS, DEFAULT_MAX);
    }

    /** A builder that holds what this codec has. */
    public Builder toBuilder() {
        return new Builder(form, max);
    }

    /** The same with another limit for the whole frame as it stands on the wire, in bytes. */
    public Stuffed withMax(int max) {
        return toBuilder().max(max).build();
    }

    @Override
    public FrameDecoder newDecoder() {
        return form.decoder.get();
    }

    @Override
    public FrameEncoder newEncoder() {
        return form.encoder.apply(max);
    }

    @Override
    public int maxFrameLength() {
        return max;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Stuffed s && s.form == form && s.max == max;
    }

    @Override
    public int hashCode() {
        return Objects.hash(form, max);
    }

    /** The text form. */
    @Override
    public String toString() {
        String name = name(form);
        return max == DEFAULT_MAX ? name : name + "(max=" + TextForm.size(max) + ")";
    }

    private static String name(Form form) {
        return switch (form) {
            case SLIP -> "slip";
            case HDLC -> "hdlc";
            case COBS -> "cobs";
            case DOTS -> "dots";
        };
    }

    /** Collects what a {@link Stuffed} is made of. */
    public static final class Builder {
        private final Form form;
        private int max;

        private Builder(Form form, int max) {
            this.form = form;
            this.max = max;
        }

        /** Bytes of the whole frame as it stands on the wire, escapes and end mark included. */
        public Builder max(int bytes) {
            max = bytes;
            return this;
        }

        /** @throws IllegalArgumentException with every reason there is */
        public Stuffed build() {
            return validate().toEither().getOrElseThrow(r -> new IllegalArgumentException(r.mkString("; ")));
        }

        /** The codec, or every reason why there is none. */
        public Validation<Seq<String>, Stuffed> validate() {
            if (max >= form.shortest) return Validation.valid(new Stuffed(form, max));
            return Validation.invalid(List.of(
                    "max " + max + " is below the shortest frame of " + name(form) + ", " + form.shortest + " bytes"));
        }
    }
}
