package dev.framing.codec;

import io.vavr.control.Option;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What a sender says of its chunks beside their sizes: {@code ;name=value;name="quoted value"}. RFC 9112 7.1.1. Whoever does not know a
 * name ignores it. With the whole frame or its last part, where a chunk had one:
 *
 * <pre>{@code
 * frame.detail(ChunkExtensions.class).flatMap(extensions -> extensions.value(0, "signature"))
 * }</pre>
 *
 * As many bytes of them are kept as trailers may have, of 256 chunks at most; {@link #isComplete()} says whether these are all. Borrowed as the {@link
 * dev.framing.Frame} is.
 */
public final class ChunkExtensions {
    /** Chunks whose extensions are kept. */
    private static final int MOST = 256;

    private static final byte[] NO_BYTES = {};
    private static final long[] NO_OFFSETS = {};
    private static final int[] NO_ENDS = {};

    private byte[] bytes = NO_BYTES;
    private int length;
    /** Of each chunk that has some: where its data begins in the content. */
    private long[] offsets = NO_OFFSETS;
    /** Of each: the byte behind its last. */
    private int[] ends = NO_ENDS;

    private int count;
    private boolean complete = true;

    ChunkExtensions() {}

    /** Chunks that have extensions, the last one of no data included. */
    public int count() {
        return count;
    }

    /** Are these all that were sent? */
    public boolean isComplete() {
        return complete;
    }

    /** Where the data of that chunk begins in the message's content, in bytes. */
    public long offset(int i) {
        return offsets[check(i)];
    }

    /** Those of one chunk as they were sent, from the first ";" on. */
    public String text(int i) {
        int start = check(i) == 0 ? 0 : ends[i - 1];
        return new String(bytes, start, ends[i] - start, StandardCharsets.ISO_8859_1);
    }

    private int check(int i) {
        if (i < 0 || i >= count) throw new IndexOutOfBoundsException("extensions " + i + " of " + count);
        return i;
    }

    /** The value of one chunk's first extension of that name, without regard to ASCII case: without its quotes, empty where it has none. */
    public Option<String> value(int i, CharSequence name) {
        String text = text(i);
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

    /** One chunk's on a line, behind its offset. */
    @Override
    public String toString() {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < count; i++)
            all.append(i == 0 ? "" : "\n").append(offset(i)).append(text(i));
        return all.append(complete ? "" : "\n...").toString();
    }

    // ------------------------------------------------------------------------ by the reader of the chunk lines

    /** A message begins. */
    void clear() {
        length = count = 0;
        complete = true;
    }

    /** An extension begins, of the chunk whose data begins at {@code offset} of the content. */
    void begin(long offset) {
        if (count == MOST) complete = false;
        if (!complete) return;
        if (count == ends.length) {
            ends = Arrays.copyOf(ends, Math.max(4, 2 * count));
            offsets = Arrays.copyOf(offsets, ends.length);
        }
        ends[count] = length;
        offsets[count++] = offset;
    }

    /** @param most bytes that are kept */
    void add(int b, int most) {
        if (!complete) return;
        if (length == most) {
            complete = false;
            length = --count == 0 ? 0 : ends[count - 1];
            return;
        }
        if (length == bytes.length) bytes = Arrays.copyOf(bytes, Math.min(most, Math.max(64, 2 * length)));
        bytes[length++] = (byte) b;
        ends[count - 1] = length;
    }

    /** Nothing is read any more: an idle stream holds none. */
    void release() {
        clear();
        bytes = NO_BYTES;
        ends = NO_ENDS;
        offsets = NO_OFFSETS;
    }

    ChunkExtensions copy() {
        ChunkExtensions kept = new ChunkExtensions();
        kept.bytes = Arrays.copyOf(bytes, length);
        kept.length = length;
        kept.ends = Arrays.copyOf(ends, count);
        kept.offsets = Arrays.copyOf(offsets, count);
        kept.count = count;
        kept.complete = complete;
        return kept;
    }
}
