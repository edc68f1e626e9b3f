package dev.framing.codec;

import dev.framing.codec.LengthPrefixed.Builder;
import dev.framing.codec.LengthPrefixed.Counts;
import io.vavr.collection.List;
import io.vavr.collection.Seq;
import io.vavr.control.Validation;
import java.nio.ByteOrder;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** Which length-prefixed codecs make sense, and all that is wrong with one that does not. */
final class LengthRules {
    private final Builder b;
    private final ArrayList<String> wrong = new ArrayList<>();
    /** How many bytes stand where is known, but for those of a number of varying width. */
    private boolean sized = true;

    private LengthRules(Builder builder) {
        b = builder;
    }

    /** @param counts null: what the number counts is said by {@code adjust} */
    static Validation<Seq<String>, LengthLayout> layout(Builder builder, @Nullable Counts counts) {
        LengthRules rules = new LengthRules(builder);
        LengthLayout layout = rules.layout(counts);
        return rules.wrong.isEmpty() ? Validation.valid(layout) : Validation.invalid(List.ofAll(rules.wrong));
    }

    private LengthLayout layout(@Nullable Counts counts) {
        LengthField field = field();
        if (b.kind != Builder.Kind.BINARY) varying(counts);
        refuseSize(b.offset < 0, "offset " + b.offset + " is negative");
        refuseSize(b.trailer < 0, "trailer " + b.trailer + " is negative");
        refuse(b.counts != null && b.adjust != null, "counts and adjust are both said, the number counts one thing");
        long numberEnd = (long) b.offset + field.minWidth();
        long after = b.head == null || b.kind != Builder.Kind.BINARY ? 0 : b.head - numberEnd;
        refuseSize(after < 0, "head " + b.head + " ends before the number does (" + numberEnd + ")");
        long plus = counts == null ? adjust() : plus(counts, field.minWidth(), after);
        LengthLayout unlimited = new LengthLayout(
                field, Math.max(0, b.offset), (int) Math.max(0, after), plus, Math.max(0, b.trailer), b.mark, 0);
        LengthLayout layout = unlimited.withMax(b.max == null ? unlimited.defaultMax() : b.max);
        boolean announces = wrong.isEmpty();
        sizes(layout);
        if (announces) announced(layout);
        return layout;
    }

    private long adjust() {
        return b.adjust == null ? 0 : b.adjust;
    }

    private long plus(Counts counts, int width, long after) {
        return switch (counts) {
            case PAYLOAD -> after + b.trailer;
            case REST -> 0;
            case FIELD -> -width;
            case FRAME -> -width - (long) b.offset;
        };
    }

    /** What does not depend on what the number says. Where a size is wrong it counts nothing, and one byte for the number. */
    private void sizes(LengthLayout l) {
        long least = sized ? l.least() : l.least() - l.field().minWidth() + 1;
        if (b.max != null && b.max < 0) refuse(true, "max " + b.max + " is negative");
        else
            refuse(
                    l.max() < least && (b.max != null || wrong.isEmpty()),
                    "max " + l.max() + " is below the head: a frame without payload has " + (sized ? "" : "at least ")
                            + least + (least == 1 ? " byte" : " bytes"));
        refuse(
                (long) l.offset() + (sized ? l.field().maxWidth() : 1) + l.after() > Integer.MAX_VALUE,
                "the head may have more than " + Integer.MAX_VALUE + " bytes");
    }

    private void announced(LengthLayout l) {
        long most = l.expressible();
        refuse(
                most < l.least(),
                "no number announces a whole frame: the greatest announces " + most
                        + " bytes, a frame without payload has " + l.least());
        // one above what a 16-bit number announces is the 64k that people mean with it
        refuse(
                b.max != null && most >= l.least() && b.max - 1L > most,
                "the number is too narrow for max " + b.max + ": it announces at most " + most + " bytes");
    }

    private LengthField field() {
        return switch (b.kind) {
            case BINARY -> binary();
            case VARINT ->
                new VarintField(
                        width("a varint", LengthPrefixed.DEFAULT_VARINT_WIDTH, LengthPrefixed.MAX_VARINT_WIDTH));
            case BER -> new BerField(width("a BER length", LengthPrefixed.MAX_BER_WIDTH, LengthPrefixed.MAX_BER_WIDTH));
            case QUIC -> {
                refuse(b.width != null, "width: a QUIC integer says its own");
                yield new QuicField();
            }
            case DECIMAL -> {
                refuse(b.width != null, "width: a decimal number ends at " + TextForm.quoted(b.until));
                refuse(
                        b.until > 0xFF || b.until >= '0' && b.until <= '9',
                        "until: no character below 256 beside the digits");
                yield new DecimalField(b.until);
            }
        };
    }

    private BinaryField binary() {
        int width = width("a binary number", LengthPrefixed.DEFAULT_WIDTH, Long.BYTES);
        long all = BinaryField.all(width);
        long mask = b.mask == null ? all : b.mask;
        long run = mask >>> Math.min(63, Long.numberOfTrailingZeros(mask));
        refuse(mask == 0, "mask has no bit");
        refuse((mask & ~all) != 0, "mask 0x%x has bits beyond %d bytes".formatted(mask, width));
        refuse((run & run + 1) != 0, "mask 0x%x is not one run of bits".formatted(mask));
        return new BinaryField(width, b.order == ByteOrder.LITTLE_ENDIAN, mask);
    }

    private void varying(@Nullable Counts counts) {
        refuse(b.order != null, "order: only a binary number has one");
        refuse(b.mask != null, "mask: only a binary number has one");
        refuse(b.head != null, "head: nothing stands behind a number of varying width but the payload");
        refuse(
                counts == Counts.FIELD || counts == Counts.FRAME,
                "counts " + counts + ": a number of varying width would count its own bytes");
    }

    private int width(String what, int unsaid, int most) {
        int width = b.width == null ? unsaid : b.width;
        refuseSize(width < 1 || width > most, "width " + width + ": " + what + " has 1 to " + most + " bytes");
        return Math.max(1, Math.min(most, width));
    }

    private void refuseSize(boolean mistake, String reason) {
        refuse(mistake, reason);
        sized &= !mistake;
    }

    private void refuse(boolean mistake, String reason) {
        if (mistake) wrong.add(reason);
    }
}
