package dev.framing.codec;

import dev.framing.scan.Examined;
import io.netty.buffer.ByteBuf;

/**
 * ASCII digits up to a mark that is no digit (netstring {@code 5:hello,}; syslog octet counting {@code 5 hello}, RFC 6587 3.4.1).
 * No sign, no leading zero but in {@code 0} itself, at least one digit, at most 18.
 */
record DecimalField(char until) implements LengthField {
    /** All numbers of so many digits fit a {@code long}; no frame is longer. */
    private static final int MOST_DIGITS = 18;

    @Override
    public Progress read(ByteBuf in, int from, int end, long most, Reading r) {
        for (int i = from + r.seen; i < end; i++) {
            if (Examined.ON) Examined.add(1);
            int b = in.getUnsignedByte(i);
            if (b == until && r.seen > 0) {
                r.seen++;
                return Progress.WHOLE;
            }
            int digit = b - '0';
            if (digit < 0 || digit > 9 || r.seen > 0 && r.value == 0 || r.seen == MOST_DIGITS) {
                r.wrong = wrong(digit, r);
                return Progress.WRONG;
            }
            r.value = r.value * 10 + digit;
            r.seen++;
            r.width = r.seen + 1;
            r.least = r.value;
            if (r.least + r.width > most) return Progress.OVER;
        }
        return Progress.MORE;
    }

    private String wrong(int digit, Reading r) {
        if (digit >= 0 && digit <= 9)
            return r.seen == MOST_DIGITS ? "a number of more than 18 digits" : "a leading zero";
        return "a digit" + (r.seen == 0 ? "" : " or " + TextForm.quoted(until)) + " expected in a length";
    }

    @Override
    public int minWidth() {
        return 2;
    }

    @Override
    public int maxWidth() {
        return MOST_DIGITS + 1;
    }

    @Override
    public long maxValue() {
        return 999_999_999_999_999_999L;
    }

    @Override
    public int widthOf(long value) {
        return Decimal.digits(value) + 1;
    }

    @Override
    public void write(ByteBuf out, long value) {
        Decimal.write(out, value);
        out.writeByte(until);
    }

    @Override
    public String text() {
        return "decimal, until=" + TextForm.quoted(until);
    }
}
