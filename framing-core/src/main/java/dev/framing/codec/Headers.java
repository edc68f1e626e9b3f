package dev.framing.codec;

import dev.framing.BorrowedDetail;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vavr.control.Option;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * The fields of a frame's header block: a view over its bytes, in the order of the wire. Nothing is copied and no string is made
 * until it is asked for.
 *
 * <pre>{@code
 * frame.detail(Headers.class).flatMap(headers -> headers.value("content-type"))
 * }</pre>
 *
 * <pre>
 *   head      | Content-Length: 119 CR LF Content-Type:   text/plain  CR LF CR LF |
 *   field 1                               '- name ---'    '- value -'
 * </pre>
 *
 * Indices count from the head's first byte; a value stands without the whitespace around it. Borrowed as the {@link
 * dev.framing.Frame} is; that of a {@link dev.framing.Frame#keep() kept} frame lives as long as that. Strings are ISO 8859-1, one
 * character a byte (RFC 9110 5.5 leaves bytes from 0x80 on without meaning). Names are compared without regard to ASCII case.
 */
public final class Headers implements BorrowedDetail {
    /** Ints of a field in the table: where its name starts and ends, where its value starts and ends. */
    private static final int NAME = 0;

    private static final int NAME_END = 1;
    private static final int VALUE = 2;
    private static final int VALUE_END = 3;
    private static final int WIDTH = 4;

    private int[] table;
    private int count;
    private ByteBuf bytes = Unpooled.EMPTY_BUFFER;
    private int start;

    Headers(int fields) {
        table = new int[fields * WIDTH];
    }

    // ------------------------------------------------------------------------------------------------ reading

    /** Fields. */
    public int count() {
        return count;
    }

    /** Of field {@code i}: index of the name's first byte, from the head's first byte on. */
    public int nameIndex(int i) {
        return at(i, NAME);
    }

    /** Of field {@code i}: bytes of its name, at least 1. */
    public int nameLength(int i) {
        return at(i, NAME_END) - at(i, NAME);
    }

    /** Of field {@code i}: index of the value's first byte, from the head's first byte on. */
    public int valueIndex(int i) {
        return at(i, VALUE);
    }

    /** Of field {@code i}: bytes of its value, perhaps 0. */
    public int valueLength(int i) {
        return at(i, VALUE_END) - at(i, VALUE);
    }

    /** The name of field {@code i}, as it was written. */
    public String name(int i) {
        return bytes.toString(start + nameIndex(i), nameLength(i), StandardCharsets.ISO_8859_1);
    }

    /** The value of field {@code i}. */
    public String value(int i) {
        return bytes.toString(start + valueIndex(i), valueLength(i), StandardCharsets.ISO_8859_1);
    }

    /** The first field of that name, or -1. */
    public int indexOf(CharSequence name) {
        for (int i = 0; i < count; i++) {
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
        if (length != name.length()) return false;
        int at = start + nameIndex(i);
        for (int n = 0; n < length; n++) {
            if (HeaderBytes.lower(bytes.getUnsignedByte(at + n)) != HeaderBytes.lower(name.charAt(n))) return false;
        }
        return true;
    }

    private int at(int i, int what) {
        if (i < 0 || i >= count) throw new IndexOutOfBoundsException("field " + i + " of " + count);
        return table[i * WIDTH + what];
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

    /** Called by the engine. */
    @Override
    public void show(ByteBuf buffer, int index) {
        bytes = buffer;
        start = index;
    }

    /** Called by the engine. */
    @Override
    public Headers keep(ByteBuf head) {
        Headers kept = new Headers(0);
        kept.table = Arrays.copyOf(table, count * WIDTH);
        kept.count = count;
        kept.show(head, 0);
        return kept;
    }

    // ------------------------------------------------------------------------ writing, by the scanner

    /** Fields that the table has room for. */
    int capacity() {
        return table.length / WIDTH;
    }

    void clear() {
        count = 0;
        bytes = Unpooled.EMPTY_BUFFER;
    }

    /** A field starts, its name at {@code index}; the others follow in the order of the bytes. */
    void nameStarts(int index) {
        int at = count * WIDTH;
        if (at == table.length) table = Arrays.copyOf(table, Math.max(WIDTH, 2 * at));
        table[at + NAME] = index;
        count++;
    }

    void nameEnds(int index) {
        table[(count - 1) * WIDTH + NAME_END] = index;
    }

    void valueStarts(int index) {
        table[(count - 1) * WIDTH + VALUE] = index;
    }

    void valueEnds(int index) {
        table[(count - 1) * WIDTH + VALUE_END] = index;
    }
}
