package dev.framing.codec;

import dev.framing.FrameDecoder;
import dev.framing.FrameSink;
import dev.framing.codec.BodyRule.Body;
import dev.framing.codec.BodyRule.Next;
import dev.framing.codec.HeadScanner.Outcome;
import dev.framing.codec.HeaderFramed.EmptyLines;
import dev.framing.codec.HeaderFramed.Lines;
import dev.framing.scan.Examined;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Cuts messages: a header block, and the body that it announces.
 *
 * <pre>
 *   HEAD --whole--> LENGTH, TO_NUL, CHUNKS or CLOSE --body whole--> HEAD, OVER or SWITCHED
 * </pre>
 *
 * A body of known length is told with its head, as one frame; the others in pieces, as they arrive.
 */
final class MessageDecoder implements FrameDecoder {
    private enum Phase {
        /** Between two messages, or in a head. */
        HEAD,
        /** The head is whole, the body's length is known. */
        LENGTH,
        /** The head is whole, a NUL ends the body. */
        TO_NUL,
        CHUNKS,
        CLOSE,
        /** The connection ends: nothing may follow. */
        OVER,
        /** Another protocol follows. */
        SWITCHED
    }

    private static final int STOP = -1;
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final BodyRule rule;
    private final HeadReader head;
    private final HttpRules rules;
    private final EmptyLines emptyLines;
    private final boolean bareLf;
    private final boolean bareCr;
    private @Nullable ChunkReader chunks;

    private Phase phase = Phase.HEAD;
    /** What comes after this message. */
    private Next next = Next.MESSAGE;
    /** Head bytes at the first byte not told. */
    private int headBytes;
    /** Body bytes to come; of a body until a NUL: those found at the first byte not told. */
    private long body;
    /** The body ends with a NUL behind its length. */
    private boolean thenNul;
    /** The head of the message told last states its length; until the next one begins, for the engine may ask when all of it was told. */
    private boolean announced;
    /** Between two messages: the byte before was the end of an empty line that makes a keep-alive with another one. */
    private boolean afterEmptyLine;
    /** Where the stream may begin with a byte order mark: it did not yet. */
    private boolean first;

    private MessageDecoder(HeadGrammar grammar, BodyRule rule, HttpRules rules, EmptyLines emptyLines, boolean mark) {
        this.rule = rule;
        this.rules = rules;
        this.emptyLines = emptyLines;
        head = new HeadReader(grammar, rule, rules);
        bareLf = grammar.lines() != Lines.CRLF;
        bareCr = grammar.lines() == Lines.ANY;
        first = mark;
    }

    /** Of the blocks that {@code codec} describes. */
    static MessageDecoder of(HeaderFramed codec) {
        return new MessageDecoder(
                HeadGrammar.of(codec),
                BodyRule.of(codec.body()),
                codec.rules(),
                codec.emptyLines(),
                codec.style() == HeaderFramed.Style.EVENT);
    }

    /** Of HTTP/1.1 requests; their methods are told to the side that answers, if there is one. */
    static MessageDecoder requests(HttpRules rules, @Nullable Asked told) {
        return http(rules, StartLine.Form.REQUEST, HttpBody.ofRequests(told));
    }

    /** Of HTTP/1.1 responses to those requests. */
    static MessageDecoder responses(HttpRules rules, Asked asked) {
        return http(rules, StartLine.Form.STATUS, HttpBody.ofResponses(asked));
    }

    /** Of HTTP/1.1 responses that all answer that method. */
    static MessageDecoder responsesTo(HttpRules rules, Asked.Method to) {
        return http(rules, StartLine.Form.STATUS, HttpBody.ofResponsesTo(to));
    }

    private static MessageDecoder http(HttpRules rules, StartLine.Form start, BodyRule rule) {
        return new MessageDecoder(HeadGrammar.http(rules, start), rule, rules, EmptyLines.REFUSED, false);
    }

    /** Content-Length states it, once the block is whole. */
    @Override
    public boolean announced() {
        return announced;
    }

    @Override
    public void decode(ByteBuf in, int index, int end, FrameSink out) {
        int at = index;
        while (at != STOP) {
            at = switch (phase) {
                case HEAD -> head(in, at, end, out);
                case LENGTH -> thenNul ? lengthThenNul(in, at, end, out) : length(at, end, out);
                case TO_NUL -> toNul(in, at, end, out);
                case CHUNKS -> chunks(in, at, end, out);
                case CLOSE -> close(at, end, out);
                case OVER -> over(in, at, end, out);
                case SWITCHED -> {
                    out.finish();
                    yield STOP;
                }
            };
        }
    }

    // ------------------------------------------------------------------------------------------------ the head

    private int head(ByteBuf in, int index, int end, FrameSink out) {
        int at = index;
        if (head.scanner.scanned() == 0) {
            announced = false;
            at = between(in, index, end, out);
            if (at == STOP) return STOP;
        }
        if (!head.read(in, at, end, out)) return STOP;
        headBytes = head.scanner.scanned();
        head.fields.look(in, at);
        Body kind = rule.body(head.scanner);
        body = rule.length(head.scanner);
        next = rule.whole(head.scanner, head.fields);
        switch (kind) {
            case LENGTH, LENGTH_THEN_NUL -> {
                thenNul = kind == Body.LENGTH_THEN_NUL;
                announced = true;
                phase = Phase.LENGTH;
            }
            case NUL -> {
                body = 0;
                phase = Phase.TO_NUL;
            }
            case CHUNKED -> {
                phase = Phase.CHUNKS;
                chunkReader().reset(headBytes);
                return begin(at, out);
            }
            case UNTIL_CLOSE -> {
                body = 0;
                phase = Phase.CLOSE;
                return begin(at, out);
            }
        }
        return at;
    }

    private int begin(int index, FrameSink out) {
        int bytes = headBytes;
        headBytes = 0;
        out.detail(head.fields);
        return out.begin(index, bytes) ? index + bytes : STOP;
    }

    private ChunkReader chunkReader() {
        ChunkReader c = chunks;
        if (c == null) chunks = c = new ChunkReader(rules);
        return c;
    }

    /** Between two messages: what begins none is dropped; the index of the first byte of the next, which is there. */
    private int between(ByteBuf in, int index, int end, FrameSink out) {
        int at = first ? afterMark(in, index, end, out) : index;
        if (at != STOP && emptyLines != EmptyLines.REFUSED) at = afterEmptyLines(in, at, end, out);
        if (at == STOP) return STOP;
        if (at == end) {
            rest();
            return STOP;
        }
        if (rule.isFull()) {
            out.pending(at, 1, 0, 1, -1);
            out.tooLong(Asked.MOST, "requests that wait for their response");
            return STOP;
        }
        String refusal = rule.refusal();
        if (refusal == null) return at;
        out.pending(at, 1, 0, 1, -1);
        out.malformed(at, refusal);
        return STOP;
    }

    private int afterEmptyLines(ByteBuf in, int index, int end, FrameSink out) {
        int at = index;
        while (at < end) {
            int b = in.getByte(at);
            if (Examined.ON) Examined.add(1);
            int line = b == '\n' && bareLf || b == '\r' && bareCr ? 1 : 0;
            if (b == '\r' && !bareCr) {
                boolean whole = at + 1 < end;
                if (!whole || in.getByte(at + 1) != '\n') {
                    out.pending(at, 2, 1, 2, -1);
                    if (whole) out.malformed(at + 1, "CR without LF");
                    return STOP;
                }
                line = 2;
            }
            if (line == 0) break;
            boolean ping = emptyLines == EmptyLines.PINGS && afterEmptyLine;
            afterEmptyLine = !ping;
            if (!(ping ? out.frame(at, 0, 0, line) : out.drop(at, line))) return STOP;
            at += line;
        }
        if (at < end) afterEmptyLine = false;
        return at;
    }

    /** Behind a byte order mark, if there is one. */
    private int afterMark(ByteBuf in, int index, int end, FrameSink out) {
        int n = 0;
        while (n < BYTE_ORDER_MARK.length && index + n < end && in.getByte(index + n) == BYTE_ORDER_MARK[n]) n++;
        if (n == 0 || n < BYTE_ORDER_MARK.length && index + n < end) {
            first = index == end; // it may yet come
            return index;
        }
        if (n < BYTE_ORDER_MARK.length) {
            out.pending(index, n + 1, n, n + 1, -1);
            return STOP;
        }
        first = false;
        return out.drop(index, n) ? index + n : STOP;
    }

    /** Nothing is being read: an idle stream holds no tables. */
    private void rest() {
        head.fields.giveBack();
        ChunkReader c = chunks;
        if (c != null) c.rest();
    }

    // ------------------------------------------------------------------------------------------------ the body

    private int length(int index, int end, FrameSink out) {
        int h = headBytes;
        long b = body;
        out.detail(head.fields);
        if (b > end - index - h) {
            if (out.pending(index, h, end - index, LengthLayout.saturatedSum(h, b), 0) > 0) over();
            return STOP;
        }
        over();
        int length = (int) b; // the body is there: it fits an int
        return out.frame(index, h, length, 0) ? index + h + length : STOP;
    }

    private int lengthThenNul(ByteBuf in, int index, int end, FrameSink out) {
        int h = headBytes;
        long before = LengthLayout.saturatedSum(h, body);
        boolean isThere = before < end - index;
        if (isThere && in.getByte(index + (int) before) == 0) {
            int length = (int) body; // it is there: it fits an int
            if (h > 0) out.detail(head.fields);
            over();
            return out.frame(index, h, length, 1) ? index + h + length + 1 : STOP;
        }
        int certain = (int) Math.min(before, end - index);
        if (h > 0) out.detail(head.fields);
        int taken = out.pending(index, h, certain, LengthLayout.saturatedSum(before, 1), -1);
        if (taken > 0) {
            headBytes = 0;
            body -= taken - h;
        }
        if (isThere && taken >= 0) out.malformed(index + certain, "a NUL must follow the body");
        return STOP;
    }

    private int toNul(ByteBuf in, int index, int end, FrameSink out) {
        int h = headBytes;
        int from = index + h + (int) body;
        int nul = from < end ? in.indexOf(from, end, (byte) 0) : -1;
        int found = nul < 0 ? end : nul;
        if (Examined.ON) Examined.add(found - from);
        if (h > 0) out.detail(head.fields);
        if (nul >= 0) {
            over();
            return out.frame(index, h, nul - index - h, 1) ? nul + 1 : STOP;
        }
        body = (long) found - index - h;
        int taken = out.pending(index, h, found - index, found - index + 1L, -1);
        if (taken > 0) headBytes = 0;
        if (taken > 0) body = 0;
        return STOP;
    }

    private int chunks(ByteBuf in, int index, int end, FrameSink out) {
        ChunkReader c = chunkReader();
        int at = c.read(in, index, end, out);
        if (at == ChunkReader.STOP) return STOP;
        boolean isMore = c.trailers().count() > 0
                || c.extensions().count() > 0
                || !c.extensions().isComplete();
        if (isMore) {
            if (out.pending(at, 0, 0, c.tail(), -1) < 0) return STOP; // a first part that is due goes without these
            head.fields.behind(c.trailers(), c.extensions());
            out.detail(head.fields);
        }
        int tail = c.tail();
        over();
        return out.end(at, tail) ? at + tail : STOP;
    }

    private int close(int index, int end, FrameSink out) {
        int n = (int)
                Math.min(end - index, rules.body() - body); // not past it: the message may pass its limit behind it
        body += n;
        if (n > 0 && !out.piece(index, n)) return STOP;
        if (n < end - index && out.pending(index + n, 0, 0, 1, -1) >= 0) out.tooLong(rules.body(), "bytes of body");
        return STOP;
    }

    /** The message is whole. */
    private void over() {
        head.reset();
        headBytes = 0;
        thenNul = false;
        phase = switch (next) {
            case MESSAGE -> Phase.HEAD;
            case NOTHING -> Phase.OVER;
            case SWITCH -> Phase.SWITCHED;
        };
    }

    // ------------------------------------------------------------------------------------------------ the end

    /** The connection ends with the message before: RFC 9112 9.6. One empty line more does no harm (2.2). */
    private int over(ByteBuf in, int index, int end, FrameSink out) {
        int n = 0;
        while (n < 2 && index + n < end && in.getByte(index + n) == "\r\n".charAt(n)) n++;
        if (Examined.ON) Examined.add(n);
        if (index < end) out.pending(index, n + 1, n, n + 1, -1);
        else rest();
        if (index + n < end)
            out.malformed(index + n, "bytes behind the message that ends the connection (RFC 9112 9.6)");
        return STOP;
    }

    @Override
    public void end(ByteBuf in, int index, int end, FrameSink out) {
        if (phase == Phase.CLOSE) {
            over();
            out.end(index, 0);
        } else if (phase == Phase.HEAD && bareCr && head.scanner.isEnded()) {
            head.reset();
            out.detail(head.fields);
            out.frame(index, end - index, 0, 0);
        } else if (index < end && mayBeDropped(end - index)) {
            head.reset();
            out.drop(index, end - index);
        }
    }

    /** Bytes that begin nothing: an empty line behind the last message, the beginning of a server-sent event (9.2.6 of the HTML standard). */
    private boolean mayBeDropped(int bytes) {
        if (phase == Phase.OVER) return bytes == 2;
        return phase == Phase.HEAD && (bareCr || head.scanner.isBetweenEmptyLines());
    }

    /** Start line and fields. */
    private static final class HeadReader extends BlockReader<Headers> {
        private final BodyRule rule;

        HeadReader(HeadGrammar grammar, BodyRule rule, HttpRules rules) {
            super(grammar, rules.max(), rules.body(), new Headers());
            this.rule = rule;
        }

        @Override
        Outcome scan(ByteBuf in, int index, int end) {
            return scanner.scan(in, index, end, fields);
        }

        @Override
        int tell(int index, int scanned, long least, FrameSink out) {
            int shortest = (int) Math.min(Integer.MAX_VALUE, least);
            int certain = Math.min(scanned, shortest - 1); // it may be whole, the next byte will say so
            return out.pending(index, shortest, certain, LengthLayout.saturatedSum(least, rule.least(scanner)), -1);
        }

        @Override
        long body() {
            return rule.length(scanner);
        }

        @Override
        long leastBeside() {
            return rule.least(scanner);
        }

        @Override
        String unit() {
            return "header block";
        }
    }
}
