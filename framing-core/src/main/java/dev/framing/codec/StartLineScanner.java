package dev.framing.codec;

import dev.framing.codec.HeaderFramed.Lines;
import dev.framing.codec.StartLine.Form;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Reads a start line once and notes where its parts stand. Can stop and go on at any byte.
 *
 * <pre>
 *   request-line = method SP request-target SP HTTP-version CRLF             RFC 9112 3
 *   status-line  = HTTP-version SP status-code SP [ reason-phrase ] CRLF     RFC 9112 4
 *
 *   BEFORE -> METHOD -> TARGET -> VERSION -> LINE_END      a request
 *          -> STATUS_VERSION -> CODE -> AFTER_CODE -> REASON
 *          -> COMMAND
 *   BEFORE -> BEFORE_LF -> BEFORE                          an empty line that belongs to the block
 * </pre>
 *
 * Where a message may be either, a "/" decides: it is no token, so that {@code SIP/} begins a status line.
 */
final class StartLineScanner {
    private enum State {
        BEFORE,
        BEFORE_LF,
        METHOD,
        TARGET,
        VERSION,
        LINE_END,
        STATUS_VERSION,
        CODE,
        AFTER_CODE,
        REASON,
        COMMAND,
        LF,
        WHOLE
    }

    private static final int DIGITS = 3;

    private final HeadGrammar grammar;
    private final String version;
    private final boolean loose;
    private final boolean bareLf;

    private State state = State.BEFORE;
    /** Bytes of the version or status code that were read; of a method that may yet be a version; -1: it is none, or SP must come. */
    private int read;
    /** Empty lines before. */
    private int empty;
    /** Index in the block of the line's first byte. */
    private int start;

    private int minor;
    private int status;
    private @Nullable String reason;

    StartLineScanner(HeadGrammar grammar) {
        this.grammar = grammar;
        version = grammar.version();
        loose = grammar.allows(Leniency.LOOSE_START_LINE);
        bareLf = grammar.lines() != Lines.CRLF;
    }

    void reset() {
        state = grammar.start() == Form.NONE ? State.WHOLE : State.BEFORE;
        read = empty = start = status = 0;
        minor = 1;
        reason = null;
    }

    boolean isWhole() {
        return state == State.WHOLE;
    }

    /** No byte of the line itself was read yet. */
    boolean isBefore() {
        return state == State.BEFORE || state == State.BEFORE_LF;
    }

    /** Empty lines were read, and no byte since. */
    boolean isBetweenEmptyLines() {
        return state == State.BEFORE && empty > 0;
    }

    /** What is wrong with the byte at which the last scan stopped; null: nothing. */
    @Nullable
    String reason() {
        return reason;
    }

    /** The last digit of the version. */
    int minor() {
        return minor;
    }

    /** The status code, 0 until its three digits are there, and in a request. */
    int status() {
        return state.compareTo(State.CODE) > 0 ? status : 0;
    }

    /** Index in the block of the line's first byte, empty lines before it left out. */
    int start() {
        return start;
    }

    /** Goes on at {@code i} with the block that begins at {@code index}; returns where it stopped: behind the line, at {@code end}, or wrong. */
    int scan(ByteBuf in, int index, int i, int end, Headers headers) {
        reason = null;
        StartLine line = headers.startLine();
        while (i < end && state != State.WHOLE) {
            int b = in.getUnsignedByte(i);
            if (state == State.METHOD || state == State.COMMAND) {
                while (FieldBytes.isToken(b)) {
                    if (read >= 0) read = beginsVersion(b) ? read + 1 : -1;
                    if (++i == end) return i;
                    b = in.getUnsignedByte(i);
                }
            } else if (state == State.TARGET && read > 0) {
                while (HeaderBytes.isVisible(b)) {
                    if (++i == end) return i;
                    b = in.getUnsignedByte(i);
                }
            } else if (state == State.REASON) {
                while (FieldBytes.HTTP.isValue(b)) {
                    if (++i == end) return i;
                    b = in.getUnsignedByte(i);
                }
            }
            reason = step(b, i - index, line);
            if (reason != null) return i;
            i++;
        }
        return i;
    }

    /** The byte {@code b} at {@code at} of the block. Null: it is right. */
    private @Nullable String step(int b, int at, StartLine line) {
        return switch (state) {
            case BEFORE -> before(b, at, line);
            case BEFORE_LF -> {
                if (b != '\n') yield grammar.because("CR without LF", "9112 2.2");
                empty++;
                state = State.BEFORE;
                yield null;
            }
            case METHOD -> method(b, at, line);
            case TARGET -> target(b, at, line);
            case VERSION -> version(b, at, line, 2, State.LINE_END);
            case STATUS_VERSION -> version(b, at, line, 0, State.CODE);
            case CODE -> code(b, at, line);
            case AFTER_CODE -> afterCode(b, at, line);
            case LINE_END ->
                loose && HeaderBytes.isBlank(b)
                        ? null
                        : lineEnd(b, "only the line's end may follow the version", "9112 3");
            case REASON -> {
                line.partEnds(2, at);
                yield lineEnd(b, "a control byte in the reason", "9112 4");
            }
            case COMMAND -> {
                line.partEnds(0, at);
                yield lineEnd(b, "no byte for a command", "");
            }
            case LF -> {
                if (b != '\n') yield grammar.because("CR without LF", "9112 2.2");
                state = State.WHOLE;
                yield null;
            }
            case WHOLE -> throw new AssertionError();
        };
    }

    private @Nullable String before(int b, int at, StartLine line) {
        if (b == '\r' || b == '\n' && bareLf) {
            if (empty >= grammar.leadingLines())
                return grammar.because(
                        empty > 0
                                ? "a second empty line before the start line"
                                : "an empty line where a message must start",
                        "9112 2.2");
            if (b == '\r') state = State.BEFORE_LF;
            else empty++;
            return null;
        }
        start = at;
        switch (grammar.start()) {
            case STATUS -> {
                line.is(Form.STATUS);
                line.partStarts(0, at);
                state = State.STATUS_VERSION;
                return version(b, at, line, 0, State.CODE);
            }
            case COMMAND -> {
                if (!FieldBytes.isToken(b)) return "a command must start here";
                line.is(Form.COMMAND);
                state = State.COMMAND;
                read = -1;
            }
            default -> {
                if (!FieldBytes.isToken(b)) return grammar.because("a method must start here", "9112 3.1");
                line.is(Form.REQUEST);
                state = State.METHOD;
                read = grammar.start() == Form.MESSAGE && beginsVersion(b) ? 1 : -1;
            }
        }
        line.partStarts(0, at);
        return null;
    }

    private @Nullable String method(int b, int at, StartLine line) {
        if (b == ' ' || loose && b == '\t') {
            line.partEnds(0, at);
            read = 0;
            state = State.TARGET;
            return null;
        }
        if (b == '/' && read > 0 && beginsVersion(b)) {
            line.is(Form.STATUS);
            read++;
            state = State.STATUS_VERSION;
            return null;
        }
        return grammar.because("no byte for a method", "9112 3.1");
    }

    /** Is it the next byte of the version, of which {@link #read} have come? */
    private boolean beginsVersion(int b) {
        return b == version.charAt(read);
    }

    private @Nullable String target(int b, int at, StartLine line) {
        if (read == 0) {
            if (loose && HeaderBytes.isBlank(b)) return null;
            if (!HeaderBytes.isVisible(b)) return grammar.because("a request target must start here", "9112 3");
            line.partStarts(1, at);
            read = 1;
            return null;
        }
        if (b != ' ' && !(loose && b == '\t'))
            return grammar.because(
                    b == '\r' || b == '\n' ? "a request line without version" : "no byte for a request target",
                    "9112 3");
        line.partEnds(1, at);
        read = 0;
        state = State.VERSION;
        return null;
    }

    private @Nullable String version(int b, int at, StartLine line, int part, State next) {
        if (read == 0) {
            if (loose && part > 0 && HeaderBytes.isBlank(b)) return null;
            line.partStarts(part, at);
        }
        char wanted = version.charAt(read);
        if (wanted == '#' ? !HeaderBytes.isDigit(b) : b != wanted)
            return grammar.because("the version is not " + version.replace('#', 'n'), "9112 2.3");
        if (wanted == '#') minor = b - '0';
        if (++read < version.length()) return null;
        line.partEnds(part, at + 1);
        read = -1; // a blank must come before the code
        state = next;
        return null;
    }

    private @Nullable String code(int b, int at, StartLine line) {
        if (read < 0) {
            if (b != ' ' && !(loose && b == '\t')) return grammar.because("SP must follow the version", "9112 4");
            read = 0;
            return null;
        }
        if (read == 0 && loose && HeaderBytes.isBlank(b)) return null;
        if (!HeaderBytes.isDigit(b) || read == 0 && (b == '0' || b > grammar.topStatus()))
            return grammar.because("a status code has three digits, 100 to " + grammar.topStatus() + "99", "9112 4");
        if (read == 0) line.partStarts(1, at);
        status = 10 * status + b - '0';
        if (++read < DIGITS) return null;
        line.partEnds(1, at + 1);
        line.partStarts(2, at + 1);
        state = State.AFTER_CODE;
        return null;
    }

    private @Nullable String afterCode(int b, int at, StartLine line) {
        if (b == ' ' || loose && b == '\t') {
            line.partStarts(2, at + 1);
            state = State.REASON;
            return null;
        }
        String mistake = "SP must follow the status code";
        return loose ? lineEnd(b, mistake, "9112 4") : grammar.because(mistake, "9112 4");
    }

    private @Nullable String lineEnd(int b, String mistake, String section) {
        if (b == '\r') {
            state = State.LF;
            return null;
        }
        if (b != '\n') return grammar.because(mistake, section);
        if (!bareLf) return grammar.because("a line ends with LF alone", "9112 2.2");
        state = State.WHOLE;
        return null;
    }

    /** Bytes that are missing at least before the line is whole. */
    int rest() {
        int end = grammar.lineEnd();
        int v = version.length();
        return switch (state) {
            case BEFORE -> grammar.leastStart();
            case BEFORE_LF -> 1 + grammar.leastStart();
            case METHOD -> {
                int request = 3 + v + end; // SP T SP
                yield read > 0 ? Math.min(request, v - read + grammar.leastStatus() + end) : request;
            }
            case TARGET -> (read == 0 ? 2 : 1) + v + end;
            case VERSION -> v - read + end;
            case STATUS_VERSION -> v - read + grammar.leastStatus() + end;
            case CODE -> (read < 0 ? 4 : DIGITS - read) + grammar.leastStatus() - 4 + end;
            case AFTER_CODE -> grammar.leastStatus() - 4 + end;
            case LINE_END, REASON, COMMAND -> end;
            case LF -> 1;
            case WHOLE -> 0;
        };
    }
}
