package dev.framing.codec;

import dev.framing.scan.Examined;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Reads the header block of a NATS message once, holding it against the number of bytes that it was said to have. Can stop and go on at
 * any byte. Offsets are relative to the frame's first byte; the block begins behind the control line.
 *
 * <pre>
 *   NATS/1.0 [ SP 3DIGIT [ SP description ] ] CR LF  *( name ":" value CR LF )  CR LF
 * </pre>
 *
 * A block of n bytes goes on as long as there is one of n bytes that begins so: the first byte that leaves none is wrong.
 */
final class NatsBlock {
    private enum State {
        VERSION,
        AFTER_VERSION,
        STATUS,
        AFTER_STATUS,
        DESCRIPTION,
        LF,
        FIELDS
    }

    private static final String VERSION = "NATS/1.0";
    private static final int SHORTEST = VERSION.length() + 4;
    private static final int DIGITS = 3;
    /** Bytes of the shortest field, its line end included; an empty line is all that may come in fewer. */
    private static final int SHORTEST_FIELD = 4;
    /** As long as so many bytes are to come there is such a block in every state behind the version: behind a CR, LF and a field and CR LF. */
    private static final int NEAR = 3 + SHORTEST_FIELD;

    private final int maxFields;
    private final FieldScanner scanner;
    private final Headers headers;

    private State state = State.VERSION;
    /** Bytes of the version or the status that were read. */
    private int read;

    private int scanned;
    private int end;
    /** The byte that was found to be wrong after it was read; -1: none. */
    private int wrong;

    private @Nullable String reason;

    NatsBlock(HeadGrammar grammar, Headers headers) {
        maxFields = grammar.maxFields();
        scanner = new FieldScanner(grammar, new FramingFields(grammar));
        this.headers = headers;
    }

    /** Is there a block of so many bytes? */
    static boolean mayHave(long bytes) {
        return bytes == SHORTEST || bytes >= SHORTEST + SHORTEST_FIELD;
    }

    /** A block at {@code [from, to)} of its frame. */
    void begin(int from, int to) {
        scanned = from;
        end = to;
        state = State.VERSION;
        read = 0;
        wrong = -1;
        reason = null;
        scanner.reset();
        headers.clear();
    }

    /** Goes on with the block of the frame at {@code index}. False: {@link #mistake} says what is wrong, or there are {@link #tooMany} fields. */
    boolean scan(ByteBuf in, int index, int bytesEnd) {
        if (wrong >= 0) return false;
        int to = (int) Math.min(bytesEnd - (long) index, end);
        int from = scanned;
        int near = end - NEAR;
        reason = null;
        while (scanned < to && reason == null && !scanner.tooMany()) {
            int stop = scanned < near ? Math.min(to, near) : scanned + 1;
            scan(in, index, scanned, stop);
            judge();
        }
        if (Examined.ON) Examined.add(scanned - from + (reason != null && wrong < 0 || scanner.tooMany() ? 1 : 0));
        return reason == null && !scanner.tooMany();
    }

    private void scan(ByteBuf in, int index, int from, int to) {
        int at = from;
        while (at < to && state != State.FIELDS) {
            reason = step(in.getUnsignedByte(index + at), at);
            if (reason != null) break;
            at++;
        }
        if (at < to && reason == null) {
            at = scanner.scan(in, index, index + at, index + to, headers, 0) - index;
            reason = scanner.reason();
        }
        scanned = at;
    }

    /** Is there a block of the said length that begins with what was read? */
    private void judge() {
        int left = end - scanned;
        boolean empty = state == State.FIELDS && scanner.isEnded();
        boolean whole = state == State.FIELDS && scanner.isWhole();
        if (whole ? left > 0 : empty && left != 1) {
            wrong = scanned - (whole ? 2 : 1);
            reason = "the header block ends before its last byte";
        } else if (reason == null && !whole && !empty) {
            int spare = left - rest();
            if (spare < 0 || isLineEnd() && spare > 0 && spare < SHORTEST_FIELD) {
                wrong = scanned - 1;
                reason = "the header block cannot end with its last byte";
            }
        }
    }

    /** A line has ended, or its CR was read. */
    private boolean isLineEnd() {
        if (state != State.FIELDS) return state == State.LF;
        return scanner.betweenFields() || scanner.restOfLine() == 1;
    }

    /** Bytes of the shortest rest. */
    private int rest() {
        return switch (state) {
            case VERSION -> SHORTEST - read;
            case AFTER_VERSION, AFTER_STATUS, DESCRIPTION -> 4;
            case STATUS -> DIGITS - read + 4;
            case LF -> 3;
            case FIELDS -> scanner.restOfLine() + 2;
        };
    }

    private @Nullable String step(int b, int at) {
        StartLine line = headers.startLine();
        switch (state) {
            case VERSION -> {
                if (b != VERSION.charAt(read)) return "a header block begins with " + VERSION;
                if (read == 0) line.partStarts(0, at);
                if (++read == VERSION.length()) state = State.AFTER_VERSION;
            }
            case AFTER_VERSION -> {
                if (b != ' ' && b != '\r') return "SP or CR LF must follow the version";
                line.partEnds(0, at);
                read = 0;
                state = b == ' ' ? State.STATUS : State.LF;
            }
            case STATUS -> {
                if (!HeaderBytes.isDigit(b)) return "a status has three digits";
                if (read == 0) line.partStarts(1, at);
                if (++read < DIGITS) return null;
                line.is(StartLine.Form.STATUS);
                line.partEnds(1, at + 1);
                line.partStarts(2, at + 1);
                state = State.AFTER_STATUS;
            }
            case AFTER_STATUS -> {
                if (b != ' ' && b != '\r') return "SP or CR LF must follow the status";
                line.partStarts(2, at + (b == ' ' ? 1 : 0));
                state = b == ' ' ? State.DESCRIPTION : State.LF;
            }
            case DESCRIPTION -> {
                if (b != '\r') return FieldBytes.HTTP.isValue(b) ? null : "a control byte in the description";
                line.partEnds(2, at);
                state = State.LF;
            }
            case LF -> {
                if (b != '\n') return "CR without LF";
                state = State.FIELDS;
                scanner.begin(at + 1);
            }
            case FIELDS -> throw new AssertionError();
        }
        return null;
    }

    /** Bytes of the frame that were found right. */
    int scanned() {
        return wrong < 0 ? scanned : wrong;
    }

    boolean isWhole() {
        return wrong < 0 && scanned == end;
    }

    /** The byte at {@link #scanned()} begins a field too many. */
    boolean tooMany() {
        return wrong < 0 && scanner.tooMany();
    }

    int maxFields() {
        return maxFields;
    }

    /** What is wrong with the byte at {@link #scanned()}. */
    String mistake() {
        return reason == null ? "" : reason;
    }
}
