package dev.framing.codec;

import java.nio.charset.StandardCharsets;

/** How codecs print sizes and bytes: the text form's own spelling, which it reads back. */
final class TextForm {
    private TextForm() {}

    /** "64k", "1m", or the number of bytes where neither says it exactly. */
    static String size(long bytes) {
        if (bytes == 0 || bytes % 1024 != 0) return Long.toString(bytes);
        return bytes % (1024 * 1024) == 0 ? bytes / (1024 * 1024) + "m" : bytes / 1024 + "k";
    }

    /** The same for bytes that are characters of a string. */
    static String quoted(String latin1) {
        return quoted(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The bytes in quotes, those that are not printable ASCII as {@code \r}, {@code \n} or {@code \x0b}. */
    static String quoted(byte... bytes) {
        StringBuilder text = new StringBuilder("\"");
        for (byte b : bytes) {
            int c = b & 0xFF;
            switch (c) {
                case '\r' -> text.append("\\r");
                case '\n' -> text.append("\\n");
                case '"', '\\' -> text.append('\\').append((char) c);
                default -> text.append(c >= 0x20 && c < 0x7F ? Character.toString(c) : "\\x%02x".formatted(c));
            }
        }
        return text.append('"').toString();
    }

    /** The same for one byte. */
    static String quoted(char latin1) {
        return quoted((byte) latin1);
    }
}
