package dev.framing.codec;

import dev.framing.codec.HeadGrammar.Blanks;
import dev.framing.codec.HeaderFramed.Lines;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Reads header fields once, up to the empty line: holds every byte against the grammar, and notes where each name and value stands. Can
 * stop and go on at any byte.
 *
 * <pre>
 *   state    next byte        becomes     state    next byte        becomes
 *   LINE     name byte        NAME        TEXT     value byte       TEXT
 *            SP HTAB, folded  FOLD                 CR               LINE_END
 *            CR               EMPTY       FRAMING  see {@link FramingFields}
 *   NAME     name byte        NAME                 CR               LINE_END
 *            ":"              VALUE, or   FOLD     SP HTAB          FOLD
 *                             FRAMING              value byte       TEXT
 *            SP HTAB, spaced  COLON       COLON    SP HTAB          COLON
 *   VALUE    SP HTAB          VALUE                CR               LINE_END
 *            value byte       TEXT        LINE_END LF               LINE
 *            CR               LINE_END    EMPTY    LF               the block is whole
 * </pre>
 *
 * Where lines may end with LF alone, LF does what CR and LF do together; where CR alone ends one too, the byte behind it is looked at.
 * Anything else is malformed: RFC 9112 2.2 (bare CR, bare LF), 5 (no colon), 5.1 (whitespace before it), 5.2 (folding).
 */
final class FieldScanner {
    private enum State {
        LINE,
        NAME,
        COLON,
        VALUE,
        TEXT,
        FRAMING,
        FOLD,
        LINE_END,
        EMPTY,
        WHOLE
    }

    private final HeadGrammar grammar;
    private final FieldBytes bytes;
    private final FramingFields framing;
    private final boolean bareLf;
    private final boolean bareCr;

    private State state = State.LINE;
    /** Of the name being read: so many bytes are those of Content-Length; asked only where that must come. */
    private int alike;
    /** Index in the block of the first byte of the line being read. */
    private int lineStart;
    /** A line was longer than allowed. */
    private boolean lineTooLong;
    /** The last value is that of a field that says where the body ends. */
    private boolean framed;

    private boolean tooMany;
    private @Nullable String reason;

    FieldScanner(HeadGrammar grammar, FramingFields framing) {
        this.grammar = grammar;
        this.framing = framing;
        bytes = grammar.bytes();
        bareLf = grammar.lines() != Lines.CRLF;
        bareCr = grammar.lines() == Lines.ANY;
    }

    void reset() {
        state = State.LINE;
        lineStart = 0;
        lineTooLong = tooMany = false;
    }

    /** The fields begin at {@code index} of the block. */
    void begin(int index) {
        lineStart = index;
    }

    boolean isWhole() {
        return state == State.WHOLE;
    }

    /** The empty line's CR was read. */
    boolean isEnded() {
        return state == State.EMPTY;
    }

    /** What is wrong with the byte at which the last scan stopped; null: nothing. */
    @Nullable
    String reason() {
        return reason;
    }

    /** The byte at which the last scan stopped begins one field too many. */
    boolean tooMany() {
        return tooMany;
    }

    /** A line was longer than allowed. */
    boolean lineTooLong() {
        return lineTooLong;
    }

    /** Index in the block of the first byte of the line being read. */
    int lineStart() {
        return lineStart;
    }

    /** The bytes stop between two fields. */
    boolean betweenFields() {
        return state == State.LINE;
    }

    /** Goes on at {@code i} with the block that begins at {@code index}; returns where it stopped: behind the block, at {@code end}, or wrong. */
    int scan(ByteBuf in, int index, int i, int end, Fields fields, int minor) {
        reason = null;
        while (i < end && state != State.WHOLE) {
            int b = in.getUnsignedByte(i);
            switch (state) {
                case LINE -> {
                    if (b == '\r' || b == '\n') {
                        reason = emptyLine(b, fields);
                    } else if (HeaderBytes.isBlank(b) && grammar.folded() && fields.count() > 0 && !framed) {
                        state = State.FOLD;
                    } else {
                        reason = nameStarts(b, i - index, fields);
                        if (tooMany) return i;
                    }
                }
                case NAME -> {
                    while (bytes.isName(b)) {
                        if (++i == end) return i;
                        b = in.getUnsignedByte(i);
                    }
                    reason = nameEnds(in, index, i, b, fields, minor);
                }
                case COLON -> {
                    if (b == ':') reason = colon(in, index, i, fields, minor);
                    else if (!HeaderBytes.isBlank(b)) reason = wrongName(b);
                }
                case VALUE -> {
                    if (grammar.blanks() == Blanks.AROUND) {
                        while (HeaderBytes.isBlank(b)) {
                            if (++i == end) return i;
                            b = in.getUnsignedByte(i);
                        }
                    } else if (grammar.blanks() == Blanks.ONE_BEFORE && b == ' ') {
                        fields.valueStarts(i + 1 - index);
                        state = State.TEXT;
                        break;
                    }
                    fields.valueStarts(i - index);
                    state = State.TEXT;
                    continue; // the same byte in its new state
                }
                case FOLD -> {
                    while (HeaderBytes.isBlank(b)) {
                        if (++i == end) return i;
                        b = in.getUnsignedByte(i);
                    }
                    if (bytes.isValue(b)) {
                        if (fields.valueLength(fields.count() - 1) == 0) fields.valueStarts(i - index);
                        state = State.TEXT;
                        continue;
                    }
                    reason = lineEnds(b, i - index);
                }
                case TEXT -> {
                    while (bytes.isValue(b)) {
                        if (++i == end) return i;
                        b = in.getUnsignedByte(i);
                    }
                    fields.valueEnds(trimmed(in, index, i - index, fields));
                    reason = lineEnds(b, i - index);
                }
                case FRAMING -> reason = framing(b, i - index, fields);
                case LINE_END -> {
                    if (b != '\n' && !bareCr) {
                        reason = grammar.because("CR without LF", "9112 2.2");
                    } else {
                        state = State.LINE;
                        lineIsWhole(b == '\n' ? i + 1 - index : i - index);
                        if (b != '\n') continue;
                    }
                }
                case EMPTY -> {
                    if (b != '\n' && !bareCr) {
                        reason = grammar.because("CR without LF", "9112 2.2");
                    } else if (framing.lacksLength()) {
                        reason = "the header block ends without Content-Length";
                    } else {
                        state = State.WHOLE;
                        lineIsWhole(b == '\n' ? i + 1 - index : i - index);
                        if (b != '\n') continue;
                    }
                }
                case WHOLE -> throw new AssertionError();
            }
            if (reason != null) return i;
            i++;
        }
        return i;
    }

    private @Nullable String emptyLine(int b, Fields fields) {
        if (b == '\n' && !bareLf) return wrongStart(b, false);
        if (fields.count() < grammar.leastFields()) return "a header block without fields";
        if (b == '\r') {
            state = State.EMPTY;
            return null;
        }
        if (framing.lacksLength()) return "the header block ends without Content-Length";
        state = State.WHOLE;
        return null;
    }

    private @Nullable String nameStarts(int b, int at, Fields fields) {
        boolean comment = b == ':' && grammar.bareNames();
        if (!comment && !bytes.isName(b)) return wrongStart(b, fields.count() == 0);
        if (fields.count() >= grammar.maxFields()) {
            tooMany = true;
            return null;
        }
        fields.nameStarts(at);
        alike = 0;
        framing.nameStarts();
        framed = false;
        if (comment) fields.nameEnds(at);
        state = comment ? State.VALUE : State.NAME;
        return null;
    }

    /** The name ends before {@code i}, where {@code b} stands. */
    private @Nullable String nameEnds(ByteBuf in, int index, int i, int b, Fields fields, int minor) {
        if (b != ':') {
            if (grammar.spaced() && HeaderBytes.isBlank(b)) {
                fields.nameEnds(i - index);
                state = State.COLON;
                return null;
            }
            boolean bare = grammar.bareNames() && (b == '\r' || b == '\n');
            if (!bare) return wrongName(b);
            fields.nameEnds(i - index);
            fields.valueStarts(i - index);
            return lineEnds(b, i - index);
        }
        fields.nameEnds(i - index);
        return colon(in, index, i, fields, minor);
    }

    /** The name is whole, its colon stands at {@code i}. */
    private @Nullable String colon(ByteBuf in, int index, int i, Fields fields, int minor) {
        int name = index + fields.nameIndex(fields.count() - 1);
        framed = framing.starts(in, name, name + fields.nameLength(fields.count() - 1));
        if (framed) {
            String mistake = framing.mistake(minor);
            if (mistake != null) return mistake;
        }
        fields.valueStarts(i + 1 - index);
        state = framed ? State.FRAMING : State.VALUE;
        return null;
    }

    private @Nullable String framing(int b, int at, Fields fields) {
        if (b == '\r' || b == '\n' && bareLf) {
            String mistake = framing.ends();
            return mistake == null ? lineEnds(b, at) : mistake;
        }
        if (b == '\n') return wrongValue(b);
        String mistake = framing.take(b);
        if (mistake != null || HeaderBytes.isBlank(b)) return mistake;
        if (fields.valueLength(fields.count() - 1) == 0) fields.valueStarts(at);
        fields.valueEnds(at + 1);
        return null;
    }

    private @Nullable String lineEnds(int b, int at) {
        if (b == '\r') {
            state = State.LINE_END;
            return null;
        }
        if (b != '\n' || !bareLf) return wrongValue(b);
        state = State.LINE;
        lineIsWhole(at + 1);
        return null;
    }

    private void lineIsWhole(int next) {
        if (next - lineStart > grammar.maxLine()) lineTooLong = true;
        lineStart = next;
    }

    /** Bytes of the shortest rest of the line being read, if it is none of those that are still missing. */
    int restOfLine() {
        int end = grammar.lineEnd();
        return switch (state) {
            case LINE, WHOLE -> 0;
            case NAME -> (grammar.bareNames() ? 0 : 1) + end;
            case COLON -> 1 + end;
            case VALUE, TEXT, FOLD -> end;
            case FRAMING -> framing.rest() + end;
            case LINE_END -> bareCr ? 0 : 1;
            case EMPTY -> bareCr ? 0 : 1;
        };
    }

    /**
     * Bytes that are missing at least before the block is whole: never fewer for one more of them. (Where none can, because the
     * Content-Length is missing, as if it could still come.)
     */
    int rest(ByteBuf in, int index, int scanned, Fields fields) {
        int end = grammar.lineEnd();
        int line = framing.lacksLength() ? shortestLength() + ":0".length() + end : 0;
        if (state == State.WHOLE) return 0;
        if (state == State.EMPTY) return line == 0 ? restOfLine() : line - 1 + end;
        if (state == State.NAME || state == State.COLON) return restOfName(in, index, scanned, fields, line) + end;
        boolean none = state == State.LINE && fields.count() < grammar.leastFields() && line == 0;
        return (none ? (grammar.bareNames() ? 1 : 2) + end : restOfLine() + line) + end;
    }

    /** Bytes of the line whose name is being read, and of those of {@code line} that must still come. */
    private int restOfName(ByteBuf in, int index, int scanned, Fields fields, int line) {
        int start = fields.nameIndex(fields.count() - 1);
        int length = state == State.NAME ? scanned - start : fields.nameLength(fields.count() - 1);
        boolean framing = this.framing.isOne(in, index + start, index + start + length);
        int other = restOfLine() + (framing ? 1 : 0) + line; // a longer name, or a value
        if (line == 0) return other;
        int toValue = ":0".length() + grammar.lineEnd();
        if (framing) return toValue;
        boolean becomes = state == State.NAME && becomesLength(in, index + start, length);
        return becomes ? Math.min(other, FramingFields.CONTENT_LENGTH.length() - length + toValue) : other;
    }

    private int shortestLength() {
        return grammar.compact() ? 1 : FramingFields.CONTENT_LENGTH.length();
    }

    /** May the name at {@code index}, of which {@code length} bytes have come, yet be Content-Length? Looks at no byte of it twice. */
    private boolean becomesLength(ByteBuf in, int index, int length) {
        String name = FramingFields.CONTENT_LENGTH;
        int n = Math.min(length, name.length());
        while (alike < n && HeaderBytes.lower(in.getUnsignedByte(index + alike)) == name.charAt(alike)) alike++;
        return alike == length;
    }

    /** Where the last value ends, whitespace before {@code end} taken away. */
    private int trimmed(ByteBuf in, int index, int end, Fields fields) {
        if (grammar.blanks() != Blanks.AROUND) return end;
        int start = fields.valueIndex(fields.count() - 1);
        int last = end;
        while (last > start && HeaderBytes.isBlank(in.getUnsignedByte(index + last - 1))) last--;
        return last;
    }

    private String wrongStart(int b, boolean first) {
        if (HeaderBytes.isBlank(b))
            return first
                    ? grammar.because("whitespace before the first header field", "9112 2.2")
                    : grammar.because("a folded header line", "9112 5.2");
        return switch (b) {
            case ':' -> grammar.because("a header field without name", "9112 5");
            case '\n' -> grammar.because("a line of the header block ends with LF alone", "9112 2.2");
            default -> grammar.because("a header name must start here", "9112 5");
        };
    }

    private String wrongName(int b) {
        if (HeaderBytes.isBlank(b)) return grammar.because("whitespace before the colon of a header field", "9112 5.1");
        return b == '\r' || b == '\n'
                ? grammar.because("a header line without colon", "9112 5")
                : grammar.because("no byte for a header name", "9110 5.1");
    }

    private String wrongValue(int b) {
        return b == '\n'
                ? grammar.because("a line of the header block ends with LF alone", "9112 2.2")
                : grammar.because("a control byte in a header value", "9110 5.5");
    }
}
