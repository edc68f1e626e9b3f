package dev.framing.codec;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** How a number is spelled in a head. Immutable; what is known of the number being read is kept in a {@link Reading}. */
sealed interface LengthField permits BinaryField, VarintField, QuicField, BerField, DecimalField {

    /** What {@link #read} answers. */
    enum Progress {
        /** The bytes end before the number. */
        MORE,
        /** {@link Reading#value} is the number. */
        WHOLE,
        /** The byte behind the first {@link Reading#seen} is wrong: {@link Reading#wrong}. */
        WRONG,
        /** The number goes on, and will be over what is wanted whatever follows. Read on for the rest. */
        OVER
    }

    /** What is known of the number being read. One per decoder. */
    final class Reading {
        /** Bytes of the number that were looked at and are right. */
        int seen;
        /** Bytes that it has at least. */
        int width;
        /** Its value, so far as it was seen. */
        long value;
        /** The least value that it can have. */
        long least;

        @Nullable
        String wrong;

        void reset() {
            seen = width = 0;
            value = least = 0;
            wrong = null;
        }
    }

    /**
     * Reads on, from the byte behind the first {@link Reading#seen}. Asked again at the same place it answers the same.
     *
     * @param from index of the number's first byte, perhaps over {@code end}
     * @param most a number whose end has not come answers {@link Progress#OVER} after each byte that takes {@link Reading#least} and
     *     {@link Reading#width} together over this
     */
    Progress read(ByteBuf in, int from, int end, long most, Reading r);

    int minWidth();

    int maxWidth();

    /** The greatest value that can be written. */
    long maxValue();

    /** Bytes that {@code value}, 0 to {@link #maxValue()}, is written in. */
    int widthOf(long value);

    /** Writes {@code value} in its shortest form at the writer index. */
    void write(ByteBuf out, long value);

    /** The text form's parameters of this field. */
    String text();
}
