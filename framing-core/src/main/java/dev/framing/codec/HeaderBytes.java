package dev.framing.codec;

import io.netty.buffer.ByteBuf;

/** Single bytes of ASCII. */
final class HeaderBytes {
    private HeaderBytes() {}

    static boolean isBlank(int b) {
        return b == ' ' || b == '\t';
    }

    static boolean isDigit(int b) {
        return b >= '0' && b <= '9';
    }

    /** The value of a hexadecimal digit, or -1. */
    static int hexDigit(int b) {
        if (isDigit(b)) return b - '0';
        int letter = lower(b);
        return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
    }

    /** VCHAR = %x21-7E. */
    static boolean isVisible(int b) {
        return b > ' ' && b < 0x7f;
    }

    /** An ASCII letter in lower case; anything else as it is. */
    static int lower(int b) {
        return b >= 'A' && b <= 'Z' ? b + 0x20 : b;
    }

    /** Are {@code [index, index + length)} the first bytes of {@code name}, without regard to ASCII case? */
    static boolean isAlike(ByteBuf in, int index, int length, CharSequence name) {
        for (int n = 0; n < length; n++) {
            if (lower(in.getUnsignedByte(index + n)) != lower(name.charAt(n))) return false;
        }
        return true;
    }
}
