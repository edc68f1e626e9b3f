package dev.framing.codec;

import dev.framing.scan.Examined;
import io.netty.buffer.ByteBuf;

/**
 * The variable-length integer of RFC 9000 section 16: the first two bits say 1, 2, 4 or 8 bytes, the others are the number, big-endian.
 *
 * <pre>
 *   | 00 vvvvvv |    | 01 vvvvvv | vvvvvvvv |    | 10 vvvvvv | 3 bytes |    | 11 vvvvvv | 7 bytes |
 * </pre>
 *
 * A number may be spelled in more bytes than it needs (section 16 asks for the shortest form in frame types only); we write the shortest.
 */
record QuicField() implements LengthField {

    @Override
    public Progress read(ByteBuf in, int from, int end, long most, Reading r) {
        if (from >= end) return Progress.MORE;
        if (Examined.ON) Examined.add(1);
        int first = in.getUnsignedByte(from);
        int width = r.width = 1 << (first >>> 6);
        if (end - from < width) return Progress.MORE;
        if (Examined.ON) Examined.add(width - 1);
        long value = first & 0x3F;
        for (int i = 1; i < width; i++) value = value << 8 | in.getUnsignedByte(from + i);
        r.seen = width;
        r.value = value;
        return Progress.WHOLE;
    }

    @Override
    public int minWidth() {
        return 1;
    }

    @Override
    public int maxWidth() {
        return 8;
    }

    @Override
    public long maxValue() {
        return (1L << 62) - 1;
    }

    @Override
    public int widthOf(long value) {
        return value < 1 << 6 ? 1 : value < 1 << 14 ? 2 : value < 1 << 30 ? 4 : 8;
    }

    @Override
    public void write(ByteBuf out, long value) {
        switch (widthOf(value)) {
            case 1 -> out.writeByte((int) value);
            case 2 -> out.writeShort((int) value | 0x4000);
            case 4 -> out.writeInt((int) value | 0x8000_0000);
            default -> out.writeLong(value | 0xC000_0000_0000_0000L);
        }
    }

    @Override
    public String text() {
        return "quic";
    }
}
