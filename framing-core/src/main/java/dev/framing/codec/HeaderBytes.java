package dev.framing.codec;

/**
 * Which bytes may stand where in a header field.
 *
 * <pre>
 *   field-line  = field-name ":" OWS field-value OWS          RFC 9112 5
 *   field-name  = token = 1*tchar                             RFC 9110 5.1, 5.6.2
 *   field-value = *field-content, of VCHAR, obs-text, SP, HTAB  RFC 9110 5.5
 *   OWS         = *( SP / HTAB )                              RFC 9110 5.6.3
 * </pre>
 */
final class HeaderBytes {
    /** tchar = "!" / "#" / "$" / "%" / "&amp;" / "'" / "*" / "+" / "-" / "." / "^" / "_" / "`" / "|" / "~" / DIGIT / ALPHA */
    private static final boolean[] TOKEN =
            table("!!", "#'", "**", "++", "--", "..", "^`", "||", "~~", "09", "AZ", "az");
    /** VCHAR = %x21-7E, obs-text = %x80-FF, and the whitespace between them. No other control byte, DEL neither. */
    private static final boolean[] VALUE = table("\t\t", " ~", "\u0080\u00ff");

    private HeaderBytes() {}

    /** May it stand in a field name? {@code b} is unsigned. */
    static boolean isToken(int b) {
        return TOKEN[b];
    }

    /** May it stand in a field value, or around it? */
    static boolean isValue(int b) {
        return VALUE[b];
    }

    static boolean isBlank(int b) {
        return b == ' ' || b == '\t';
    }

    static boolean isDigit(int b) {
        return b >= '0' && b <= '9';
    }

    /** An ASCII letter in lower case; anything else as it is. */
    static int lower(int b) {
        return b >= 'A' && b <= 'Z' ? b + 0x20 : b;
    }

    /** Each range is two characters, its first and its last. */
    private static boolean[] table(String... ranges) {
        boolean[] table = new boolean[256];
        for (String range : ranges) {
            for (int b = range.charAt(0); b <= range.charAt(1); b++) table[b] = true;
        }
        return table;
    }
}
