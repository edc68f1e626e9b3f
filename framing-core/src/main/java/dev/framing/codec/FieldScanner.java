package dev.framing.codec;

import dev.framing.scan.Examined;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Reads a header block once: finds its end, holds every byte against the grammar, and notes where each name and value stands. Can
 * stop and go on at any byte. Offsets are relative to the block's first byte.
 *
 * <pre>
 *   state    next byte      becomes     state    next byte     becomes
 *   LINE     tchar          NAME        COUNT    SP HTAB       COUNT
 *            CR             EMPTY                DIGIT         DIGITS
 *   NAME     tchar          NAME        DIGITS   DIGIT         DIGITS
 *            ":"            VALUE, or            SP HTAB       COUNTED
 *                           COUNT                CR            CR
 *   VALUE    SP HTAB        VALUE       COUNTED  SP HTAB       COUNTED
 *            VCHAR 80-FF    TEXT                 CR            CR
 *            CR             CR          CR       LF            LINE
 *   TEXT     VCHAR 80-FF    TEXT        EMPTY    LF            the block is whole
 *            SP HTAB        TEXT
 *            CR             CR          COUNT, DIGITS, COUNTED: the value of Content-Length
 * </pre>
 *
 * Anything else is malformed: RFC 9112 2.2 (bare CR; bare LF, which it would allow), 5 (no colon, whitespace before it), 5.2 (folding),
 * 6.3 item 5 (Content-Length that is not digits, or stands twice).
 */
final class FieldScanner {
    enum Outcome {
        /** All is right as far as the bytes go. */
        MORE,
        /** The empty line has ended. */
        WHOLE,
        /** The byte at {@link #scanned()} breaks the grammar, {@link #reason()} says how. */
        MALFORMED,
        /** The byte at {@link #scanned()} begins one field too many. */
        TOO_MANY
    }

    private enum State {
        LINE,
        NAME,
        VALUE,
        TEXT,
        COUNT,
        DIGITS,
        COUNTED,
        CR,
        EMPTY
    }

    private static final byte[] CONTENT_LENGTH = {'c', 'o', 'n', 't', 'e', 'n', 't', '-', 'l', 'e', 'n', 'g', 't', 'h'};
    /** No block needs more bytes than these to become whole: {@code ":\r\ncontent-length:0\r\n\r\n"} and one for the name. */
    private static final int MOST_MISSING = 24;

    private static final String BARE_LF = "a line of the header block ends with LF alone";

    private final int maxFields;
    private final int maxBlock;
    private final long maxFrame;
    private final boolean lengthRequired;

    private State state = State.LINE;
    /** Bytes that were found right. */
    private int scanned;
    /** Of the name being read: so many bytes are those of Content-Length. */
    private int alike;
    /** Content-Length was found, its value may not be whole. */
    private boolean hasLength;

    private long contentLength;
    private @Nullable String reason;

    /** Of these limits only that of the fields is a verdict here; {@link #scan} stops where the other two may be passed. */
    FieldScanner(int maxFields, int maxBlock, long maxFrame, boolean lengthRequired) {
        this.maxFields = maxFields;
        this.maxBlock = maxBlock;
        this.maxFrame = maxFrame;
        this.lengthRequired = lengthRequired;
    }

    /** One for blocks that announce their Content-Length. */
    static FieldScanner of(HeaderFramed codec) {
        boolean required = codec.body() == HeaderFramed.Body.CONTENT_LENGTH;
        return new FieldScanner(codec.fields(), codec.head(), codec.maxFrameLength(), required);
    }

    /** Back to the first byte of a block. */
    void reset() {
        state = State.LINE;
        scanned = 0;
        hasLength = false;
        contentLength = 0;
    }

    /** The block's Content-Length is known from elsewhere: one more is one too many. */
    void lengthIsKnown() {
        hasLength = true;
    }

    /**
     * Goes on with a block whose first byte stands at {@code index}, up to {@code limit}, or less far: near a limit it stops after
     * every byte, so that the limits are asked about each prefix that could pass one, however many bytes are there. A second call at
     * a byte that was not right finds the same.
     */
    Outcome scan(ByteBuf in, int index, int limit, Headers headers) {
        if (scanned == 0) headers.clear();
        int from = index + scanned;
        int end = index + (int) Math.min(limit - index, Math.max(scanned + 1, near()));
        int i = from;
        reason = null;
        Outcome outcome = Outcome.MORE;
        scan:
        while (i < end) {
            int b = in.getUnsignedByte(i);
            switch (state) {
                case LINE -> {
                    if (b == '\r' && headers.count() > 0) {
                        state = State.EMPTY;
                    } else if (!HeaderBytes.isToken(b)) {
                        reason = wrongStart(b, headers.count() == 0);
                        break scan;
                    } else if (headers.count() == maxFields) {
                        outcome = Outcome.TOO_MANY;
                        break scan;
                    } else {
                        headers.nameStarts(i - index);
                        alike = 0;
                        state = State.NAME;
                    }
                }
                case NAME -> {
                    while (HeaderBytes.isToken(b)) {
                        if (++i == end) break scan;
                        b = in.getUnsignedByte(i);
                    }
                    boolean counts = b == ':' && isContentLength(in, index, i - index, headers);
                    if (b != ':' || counts && hasLength) {
                        reason = counts ? "a second Content-Length" : wrongName(b);
                        break scan;
                    }
                    headers.nameEnds(i - index);
                    hasLength |= counts;
                    state = counts ? State.COUNT : State.VALUE;
                }
                case VALUE, COUNT -> {
                    while (HeaderBytes.isBlank(b)) {
                        if (++i == end) break scan;
                        b = in.getUnsignedByte(i);
                    }
                    boolean counts = state == State.COUNT;
                    if (counts ? !HeaderBytes.isDigit(b) : b != '\r' && !HeaderBytes.isValue(b)) {
                        reason = wrongValue(b, counts);
                        break scan;
                    }
                    headers.valueStarts(i - index);
                    state = counts ? State.DIGITS : State.TEXT;
                    continue; // the same byte in its new state
                }
                case TEXT -> {
                    while (HeaderBytes.isValue(b)) {
                        if (++i == end) break scan;
                        b = in.getUnsignedByte(i);
                    }
                    if (b != '\r') {
                        reason = wrongValue(b, false);
                        break scan;
                    }
                    headers.valueEnds(trimmed(in, index, i - index, headers));
                    state = State.CR;
                }
                case DIGITS -> {
                    if (HeaderBytes.isDigit(b)) {
                        contentLength = saturated(contentLength, b - '0');
                        end = (int) Math.min(end, Math.max(i + 1, index + near()));
                    } else {
                        if (b != '\r' && !HeaderBytes.isBlank(b)) {
                            reason = wrongValue(b, true);
                            break scan;
                        }
                        headers.valueEnds(i - index);
                        state = b == '\r' ? State.CR : State.COUNTED;
                    }
                }
                case COUNTED -> {
                    if (b == '\r') {
                        state = State.CR;
                    } else if (!HeaderBytes.isBlank(b)) {
                        reason = wrongValue(b, true);
                        break scan;
                    }
                }
                case CR, EMPTY -> {
                    boolean last = state == State.EMPTY;
                    if (b != '\n' || last && lacksLength()) {
                        reason = b != '\n' ? "CR without LF" : "the header block ends without Content-Length";
                        break scan;
                    }
                    if (last) {
                        i++;
                        outcome = Outcome.WHOLE;
                        break scan;
                    }
                    state = State.LINE;
                }
            }
            i++;
        }
        scanned = i - index;
        if (Examined.ON) Examined.add(i - from + (reason == null ? 0 : 1));
        return reason == null ? outcome : Outcome.MALFORMED;
    }

    /**
     * Bytes of the shortest block that begins with those scanned: never fewer for one more of them. (Where none can, because the
     * Content-Length is missing, as if it could still come.)
     */
    long least(ByteBuf in, int index, Headers headers) {
        int line = lacksLength() ? CONTENT_LENGTH.length + ":0\r\n".length() : 0;
        int more = switch (state) {
            case LINE -> headers.count() == 0 && line == 0 ? "a:\r\n".length() : line;
            case NAME -> {
                boolean counts = isContentLength(in, index, scanned, headers);
                int colon = ":\r\n".length();
                if (lacksLength() && alike == scanned - headers.nameIndex(headers.count() - 1))
                    yield line - alike; // it becomes the Content-Length
                yield (counts ? 1 : 0) + colon + line; // a second one must get a longer name
            }
            case VALUE, TEXT, DIGITS, COUNTED -> "\r\n".length() + line;
            case COUNT -> "0\r\n".length();
            case CR -> "\n".length() + line;
            case EMPTY -> line - 1;
        };
        return (long) scanned + more + "\r\n".length();
    }

    /** Bytes from the block's first one on that were found right; all of it once it is whole. */
    int scanned() {
        return scanned;
    }

    /** What is wrong with the byte at {@link #scanned()}. */
    String reason() {
        return reason == null ? "" : reason;
    }

    /** The bytes stop between two fields. */
    boolean betweenFields() {
        return state == State.LINE;
    }

    /** The value of Content-Length, {@link Long#MAX_VALUE} where it is larger, 0 where there is none. */
    long contentLength() {
        return contentLength;
    }

    /** Bytes of a prefix that surely passes no limit, whatever stands in it. */
    private long near() {
        return Math.min(maxBlock, maxFrame - contentLength) - MOST_MISSING;
    }

    private boolean lacksLength() {
        return lengthRequired && !hasLength;
    }

    /** Is the last name, which ends before {@code end}, Content-Length? Looks at no byte a third time. */
    private boolean isContentLength(ByteBuf in, int index, int end, Headers headers) {
        int start = headers.nameIndex(headers.count() - 1);
        int n = Math.min(end - start, CONTENT_LENGTH.length);
        int before = alike;
        while (alike < n && HeaderBytes.lower(in.getUnsignedByte(index + start + alike)) == CONTENT_LENGTH[alike])
            alike++;
        if (Examined.ON) Examined.add(alike - before + (alike < n ? 1 : 0));
        return alike == CONTENT_LENGTH.length && end - start == alike;
    }

    /** Where the last value ends, whitespace before {@code end} taken away. */
    private static int trimmed(ByteBuf in, int index, int end, Headers headers) {
        int start = headers.valueIndex(headers.count() - 1);
        int last = end;
        while (last > start && HeaderBytes.isBlank(in.getUnsignedByte(index + last - 1))) last--;
        if (Examined.ON) Examined.add(end - last);
        return last;
    }

    private static long saturated(long number, int digit) {
        return number > (Long.MAX_VALUE - digit) / 10 ? Long.MAX_VALUE : number * 10 + digit;
    }

    private static String wrongStart(int b, boolean first) {
        if (HeaderBytes.isBlank(b)) return first ? "whitespace before the first header field" : "a folded header line";
        return switch (b) {
            case ':' -> "a header field without name";
            case '\r' -> "a header block without fields";
            case '\n' -> BARE_LF;
            default -> "a header name must start here";
        };
    }

    private static String wrongName(int b) {
        if (HeaderBytes.isBlank(b)) return "whitespace before the colon of a header field";
        return b == '\r' || b == '\n' ? "a header line without colon" : "no byte for a header name";
    }

    private static String wrongValue(int b, boolean counts) {
        if (b == '\n') return BARE_LF;
        return counts ? "Content-Length is not one number in decimal digits" : "a control byte in a header value";
    }
}
