package dev.framing.codec;

import dev.framing.codec.HeaderFramed.Lines;
import java.util.Set;

/**
 * What a header block looks like and how long it may be: all that {@link HeadScanner} knows of its format.
 *
 * @param start its first line
 * @param version the protocol's name and version in that line, "#" for a digit
 * @param topStatus the first digit of the highest status
 * @param leadingLines empty lines that may stand before the start line and count to the block
 * @param lines how its lines end
 * @param blanks which whitespace around a value is no part of it
 * @param bytes which bytes may stand in names and values
 * @param folded a value may go on in a line that begins with whitespace
 * @param spaced whitespace may stand before the colon
 * @param bareNames a line without colon is a name without value, and a name may be empty
 * @param leastFields fields that there must be
 * @param length what is made of Content-Length
 * @param compact {@code l} is Content-Length too
 * @param codings Transfer-Encoding says that the body is chunked
 * @param cites reasons name the section of RFC 9112 or 9110
 * @param maxHead bytes of the block, its empty line included
 * @param maxLine bytes of one line, its end included
 * @param maxFields fields
 * @param allowed what is let pass
 */
record HeadGrammar(
        StartLine.Form start,
        String version,
        char topStatus,
        int leadingLines,
        Lines lines,
        Blanks blanks,
        FieldBytes bytes,
        boolean folded,
        boolean spaced,
        boolean bareNames,
        int leastFields,
        Length length,
        boolean compact,
        boolean codings,
        boolean cites,
        int maxHead,
        int maxLine,
        int maxFields,
        Set<Leniency> allowed) {

    /** What is made of Content-Length. */
    enum Length {
        /** A field like any other. */
        IGNORED,
        /** It may be missing. */
        OPTIONAL,
        /** A block without it is malformed. */
        REQUIRED,
        /** It may not stand here: it is written by the encoder, or means nothing behind a body. */
        REFUSED
    }

    /** Which whitespace around a value is no part of it. */
    enum Blanks {
        /** SP and HTAB on either side. */
        AROUND,
        /** One SP before it. */
        ONE_BEFORE,
        /** None is. */
        NONE
    }

    private static final String HTTP = "HTTP/1.#";

    /** RFC 9112 2 to 6 for requests or responses. */
    static HeadGrammar http(HttpRules rules, StartLine.Form start) {
        int leading =
                start == StartLine.Form.STATUS ? 0 : rules.allows(Leniency.LEADING_EMPTY_LINES) ? Integer.MAX_VALUE : 1;
        return new HeadGrammar(
                start,
                HTTP,
                '5',
                leading,
                rules.allows(Leniency.BARE_LF) ? Lines.LF : Lines.CRLF,
                Blanks.AROUND,
                rules.allows(Leniency.CONTROL_BYTES) ? FieldBytes.LOOSE : FieldBytes.HTTP,
                false,
                false,
                false,
                0,
                Length.OPTIONAL,
                false,
                true,
                true,
                rules.head(),
                rules.line(),
                rules.fields(),
                rules.allowed());
    }

    /** RFC 9112 7.1.2: the fields behind a chunked body. */
    static HeadGrammar trailers(HttpRules rules) {
        boolean framing = rules.allows(Leniency.FRAMING_TRAILERS);
        HeadGrammar head = http(rules, StartLine.Form.NONE);
        return new HeadGrammar(
                StartLine.Form.NONE,
                "",
                '0',
                0,
                head.lines,
                head.blanks,
                head.bytes,
                false,
                false,
                false,
                0,
                framing ? Length.IGNORED : Length.REFUSED,
                false,
                false,
                true,
                rules.trailer(),
                rules.line(),
                rules.fields(),
                rules.allowed());
    }

    /** Header blocks as {@link HeaderFramed} describes them. */
    static HeadGrammar of(HeaderFramed codec) {
        HeaderFramed.Style style = codec.style();
        boolean event = style == HeaderFramed.Style.EVENT;
        boolean stomp = style == HeaderFramed.Style.STOMP;
        return new HeadGrammar(
                codec.start(),
                codec.version(),
                '6',
                0,
                codec.lines(),
                event ? Blanks.ONE_BEFORE : stomp ? Blanks.NONE : Blanks.AROUND,
                event ? FieldBytes.EVENT : stomp ? FieldBytes.STOMP : FieldBytes.HTTP,
                codec.isFolded(),
                codec.isSpaced(),
                event,
                codec.start() == StartLine.Form.NONE ? 1 : 0,
                switch (codec.body()) {
                    case CONTENT_LENGTH -> Length.REQUIRED;
                    case CONTENT_LENGTH_OPTIONAL, NUL -> Length.OPTIONAL;
                    case CHUNKED, UNTIL_CLOSE, NONE -> Length.IGNORED;
                },
                codec.isCompact(),
                false,
                false,
                codec.head(),
                codec.line(),
                codec.fields(),
                Set.of());
    }

    /** The fields of a part of a multipart body: RFC 2046 5.1, of which there may be none. */
    static HeadGrammar ofParts(int head, int line, int fields) {
        return new HeadGrammar(
                StartLine.Form.NONE,
                "",
                '0',
                0,
                Lines.CRLF,
                Blanks.AROUND,
                FieldBytes.HTTP,
                true,
                false,
                false,
                0,
                Length.IGNORED,
                false,
                false,
                false,
                head,
                line,
                fields,
                Set.of());
    }

    /** The fields of a NATS message, of which there may be none. */
    static HeadGrammar ofNats(int head, int fields) {
        return new HeadGrammar(
                StartLine.Form.NONE,
                "",
                '0',
                0,
                Lines.CRLF,
                Blanks.AROUND,
                FieldBytes.NATS,
                false,
                false,
                false,
                0,
                Length.IGNORED,
                false,
                false,
                false,
                head,
                head,
                fields,
                Set.of());
    }

    /** The same where Content-Length and Transfer-Encoding are written by the encoder: they may not stand here. */
    HeadGrammar withoutFraming(int moreHead, int moreFields) {
        return new HeadGrammar(
                start,
                version,
                topStatus,
                0,
                lines,
                blanks,
                bytes,
                folded,
                spaced,
                bareNames,
                0,
                length == Length.IGNORED ? Length.IGNORED : Length.REFUSED,
                compact,
                codings,
                cites,
                maxHead - moreHead,
                maxLine,
                maxFields - moreFields,
                allowed);
    }

    /** The mistake as it is told: with the section that forbids it, where the format is that of these RFCs. */
    String because(String mistake, String section) {
        return cites && !section.isEmpty() ? mistake + " (RFC " + section + ")" : mistake;
    }

    boolean allows(Leniency what) {
        return allowed.contains(what);
    }

    /** Bytes of the shortest line end. */
    int lineEnd() {
        return lines == Lines.CRLF ? 2 : 1;
    }

    /** Bytes of the shortest start line, its end included. */
    int leastStart() {
        int version = this.version.length();
        return switch (start) {
            case NONE -> 0;
            case COMMAND -> 1 + lineEnd();
            case REQUEST -> 4 + version + lineEnd(); // M SP T SP
            case STATUS -> version + leastStatus() + lineEnd();
            case MESSAGE -> version + 4 + lineEnd();
        };
    }

    /** Bytes of a status line behind the version, at least: SP, three digits, SP. */
    int leastStatus() {
        return allows(Leniency.LOOSE_START_LINE) ? 4 : 5;
    }
}
