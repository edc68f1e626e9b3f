package dev.framing.codec;

import dev.framing.codec.HttpReference.Message;
import io.vavr.control.Option;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Reads one message by recursive descent, see {@link HttpReference}.
 *
 * <p>Wherever another byte is needed stands how the line could end soonest ({@code next("0\r\n")}): what the message has at least, if
 * the bytes end there, follows from that, and with it every limit.
 */
final class HttpMessageReader {
    static final class Malformed extends RuntimeException {
        final int position;

        Malformed(int position) {
            super(null, null, false, false);
            this.position = position;
        }
    }

    static final class TooLong extends RuntimeException {
        TooLong() {
            super(null, null, false, false);
        }
    }

    static final class Short extends RuntimeException {
        final long leastHead;
        final long least;

        Short(long leastHead, long least) {
            super(null, null, false, false);
            this.leastHead = leastHead;
            this.least = least;
        }
    }

    /** The fields that say where the body ends. */
    private static final List<String> FRAMING = List.of("content-length", "transfer-encoding");

    private enum Section {
        HEAD,
        BODY,
        CHUNK_LINE,
        TRAILER
    }

    private final HttpRules rules;
    private final boolean requests;
    private final byte[] s;
    private final int start;
    private final int end;
    private final boolean ended;
    private final String method;
    private final boolean closed;
    /** The shortest line end. */
    private final String eol;

    int at;
    boolean interim;
    boolean closes;
    boolean finishes;

    private Section section = Section.HEAD;
    private int sectionStart;
    private int lineStart;
    /** The line is that which ends the section. */
    private boolean emptyLine;

    private int head = -1;
    private boolean old; // HTTP/1.0
    private boolean bodiless;
    private boolean chunked;
    private BigInteger length; // the Content-Length, as far as it was read
    private BigInteger chunk = BigInteger.ZERO;
    private final List<String> connection = new ArrayList<>();
    private final ByteArrayOutputStream payload = new ByteArrayOutputStream();

    HttpMessageReader(HttpReference of, byte[] s, int start, int end, boolean ended, String method, boolean closed) {
        rules = of.rules();
        requests = of.requests();
        this.s = s;
        this.start = start;
        this.end = end;
        this.ended = ended;
        this.method = method;
        this.closed = closed;
        eol = allows(Leniency.BARE_LF) ? "\n" : "\r\n";
        at = sectionStart = lineStart = start;
    }

    /** Only the end of the stream is here, or behind an empty line. Else one such line was read, or several if that is allowed. */
    boolean nothingMore() {
        if (at == end) return true;
        if (requests || closed) {
            for (int lines = 0; lines < 1 || !closed && allows(Leniency.LEADING_EMPTY_LINES); lines++) {
                if (s[at] != '\r' && (closed || s[at] != '\n' || !allows(Leniency.BARE_LF))) break;
                if (s[at++] == '\r') {
                    if (at == end) throw new Short(at - start, at - start);
                    if (s[at] != '\n') throw new Malformed(at);
                    at++;
                }
                if (at - start > rules.head()) throw new TooLong();
                if (at == end && (ended || closed)) return true;
                if (at == end) throw new Short(at - start, at - start);
            }
        }
        if (closed || method == null && !requests) throw new Malformed(at); // RFC 9112 9.6
        lineStart = at;
        return false;
    }

    Message message() {
        List<String> startLine = requests ? requestLine() : statusLine();
        List<String> fields = new ArrayList<>();
        while (!emptyLine()) fields.add(field(fields.size()));
        head = at - start;
        if (!interim && !finishes) closes = closes();
        Option<List<String>> trailers = Option.none();
        int tail = 0;
        section = Section.BODY;
        if (bodiless) {
            closes = closes && !interim;
        } else if (chunked) {
            chunks();
            int from = at;
            trailers = Option.of(trailers());
            tail = at - from;
        } else if (length != null) {
            if (length.compareTo(BigInteger.valueOf(end - at)) > 0) throw lacking(least(length));
            payload.write(s, at, length.intValue());
            at += length.intValue();
        } else if (!requests) {
            if (over(BigInteger.valueOf(end - at), rules.body())) throw new TooLong();
            if (!ended) throw lacking(end - start);
            payload.write(s, at, end - at);
            at = end;
        }
        return new Message(
                start, at - start, head, payload.toByteArray(), tail, startLine, List.copyOf(fields), trailers);
    }

    // -------------------------------------------------------------------------------------------- start lines

    /** method SP request-target SP HTTP-version CRLF (RFC 9112 3). */
    private List<String> requestLine() {
        String what = token(" / HTTP/1.1" + eol, "M");
        blank("/ HTTP/1.1" + eol);
        int from = at;
        do {
            int b = next((at == from ? "/" : "") + " HTTP/1.1" + eol);
            if (at > from && isBlank(b)) break;
            if (b <= ' ' || b >= 0x7F) throw new Malformed(at);
            at++;
        } while (true);
        String target = text(from, at);
        blank("HTTP/1.1" + eol);
        String version = version("");
        if (allows(Leniency.LOOSE_START_LINE)) skipBlanks(eol);
        lineEnd();
        finishes = what.equals("CONNECT"); // RFC 9110 9.3.6
        return List.of(what, target, version);
    }

    /** HTTP-version SP status-code SP [ reason-phrase ] CRLF (RFC 9112 4). */
    private List<String> statusLine() {
        String version = version(allows(Leniency.LOOSE_START_LINE) ? " 200" : " 200 ");
        String end = allows(Leniency.LOOSE_START_LINE) ? eol : " " + eol;
        blank("200" + end);
        int from = at;
        for (int i = 0; i < 3; i++) {
            int b = next("200".substring(i) + end);
            if (i == 0 ? b < '1' || b > '5' : !isDigit(b)) throw new Malformed(at);
            at++;
        }
        String status = text(from, at);
        boolean loose = allows(Leniency.LOOSE_START_LINE);
        int behind = next(end);
        boolean blank = behind == ' ' || loose && behind == '\t';
        if (!blank && !loose) throw new Malformed(at);
        if (blank) at++;
        from = at;
        while (blank && isText(next(eol))) at++;
        String reason = text(from, at);
        lineEnd();
        boolean connected = method.equals("CONNECT") && status.startsWith("2");
        finishes = status.equals("101") || connected;
        interim = status.startsWith("1") && !finishes;
        bodiless = connected
                || method.equals("HEAD")
                || status.startsWith("1")
                || status.equals("204")
                || status.equals("304");
        return List.of(version, status, reason);
    }

    /** "HTTP/1." DIGIT; a minor version above 1 is that of a newer peer that speaks 1.1 (RFC 9110 2.5). */
    private String version(String more) {
        int from = at;
        for (String rest = "HTTP/1.1"; !rest.isEmpty(); rest = rest.substring(1)) {
            int b = next(rest + more + eol);
            if (rest.length() == 1 ? !isDigit(b) : b != rest.charAt(0)) throw new Malformed(at);
            at++;
        }
        old = s[at - 1] == '0';
        return text(from, at);
    }

    /** Between two parts. */
    private void blank(String rest) {
        int b = next(" " + rest);
        boolean loose = allows(Leniency.LOOSE_START_LINE);
        if (loose ? !isBlank(b) : b != ' ') throw new Malformed(at);
        at++;
        if (loose) skipBlanks(rest);
    }

    // -------------------------------------------------------------------------------------------- fields

    /** field-name ":" OWS field-value OWS CRLF (RFC 9112 5), in the head or among the trailers. */
    private String field(int before) {
        int b = next(eol);
        if (isToken(b) && before == rules.fields()) throw new TooLong();
        boolean framing = section == Section.HEAD || !allows(Leniency.FRAMING_TRAILERS);
        int from = at;
        while (isToken(b)) {
            at++;
            boolean longer = framing && FRAMING.contains(lower(text(from, at)));
            b = next((longer ? "x:" : ":") + eol);
        }
        String name = text(from, at);
        if (b != ':' || at == from || framing && !mayStand(lower(name))) throw new Malformed(at);
        at++;
        if (section == Section.HEAD && name.equalsIgnoreCase("transfer-encoding")) return name + ": " + codings();
        if (section == Section.HEAD && name.equalsIgnoreCase("content-length")) return name + ": " + count();
        from = at;
        while (isText(next(eol)) || allows(Leniency.CONTROL_BYTES) && s[at] != 0 && s[at] != '\r' && s[at] != '\n')
            at++;
        String value = trimmed(text(from, at));
        lineEnd();
        if (section == Section.HEAD && name.equalsIgnoreCase("connection"))
            for (String option : value.split(",", -1)) connection.add(lower(trimmed(option)));
        return name + ": " + value;
    }

    /** May a field of this name come, after the others? RFC 9112 6.1, 6.3; RFC 9110 6.5.1. */
    private boolean mayStand(String name) {
        return switch (name) {
            case "content-length" ->
                section == Section.HEAD && !chunked && (length == null || allows(Leniency.REPEATED_LENGTH));
            case "transfer-encoding" -> section == Section.HEAD && !chunked && length == null && !old;
            default -> true;
        };
    }

    /** 1*DIGIT (RFC 9112 6.2), or a list of them, all the same number. */
    private String count() {
        BigInteger first = length;
        skipBlanks((first == null ? "0" : first) + eol);
        int from = at;
        int to;
        for (; ; ) {
            int digits = at;
            BigInteger number = BigInteger.ZERO;
            for (; ; ) {
                int b = next((at == digits ? first == null ? "0" : first : rest(first, number)) + eol);
                if (!isDigit(b)) break;
                number = number.multiply(BigInteger.TEN).add(BigInteger.valueOf(b - '0'));
                if (first == null) length = number;
                else if (!(first.toString().startsWith(number.toString()) || number.signum() == 0))
                    throw new Malformed(at);
                at++;
            }
            if (at == digits || !number.equals(length)) throw new Malformed(at);
            first = number;
            to = at;
            boolean list = allows(Leniency.REPEATED_LENGTH);
            skipBlanks(eol);
            if (!list || next(eol) != ',') break;
            at++;
            skipBlanks(first + eol);
        }
        lineEnd();
        return text(from, to);
    }

    /** The digits that are missing. */
    private static String rest(BigInteger whole, BigInteger some) {
        if (whole == null) return "";
        if (some.signum() == 0) return whole.signum() == 0 ? "" : whole.toString();
        return whole.toString().substring(some.toString().length());
    }

    /** "chunked" (RFC 9112 6.1, 7), or a list of codings that ends with it. */
    private String codings() {
        chunked = true;
        skipBlanks("chunked" + eol);
        int from = at;
        boolean done = false;
        for (; ; ) {
            // an element, empty or not
            int element = at;
            while (true) {
                String word = lower(text(element, at));
                String rest = done ? "" : "chunked".startsWith(word) ? "chunked".substring(word.length()) : ",chunked";
                int b = next(rest + eol);
                boolean right = !done && (allows(Leniency.OTHER_CODINGS) ? isToken(b) : isNext(b, rest));
                if (!right) break;
                at++;
            }
            String word = lower(text(element, at));
            if (word.isEmpty()) {
                if (!allows(Leniency.EMPTY_CODINGS)) throw new Malformed(at);
            } else if (word.equals("chunked")) {
                done = true;
            } else if (!allows(Leniency.OTHER_CODINGS)) {
                throw new Malformed(at);
            }
            int to = at;
            skipBlanks((done ? "" : ",chunked") + eol);
            boolean more = allows(Leniency.EMPTY_CODINGS) || allows(Leniency.OTHER_CODINGS) && !done;
            if (more && next((done ? "" : ",chunked") + eol) == ',') {
                at++;
                skipBlanks((done ? "" : "chunked") + eol);
                continue;
            }
            if (!done) throw new Malformed(at);
            lineEnd();
            return trimmed(text(from, Math.max(to, from)));
        }
    }

    private boolean isNext(int b, String rest) {
        return !rest.isEmpty() && rest.charAt(0) != ',' && lower(b) == rest.charAt(0);
    }

    // -------------------------------------------------------------------------------------------- body

    /** chunk-size [ chunk-ext ] CRLF, so many bytes, CRLF; up to a chunk of none (RFC 9112 7.1). */
    private void chunks() {
        for (; ; ) {
            section = Section.CHUNK_LINE;
            sectionStart = lineStart = at;
            chunk = BigInteger.ZERO;
            int from = at;
            for (; ; at++) {
                int digit = Character.digit(ascii(next(at == from ? "0\r\n" : "\r\n")), 16);
                if (digit < 0) break;
                chunk = chunk.shiftLeft(4).add(BigInteger.valueOf(digit));
            }
            if (at == from) throw new Malformed(at);
            extensions();
            if (next("\r\n") != '\r') throw new Malformed(at);
            at++;
            if (next("\n") != '\n') throw new Malformed(at);
            at++;
            checkLimits("");
            int n = chunk.min(BigInteger.valueOf(Integer.MAX_VALUE)).intValue();
            section = Section.BODY;
            if (n == 0) return;
            int there = Math.min(n, end - at);
            if (there < n) throw lacking(least(chunk.add(BigInteger.valueOf(2 + 3 + eol.length()))));
            payload.write(s, at, n);
            at += n;
            for (String lineEnd = "\r\n"; !lineEnd.isEmpty(); lineEnd = lineEnd.substring(1)) {
                if (at == end) throw lacking(at - start + lineEnd.length() + 3L + eol.length());
                if (s[at] != lineEnd.charAt(0)) throw new Malformed(at);
                at++;
            }
        }
    }

    /** *( BWS ";" BWS token [ BWS "=" BWS ( token / quoted-string ) ] ) (RFC 9112 7.1.1); BWS only where that is allowed. */
    private void extensions() {
        boolean blanks = allows(Leniency.SPACE_IN_EXTENSION);
        boolean behindSize = true;
        for (; ; behindSize = false) {
            boolean mayEnd = behindSize && allows(Leniency.SPACE_AFTER_CHUNK_SIZE);
            int from = at;
            if (blanks || mayEnd) {
                String more = mayEnd ? "\r\n" : ";a\r\n";
                while (isBlank(next(at == from ? "\r\n" : more))) at++;
            }
            boolean blank = at > from;
            if (next("\r\n") != ';') {
                if (blank && !mayEnd) throw new Malformed(at);
                return;
            }
            if (blank && !blanks) throw new Malformed(at);
            at++;
            if (blanks) skipBlanks("a\r\n");
            token("\r\n", "a");
            int name = at;
            if (blanks) skipBlanks(";a\r\n");
            if (next(at == name ? "\r\n" : ";a\r\n") != '=') {
                at = name;
                continue;
            }
            at++;
            if (blanks) skipBlanks("a\r\n");
            tokenOrQuoted("\r\n");
        }
    }

    private List<String> trailers() {
        section = Section.TRAILER;
        sectionStart = lineStart = at;
        List<String> trailers = new ArrayList<>();
        while (!emptyLine()) trailers.add(field(trailers.size()));
        return List.copyOf(trailers);
    }

    // -------------------------------------------------------------------------------------------- words

    private String token(String rest, String shortest) {
        int from = at;
        while (isToken(next((at == from ? shortest : "") + rest))) at++;
        if (at == from) throw new Malformed(at);
        return text(from, at);
    }

    private void tokenOrQuoted(String rest) {
        if (next("a" + rest) != '"') {
            token(rest, "a");
            return;
        }
        at++;
        for (int b = next("\"" + rest); b != '"'; b = next("\"" + rest)) {
            if (b == '\\') {
                at++;
                b = next("a\"" + rest);
            }
            if (!isText(b)) throw new Malformed(at);
            at++;
        }
        at++;
    }

    private void skipBlanks(String rest) {
        while (isBlank(next(rest))) at++;
    }

    // -------------------------------------------------------------------------------------------- lines, limits

    /** Is here the line that ends head or trailers? Then it was read. */
    private boolean emptyLine() {
        emptyLine = true;
        int b = next(eol);
        if (b == '\r' || b == '\n') {
            lineEnd();
            return true;
        }
        emptyLine = false;
        return false;
    }

    private void lineEnd() {
        if (next(eol) != '\n' || !allows(Leniency.BARE_LF)) {
            if (s[at] != '\r') throw new Malformed(at);
            at++;
            if (next("\n") != '\n') throw new Malformed(at);
        }
        at++;
        checkLimits("");
        lineStart = at;
    }

    /** The byte that is here. {@code rest}: how the line could end soonest if there is none. */
    private int next(String rest) {
        if (at < end) return s[at] & 0xFF;
        checkLimits(rest);
        long least = least(BigInteger.valueOf(rest.length() + behindTheLine()));
        throw lacking(section == Section.HEAD ? least + leastBody() : least);
    }

    /** The line, {@code rest} behind what was read of it, and the shortest that can come then. */
    private void checkLimits(String rest) {
        long line = (long) at - lineStart + rest.length();
        long all = (long) at - sectionStart + rest.length() + (emptyLine ? 0 : eol.length());
        switch (section) {
            case HEAD -> {
                if (line > rules.line() || all > rules.head()) throw new TooLong();
                if (!bodiless && length != null && over(length, rules.body())) throw new TooLong();
            }
            case CHUNK_LINE -> {
                if (line > rules.chunkLine()) throw new TooLong();
                if (over(chunk.add(BigInteger.valueOf(payload.size())), rules.body())) throw new TooLong();
            }
            case TRAILER -> {
                if (line > rules.line() || all > rules.trailer()) throw new TooLong();
            }
            case BODY -> {}
        }
    }

    private long behindTheLine() {
        if (section != Section.CHUNK_LINE) return emptyLine ? 0 : eol.length();
        if (chunk.signum() == 0) return eol.length();
        return least(chunk.add(BigInteger.valueOf(2 + 3 + eol.length()))) - (at - start);
    }

    private long leastBody() {
        if (bodiless) return 0;
        if (chunked) return 3L + eol.length();
        return length == null
                ? 0
                : length.min(BigInteger.valueOf(Long.MAX_VALUE / 2)).longValue();
    }

    /** Bytes of the message that are here, and so many more. */
    private long least(BigInteger more) {
        return more.add(BigInteger.valueOf(at - start))
                .min(BigInteger.valueOf(Long.MAX_VALUE / 2))
                .longValue();
    }

    private Short lacking(long least) {
        return new Short(head >= 0 ? head : Math.min(least - leastBody(), least), least);
    }

    private static boolean over(BigInteger number, long limit) {
        return number.compareTo(BigInteger.valueOf(limit)) > 0;
    }

    /** RFC 9112 9.3. */
    private boolean closes() {
        return connection.contains("close") || old && !connection.contains("keep-alive");
    }

    private boolean allows(Leniency what) {
        return rules.allows(what);
    }

    private String text(int from, int to) {
        return HeaderTold.text(Arrays.copyOfRange(s, from, to));
    }

    // ------------------------------------------------------------------------------------------------ bytes

    private static boolean isToken(int b) {
        return Character.isLetterOrDigit(ascii(b)) || b > 0 && "!#$%&'*+-.^_`|~".indexOf(b) >= 0;
    }

    /** HTAB, SP, VCHAR, obs-text. */
    private static boolean isText(int b) {
        return b == '\t' || b >= ' ' && b != 0x7F;
    }

    private static boolean isBlank(int b) {
        return b == ' ' || b == '\t';
    }

    private static boolean isDigit(int b) {
        return b >= '0' && b <= '9';
    }

    /** The character, or one that is nothing where it is none of ASCII. */
    private static char ascii(int b) {
        return b < 0x80 ? (char) b : 0;
    }

    private static char lower(int b) {
        return Character.toLowerCase(ascii(b));
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    private static String trimmed(String text) {
        return text.replaceAll("^[ \t]+|[ \t]+\\z", "");
    }
}
