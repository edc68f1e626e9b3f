package dev.framing.codec;

/** How byte strings and sizes are written in the text form of a codec. */
final class Notation {
    private Notation() {}

    /** {@code "\r\n"}: printable ASCII as it is, the rest escaped; characters stand for bytes. */
    static String quote(String latin1) {
        StringBuilder text = new StringBuilder("\"");
        for (int k = 0; k < latin1.length(); k++) {
            char c = latin1.charAt(k);
            switch (c) {
                case '\r' -> text.append("\\r");
                case '\n' -> text.append("\\n");
                case '\t' -> text.append("\\t");
                case '\\', '"' -> text.append('\\').append(c);
                default -> text.append(c >= 0x20 && c < 0x7f ? String.valueOf(c) : "\\x%02x".formatted((int) c));
            }
        }
        return text.append('"').toString();
    }

    /** {@code 64k}, {@code 1m}, {@code 1000}. */
    static String size(int bytes) {
        if (bytes > 0 && bytes % (1 << 20) == 0) return (bytes >> 20) + "m";
        if (bytes > 0 && bytes % (1 << 10) == 0) return (bytes >> 10) + "k";
        return Integer.toString(bytes);
    }
}
