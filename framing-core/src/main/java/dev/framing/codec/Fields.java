package dev.framing.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vavr.collection.Seq;
import io.vavr.collection.Vector;
import io.vavr.control.Option;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * Header fields where they lie: a view over their bytes, in the order of the wire. Nothing is copied and no string is made until it is
 * asked for. Those of a frame's head are {@link Headers}, those behind a chunked body {@link Trailers}.
 *
 * <pre>
 *   block     | Content-Length: 119 CR LF Content-Type:   text/plain  CR LF CR LF |
 *   field 1                               '- name ---'    '- value -'
 * </pre>
 *
 * Indices count from the block's first byte (the head's, or the tail's); a value stands without the whitespace around it. Borrowed as
 * the {@link dev.framing.Frame} is; those of a {@link dev.framing.Frame#keep() kept} frame live as long as that. Strings are ISO
 * 8859-1, one character a byte (RFC 9110 5.5 leaves bytes from 0x80 on without meaning). Names are compared without regard to ASCII
 * case.
 */
public abstract sealed class Fields permits Headers, Trailers {
    /** Ints of a field in the table: where its name starts and ends, where its value starts and ends. */
    private static final int NAME = 0;

    private static final int NAME_END = 1;
    private static final int VALUE = 2;
    private static final int VALUE_END = 3;
    static final int WIDTH = 4;

    private static final int[] NONE = {};

    private int[] table = NONE;
    private int count;
    private ByteBuf bytes = Unpooled.EMPTY_BUFFER;
    private int start;

    Fields() {}

    // ------------------------------------------------------------------------------------------------ reading

    /** Fields. */
    public int count() {
        return count;
    }

    /** Of field {@code i}: index of the name's first byte, from the block's first byte on. */
    public int nameIndex(int i) {
        return at(i, NAME);
    }

    /** Of field {@code i}: bytes of its name; 0 only where the format knows comments (server-sent events). */
    public int nameLength(int i) {
        return at(i, NAME_END) - at(i, NAME);
    }

    /** Of field {@code i}: index of the value's first byte, from the block's first byte on. */
    public int valueIndex(int i) {
        return at(i, VALUE);
    }

    /** Of field {@code i}: bytes of its value, perhaps 0; where it is folded, with its line ends. */
    public int valueLength(int i) {
        return at(i, VALUE_END) - at(i, VALUE);
    }

    /** The name of field {@code i}, as it was written. */
    public String name(int i) {
        return text(nameIndex(i), nameLength(i));
    }

    /** The value of field {@code i}; each fold of it is one SP (RFC 3261 7.3.1). */
    public String value(int i) {
        String value = text(valueIndex(i), valueLength(i));
        return value.indexOf('\n') < 0 && value.indexOf('\r') < 0 ? value : unfolded(value);
    }

    /** Looks at each character twice at most: a pattern would try each of many blanks as the first before a line end. */
    private static String unfolded(String value) {
        StringBuilder line = new StringBuilder(value.length());
        int kept = 0;
        int n = 0;
        while (n < value.length()) {
            char c = value.charAt(n);
            if (!isLineEnd(c)) {
                line.append(c);
                n++;
                continue;
            }
            int end = line.length();
            while (end > kept && HeaderBytes.isBlank(line.charAt(end - 1))) end--;
            line.setLength(end);
            line.append(' ');
            kept = line.length();
            n += c == '\r' && n + 1 < value.length() && value.charAt(n + 1) == '\n' ? 2 : 1;
            while (n < value.length() && HeaderBytes.isBlank(value.charAt(n))) n++;
        }
        return line.toString();
    }

    /** In a value only where it is folded. */
    private static boolean isLineEnd(int b) {
        return b == '\r' || b == '\n';
    }

    /** The first field of that name, or -1. */
    public int indexOf(CharSequence name) {
        return indexOf(name, 0);
    }

    /** The first field of that name from field {@code from} on, or -1. */
    public int indexOf(CharSequence name, int from) {
        for (int i = Math.max(from, 0); i < count; i++) {
            if (isNamed(i, name)) return i;
        }
        return -1;
    }

    /** Is there a field of that name? */
    public boolean contains(CharSequence name) {
        return indexOf(name) >= 0;
    }

    /** The value of the first field of that name. */
    public Option<String> value(CharSequence name) {
        int i = indexOf(name);
        return i < 0 ? Option.none() : Option.some(value(i));
    }

    /** The values of all fields of that name, in their order. */
    public Seq<String> values(CharSequence name) {
        Vector<String> all = Vector.empty();
        for (int i = indexOf(name); i >= 0; i = indexOf(name, i + 1)) all = all.append(value(i));
        return all;
    }

    /** The value of the first field of that name, if it is a number: decimal digits and nothing else, at most {@link Long#MAX_VALUE}. */
    public OptionalLong number(CharSequence name) {
        int i = indexOf(name);
        return i < 0 ? OptionalLong.empty() : number(i);
    }

    private OptionalLong number(int i) {
        int length = valueLength(i);
        int at = start + valueIndex(i);
        long number = 0;
        for (int n = 0; n < length; n++) {
            int digit = bytes.getUnsignedByte(at + n) - '0';
            if (digit < 0 || digit > 9 || number > (Long.MAX_VALUE - digit) / 10) return OptionalLong.empty();
            number = number * 10 + digit;
        }
        return length == 0 ? OptionalLong.empty() : OptionalLong.of(number);
    }

    private boolean isNamed(int i, CharSequence name) {
        int length = nameLength(i);
        return length == name.length() && HeaderBytes.isAlike(bytes, start + nameIndex(i), length, name);
    }

    /**
     * Is {@code token} an element of the list that the fields of that name make up together ({@code Connection: close, TE})? Without
     * regard to ASCII case. RFC 9110 5.6.1.
     */
    public boolean lists(CharSequence name, CharSequence token) {
        for (int i = indexOf(name); i >= 0; i = indexOf(name, i + 1)) {
            if (lists(i, token)) return true;
        }
        return false;
    }

    private boolean lists(int i, CharSequence token) {
        int at = start + valueIndex(i);
        int end = at + valueLength(i);
        while (at < end) {
            while (at < end && (bytes.getByte(at) == ',' || isSpace(bytes.getByte(at)))) at++;
            int from = at;
            while (at < end && bytes.getByte(at) != ',') at++;
            int last = at;
            while (last > from && isSpace(bytes.getByte(last - 1))) last--;
            if (last - from == token.length() && HeaderBytes.isAlike(bytes, from, last - from, token)) return true;
        }
        return false;
    }

    private static boolean isSpace(int b) {
        return HeaderBytes.isBlank(b) || isLineEnd(b);
    }

    private int at(int i, int what) {
        if (i < 0 || i >= count) throw new IndexOutOfBoundsException("field " + i + " of " + count);
        return table[i * WIDTH + what];
    }

    /** Are those bytes at {@code index} of the block, in that case? */
    final boolean isText(int index, String text) {
        for (int n = 0; n < text.length(); n++) {
            if (bytes.getByte(start + index + n) != text.charAt(n)) return false;
        }
        return true;
    }

    /** Bytes of the block as they stand. */
    final String text(int index, int length) {
        return bytes.toString(start + index, length, StandardCharsets.ISO_8859_1);
    }

    /** The fields, one on a line, for people. */
    @Override
    public String toString() {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < count; i++) {
            all.append(i == 0 ? "" : "\n").append(name(i)).append(": ").append(value(i));
        }
        return all.toString();
    }

    // ------------------------------------------------------------------------------------------------ the view

    /** The block's first byte stands at {@code index} of {@code buffer}. */
    final void look(ByteBuf buffer, int index) {
        bytes = buffer;
        start = index;
    }

    /** {@code kept} gets the same fields, in a table of its own. */
    final void copyTo(Fields kept) {
        kept.table = Arrays.copyOf(table, count * WIDTH);
        kept.count = count;
    }

    // ------------------------------------------------------------------------ writing, by the scanner

    /** Fields that the table has room for; 0: none is held. */
    final int capacity() {
        return table.length / WIDTH;
    }

    /** A block begins. */
    void clear() {
        count = 0;
        bytes = Unpooled.EMPTY_BUFFER;
    }

    /** No field is looked at any more: the table is free for others. */
    final void giveBack() {
        int[] t = table;
        table = NONE;
        clear();
        FieldTables.giveBack(t);
    }

    /** A field starts, its name at {@code index}; the others follow in the order of the bytes. */
    final void nameStarts(int index) {
        int at = count * WIDTH;
        if (at == table.length) table = at == 0 ? FieldTables.borrow() : Arrays.copyOf(table, 2 * at);
        table[at + NAME] = index;
        count++;
    }

    final void nameEnds(int index) {
        table[(count - 1) * WIDTH + NAME_END] = index;
    }

    /** The value starts, and has no bytes yet. */
    final void valueStarts(int index) {
        table[(count - 1) * WIDTH + VALUE] = index;
        table[(count - 1) * WIDTH + VALUE_END] = index;
    }

    final void valueEnds(int index) {
        table[(count - 1) * WIDTH + VALUE_END] = index;
    }
}
