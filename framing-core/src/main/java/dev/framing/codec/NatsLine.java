package dev.framing.codec;

import dev.framing.scan.Examined;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Reads a NATS control line once. Can stop and go on at any byte.
 *
 * <pre>
 *   WORD   letter      WORD        FIELD  field byte  FIELD
 *          SP HTAB CR  as BLANK           SP HTAB CR  as BLANK
 *   BLANK  SP HTAB     BLANK       TEXT   text byte   TEXT
 *          field byte  FIELD              CR          LF
 *          CR          LF          LF     LF          the line is whole
 * </pre>
 *
 * What the numbers say is known at the CR: one that is last so far may yet be a reply subject.
 */
final class NatsLine {
    private enum State {
        WORD,
        BLANK,
        FIELD,
        TEXT,
        LF,
        WHOLE
    }

    private static final int CRLF = 2;

    private State state = State.WORD;
    /** Bytes that were found right. */
    private int scanned;
    /** The operations that the word may become. */
    private int candidates;

    private NatsOperation operation = NatsOperation.OK;
    private int fields;
    /** The last field's number, saturated; -1: it is none. */
    private long last;
    /** That of the one before. */
    private long before;

    private @Nullable String reason;

    NatsLine() {
        reset();
    }

    void reset() {
        state = State.WORD;
        scanned = fields = 0;
        candidates = NatsOperation.any();
    }

    /**
     * Goes on with the line that begins at {@code index}, up to {@code end}, and no farther than its CR where that is new. True: the
     * byte at {@link #scanned} is wrong, {@link #reason} says why.
     */
    boolean scan(ByteBuf in, int index, int end) {
        int from = index + scanned;
        int i = from;
        reason = null;
        boolean ended = state == State.LF;
        while (i < end && state != State.WHOLE && ended == (state == State.LF)) {
            int b = in.getUnsignedByte(i);
            if (state == State.TEXT) {
                while (isText(b)) {
                    if (++i == end) break;
                    b = in.getUnsignedByte(i);
                }
                if (i == end) break;
            }
            reason = step(b, i - index);
            if (reason != null) break;
            i++;
        }
        scanned = i - index;
        if (Examined.ON) Examined.add(i - from + (reason != null ? 1 : 0));
        return reason != null;
    }

    private @Nullable String step(int b, int at) {
        return switch (state) {
            case WORD -> word(b, at);
            case BLANK -> b == '\r' ? lineEnds() : HeaderBytes.isBlank(b) ? null : fieldStarts(b);
            case FIELD -> field(b);
            case TEXT -> b == '\r' ? lineEnds() : control(b);
            case LF -> {
                if (b != '\n') yield "CR without LF";
                state = State.WHOLE;
                yield null;
            }
            case WHOLE -> throw new AssertionError();
        };
    }

    private @Nullable String word(int b, int at) {
        int next = NatsOperation.with(candidates, at, b);
        if (next != 0) {
            candidates = next;
            return null;
        }
        NatsOperation whole = NatsOperation.whole(candidates, at);
        if (whole == null || b != '\r' && !HeaderBytes.isBlank(b)) return "no operation of NATS";
        if (b == '\r' && whole.least > 0) return "fields are missing";
        operation = whole;
        state = b == '\r' ? State.LF : State.BLANK;
        return null;
    }

    private @Nullable String fieldStarts(int b) {
        if (!isField(b)) return control(b);
        if (operation.text) {
            fields = 1;
            state = State.TEXT;
            return null;
        }
        if (fields == operation.most) return "a field too many";
        if (fields + 1 >= operation.numbers && !HeaderBytes.isDigit(b)) return "a number must stand here";
        fields++;
        before = last;
        last = 0;
        state = State.FIELD;
        digit(b);
        return null;
    }

    private @Nullable String field(int b) {
        if (b == '\r') return lineEnds();
        if (HeaderBytes.isBlank(b)) {
            String mistake = fields == operation.most ? sizes() : null;
            if (mistake == null) state = State.BLANK;
            return mistake;
        }
        if (!isField(b)) return control(b);
        if (fields >= operation.numbers && !HeaderBytes.isDigit(b)) return "a number has digits only";
        digit(b);
        return null;
    }

    private void digit(int b) {
        if (!HeaderBytes.isDigit(b)) last = -1;
        else if (last >= 0) last = last > (Long.MAX_VALUE - 9) / 10 ? Long.MAX_VALUE : 10 * last + b - '0';
    }

    private @Nullable String lineEnds() {
        String mistake = fields < operation.least ? "fields are missing" : sizes();
        if (mistake == null) state = State.LF;
        return mistake;
    }

    /** What is wrong with the lengths, now that the fields are all there. */
    private @Nullable String sizes() {
        if (operation.sizes > 0 && last < 0) return "the last field is not the number of bytes";
        if (operation.sizes < 2) return null;
        if (before < 0) return "the last but one field is not the number of bytes of the header block";
        if (before > last) return "a header block of " + before + " bytes in " + last;
        return NatsBlock.mayHave(before) ? null : "no header block has " + before + " bytes";
    }

    private static @Nullable String control(int b) {
        if (b == '\n') return "a line ends with LF alone";
        return isText(b) ? null : "a control byte in the control line";
    }

    private static boolean isText(int b) {
        return b >= ' ' && b != 0x7f || b == '\t';
    }

    private static boolean isField(int b) {
        return b > ' ' && b != 0x7f;
    }

    // ------------------------------------------------------------------------------------------------ what was read

    /** What is wrong with the byte at {@link #scanned()}. */
    String reason() {
        return reason == null ? "" : reason;
    }

    /** Bytes that were found right; all of it once it is whole. */
    int scanned() {
        return scanned;
    }

    boolean isWhole() {
        return state == State.WHOLE;
    }

    /** The CR was read: what is known of the frame's length is exact. */
    boolean isEnded() {
        return state.compareTo(State.LF) >= 0;
    }

    /** Bytes of the line, its end included; before its CR the least. */
    int length() {
        return state == State.WHOLE ? scanned : scanned + (state == State.LF ? 1 : CRLF);
    }

    NatsOperation operation() {
        return operation;
    }

    /** Bytes of the header block, once the line ended. */
    long block() {
        return isEnded() && operation.sizes == 2 ? before : 0;
    }

    /** Bytes of header block and payload, once the line ended. */
    long total() {
        return isEnded() && operation.sizes > 0 ? last : 0;
    }

    /** Bytes of the frame, once the line ended; else the least. */
    long frame() {
        return LengthLayout.saturatedSum(total(), (long) length() + tail());
    }

    /** Bytes behind the payload, once the line ended. */
    int tail() {
        return isEnded() && operation.sizes > 0 ? CRLF : 0;
    }
}
