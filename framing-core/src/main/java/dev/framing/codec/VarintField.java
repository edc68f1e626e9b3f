package dev.framing.codec;

import dev.framing.scan.Examined;
import io.netty.buffer.ByteBuf;

/**
 * Base 128, the lowest seven bits first, the top bit of each byte saying that another follows (LEB128; protobuf, MQTT, Minecraft).
 *
 * <pre>
 *   300 = 0b10_0101100    | 1 0101100 | 0 0000010 |
 * </pre>
 *
 * The shortest form is required: a last byte of 0 behind another is an overlong number, which two readers could take for two things.
 *
 * @param most bytes that a number may have, 1 to 8
 */
record VarintField(int most) implements LengthField {

    @Override
    public Progress read(ByteBuf in, int from, int end, long mostSum, Reading r) {
        for (int i = from + r.seen; i < end; i++) {
            if (Examined.ON) Examined.add(1);
            int b = in.getByte(i);
            if (b == 0 && r.seen > 0) {
                r.wrong = "an overlong number: its last byte adds nothing";
                return Progress.WRONG;
            }
            if (b < 0 && r.seen + 1 == most) {
                r.wrong = "a number that goes on after " + most + (most == 1 ? " byte" : " bytes");
                return Progress.WRONG;
            }
            r.value |= (long) (b & 0x7F) << 7 * r.seen;
            r.seen++;
            if (b >= 0) return Progress.WHOLE;
            r.width = r.seen + 1;
            r.least = r.value + (1L << 7 * r.seen); // what follows is not 0
            if (r.least + r.width > mostSum) return Progress.OVER;
        }
        return Progress.MORE;
    }

    @Override
    public int minWidth() {
        return 1;
    }

    @Override
    public int maxWidth() {
        return most;
    }

    @Override
    public long maxValue() {
        return (1L << 7 * most) - 1;
    }

    @Override
    public int widthOf(long value) {
        return Math.max(1, (63 - Long.numberOfLeadingZeros(value)) / 7 + 1);
    }

    @Override
    public void write(ByteBuf out, long value) {
        long rest = value;
        for (; rest > 0x7F; rest >>>= 7) out.writeByte((int) rest | 0x80);
        out.writeByte((int) rest);
    }

    @Override
    public String text() {
        return "varint" + (most == LengthPrefixed.DEFAULT_VARINT_WIDTH ? "" : ", width=" + most);
    }
}
