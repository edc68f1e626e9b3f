package dev.framing.codec;

import dev.framing.FrameSink;
import dev.framing.codec.HeadScanner.Outcome;
import dev.framing.scan.Examined;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Reads a chunked body and tells it in pieces, as it arrives; the lines between them are dropped, the trailers are the frame's tail.
 *
 * <pre>
 *   chunked-body = *chunk last-chunk trailer-section CRLF                          RFC 9112 7.1
 *   chunk        = chunk-size [ chunk-ext ] CRLF chunk-data CRLF
 *   last-chunk   = 1*("0") [ chunk-ext ] CRLF
 *   chunk-ext    = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )   7.1.1
 *
 *   START --hex--> SIZE --;--> NAME_START --> NAME --=--> VALUE_START --> TOKEN or QUOTED --"--> AFTER_VALUE
 *            any of these --CR--> LF, then DATA --> DATA_CR --> DATA_LF --> START, or TRAILERS behind a size of 0
 * </pre>
 */
final class ChunkReader {
    private enum State {
        DATA_CR,
        DATA_LF,
        START,
        SIZE,
        AFTER_SIZE,
        NAME_START,
        NAME,
        AFTER_NAME,
        VALUE_START,
        TOKEN,
        QUOTED,
        ESCAPED,
        AFTER_VALUE,
        GAP,
        LF,
        DATA,
        TRAILERS
    }

    static final int STOP = -1;
    private static final int LINE_END = 2;

    private final HttpRules rules;
    private final boolean spaceAfterSize;
    private final boolean spaceInExtension;
    /** Never {@link Long#MAX_VALUE}, which a saturated number could not pass. */
    private final long maxBody;

    private final TrailerReader trailers;
    /** Of the chunk line read last. */
    private final ChunkExtensions extensions = new ChunkExtensions();
    /** Bytes of the shortest trailers: one line end. */
    private final int leastTrailers;
    /** Bytes of the shortest end of a body: last chunk and trailers. */
    private final int leastLast;

    private State state = State.START;
    /** Of the chunk line being read. */
    private int lineBytes;
    /** Of the chunk being read. */
    private long size;
    /** Bytes of the chunk that are to come. */
    private long left;
    /** Bytes of the chunks before. */
    private long content;
    /** Bytes of the message so far. */
    private long wire;

    ChunkReader(HttpRules rules) {
        this.rules = rules;
        spaceAfterSize = rules.allows(Leniency.SPACE_AFTER_CHUNK_SIZE);
        spaceInExtension = rules.allows(Leniency.SPACE_IN_EXTENSION);
        maxBody = Math.min(rules.body(), Long.MAX_VALUE - 1);
        trailers = new TrailerReader(rules);
        leastTrailers = BodyRule.leastTrailers(rules.allowed());
        leastLast = BodyRule.LAST_CHUNK + leastTrailers;
    }

    /** A body begins, behind a head of that many bytes. */
    void reset(int head) {
        state = State.START;
        lineBytes = 0;
        size = content = 0;
        wire = head;
        trailers.reset();
        extensions.clear();
    }

    /** Nothing is being read: an idle stream holds no tables. */
    void rest() {
        trailers.fields.giveBack();
        extensions.release();
    }

    /** Those of the last chunk, once the body is whole. */
    ChunkExtensions extensions() {
        return extensions;
    }

    /** The trailers of the body that was read last. */
    Trailers trailers() {
        return trailers.fields;
    }

    /** Bytes of the trailers and their empty line, once they are whole. */
    int tail() {
        return trailers.scanner.scanned();
    }

    /**
     * Tells what the bytes {@code [index, end)} are; {@link #STOP}: return. Else all is told but the trailers, which are whole and stand at
     * the index answered.
     */
    int read(ByteBuf in, int index, int end, Headers headers, FrameSink out) {
        int at = index;
        while (state != State.TRAILERS) {
            at = state == State.DATA ? data(at, end, headers, out) : line(in, at, end, out);
            if (at == STOP) return STOP;
        }
        if (at == end) {
            out.pending(at, 0, 0, leastTrailers, -1);
            return STOP;
        }
        trailers.before = wire;
        return trailers.read(in, at, end, out) ? at : STOP;
    }

    private int data(int index, int end, Headers headers, FrameSink out) {
        boolean described = left == size && !extensions.isEmpty();
        headers.extensions(described ? extensions : null);
        if (described) out.detail(headers);
        int n = (int) Math.min(left, end - index);
        left -= n;
        wire += n;
        if (left == 0) {
            state = State.DATA_CR;
            content += size;
            size = 0;
        }
        if (n > 0 && !out.piece(index, n)) return STOP;
        if (left == 0) return index + n;
        out.pending(index + n, 0, 0, least(), -1);
        return STOP;
    }

    /** What stands between two pieces of data. */
    private int line(ByteBuf in, int index, int end, FrameSink out) {
        int i = index;
        int told = index;
        String mistake = null;
        while (state != State.DATA && state != State.TRAILERS) {
            boolean over = isOver();
            if (over || i == end) {
                if (i > told && !out.drop(told, i - told)) return STOP;
                told = i;
                if (over && !isAllowed(i, out)) return STOP;
            }
            if (i == end) {
                out.pending(i, 0, 0, least(), -1);
                return STOP;
            }
            int b = in.getUnsignedByte(i);
            if (Examined.ON) Examined.add(1);
            mistake = step(b);
            if (mistake != null) break;
            i++;
            wire++;
        }
        if (i > told && !out.drop(told, i - told)) return STOP;
        if (mistake == null) return i;
        out.pending(i, 0, 0, least(), -1);
        out.malformed(i, mistake);
        return STOP;
    }

    private boolean isOver() {
        return lineIsOver()
                || LengthLayout.saturatedSum(content, size) > maxBody
                || LengthLayout.saturatedSum(wire, least()) > rules.max();
    }

    private boolean lineIsOver() {
        return lineBytes + restOfLine() > rules.chunkLine();
    }

    /** A limit was passed; of the message's the engine knows best. */
    private boolean isAllowed(int index, FrameSink out) {
        if (out.pending(index, 0, 0, least(), -1) < 0) return false;
        if (lineIsOver()) return out.tooLong(rules.chunkLine(), "bytes of a chunk line");
        return LengthLayout.saturatedSum(content, size) <= maxBody || out.tooLong(maxBody, "bytes of body");
    }

    /** One byte. Null: it is right, else the state is as before. */
    private @Nullable String step(int b) {
        State next = next(b);
        if (next == null) return mistake(b);
        if (state == State.START || state == State.SIZE) {
            if (next == State.SIZE) size = sixteenfold(size, HeaderBytes.hexDigit(b));
        }
        lineBytes = next == State.START || next == State.DATA ? 0 : lineBytes + 1;
        if (next == State.DATA) left = size;
        if (next == State.START) extensions.clear();
        else if (isExtension(next)) extensions.add(b, rules.chunkLine());
        state = next;
        return null;
    }

    private static boolean isExtension(State state) {
        return state.compareTo(State.NAME_START) >= 0 && state.compareTo(State.GAP) <= 0;
    }

    private @Nullable State next(int b) {
        switch (state) {
            case DATA_CR:
                return b == '\r' ? State.DATA_LF : null;
            case DATA_LF:
                return b == '\n' ? State.START : null;
            case START:
                return HeaderBytes.hexDigit(b) >= 0 ? State.SIZE : null;
            case SIZE:
                if (HeaderBytes.hexDigit(b) >= 0) return State.SIZE;
                if (b == '\r') return State.LF;
                return HeaderBytes.isBlank(b) && (spaceAfterSize || spaceInExtension) ? State.AFTER_SIZE : semicolon(b);
            case AFTER_SIZE:
                if (b == '\r' && spaceAfterSize) return State.LF;
                if (HeaderBytes.isBlank(b)) return State.AFTER_SIZE;
                return spaceInExtension ? semicolon(b) : null;
            case NAME_START:
                if (spaceInExtension && HeaderBytes.isBlank(b)) return State.NAME_START;
                return FieldBytes.isToken(b) ? State.NAME : null;
            case NAME:
                return FieldBytes.isToken(b) ? State.NAME : afterName(b);
            case AFTER_NAME:
                return b == '\r' ? null : afterName(b);
            case VALUE_START:
                if (spaceInExtension && HeaderBytes.isBlank(b)) return State.VALUE_START;
                return b == '"' ? State.QUOTED : FieldBytes.isToken(b) ? State.TOKEN : null;
            case TOKEN:
                return FieldBytes.isToken(b) ? State.TOKEN : afterValue(b);
            case QUOTED:
                if (b == '"') return State.AFTER_VALUE;
                return b == '\\' ? State.ESCAPED : FieldBytes.HTTP.isValue(b) ? State.QUOTED : null;
            case ESCAPED:
                return FieldBytes.HTTP.isValue(b) ? State.QUOTED : null;
            case AFTER_VALUE:
                return afterValue(b);
            case GAP:
                return HeaderBytes.isBlank(b) ? State.GAP : semicolon(b);
            case LF:
                return b != '\n' ? null : size == 0 ? State.TRAILERS : State.DATA;
            case DATA, TRAILERS:
                throw new AssertionError();
        }
        throw new AssertionError();
    }

    private @Nullable State afterName(int b) {
        if (b == '=') return State.VALUE_START;
        if (spaceInExtension && HeaderBytes.isBlank(b)) return State.AFTER_NAME;
        return b == '\r' ? State.LF : semicolon(b);
    }

    private @Nullable State afterValue(int b) {
        if (spaceInExtension && HeaderBytes.isBlank(b)) return State.GAP;
        return b == '\r' ? State.LF : semicolon(b);
    }

    private static @Nullable State semicolon(int b) {
        return b == ';' ? State.NAME_START : null;
    }

    private String mistake(int b) {
        return switch (state) {
            case DATA_CR, DATA_LF -> "chunk data is not followed by CR LF (RFC 9112 7.1)";
            case START, SIZE, AFTER_SIZE ->
                b == '\n'
                        ? "a chunk line ends with LF alone (RFC 9112 7.1)"
                        : "a chunk size is hexadecimal digits and nothing else (RFC 9112 7.1)";
            case LF -> "CR without LF (RFC 9112 2.2)";
            default -> "no byte for a chunk extension (RFC 9112 7.1.1)";
        };
    }

    /** Bytes of the chunk line that are missing at least. */
    private int restOfLine() {
        return switch (state) {
            case DATA_CR, DATA_LF, DATA, TRAILERS -> 0;
            case START, NAME_START, VALUE_START, QUOTED -> 1 + LINE_END;
            case SIZE, NAME, TOKEN, AFTER_VALUE -> LINE_END;
            case AFTER_SIZE -> (spaceAfterSize ? 0 : 2) + LINE_END;
            case AFTER_NAME, GAP, ESCAPED -> 2 + LINE_END;
            case LF -> 1;
        };
    }

    /** Bytes of the message that are missing at least. */
    private long least() {
        return switch (state) {
            case DATA_CR -> LINE_END + leastLast;
            case DATA_LF -> 1 + leastLast;
            case DATA -> LengthLayout.saturatedSum(left, LINE_END + leastLast);
            case TRAILERS -> leastTrailers;
            default -> {
                int line = restOfLine();
                yield size == 0 ? line + leastTrailers : LengthLayout.saturatedSum(size, line + LINE_END + leastLast);
            }
        };
    }

    private static long sixteenfold(long number, int digit) {
        return number > Long.MAX_VALUE >> 4 ? Long.MAX_VALUE : number << 4 | digit;
    }

    /** The fields behind the last chunk. */
    private static final class TrailerReader extends BlockReader<Trailers> {
        /** Bytes of the message before them. */
        private long before;

        TrailerReader(HttpRules rules) {
            super(HeadGrammar.trailers(rules), rules.max(), Long.MAX_VALUE, new Trailers());
        }

        @Override
        Outcome scan(ByteBuf in, int index, int end) {
            return scanner.scan(in, index, end, fields);
        }

        @Override
        int tell(int index, int scanned, long least, FrameSink out) {
            return out.pending(index, 0, 0, least, -1);
        }

        @Override
        long body() {
            return 0;
        }

        @Override
        long leastBeside() {
            return before;
        }

        @Override
        String unit() {
            return "trailers";
        }
    }
}
