package dev.framing.codec;

import io.netty.buffer.ByteBuf;

/** How numbers that are not negative are written in ASCII digits, the shortest way. */
final class Decimal {
    private Decimal() {}

    static int digits(long number) {
        int digits = 1;
        for (long rest = number; rest > 9; rest /= 10) digits++;
        return digits;
    }

    /** Writes the number at the writer index. */
    static void write(ByteBuf out, long number) {
        int from = out.writerIndex();
        int end = from + digits(number);
        long rest = number;
        for (int i = end - 1; i >= from; i--, rest /= 10) out.setByte(i, (int) ('0' + rest % 10));
        out.writerIndex(end);
    }
}
