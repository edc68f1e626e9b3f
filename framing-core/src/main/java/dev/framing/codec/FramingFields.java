package dev.framing.codec;

import dev.framing.codec.HeadGrammar.Blanks;
import dev.framing.scan.Examined;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a block that say where its body ends, read byte by byte as they come: Content-Length and Transfer-Encoding. Whatever two
 * readers could understand in two ways is malformed, at the byte that shows it.
 *
 * <pre>
 *   Content-Length    = 1*DIGIT                               RFC 9110 8.6
 *   Transfer-Encoding = "chunked", in any case                RFC 9112 6.1, 7
 *   with OTHER_CODINGS: *( token OWS "," OWS ) "chunked"
 * </pre>
 */
final class FramingFields {
    /** What the field being read says. */
    enum Kind {
        OTHER,
        LENGTH,
        CODING
    }

    private enum State {
        /** Before a number or a coding. */
        START,
        /** In it. */
        INSIDE,
        /** Behind it. */
        AFTER
    }

    static final String CONTENT_LENGTH = "content-length";
    private static final String TRANSFER_ENCODING = "transfer-encoding";
    private static final String CONNECTION = "connection";
    private static final String CHUNKED = "chunked";
    private static final String NO_NUMBER = "Content-Length is not one number in decimal digits";
    private static final String NOT_CHUNKED = "a transfer coding other than chunked";
    private static final String NOT_LAST = "chunked is not the last transfer coding";

    private final HeadGrammar grammar;
    private final boolean blanks;

    private Kind kind = Kind.OTHER;
    /** So many bytes of the name being read are of {@link #answer}'s kind: nobody looks at them twice, however they come. */
    private int asked;

    private Kind answer = Kind.OTHER;
    private State state = State.START;
    private boolean hasLength;
    private boolean hasCoding;
    private boolean hasConnection;
    /** Content-Length as it was first said; that being read where there is none yet. */
    private long length;
    /** A whole number was read. */
    private boolean said;
    /** The number being read, where Content-Length was said before. */
    private long again;
    /** Of the coding being read: so many bytes are those of "chunked"; -1: it is another. */
    private int alike;

    private boolean chunked;

    FramingFields(HeadGrammar grammar) {
        this.grammar = grammar;
        blanks = grammar.blanks() == Blanks.AROUND;
    }

    void reset() {
        kind = Kind.OTHER;
        hasLength = hasCoding = hasConnection = said = chunked = false;
        length = 0;
    }

    /** Content-Length stood in the block, its value may not be whole. */
    boolean hasLength() {
        return hasLength;
    }

    /** Transfer-Encoding stood in the block: the body is chunked. */
    boolean hasCoding() {
        return hasCoding;
    }

    /** Connection stood in the block. */
    boolean hasConnection() {
        return hasConnection;
    }

    /** The value of Content-Length, {@link Long#MAX_VALUE} where it is larger, 0 where there is none. */
    long length() {
        return length;
    }

    /** Content-Length must stand in the block and does not yet. */
    boolean lacksLength() {
        return grammar.length() == HeadGrammar.Length.REQUIRED && !hasLength;
    }

    /** A name ended with its colon: is its value read here? Looks at a name again only where its length is that of one of these. */
    boolean starts(ByteBuf in, int from, int to) {
        kind = kind(in, from, to);
        state = State.START;
        again = 0;
        alike = 0;
        boolean maybe = to - from == CONNECTION.length() && grammar.codings();
        hasConnection |= maybe && is(in, from, CONNECTION);
        return kind != Kind.OTHER;
    }

    /** Are these the bytes of a name whose value is read here? */
    boolean isOne(ByteBuf in, int from, int to) {
        return kind(in, from, to) != Kind.OTHER;
    }

    /** A name starts: of the one before nothing is known. */
    void nameStarts() {
        asked = 0;
    }

    private Kind kind(ByteBuf in, int from, int to) {
        if (to - from != asked) {
            asked = to - from;
            answer = kindOf(in, from, to);
        }
        return answer;
    }

    private Kind kindOf(ByteBuf in, int from, int to) {
        int n = to - from;
        if (n == CONTENT_LENGTH.length() && counts() && is(in, from, CONTENT_LENGTH)) return Kind.LENGTH;
        if (n == 1 && grammar.compact() && counts() && is(in, from, "l")) return Kind.LENGTH;
        boolean http = grammar.codings() || grammar.length() == HeadGrammar.Length.REFUSED;
        if (n == TRANSFER_ENCODING.length() && http && is(in, from, TRANSFER_ENCODING)) return Kind.CODING;
        return Kind.OTHER;
    }

    private boolean counts() {
        return grammar.length() != HeadGrammar.Length.IGNORED;
    }

    private static boolean is(ByteBuf in, int from, String name) {
        if (Examined.ON) Examined.add(name.length());
        return HeaderBytes.isAlike(in, from, name.length(), name);
    }

    /** May that field stand here? {@code minor}: of HTTP/1. Null: yes, else the mistake of its colon. */
    @Nullable
    String mistake(int minor) {
        if (grammar.length() == HeadGrammar.Length.REFUSED)
            return grammar.because("a field that says where the body ends may not stand here", "9110 6.5.1");
        if (kind == Kind.LENGTH) {
            if (hasCoding) return grammar.because("Content-Length beside Transfer-Encoding", "9112 6.3 item 3");
            if (hasLength && !grammar.allows(Leniency.REPEATED_LENGTH))
                return grammar.because("a second Content-Length", "9112 6.3 item 5");
            hasLength = true;
            return null;
        }
        if (hasLength) return grammar.because("Transfer-Encoding beside Content-Length", "9112 6.3 item 3");
        if (hasCoding) return grammar.because("a second Transfer-Encoding", "9112 6.1");
        if (minor == 0) return grammar.because("Transfer-Encoding in HTTP/1.0", "9112 6.1");
        hasCoding = true;
        return null;
    }

    /** The next byte of the value, no line end. Null: it is right, else what is missing is still what was missing before it. */
    @Nullable
    String take(int b) {
        return kind == Kind.LENGTH ? takeOfLength(b) : takeOfCoding(b);
    }

    private @Nullable String takeOfLength(int b) {
        boolean digit = HeaderBytes.isDigit(b);
        if (digit && state != State.AFTER) {
            if (said && !mayBecome(saturated(again, b - '0'), length))
                return grammar.because("two values of Content-Length", "9112 6.3 item 5");
            state = State.INSIDE;
            if (said) again = saturated(again, b - '0');
            else length = saturated(length, b - '0');
            return null;
        }
        if (state == State.INSIDE && (blanks && HeaderBytes.isBlank(b) || b == ',')) {
            String mistake = numberEnds();
            if (mistake != null) return mistake;
        }
        if (blanks && HeaderBytes.isBlank(b)) return null;
        if (b != ',' || state != State.AFTER || !grammar.allows(Leniency.REPEATED_LENGTH))
            return grammar.because(NO_NUMBER, "9112 6.3 item 5");
        state = State.START;
        again = 0;
        return null;
    }

    /** Are there digits that make the one number the other? */
    private static boolean mayBecome(long some, long number) {
        long leading = number;
        while (leading > some) leading /= 10;
        return leading == some;
    }

    private @Nullable String numberEnds() {
        if (said && again != length) return grammar.because("two values of Content-Length", "9112 6.3 item 5");
        state = State.AFTER;
        said = true;
        return null;
    }

    private @Nullable String takeOfCoding(int b) {
        if (HeaderBytes.isBlank(b)) return state == State.INSIDE ? codingEnds() : null;
        if (b == ',' && state != State.START) {
            if (state == State.INSIDE) {
                String mistake = codingEnds();
                if (mistake != null) return mistake;
            }
            if (chunked ? !grammar.allows(Leniency.EMPTY_CODINGS) : !grammar.allows(Leniency.OTHER_CODINGS))
                return grammar.because(NOT_LAST, "9112 6.1");
            state = State.START;
            return null;
        }
        if (b == ',')
            return grammar.allows(Leniency.EMPTY_CODINGS)
                    ? null
                    : grammar.because("an empty transfer coding", "9112 7");
        if (state == State.AFTER || !FieldBytes.isToken(b)) return grammar.because(NOT_CHUNKED, "9112 7");
        if (state == State.START) {
            if (chunked) return grammar.because(NOT_LAST, "9112 6.1");
            state = State.INSIDE;
            alike = 0;
        }
        boolean goesOn = alike >= 0 && alike < CHUNKED.length() && HeaderBytes.lower(b) == CHUNKED.charAt(alike);
        if (!goesOn && !grammar.allows(Leniency.OTHER_CODINGS)) return grammar.because(NOT_CHUNKED, "9112 7");
        alike = goesOn ? alike + 1 : -1;
        return null;
    }

    private @Nullable String codingEnds() {
        if (alike != CHUNKED.length() && !grammar.allows(Leniency.OTHER_CODINGS))
            return grammar.because(NOT_CHUNKED, "9112 7");
        state = State.AFTER;
        chunked = alike == CHUNKED.length();
        return null;
    }

    /** The line ends. Null: the value is right. */
    @Nullable
    String ends() {
        if (kind == Kind.LENGTH) {
            String mistake = state == State.INSIDE ? numberEnds() : null;
            return state == State.START ? grammar.because(NO_NUMBER, "9112 6.3 item 5") : mistake;
        }
        boolean inside = state == State.INSIDE;
        boolean last = inside ? alike == CHUNKED.length() : chunked;
        boolean empty = state == State.START && !(chunked && grammar.allows(Leniency.EMPTY_CODINGS));
        if (inside && !last && !grammar.allows(Leniency.OTHER_CODINGS)) return grammar.because(NOT_CHUNKED, "9112 7");
        if (empty || !last) return grammar.because(empty ? "an empty transfer coding" : NOT_LAST, "9112 6.3 item 4");
        return inside ? codingEnds() : null;
    }

    /** Bytes of the value that are missing at least before its line may end. */
    int rest() {
        if (kind == Kind.LENGTH) return state == State.AFTER ? 0 : restOfNumber();
        if (chunked) return 0;
        return switch (state) {
            case START -> CHUNKED.length();
            case INSIDE -> alike >= 0 ? CHUNKED.length() - alike : 1 + CHUNKED.length();
            case AFTER -> 1 + CHUNKED.length();
        };
    }

    private int restOfNumber() {
        int digits = 0;
        if (said) for (long number = length; number > again; number /= 10) digits++; // it must become the same
        return state == State.START ? Math.max(1, digits) : digits;
    }

    private static long saturated(long number, int digit) {
        return number > (Long.MAX_VALUE - digit) / 10 ? Long.MAX_VALUE : number * 10 + digit;
    }
}
