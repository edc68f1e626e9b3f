package dev.framing.codec;

import dev.framing.FrameSink;
import dev.framing.codec.HeadScanner.Outcome;
import io.netty.buffer.ByteBuf;

/**
 * Reads a header block, that of a head or that of trailers, and tells what is known of it while it is not whole: its limits, its
 * mistakes, at the byte that makes them certain.
 *
 * <p>The scanner runs over all bytes that are there. Only where a limit was passed on the way is the block read once more, byte by byte
 * from then on, so that the engine is asked about each prefix: each byte is looked at twice at most, however the bytes were cut.
 */
abstract class BlockReader<F extends Fields> {
    /** The whole message. */
    private final long max;
    /** Its body; never {@link Long#MAX_VALUE}, which a saturated number could not pass. */
    private final long maxBody;

    final HeadScanner scanner;
    final F fields;

    private boolean byteByByte;

    BlockReader(HeadGrammar grammar, long max, long maxBody, F fields) {
        scanner = new HeadScanner(grammar);
        this.max = max;
        this.maxBody = Math.min(maxBody, Long.MAX_VALUE - 1);
        this.fields = fields;
    }

    abstract Outcome scan(ByteBuf in, int index, int end);

    /** Tells that the block is not whole: {@code least} bytes of it there must be. Negative: over a limit. */
    abstract int tell(int index, int scanned, long least, FrameSink out);

    /** Bytes of body that the block has announced. */
    abstract long body();

    /** Bytes of the message, besides the block, that there must be. */
    abstract long leastBeside();

    /** What its bytes are called where there are too many. */
    abstract String unit();

    /** Back to the first byte of a block. */
    void reset() {
        scanner.reset();
        byteByByte = false;
    }

    /** True: the block at {@code index} is whole, {@link HeadScanner#scanned} bytes. False: what can be said of it was told. */
    final boolean read(ByteBuf in, int index, int end, FrameSink out) {
        for (; ; ) {
            Outcome outcome = scan(in, index, byteByByte ? Math.min(end, index + scanner.scanned() + 1) : end);
            long least = scanner.least(in, index, fields);
            if (!byteByByte && isOver(least)) {
                scanner.reset();
                byteByByte = true;
                continue;
            }
            if (outcome == Outcome.WHOLE) return true;
            if (!isRight(outcome, index, least, out)) return false;
            if (scanner.scanned() == end - index) return false;
        }
    }

    private boolean isOver(long least) {
        return least > scanner.grammar().maxHead()
                || scanner.lineIsOver()
                || LengthLayout.saturatedSum(least, leastBeside()) > max
                || body() > maxBody;
    }

    /** Tells what is known, then what is wrong. */
    private boolean isRight(Outcome outcome, int index, long least, FrameSink out) {
        HeadGrammar grammar = scanner.grammar();
        int scanned = scanner.scanned();
        if (tell(index, scanned, least, out) < 0) return false;
        if (least > grammar.maxHead()) return out.tooLong(grammar.maxHead(), "bytes of " + unit());
        if (scanner.lineIsOver()) return out.tooLong(grammar.maxLine(), "bytes of a line of the " + unit());
        if (body() > maxBody) return out.tooLong(maxBody, "bytes of body");
        return switch (outcome) {
            case TOO_MANY -> out.tooLong(grammar.maxFields(), "header fields");
            case MALFORMED -> out.malformed(index + scanned, scanner.reason());
            case MORE, WHOLE -> true;
        };
    }
}
