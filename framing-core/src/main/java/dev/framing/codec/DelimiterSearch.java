package dev.framing.codec;

import static dev.framing.scan.Patterns.ROOT;

import dev.framing.codec.Delimited.Spec;
import dev.framing.scan.ByteSet;
import dev.framing.scan.Examined;
import dev.framing.scan.Patterns;
import io.netty.buffer.ByteBuf;

/**
 * Finds the delimiter of one frame, each byte looked at once however it comes (behind a delimiter that begins a longer one, again: at
 * most a delimiter's length for each frame): decoders look for the first one, encoders make sure that it is the last. Offsets count
 * from the index that is given to {@link #find}.
 *
 * <pre>
 *   0            certain()          scanned          end
 *   | no delimiter | may begin one    | not looked at |
 * </pre>
 */
final class DelimiterSearch {
    enum Result {
        /** All bytes were looked at. */
        MORE,
        /** A delimiter of {@link #matchLength} bytes stands at {@link #matchAt}. */
        FOUND,
        /** An escape that must be told apart from the payload stands at {@link #scanned}. */
        ESCAPE,
        /** The byte at {@link #wrongAt} may not stand there: strict. */
        WRONG
    }

    /** What all streams of one codec share. */
    static final class Tables {
        final Patterns patterns;
        /** Where nothing has begun, only these bytes change anything. */
        final ByteSet stops;
        /** Not in the payload, where it is strict. */
        final ByteSet forbidden;

        final int shortest;

        Tables(Spec spec) {
            patterns = Patterns.of(spec.delimiters());
            forbidden = ByteSet.of(spec.strict() ? String.join("", spec.delimiters()) + spec.start() : "");
            StringBuilder bytes = new StringBuilder();
            for (String d : spec.delimiters()) bytes.append(d.charAt(0));
            if (spec.escape() != Spec.NO_ESCAPE) bytes.append((char) spec.escape());
            if (spec.strict()) bytes.append(String.join("", spec.delimiters())).append(spec.start());
            stops = ByteSet.of(bytes.toString());
            shortest = spec.shortest();
        }
    }

    private final Patterns patterns;
    private final ByteSet stops;
    private final ByteSet forbidden;
    private final boolean strict;
    private final boolean lastLine;
    private final boolean unescape;
    private final int escape;

    int scanned;
    private int state;
    /** A delimiter was found that may still become longer, or lose to one that began earlier. */
    int matchAt;

    int matchLength;
    int wrongAt;
    /** The next byte is payload whatever it is. */
    private boolean literal;

    DelimiterSearch(Spec spec, Tables tables) {
        patterns = tables.patterns;
        stops = tables.stops;
        forbidden = tables.forbidden;
        strict = spec.strict();
        lastLine = spec.lastLine();
        unescape = spec.unescape();
        escape = spec.escape() == Spec.NO_ESCAPE ? Integer.MIN_VALUE : (byte) spec.escape();
    }

    /** Starts again at the next byte. */
    void reset() {
        scanned = matchAt = matchLength = 0;
        state = ROOT;
        literal = false;
    }

    /** The first {@code length} bytes are gone: offsets count from behind them. */
    void shift(int length) {
        scanned -= length;
        matchAt -= length;
    }

    /** The escape at {@link #scanned} is gone: what follows it is payload. */
    void escaped() {
        reset();
        literal = true;
    }

    /** The byte after an escape has not come. */
    boolean inEscape() {
        return literal;
    }

    /** Bytes that surely are no delimiter's. */
    int certain() {
        return scanned
                - patterns.depth(state); // a delimiter found and not told may still become longer, so it is no less
    }

    /** Bytes that the frame has at least, its delimiter included where the end of the stream does not stand for one. */
    long least() {
        if (matchLength > 0 && !outbid()) return (long) matchAt + matchLength;
        long more = strict ? patterns.ownRest(state) : patterns.rest(state);
        if (lastLine && (!strict || state == ROOT)) more = 0;
        return scanned + more + (literal ? 1 : 0);
    }

    /**
     * Looks at the bytes {@code [index + scanned, end)}.
     *
     * @param over no byte will follow
     */
    Result find(ByteBuf in, int index, int end, boolean over) {
        int i = index + scanned;
        int s = state;
        int looked = 0;
        Result result = Result.MORE;
        while (i < end) {
            if (literal) {
                literal = false;
                i++;
                continue;
            }
            if (s == ROOT && matchLength == 0) {
                i = stops.next(in, i, end);
                if (i == end) break;
            }
            looked++;
            byte b = in.getByte(i);
            int next = patterns.step(s, b);
            int open = i - patterns.depth(s);
            int opens = i + 1 - patterns.depth(next);
            if (strict && certainFrom(opens, index) > open && (open < i || forbidden.contains(b))) {
                wrongAt = open - index;
                result = Result.WRONG;
                break;
            }
            if (matchLength > 0 && opens > index + matchAt) {
                result = Result.FOUND;
                break;
            }
            s = next;
            if (b == escape) {
                if (unescape) {
                    result = Result.ESCAPE;
                    break;
                }
                literal = true;
            }
            i++;
            int found = patterns.found(s);
            if (found > 0 && (matchLength == 0 || i - found <= index + matchAt)) {
                matchAt = i - found - index;
                matchLength = found;
            }
            if (matchLength > 0 && patterns.isLeaf(s)) {
                result = Result.FOUND;
                break;
            }
        }
        scanned = i - index;
        state = s;
        if (Examined.ON) Examined.add(looked);
        return result == Result.MORE && over ? atEnd() : result;
    }

    /** Everything before this index is certain once no delimiter can begin before {@code opens}. */
    private int certainFrom(int opens, int index) {
        return matchLength > 0 ? Math.min(opens, index + matchAt) : opens;
    }

    /** No byte will make it longer. */
    private Result atEnd() {
        return matchLength > 0 && !outbid() ? Result.FOUND : Result.MORE;
    }

    /** One that began before the delimiter found must become whole, or the frame is wrong: strict. */
    private boolean outbid() {
        return strict && certain() < matchAt;
    }
}
