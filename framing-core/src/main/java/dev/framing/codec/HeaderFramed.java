package dev.framing.codec;

import dev.framing.FrameCodec;
import dev.framing.FrameDecoder;
import dev.framing.FrameEncoder;
import io.vavr.collection.List;
import io.vavr.collection.Seq;
import io.vavr.control.Validation;
import java.util.Objects;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Frames led by a block of header fields that says where the body ends.
 *
 * <pre>
 *   | Content-Length: 2 CR LF | Content-Type: text/plain CR LF | CR LF | { } |
 *   '-- field ----------------'-- field -----------------------' empty '     '
 *   '------------------------------ head ----------------------- line -'- payload
 * </pre>
 *
 * The Language Server Protocol and the Debug Adapter Protocol: {@link #contentLength()}. SIP, RTSP, STOMP, server-sent events and others
 * are configurations, see {@link dev.framing.protocol.Protocols}; HTTP/1.1 has rules of its own, see {@link HttpRequests} and
 * {@link HttpResponses}. Start line and fields are told with the frame: {@code frame.detail(Headers.class)}, see {@link Headers}.
 *
 * <p><b>Grammar</b>: that of RFC 9112 section 5 unless a {@link Style} says otherwise, and nothing more lenient. A bare LF or CR, a
 * folded line, whitespace before the colon, a name that is no token, a line without colon, a control byte in a value are malformed.
 * Content-Length is one number in ASCII digits, once; leading zeros are accepted, its name in any case. At least one field where there
 * is no start line.
 *
 * <p><b>Limits</b>: {@code max} bytes for the whole frame, {@code head} bytes for the block, {@code line} bytes for each line of it,
 * {@code fields} fields, {@code content} bytes for the body, and where that is chunked {@code chunkLine} and {@code trailer}. More is {@link dev.framing.FramingError.FrameTooLong}, told at the first byte that makes it certain; all but
 * the first are final whatever {@link dev.framing.Oversize} says.
 *
 * <p><b>Encoder</b>: writes Content-Length itself, one that may be missing where there is a payload. Its {@code head} is the start line
 * and further fields, {@code Name: value CR LF} each, or empty; what this grammar would refuse, or a second Content-Length, is an {@link
 * IllegalArgumentException}. See {@link Head}. Where empty lines are let pass, a head of nothing but them, without payload, is written
 * as it is: heart-beats, the answer to a ping.
 */
public final class HeaderFramed implements FrameCodec {
    /** Whole frame. A client of a language server sends whole source files and gets answers of several megabytes. */
    public static final int DEFAULT_MAX = 16 << 20;
    /** Header block: what Tomcat and Netty grant to an HTTP request by default; LSP and DAP need below 100 bytes. */
    public static final int DEFAULT_HEAD = 8 << 10;
    /** Fields of a block: what Apache httpd and Tomcat grant by default. */
    public static final int DEFAULT_FIELDS = 100;

    /** {@code 0 CR LF} */
    private static final int SHORTEST_CHUNK_LINE = 3;

    /** How the block says where the body ends. */
    public enum Body {
        /** Content-Length, in bytes; a block without it is malformed. */
        CONTENT_LENGTH("content-length"),
        /** Content-Length, in bytes; a block without it has no body. */
        CONTENT_LENGTH_OPTIONAL("content-length?"),
        /** Content-Length and a NUL behind so many bytes, or, without it, the first NUL. STOMP 1.2, Body. */
        NUL("nul"),
        /** Chunks, always. RFC 9112 7.1, strict. */
        CHUNKED("chunked"),
        /** All that comes until the stream ends. */
        UNTIL_CLOSE("until-close"),
        /** There is none. */
        NONE("none");

        private final String text;

        Body(String text) {
            this.text = text;
        }

        /** The word of the text form. */
        @Override
        public String toString() {
            return text;
        }
    }

    /** How the lines of the block end. */
    public enum Lines {
        /** With CR LF. */
        CRLF("crlf"),
        /** With LF, or CR LF. STOMP 1.2, NATS. */
        LF("lf"),
        /** With CR, LF, or CR LF: behind a CR the next byte must be seen. Server-sent events. */
        ANY("any");

        private final String text;

        Lines(String text) {
            this.text = text;
        }

        /** The word of the text form. */
        @Override
        public String toString() {
            return text;
        }
    }

    /** Which bytes may stand in names and values, and which whitespace belongs to a value. */
    public enum Style {
        /** Names are tokens; whitespace around a value is no part of it; no control bytes. RFC 9112 5. */
        INTERNET("internet"),
        /** Anything but CR, LF and NUL; whitespace belongs to the value; escapes are left as they are. STOMP 1.2, Value Encoding. */
        STOMP("stomp"),
        /** Anything but CR and LF; one SP before the value is no part of it; a line without colon is a name; a comment has none. HTML 9.2.6. */
        EVENT("event");

        private final String text;

        Style(String text) {
            this.text = text;
        }

        /** The word of the text form. */
        @Override
        public String toString() {
            return text;
        }
    }

    /** What empty lines between two frames are. */
    public enum EmptyLines {
        /** Malformed. */
        REFUSED("refused"),
        /** Nothing: fill, heart-beats. They begin no frame. */
        DROPPED("dropped"),
        /**
         * The same, and two in a row are a keep-alive that wants an answer: told as a frame of nothing but a tail, the second line's end. RFC
         * 5626 3.5.1.
         */
        PINGS("pings");

        private final String text;

        EmptyLines(String text) {
            this.text = text;
        }

        /** The word of the text form. */
        @Override
        public String toString() {
            return text;
        }
    }

    private final StartLine.Form start;
    private final String version;
    private final Body body;
    private final Lines lines;
    private final Style style;
    private final EmptyLines emptyLines;
    private final boolean compact;
    private final boolean folded;
    private final boolean spaced;
    private final int max;
    private final int head;
    private final int line;
    private final int fields;
    private final long content;
    private final int chunkLine;
    private final int trailer;

    private HeaderFramed(Builder b) {
        start = b.start;
        version = b.version;
        body = b.body;
        lines = b.lines;
        style = b.style;
        emptyLines = b.emptyLines;
        compact = b.compact;
        folded = b.folded;
        spaced = b.spaced;
        max = b.max;
        head = b.headOrDefault();
        line = b.lineOrDefault();
        fields = b.fields;
        content = b.content;
        chunkLine = b.chunkLine == null ? defaultChunkLine(max) : b.chunkLine;
        trailer = b.trailer == null ? head : b.trailer;
    }

    /** Content-Length required, default limits: LSP and DAP. */
    public static HeaderFramed contentLength() {
        return builder().build();
    }

    /** Everything that can be chosen; starts as {@link #contentLength()}. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts as this. */
    public Builder toBuilder() {
        Builder b = new Builder();
        b.start = start;
        b.version = version;
        b.body = body;
        b.lines = lines;
        b.style = style;
        b.emptyLines = emptyLines;
        b.compact = compact;
        b.folded = folded;
        b.spaced = spaced;
        b.max = max;
        b.head = head == defaultHead(max, body) ? null : head;
        b.line = line == head ? null : line;
        b.fields = fields;
        b.content = content;
        b.chunkLine = chunkLine == defaultChunkLine(max) ? null : chunkLine;
        b.trailer = trailer == head ? null : trailer;
        return b;
    }

    @Override
    public FrameDecoder newDecoder() {
        return MessageDecoder.of(this);
    }

    @Override
    public FrameEncoder newEncoder() {
        return new HeaderEncoder(this);
    }

    @Override
    public int maxFrameLength() {
        return max;
    }

    /** What the first line of a block is. */
    public StartLine.Form start() {
        return start;
    }

    /** The protocol's name and version in the start line, "#" for a digit; empty where there is none. */
    public String version() {
        return version;
    }

    /** How the block says where the body ends. */
    public Body body() {
        return body;
    }

    /** How the lines of the block end. */
    public Lines lines() {
        return lines;
    }

    /** Which bytes may stand in names and values. */
    public Style style() {
        return style;
    }

    /** What empty lines between two frames are. */
    public EmptyLines emptyLines() {
        return emptyLines;
    }

    /** {@code l} is Content-Length too. */
    public boolean isCompact() {
        return compact;
    }

    /** A value may go on in lines that begin with whitespace. */
    public boolean isFolded() {
        return folded;
    }

    /** Whitespace may stand before the colon of a field. */
    public boolean isSpaced() {
        return spaced;
    }

    /** Most bytes of the header block, its empty line included. */
    public int head() {
        return head;
    }

    /** Most bytes of a line of the header block, its end included. */
    public int line() {
        return line;
    }

    /** Most fields of the header block. */
    public int fields() {
        return fields;
    }

    /** Most bytes of a body, chunks joined; {@link Long#MAX_VALUE}: as many as {@link #maxFrameLength()} leaves. */
    public long content() {
        return content;
    }

    /** Where bodies are chunked: most bytes of a chunk's size and extensions, CR LF included. */
    public int chunkLine() {
        return chunkLine;
    }

    /** Where bodies are chunked: most bytes of the trailers, the empty line behind them included. */
    public int trailer() {
        return trailer;
    }

    /** The limits of the body. */
    HttpRules rules() {
        return new HttpRules(max, head, line, fields, content, chunkLine, trailer, Set.of());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof HeaderFramed o && key().equals(o.key());
    }

    @Override
    public int hashCode() {
        return key().hashCode();
    }

    private List<Object> key() {
        return List.of(
                start,
                version,
                body,
                lines,
                style,
                emptyLines,
                compact,
                folded,
                spaced,
                max,
                head,
                line,
                fields,
                content,
                chunkLine,
                trailer);
    }

    /** The text form: {@code headers(body=content-length, max=1m)}, with the others where they are no defaults. */
    @Override
    public String toString() {
        StringJoiner text = new StringJoiner(", ", "headers(", ")");
        if (start != StartLine.Form.NONE) text.add("start=" + start);
        if (!version.isEmpty()) text.add("version=" + TextForm.quoted(version));
        text.add("body=" + body);
        if (lines != Lines.CRLF) text.add("lines=" + lines);
        if (style != Style.INTERNET) text.add("style=" + style);
        if (emptyLines != EmptyLines.REFUSED) text.add("empty=" + emptyLines);
        if (compact) text.add("compact");
        if (folded) text.add("folded");
        if (spaced) text.add("spaced");
        text.add("max=" + TextForm.size(max));
        if (head != defaultHead(max, body)) text.add("head=" + TextForm.size(head));
        if (line != head) text.add("line=" + TextForm.size(line));
        if (fields != DEFAULT_FIELDS) text.add("fields=" + fields);
        if (content != Long.MAX_VALUE) text.add("content=" + TextForm.size(content));
        if (chunkLine != defaultChunkLine(max)) text.add("chunk-line=" + TextForm.size(chunkLine));
        if (trailer != head) text.add("trailer=" + TextForm.size(trailer));
        return text.toString();
    }

    private static int defaultChunkLine(int max) {
        return Math.min(HttpRequests.DEFAULT_CHUNK_LINE, max);
    }

    private static int defaultHead(int max, Body body) {
        return body == Body.NONE ? max : Math.min(DEFAULT_HEAD, max);
    }

    /** Chooses grammar, body rule and limits. */
    public static final class Builder {
        private StartLine.Form start = StartLine.Form.NONE;
        private String version = "";
        private Body body = Body.CONTENT_LENGTH;
        private Lines lines = Lines.CRLF;
        private Style style = Style.INTERNET;
        private EmptyLines emptyLines = EmptyLines.REFUSED;
        private boolean compact;
        private boolean folded;
        private boolean spaced;
        private int max = DEFAULT_MAX;
        private @Nullable Integer head;
        private @Nullable Integer line;
        private int fields = DEFAULT_FIELDS;
        private long content = Long.MAX_VALUE;
        private @Nullable Integer chunkLine;
        private @Nullable Integer trailer;

        private Builder() {}

        /** What the first line of a block is; none unless said otherwise. */
        public Builder start(StartLine.Form form) {
            start = Objects.requireNonNull(form, "start");
            return this;
        }

        /** The protocol's name and version in a request or status line, "#" for a digit: {@code "SIP/2.0"}, {@code "RTSP/#.#"}. */
        public Builder version(String pattern) {
            version = Objects.requireNonNull(pattern, "version");
            return this;
        }

        /** How the block says where the body ends. */
        public Builder body(Body rule) {
            body = Objects.requireNonNull(rule, "body");
            return this;
        }

        /** How the lines of the block end; with CR LF unless said otherwise. */
        public Builder lines(Lines end) {
            lines = Objects.requireNonNull(end, "lines");
            return this;
        }

        /** Which bytes may stand in names and values; those of RFC 9112 unless said otherwise. */
        public Builder style(Style of) {
            style = Objects.requireNonNull(of, "style");
            return this;
        }

        /** What empty lines between two frames are; malformed unless said otherwise. */
        public Builder empty(EmptyLines between) {
            emptyLines = Objects.requireNonNull(between, "empty");
            return this;
        }

        /** {@code l} is Content-Length too. RFC 3261 20.14. */
        public Builder compact() {
            compact = true;
            return this;
        }

        /** A value may go on in lines that begin with whitespace; not that of Content-Length. RFC 3261 7.3.1. */
        public Builder folded() {
            folded = true;
            return this;
        }

        /** Whitespace may stand before the colon of a field. RFC 3261 7.3.1, RFC 7826 20.1. */
        public Builder spaced() {
            spaced = true;
            return this;
        }

        /** Most bytes of a whole frame, {@link #DEFAULT_MAX} unless said otherwise; at least those of the shortest header block. */
        public Builder max(int bytes) {
            max = bytes;
            return this;
        }

        /**
         * Most bytes of the header block, empty line included; at most {@code max}. Unless said otherwise {@link #DEFAULT_HEAD}, or {@code
         * max} if less; {@code max} where there is no body.
         */
        public Builder head(int bytes) {
            head = bytes;
            return this;
        }

        /** Most bytes of a line of the header block, its end included; at most {@code head}, which it is unless said otherwise. */
        public Builder line(int bytes) {
            line = bytes;
            return this;
        }

        /** Most fields of the header block, Content-Length among them, at least 1; {@link #DEFAULT_FIELDS} unless said otherwise. */
        public Builder fields(int count) {
            fields = count;
            return this;
        }

        /** Most bytes of a body, chunks joined; as many as {@code max} leaves unless said otherwise. */
        public Builder content(long bytes) {
            content = bytes;
            return this;
        }

        /**
         * Most bytes of a chunk's size and extensions, CR LF included; unless said otherwise {@link HttpRequests#DEFAULT_CHUNK_LINE}, or {@code
         * max} if less.
         */
        public Builder chunkLine(int bytes) {
            chunkLine = bytes;
            return this;
        }

        /** Most bytes of the trailers behind a chunked body, their empty line included; as many as the head unless said otherwise. */
        public Builder trailer(int bytes) {
            trailer = bytes;
            return this;
        }

        /**
         * The codec.
         *
         * @throws IllegalArgumentException with every reason why not
         */
        public HeaderFramed build() {
            Validation<Seq<String>, HeaderFramed> made = validate();
            if (made.isInvalid())
                throw new IllegalArgumentException(made.getError().mkString("; "));
            return made.get();
        }

        /** The codec, or every reason why not. */
        public Validation<Seq<String>, HeaderFramed> validate() {
            List<String> reasons = List.empty();
            int shortest = shortest();
            String below = " is below the shortest header block, " + shortest + " bytes";
            if (max < shortest) reasons = reasons.append("max " + max + below);
            if (head != null && head < shortest) reasons = reasons.append("head " + head + below);
            if (head != null && head > max)
                reasons = reasons.append("head " + head + " is over max " + max + ", which bounds the whole frame");
            if (line != null && line < shortest - lineEnd())
                reasons = reasons.append("line " + line + " is below the longest line of the shortest header block");
            if (line != null && line > headOrDefault())
                reasons = reasons.append(
                        "line " + line + " is over head " + headOrDefault() + ", which bounds the block");
            if (fields < 1) reasons = reasons.append("fields " + fields + ": a header block has at least 1");
            if (content < 0) reasons = reasons.append("content " + content + " is negative");
            if (body != Body.CHUNKED && (chunkLine != null || trailer != null))
                reasons = reasons.append("chunkLine and trailer without chunks: body is " + body);
            if (chunkLine != null && chunkLine < SHORTEST_CHUNK_LINE)
                reasons = reasons.append(
                        "chunkLine " + chunkLine + " is below the shortest, " + SHORTEST_CHUNK_LINE + " bytes");
            if (trailer != null && trailer < 2)
                reasons = reasons.append("trailer " + trailer + " is below the empty line, 2 bytes");
            boolean versioned = start != StartLine.Form.NONE && start != StartLine.Form.COMMAND;
            if (versioned != !version.isEmpty())
                reasons = reasons.append(
                        versioned
                                ? "start " + start + " needs a version, such as \"SIP/2.0\""
                                : "version " + TextForm.quoted(version) + " without a request or status line");
            if (start == StartLine.Form.MESSAGE && version.indexOf('/') < 1)
                reasons =
                        reasons.append("version " + TextForm.quoted(version) + ": a \"/\" must tell it from a method");
            if (lines == Lines.ANY
                    && (start != StartLine.Form.NONE || body != Body.NONE || emptyLines == EmptyLines.PINGS))
                reasons = reasons.append(
                        "lines any: only for fields without start line, body and pings, as of server-sent events");
            if (style != Style.INTERNET && (folded || spaced))
                reasons = reasons.append((folded ? "folded" : "spaced") + " with style " + style
                        + ", where whitespace belongs to names and values");
            if (compact && body != Body.CONTENT_LENGTH && body != Body.CONTENT_LENGTH_OPTIONAL && body != Body.NUL)
                reasons = reasons.append("compact without Content-Length: body is " + body);
            return reasons.isEmpty() ? Validation.valid(new HeaderFramed(this)) : Validation.invalid(reasons);
        }

        /** Bytes of the shortest block. */
        private int shortest() {
            int end = lineEnd();
            int name = compact ? 1 : FramingFields.CONTENT_LENGTH.length();
            int first = switch (start) {
                case NONE, COMMAND -> 1;
                case REQUEST -> 4 + version.length();
                case STATUS -> version.length() + 5;
                case MESSAGE -> version.length() + 4;
            };
            int line = start == StartLine.Form.NONE ? 0 : first + end;
            int field = body == Body.CONTENT_LENGTH ? name + 2 + end : start == StartLine.Form.NONE ? 2 + end : 0;
            if (style == Style.EVENT && field > 0) field = 1 + end;
            return line + field + end;
        }

        private int lineEnd() {
            return lines == Lines.CRLF ? 2 : 1;
        }

        private int headOrDefault() {
            return head == null ? defaultHead(max, body) : head;
        }

        private int lineOrDefault() {
            return line == null ? headOrDefault() : line;
        }
    }
}
