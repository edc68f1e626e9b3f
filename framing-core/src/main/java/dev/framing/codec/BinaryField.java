package dev.framing.codec;

import dev.framing.scan.Examined;
import io.netty.buffer.ByteBuf;

/**
 * A number in {@code width} whole bytes, or in the bits of them that {@code mask} has.
 *
 * <pre>
 *   width 4, mask 0x7fffffff (ONC RPC)    | . v v v v v v v | v v v v v v v v | v v v v v v v v | v v v v v v v v |
 *                                           '- a bit of the application: kept in the head, taken from the encoder's
 * </pre>
 *
 * @param mask one run of bits; the number is what they say, shifted down
 */
record BinaryField(int width, boolean little, long mask) implements LengthField {

    static final long ALL = -1L;

    /** Every bit of {@code width} bytes. */
    static long all(int width) {
        return width == Long.BYTES ? ALL : (1L << 8 * width) - 1;
    }

    boolean masked() {
        return mask != all(width);
    }

    /** The number at {@code at}; one over 63 bits is {@link Long#MAX_VALUE}. */
    long get(ByteBuf in, int at) {
        long raw = raw(in, at, little);
        return masked() ? saturated((raw & mask) >>> Long.numberOfTrailingZeros(mask)) : saturated(raw);
    }

    /** The same read in the other byte order. */
    long getSwapped(ByteBuf in, int at) {
        return saturated((raw(in, at, !little) & mask) >>> Long.numberOfTrailingZeros(mask));
    }

    private static long saturated(long unsigned) {
        return unsigned < 0 ? Long.MAX_VALUE : unsigned;
    }

    private long raw(ByteBuf in, int at, boolean littleEndian) {
        if (Examined.ON) Examined.add(width);
        return switch (width) {
            case 1 -> in.getUnsignedByte(at);
            case 2 -> littleEndian ? in.getUnsignedShortLE(at) : in.getUnsignedShort(at);
            case 3 -> littleEndian ? in.getUnsignedMediumLE(at) : in.getUnsignedMedium(at);
            case 4 -> littleEndian ? in.getUnsignedIntLE(at) : in.getUnsignedInt(at);
            case 8 -> littleEndian ? in.getLongLE(at) : in.getLong(at);
            default -> oddWidth(in, at, littleEndian);
        };
    }

    private long oddWidth(ByteBuf in, int at, boolean littleEndian) {
        long value = 0;
        for (int i = 0; i < width; i++)
            value = value << 8 | in.getUnsignedByte(littleEndian ? at + width - 1 - i : at + i);
        return value;
    }

    @Override
    public Progress read(ByteBuf in, int from, int end, long most, Reading r) {
        r.width = width;
        if (end - from < width) return Progress.MORE;
        r.seen = width;
        r.value = get(in, from);
        return Progress.WHOLE;
    }

    @Override
    public int minWidth() {
        return width;
    }

    @Override
    public int maxWidth() {
        return width;
    }

    @Override
    public long maxValue() {
        return saturated(mask >>> Long.numberOfTrailingZeros(mask));
    }

    @Override
    public int widthOf(long value) {
        return width;
    }

    @Override
    public void write(ByteBuf out, long value) {
        put(out, out.writerIndex(), value << Long.numberOfTrailingZeros(mask));
        out.writerIndex(out.writerIndex() + width);
    }

    /** Puts the number into the field's bytes at {@code at}; the bits beside the mask stay as they are. */
    void set(ByteBuf out, int at, long value) {
        put(out, at, raw(out, at, little) & ~mask | value << Long.numberOfTrailingZeros(mask));
    }

    private void put(ByteBuf out, int at, long raw) {
        for (int i = 0; i < width; i++) out.setByte(little ? at + i : at + width - 1 - i, (int) (raw >>> 8 * i));
    }

    @Override
    public String text() {
        return "width=" + width + (little ? ", order=little" : "") + (masked() ? ", mask=0x%x".formatted(mask) : "");
    }
}
