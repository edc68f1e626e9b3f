package dev.framing.codec;

import dev.framing.scan.Examined;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Reads a header block once: start line, fields, empty line. Finding its end, holding every byte against the grammar and noting where
 * each part stands is one pass that can stop and go on at any byte. Offsets are relative to the block's first byte.
 *
 * <p>Limits are no verdicts here, but for the number of fields: a scan goes as far as the bytes do, and {@link #least} and {@link
 * #lineIsOver} say afterwards that a limit was passed on the way. Only then must the block be read again, byte by byte, to find where.
 */
final class HeadScanner {
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

    private final HeadGrammar grammar;
    private final FramingFields framing;
    private final StartLineScanner startLine;
    private final FieldScanner fieldLines;

    /** Bytes that were found right. */
    private int scanned;
    /** The start line was longer than a line may be. */
    private boolean startTooLong;

    private @Nullable String reason;

    HeadScanner(HeadGrammar grammar) {
        this.grammar = grammar;
        framing = new FramingFields(grammar);
        startLine = new StartLineScanner(grammar);
        fieldLines = new FieldScanner(grammar, framing);
        reset();
    }

    /** Back to the first byte of a block. */
    void reset() {
        scanned = 0;
        startTooLong = false;
        framing.reset();
        startLine.reset();
        fieldLines.reset();
    }

    /**
     * Goes on with a block whose first byte stands at {@code index}, up to {@code end}. A second call at a byte that was not right finds
     * the same.
     */
    Outcome scan(ByteBuf in, int index, int end, Headers headers) {
        if (scanned == 0) headers.clear();
        int from = index + scanned;
        int i = from;
        reason = null;
        if (!startLine.isWhole()) {
            i = startLine.scan(in, index, i, end, headers);
            reason = startLine.reason();
            if (startLine.isWhole()) {
                startTooLong = i - index - startLine.start() > grammar.maxLine();
                fieldLines.begin(i - index);
            }
        }
        return fields(in, index, from, i, end, headers);
    }

    /** The same for a block without start line. */
    Outcome scan(ByteBuf in, int index, int end, Trailers trailers) {
        if (scanned == 0) trailers.clear();
        int from = index + scanned;
        reason = null;
        return fields(in, index, from, from, end, trailers);
    }

    private Outcome fields(ByteBuf in, int index, int from, int at, int end, Fields fields) {
        int i = at;
        if (reason == null && startLine.isWhole()) {
            i = fieldLines.scan(in, index, i, end, fields, startLine.minor());
            reason = fieldLines.reason();
        }
        scanned = i - index;
        if (Examined.ON) Examined.add(i - from + (i < end ? 1 : 0));
        if (reason != null) return Outcome.MALFORMED;
        if (fieldLines.isWhole()) return Outcome.WHOLE;
        return fieldLines.tooMany() ? Outcome.TOO_MANY : Outcome.MORE;
    }

    /** Bytes of the shortest block that begins with those scanned: never fewer for one more of them. */
    long least(ByteBuf in, int index, Fields fields) {
        int line = startLine.isWhole() ? 0 : startLine.rest();
        return (long) scanned + line + fieldLines.rest(in, index, scanned, fields);
    }

    /** A line has, or must get, more bytes than allowed. */
    boolean lineIsOver() {
        if (startTooLong || fieldLines.lineTooLong()) return true;
        if (startLine.isBefore()) return false;
        boolean first = !startLine.isWhole();
        int from = first ? startLine.start() : fieldLines.lineStart();
        int rest = first ? startLine.rest() : fieldLines.restOfLine();
        return scanned - from + (long) rest > grammar.maxLine();
    }

    /** Bytes from the block's first one on that were found right; all of it once it is whole. */
    int scanned() {
        return scanned;
    }

    /** What is wrong with the byte at {@link #scanned()}. */
    String reason() {
        return reason == null ? "" : reason;
    }

    /** The bytes stop between two lines, behind the start line. */
    boolean betweenFields() {
        return startLine.isWhole() && fieldLines.betweenFields();
    }

    /** All that was read are empty lines before a start line. */
    boolean isBetweenEmptyLines() {
        return startLine.isBetweenEmptyLines();
    }

    /** The block is whole if no LF follows the CR that was read last. */
    boolean isEnded() {
        return fieldLines.isEnded();
    }

    /** The start line is whole. */
    boolean hasStartLine() {
        return startLine.isWhole();
    }

    /** What the fields say of the body. */
    FramingFields framing() {
        return framing;
    }

    /** The last digit of the version. */
    int minor() {
        return startLine.minor();
    }

    /** The status code, 0 until its digits were read, and in a request. */
    int status() {
        return startLine.status();
    }

    HeadGrammar grammar() {
        return grammar;
    }
}
