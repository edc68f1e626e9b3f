package dev.framing.codec;

import dev.framing.scan.Examined;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where the bytes of a length-prefixed frame stand, in numbers.
 *
 * <pre>
 *   position  0          offset     offset + w     head                   total - trailer    total
 *             | bytes    | number   | after        | payload              | trailer          |
 *   total = offset + w + number + plus
 * </pre>
 *
 * @param after head bytes behind the number
 * @param plus what is added to the number and all that stands up to its end
 * @param mark the trailer's bytes where they are checked, null where any will do
 * @param max bytes of the longest frame
 */
record LengthLayout(LengthField field, int offset, int after, long plus, int trailer, byte @Nullable [] mark, int max) {

    /** Bytes of the whole frame that the number {@code value} in {@code width} bytes announces, saturated; below 1 where it makes no sense. */
    long total(long value, int width) {
        long base = (long) offset + width + plus;
        return value == Long.MAX_VALUE ? value : saturatedSum(value, base);
    }

    /** The sum, or {@link Long#MAX_VALUE} where it would be over that. */
    static long saturatedSum(long a, long b) {
        return b > 0 && a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }

    /** The number that announces {@code payload} bytes of payload; negative where none does. */
    long value(long payload) {
        return payload + after + trailer - plus;
    }

    int head(int width) {
        return offset + width + after;
    }

    /** Bytes of the longest frame that the number can announce, saturated. */
    long expressible() {
        return total(field.maxValue(), field.maxWidth());
    }

    /** What {@link LengthField#read} must not pass: the number and its own bytes together. */
    long most() {
        return max - plus - offset;
    }

    /** What the number of the frame at {@code index} would be in the other byte order, if that makes sense; else null. */
    @Nullable
    String otherOrder(BinaryField binary, ByteBuf in, int index) {
        if (binary.width() == 1) return null;
        long other = binary.getSwapped(in, index + offset);
        long frame = total(other, binary.width());
        if (frame < least() || frame > max) return null;
        return "would be " + other + " in " + (binary.little() ? "big" : "little") + "-endian order";
    }

    /** Bytes of the shortest frame. */
    long least() {
        return (long) offset + field.minWidth() + after + trailer;
    }

    /** The limit where none is said. */
    int defaultMax() {
        return (int) Math.max(0, Math.min(expressible(), LengthPrefixed.DEFAULT_MAX));
    }

    LengthLayout withMax(int bytes) {
        return new LengthLayout(field, offset, after, plus, trailer, mark, bytes);
    }

    /** What is wrong with a frame of {@code total} bytes whose head has {@code head}. */
    String tooShort(long value, long total, int head) {
        return "length " + value + " makes a frame of " + total + " bytes, its head "
                + (trailer == 0 ? "has " : "and trailer have ") + (head + (long) trailer);
    }

    /** Index of the first trailer byte in {@code [at, end)} that is not the mark's, or -1; the trailer begins at {@code at}. */
    int wrongMark(ByteBuf in, int at, int end) {
        byte[] expected = mark;
        if (expected == null) return -1;
        int there = Math.min(expected.length, end - at);
        if (Examined.ON) Examined.add(there);
        for (int i = 0; i < there; i++) if (in.getByte(at + i) != expected[i]) return at + i;
        return -1;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof LengthLayout that
                && field.equals(that.field)
                && offset == that.offset
                && after == that.after
                && plus == that.plus
                && trailer == that.trailer
                && Arrays.equals(mark, that.mark)
                && max == that.max;
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(new long[] {field.hashCode(), offset, after, plus, trailer, Arrays.hashCode(mark), max});
    }
}
