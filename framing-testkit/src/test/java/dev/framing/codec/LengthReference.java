package dev.framing.codec;

import dev.framing.Oversize;
import dev.framing.codec.LengthPrefixed.Counts;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A length-prefixed format said in parameters, and the slowest decoder and writer of it that could be thought of: whole streams, exact
 * numbers, one rule after the other. It shares nothing with the codec but the words.
 *
 * @param kind "binary", "varint", "quic", "ber" or "decimal"
 */
record LengthReference(
        String kind,
        int width,
        boolean little,
        long mask,
        int offset,
        int after,
        @Nullable Counts counts,
        int adjust,
        int trailer,
        byte @Nullable [] mark,
        char until,
        int max) {

    /** What must come of a stream, and how many of its bytes decide the error. */
    record Verdict(List<String> events, int decidedBy) {}

    LengthPrefixed codec() {
        LengthPrefixed.Builder b = LengthPrefixed.builder().offset(offset).max(max);
        switch (kind) {
            case "binary" -> {
                b.width(width).head(offset + width + after);
                if (little) b.order(ByteOrder.LITTLE_ENDIAN);
                if (mask != 0) b.mask(mask);
            }
            case "varint" -> b.varint().width(width);
            case "ber" -> b.ber().width(width);
            case "quic" -> b.quic();
            default -> b.decimal(until);
        }
        if (counts != null) b.counts(counts);
        else b.adjust(adjust);
        if (mark != null) b.trailer(mark);
        else b.trailer(trailer);
        return b.build();
    }

    LengthReference withMax(int bytes) {
        return new LengthReference(
                kind, width, little, mask, offset, after, counts, adjust, trailer, mark, until, bytes);
    }

    private static final class Stop extends RuntimeException {
        final int decidedBy;

        Stop(String event, int decidedBy) {
            super(event, null, false, false);
            this.decidedBy = decidedBy;
        }
    }

    private record Number(int width, BigInteger value) {}

    Verdict decode(byte[] stream, Oversize oversize) {
        List<String> events = new ArrayList<>();
        int at = 0;
        try {
            while (at < stream.length) at = frame(stream, at, oversize, events);
            events.add("END");
            return new Verdict(events, -1);
        } catch (Stop stop) {
            events.add(stop.getMessage());
            return new Verdict(events, stop.decidedBy);
        }
    }

    private int frame(byte[] s, int start, Oversize oversize, List<String> events) {
        BigInteger limit = limit(oversize);
        BigInteger surely =
                limit == null ? null : limit.max(BigInteger.valueOf(max)); // what no head in the making may pass
        Number number = number(s, start, surely, limit);
        int head = offset + number.width + after;
        BigInteger total = total(number);
        int numberEnd = start + offset + number.width;
        if (total.compareTo(BigInteger.valueOf(head + trailer)) < 0) throw new Stop("M " + (numberEnd - 1), numberEnd);
        boolean over = limit != null && total.compareTo(limit) > 0;
        String tooLong = "L " + start + " " + total + " " + limit;
        if (over && total.compareTo(surely) > 0) throw new Stop(tooLong, numberEnd);
        if (over && s.length - start >= head) throw new Stop(tooLong, start + head);
        int there = s.length - start;
        int payload = total.subtract(BigInteger.valueOf(head + trailer))
                .min(BigInteger.valueOf(there))
                .intValue();
        int tailAt = start + head + payload;
        if (mark != null)
            for (int i = 0; i < trailer && tailAt + i < s.length; i++)
                if (s[tailAt + i] != mark[i]) throw new Stop("M " + (tailAt + i), tailAt + i + 1);
        if (total.compareTo(BigInteger.valueOf(there)) > 0)
            throw new Stop("T " + start + " " + there + " " + total, -1);
        boolean skipped = oversize instanceof Oversize.Skip && total.compareTo(BigInteger.valueOf(max)) > 0;
        events.add(
                skipped
                        ? "S " + start + " " + total
                        : "F " + start + " " + total + " " + head + " " + trailer + " "
                                + HexFormat.of().formatHex(s, start + head, tailAt));
        return tailAt + trailer;
    }

    private @Nullable BigInteger limit(Oversize oversize) {
        if (oversize instanceof Oversize.Skip) return null;
        return BigInteger.valueOf(oversize instanceof Oversize.Parts p ? p.total() : max);
    }

    /** Bytes of the frame that a number announces, at most {@link Long#MAX_VALUE}. */
    private BigInteger total(Number n) {
        BigInteger most = BigInteger.valueOf(Long.MAX_VALUE);
        if (n.value.compareTo(most) >= 0) return most;
        int others = counts == null
                ? offset + n.width + adjust
                : switch (counts) {
                    case PAYLOAD -> offset + n.width + after + trailer;
                    case REST -> offset + n.width;
                    case FIELD -> offset;
                    case FRAME -> 0;
                };
        return n.value.add(BigInteger.valueOf(others)).min(most);
    }

    /** Looks at the number's bytes one after the other. */
    private Number number(byte[] s, int start, @Nullable BigInteger surely, @Nullable BigInteger limit) {
        int from = start + offset;
        for (int n = 1; from + n <= s.length; n++) {
            if (wrong(s, from, n)) throw new Stop("M " + (from + n - 1), from + n);
            Number whole = whole(s, from, n);
            int leastWidth = whole != null ? n : leastWidth(s, from, n);
            if (offset + leastWidth + after > max) throw new Stop("L " + start + " -1 " + max, from + n);
            if (whole != null) return whole;
            Number shortest = shortest(s, from, n);
            if (shortest != null && surely != null && total(shortest).compareTo(surely) > 0)
                throw new Stop("L " + start + " -1 " + limit, from + n);
        }
        throw new Stop("T " + start + " " + (s.length - start) + " -1", -1);
    }

    /** Is the n-th byte of the number against its spelling, those before it being right? */
    private boolean wrong(byte[] s, int from, int n) {
        int b = s[from + n - 1] & 0xFF;
        return switch (kind) {
            case "varint" -> n > 1 && b == 0 || n == width && b > 127;
            case "ber" -> n == 1 && (b == 0x80 || b > 0x80 + width);
            case "decimal" -> {
                String text = new String(s, from, n, java.nio.charset.StandardCharsets.ISO_8859_1);
                yield !text.matches("(0|[1-9][0-9]{0,17})\\x{%x}?".formatted((int) until));
            }
            default -> false;
        };
    }

    /** The number if it has n bytes. */
    private @Nullable Number whole(byte[] s, int from, int n) {
        int last = s[from + n - 1] & 0xFF;
        int first = s[from] & 0xFF;
        return switch (kind) {
            case "varint" -> last > 127 ? null : new Number(n, base128(s, from, n));
            case "quic" ->
                n < 1 << (first >> 6)
                        ? null
                        : new Number(
                                n, bytes(s, from, n, false).clearBit(8 * n - 1).clearBit(8 * n - 2));
            case "ber" ->
                first < 0x80
                        ? new Number(1, BigInteger.valueOf(first))
                        : n < 1 + (first & 0x7F) ? null : new Number(n, bytes(s, from + 1, n - 1, false));
            case "decimal" ->
                last != until
                        ? null
                        : new Number(
                                n,
                                new BigInteger(
                                        new String(s, from, n - 1, java.nio.charset.StandardCharsets.ISO_8859_1)));
            default -> n < width ? null : new Number(width, unmasked(bytes(s, from, width, little)));
        };
    }

    private int leastWidth(byte[] s, int from, int n) {
        int first = s[from] & 0xFF;
        return switch (kind) {
            case "quic" -> 1 << (first >> 6);
            case "ber" -> 1 + (first & 0x7F);
            case "binary" -> width;
            default -> n + 1;
        };
    }

    /** The smallest number that goes on from n bytes, where its end is not known before it comes. */
    private @Nullable Number shortest(byte[] s, int from, int n) {
        byte[] longer = java.util.Arrays.copyOfRange(s, from, from + n + 1);
        if (kind.equals("varint")) longer[n] = 1;
        else if (kind.equals("decimal")) longer[n] = (byte) until;
        else return null;
        return whole(longer, 0, n + 1);
    }

    private static BigInteger base128(byte[] s, int from, int n) {
        BigInteger value = BigInteger.ZERO;
        for (int i = n - 1; i >= 0; i--) value = value.shiftLeft(7).or(BigInteger.valueOf(s[from + i] & 0x7F));
        return value;
    }

    private static BigInteger bytes(byte[] s, int from, int n, boolean littleEndian) {
        BigInteger value = BigInteger.ZERO;
        for (int i = 0; i < n; i++)
            value = value.shiftLeft(8).or(BigInteger.valueOf(s[littleEndian ? from + n - 1 - i : from + i] & 0xFF));
        return value;
    }

    private BigInteger unmasked(BigInteger raw) {
        if (mask == 0) return raw;
        BigInteger value = BigInteger.ZERO;
        int to = 0;
        for (int bit = 0; bit < 64; bit++)
            if ((mask >>> bit & 1) == 1) {
                if (raw.testBit(bit)) value = value.setBit(to);
                to++;
            }
        return value;
    }

    // ------------------------------------------------------------------------------------------------ writing

    /** A frame of {@code payload} zeros in the head and, where they are not given, in the trailer; null: no number says its length. */
    byte @Nullable [] write(byte[] payload) {
        for (int w = 1; w <= 19; w++) {
            int total = offset + w + after + payload.length + trailer;
            int value = counts == null
                    ? total - offset - w - adjust
                    : switch (counts) {
                        case PAYLOAD -> payload.length;
                        case REST -> after + payload.length + trailer;
                        case FIELD -> w + after + payload.length + trailer;
                        case FRAME -> total;
                    };
            byte[] number = value < 0 ? null : spelled(value, w);
            if (number == null) continue;
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.writeBytes(new byte[offset]);
            out.writeBytes(number);
            out.writeBytes(new byte[after]);
            out.writeBytes(payload);
            out.writeBytes(mark == null ? new byte[trailer] : mark);
            return out.size() > max ? null : out.toByteArray();
        }
        return null;
    }

    /** {@code value} in exactly w bytes of its shortest spelling, or null. */
    byte @Nullable [] spelled(long value, int w) {
        BigInteger v = BigInteger.valueOf(value);
        byte[] out = new byte[w];
        switch (kind) {
            case "varint" -> {
                if (w > width || v.bitLength() > 7 * w || w > 1 && v.bitLength() <= 7 * (w - 1)) return null;
                for (int i = 0; i < w; i++) out[i] = (byte) (value >> 7 * i & 0x7F | (i < w - 1 ? 0x80 : 0));
            }
            case "quic" -> {
                int[] bits = {0, 6, 14, 0, 30, 0, 0, 0, 62};
                if (w > 8 || bits[w] == 0 || v.bitLength() > bits[w]) return null;
                for (int i = 0; i < w; i++) out[w - 1 - i] = (byte) (value >> 8 * i);
                out[0] |= (byte) (Integer.numberOfTrailingZeros(w) << 6);
            }
            case "ber" -> {
                if (w == 1) {
                    if (value > 127) return null;
                    out[0] = (byte) value;
                } else {
                    if (w - 1 > width || v.bitLength() > 8 * (w - 1)) return null;
                    out[0] = (byte) (0x80 + w - 1);
                    for (int i = 1; i < w; i++) out[i] = (byte) (value >> 8 * (w - 1 - i));
                }
            }
            case "decimal" -> {
                byte[] digits = (value + "" + until).getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
                return digits.length == w ? digits : null;
            }
            default -> {
                if (w != width) return null;
                BigInteger raw = BigInteger.ZERO;
                int from = 0;
                for (int bit = 0; bit < 8 * width; bit++)
                    if (mask == 0 || (mask >>> bit & 1) == 1) {
                        if (v.testBit(from)) raw = raw.setBit(bit);
                        from++;
                    }
                if (v.bitLength() > from) return null;
                for (int i = 0; i < w; i++)
                    out[little ? i : w - 1 - i] = raw.shiftRight(8 * i).byteValue();
            }
        }
        return out;
    }

    @Override
    public String toString() {
        return codec().toString();
    }
}
