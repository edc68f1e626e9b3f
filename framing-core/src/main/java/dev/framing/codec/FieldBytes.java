package dev.framing.codec;

/**
 * Which bytes may stand where in a header field.
 *
 * <pre>
 *   field-line  = field-name ":" OWS field-value OWS          RFC 9112 5
 *   field-name  = token = 1*tchar                             RFC 9110 5.1, 5.6.2
 *   field-value = *field-content, of VCHAR, obs-text, SP, HTAB  RFC 9110 5.5
 *   OWS         = *( SP / HTAB )                              RFC 9110 5.6.3
 *
 *   header      = header-name ":" header-value                STOMP 1.2, Augmented BNF
 *   header-name = 1*&lt;any OCTET except CR or LF or ":"&gt;
 *   header-value = *&lt;any OCTET except CR or LF or ":"&gt;  (a colon is let pass: CONNECT does not escape it)
 *
 *   name        = 1*(%x21-39 / %x3B-7E)                       NATS ADR-4
 * </pre>
 */
final class FieldBytes {
    /** tchar = "!" / "#" / "$" / "%" / "&amp;" / "'" / "*" / "+" / "-" / "." / "^" / "_" / "`" / "|" / "~" / DIGIT / ALPHA */
    private static final boolean[] TOKEN =
            table("!!", "#'", "**", "++", "--", "..", "^`", "||", "~~", "09", "AZ", "az");

    /** VCHAR = %x21-7E, obs-text = %x80-FF, and the whitespace between them. No other control byte, DEL neither. */
    static final FieldBytes HTTP = new FieldBytes(TOKEN, table("\t\t", " ~", "\u0080\u00ff"));
    /** The same, and control bytes in values: all but NUL, CR and LF. */
    static final FieldBytes LOOSE = new FieldBytes(TOKEN, table("\u0001\t", "\u000b\u000c", "\u000e\u00ff"));
    /** Anything but CR, LF and NUL; no ":" in names. */
    static final FieldBytes STOMP =
            new FieldBytes(table("\u0001\t", "\u000b\u000c", "\u000e9", ";\u00ff"), LOOSE.value);
    /** In names what is visible, but ":"; values as in HTTP. NATS. */
    static final FieldBytes NATS = new FieldBytes(table("!9", ";~"), HTTP.value);
    /** Anything but CR and LF; no ":" in names. Server-sent events. */
    static final FieldBytes EVENT = new FieldBytes(
            table("\0\t", "\u000b\u000c", "\u000e9", ";\u00ff"), table("\0\t", "\u000b\u000c", "\u000e\u00ff"));

    private final boolean[] name;
    private final boolean[] value;

    private FieldBytes(boolean[] name, boolean[] value) {
        this.name = name;
        this.value = value;
    }

    /** May it stand in a field name? {@code b} is unsigned. */
    boolean isName(int b) {
        return name[b];
    }

    /** May it stand in a field value, or around it? */
    boolean isValue(int b) {
        return value[b];
    }

    /** May it stand in a token, such as a method? */
    static boolean isToken(int b) {
        return TOKEN[b];
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
