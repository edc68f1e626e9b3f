package dev.framing.codec;

import io.vavr.control.Option;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What a sender says of one chunk beside its size: {@code ;name=value;name="quoted value"}. RFC 9112 7.1.1. Whoever does not know a name
 * ignores it.
 *
 * <pre>{@code
 * frame.detail(ChunkExtensions.class).flatMap(extensions -> extensions.value("signature"))
 * }</pre>
 *
 * Where messages come in parts ({@link dev.framing.Oversize#parts}): with the part that the chunk's data begins with, those of the last
 * chunk with the last part. A message delivered whole is one content, and has none. Borrowed as the {@link dev.framing.Frame} is.
 */
public final class ChunkExtensions {
    private static final byte[] NONE = {};

    private byte[] bytes = NONE;
    private int length;

    ChunkExtensions() {}

    /** As they were sent, from the first ";" on. */
    public String text() {
        return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    }

    /** The value of the first extension of that name, without regard to ASCII case: without its quotes, empty where it has none. */
    public Option<String> value(CharSequence name) {
        String text = text();
        int at = 0;
        while (at < text.length()) {
            int start = skipBlanks(text, at + 1); // behind ";"
            int end = start;
            while (end < text.length() && FieldBytes.isToken(text.charAt(end))) end++;
            StringBuilder value = new StringBuilder();
            at = skipBlanks(text, end);
            if (at < text.length() && text.charAt(at) == '=') at = readValue(text, skipBlanks(text, at + 1), value);
            if (text.substring(start, end).equalsIgnoreCase(name.toString())) return Option.some(value.toString());
        }
        return Option.none();
    }

    /** The index behind the value at {@code from}, and behind whitespace that follows. */
    private static int readValue(String text, int from, StringBuilder value) {
        int at = from;
        if (text.charAt(at) != '"') {
            while (at < text.length() && FieldBytes.isToken(text.charAt(at))) value.append(text.charAt(at++));
            return skipBlanks(text, at);
        }
        for (at++; text.charAt(at) != '"'; at++) {
            if (text.charAt(at) == '\\') at++;
            value.append(text.charAt(at));
        }
        return skipBlanks(text, at + 1);
    }

    private static int skipBlanks(String text, int from) {
        int at = from;
        while (at < text.length() && HeaderBytes.isBlank(text.charAt(at))) at++;
        return at;
    }

    @Override
    public String toString() {
        return text();
    }

    // ------------------------------------------------------------------------ by the reader of the chunk line

    boolean isEmpty() {
        return length == 0;
    }

    void clear() {
        length = 0;
    }

    /** @param most bytes that there can be */
    void add(int b, int most) {
        if (length == bytes.length) bytes = Arrays.copyOf(bytes, Math.min(most, Math.max(64, 2 * length)));
        bytes[length++] = (byte) b;
    }

    /** Nothing is read any more: an idle stream holds none. */
    void release() {
        length = 0;
        bytes = NONE;
    }

    ChunkExtensions copy() {
        ChunkExtensions kept = new ChunkExtensions();
        kept.bytes = Arrays.copyOf(bytes, length);
        kept.length = length;
        return kept;
    }
}
