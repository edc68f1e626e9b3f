package dev.framing.codec;

import dev.framing.scan.Examined;
import io.netty.buffer.ByteBuf;

/**
 * The length octets of ASN.1 BER, definite form (X.690 8.1.3): up to 127 in the byte itself, else a byte that says how many follow.
 *
 * <pre>
 *   | 0 vvvvvvv |    | 1 0000010 | vvvvvvvv | vvvvvvvv |    | 1 0000000 | indefinite: refused
 * </pre>
 *
 * More bytes than a number needs are allowed (8.1.3.5 note 2); we write the fewest.
 *
 * @param most bytes that may follow the first, 1 to 4
 */
record BerField(int most) implements LengthField {

    @Override
    public Progress read(ByteBuf in, int from, int end, long mostSum, Reading r) {
        if (from >= end) return Progress.MORE;
        if (Examined.ON) Examined.add(1);
        int first = in.getUnsignedByte(from);
        int more = first < 0x80 ? 0 : first & 0x7F;
        if (first == 0x80 || more > most) {
            r.wrong = more == 0 ? "an indefinite length" : "a length of " + more + " bytes, at most " + most;
            return Progress.WRONG;
        }
        r.width = 1 + more;
        if (end - from <= more) return Progress.MORE;
        if (Examined.ON) Examined.add(more);
        long value = more == 0 ? first : 0;
        for (int i = 1; i <= more; i++) value = value << 8 | in.getUnsignedByte(from + i);
        r.seen = 1 + more;
        r.value = value;
        return Progress.WHOLE;
    }

    @Override
    public int minWidth() {
        return 1;
    }

    @Override
    public int maxWidth() {
        return 1 + most;
    }

    @Override
    public long maxValue() {
        return BinaryField.all(most);
    }

    @Override
    public int widthOf(long value) {
        return value < 0x80 ? 1 : 2 + (63 - Long.numberOfLeadingZeros(value)) / 8;
    }

    @Override
    public void write(ByteBuf out, long value) {
        int more = widthOf(value) - 1;
        if (more == 0) out.writeByte((int) value);
        else out.writeByte(0x80 | more);
        for (int i = more - 1; i >= 0; i--) out.writeByte((int) (value >>> 8 * i));
    }

    @Override
    public String text() {
        return "ber" + (most == LengthPrefixed.MAX_BER_WIDTH ? "" : ", width=" + most);
    }
}
