package dev.framing.codec;

import dev.framing.FrameDecoder;
import dev.framing.FrameSink;
import dev.framing.codec.HeadScanner.Outcome;
import dev.framing.scan.Examined;
import io.netty.buffer.ByteBuf;

/**
 * Cuts the parts of a multipart body.
 *
 * <pre>
 *   PREAMBLE --boundary line--> HEAD --empty line--> CONTENT --boundary line--> HEAD
 *                                                            --boundary "--"--> EPILOGUE
 * </pre>
 *
 * CR stands in a delimiter only as its first byte: where one does not go on, the search does at the byte that showed it.
 */
final class MultipartDecoder implements FrameDecoder {
    private enum Phase {
        PREAMBLE,
        HEAD,
        CONTENT,
        EPILOGUE
    }

    /** What stands behind a boundary. */
    private enum Behind {
        NOTHING,
        DASH,
        BLANK,
        CR,
        LINE,
        CLOSE
    }

    private static final int STOP = -1;
    private static final int LINE_END = 2;

    private final byte[] delimiter;
    private final HeadReader head;

    private Phase phase = Phase.PREAMBLE;
    /** Bytes of the delimiter that were found; in the preamble those at its end, else those at {@link #scan}. */
    private int matched = LINE_END;

    private Behind behind = Behind.NOTHING;
    /** Bytes behind the delimiter that were found right. */
    private int behindBytes;
    /** Head bytes at the first byte not told. */
    private int headBytes;
    /** Where the search goes on, from the first byte not told. */
    private int scan;
    /** Nothing of the content was told, and it may begin with a boundary: so many bytes of it, without CR LF, do; -1: it does not. */
    private int opening;

    MultipartDecoder(Multipart codec) {
        delimiter = codec.delimiter();
        head = new HeadReader(codec.grammar(), codec.maxFrameLength(), delimiter.length + LINE_END);
    }

    @Override
    public void decode(ByteBuf in, int index, int end, FrameSink out) {
        int at = index;
        while (at != STOP && (at < end || phase == Phase.CONTENT)) {
            at = switch (phase) {
                case PREAMBLE -> preamble(in, at, end, out);
                case HEAD -> head(in, at, end, out);
                case CONTENT -> content(in, at, end, out);
                case EPILOGUE -> out.drop(at, end - at) ? end : STOP;
            };
        }
        if (phase == Phase.HEAD && head.scanner.scanned() == 0) head.fields.giveBack();
    }

    // ------------------------------------------------------------------------------------------------ between

    /** All of it is dropped, up to the end of the first boundary line. */
    private int preamble(ByteBuf in, int index, int end, FrameSink out) {
        int i = index;
        boolean wrong = false;
        while (i < end && behind != Behind.LINE && behind != Behind.CLOSE && !wrong) {
            int b = in.getUnsignedByte(i);
            if (Examined.ON) Examined.add(1);
            if (matched == delimiter.length) wrong = !goesOn(b);
            else if (b == delimiter[matched]) matched++;
            else matched = b == '\r' ? 1 : 0;
            if (!wrong) i++;
        }
        boolean over = behind == Behind.LINE || behind == Behind.CLOSE;
        if (over) partEnds();
        if (i > index && !out.drop(index, i - index)) return STOP;
        if (!wrong) return i;
        out.pending(i, 1, 0, 1, -1);
        out.malformed(i, mistake());
        return STOP;
    }

    /** Behind the boundary: the next byte. False: it cannot stand there. */
    private boolean goesOn(int b) {
        Behind next = switch (behind) {
            case NOTHING -> b == '-' ? Behind.DASH : blankOrCr(b);
            case DASH -> b == '-' ? Behind.CLOSE : Behind.NOTHING;
            case BLANK -> blankOrCr(b);
            case CR -> b == '\n' ? Behind.LINE : Behind.NOTHING;
            case LINE, CLOSE -> throw new AssertionError();
        };
        if (next == Behind.NOTHING) return false;
        behind = next;
        return true;
    }

    private static Behind blankOrCr(int b) {
        return b == '\r' ? Behind.CR : HeaderBytes.isBlank(b) ? Behind.BLANK : Behind.NOTHING;
    }

    private String mistake() {
        return switch (behind) {
            case DASH -> "one dash behind a boundary";
            case CR -> "CR without LF";
            default -> "only blanks may stand behind a boundary";
        };
    }

    /** Bytes of the shortest rest of a boundary line. */
    private int restOfLine() {
        return switch (behind) {
            case NOTHING, BLANK -> 2;
            case DASH, CR -> 1;
            case LINE, CLOSE -> 0;
        };
    }

    /** A boundary line was read. */
    private void partEnds() {
        phase = behind == Behind.CLOSE ? Phase.EPILOGUE : Phase.HEAD;
        behind = Behind.NOTHING;
        behindBytes = matched = headBytes = scan = 0;
        head.reset();
    }

    // ------------------------------------------------------------------------------------------------ a part

    private int head(ByteBuf in, int index, int end, FrameSink out) {
        if (!head.read(in, index, end, out)) return STOP;
        headBytes = scan = head.scanner.scanned();
        head.fields.look(in, index);
        matched = opening = 0;
        phase = Phase.CONTENT;
        return index;
    }

    private int content(ByteBuf in, int index, int end, FrameSink out) {
        if (opening >= 0 && !opens(in, index, end, out)) return STOP;
        boolean found = find(in, index, end);
        int from = index + scan;
        int i = from + matched + behindBytes;
        boolean wrong = false;
        while (found && i < end && restOfLine() > 0 && !wrong) {
            wrong = !goesOn(in.getUnsignedByte(i));
            if (Examined.ON) Examined.add(1);
            if (!wrong) i++;
        }
        if (found) behindBytes = i - from - matched;
        int h = headBytes;
        if (found && restOfLine() == 0) {
            int content = scan - h;
            int tail = matched + behindBytes;
            partEnds();
            if (h > 0) out.detail(head.fields);
            return out.frame(index, h, content, tail) ? index + h + content + tail : STOP;
        }
        int missing = delimiter.length - matched + restOfLine();
        int taken = tell(index, scan, LengthLayout.saturatedSum(i - index, missing), out);
        if (wrong && taken >= 0) out.malformed(i, mistake());
        return STOP;
    }

    private int tell(int index, int certain, long least, FrameSink out) {
        if (headBytes > 0) out.detail(head.fields);
        int taken = out.pending(index, headBytes, certain, least, -1);
        if (taken > 0) {
            headBytes = 0;
            scan -= taken;
        }
        return taken;
    }

    /** Looks for the delimiter from {@link #scan} on, which stands where it begins, or may begin, afterwards. */
    private boolean find(ByteBuf in, int index, int end) {
        int at = index + scan;
        while (matched < delimiter.length) {
            if (matched == 0) {
                int cr = in.indexOf(at, end, (byte) '\r');
                if (Examined.ON) Examined.add((cr < 0 ? end : cr) - at);
                at = cr < 0 ? end : cr;
                if (cr < 0) break;
            }
            int i = at + matched;
            while (matched < delimiter.length && i < end && in.getByte(i) == delimiter[matched]) {
                matched++;
                i++;
            }
            if (Examined.ON) Examined.add(i - at);
            if (i == end || matched == delimiter.length) break;
            at = i;
            matched = 0;
        }
        scan = at - index;
        return matched == delimiter.length;
    }

    /** Goes on once it is sure that the content does not begin with a boundary. */
    private boolean opens(ByteBuf in, int index, int end, FrameSink out) {
        int from = index + headBytes;
        int length = delimiter.length - LINE_END;
        while (opening < length
                && from + opening < end
                && in.getByte(from + opening) == delimiter[LINE_END + opening]) {
            if (Examined.ON) Examined.add(1);
            opening++;
        }
        boolean is = opening == length;
        if (!is && from + opening < end) {
            opening = -1;
            return true;
        }
        if (is) opening--; // to be found again
        int certain = headBytes;
        int seen = headBytes + opening;
        int taken = tell(index, certain, (long) seen + delimiter.length + LINE_END, out);
        if (taken > 0) scan = 0;
        if (is && taken >= 0) out.malformed(from + opening, "a boundary directly behind the empty line");
        return false;
    }

    /** The fields of a part. */
    private static final class HeadReader extends BlockReader<Headers> {
        private final int shortestTail;

        HeadReader(HeadGrammar grammar, int max, int shortestTail) {
            super(grammar, max, Long.MAX_VALUE, new Headers());
            this.shortestTail = shortestTail;
        }

        @Override
        Outcome scan(ByteBuf in, int index, int end) {
            return scanner.scan(in, index, end, fields);
        }

        @Override
        int tell(int index, int scanned, long least, FrameSink out) {
            int shortest = (int) Math.min(Integer.MAX_VALUE, least);
            return out.pending(index, shortest, scanned, LengthLayout.saturatedSum(least, shortestTail), -1);
        }

        @Override
        long body() {
            return 0;
        }

        @Override
        long leastBeside() {
            return shortestTail;
        }

        @Override
        String unit() {
            return "header block";
        }
    }
}
