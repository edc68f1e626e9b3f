package dev.framing.codec;

import dev.framing.FrameCodec;
import dev.framing.FrameDecoder;
import dev.framing.FrameEncoder;
import io.vavr.collection.Seq;
import io.vavr.control.Validation;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Frames that end with a delimiter.
 *
 * <pre>
 *   by("\r\n", "\n")                      | payload | delimiter |
 *                                                   '-- tail --'
 *   ... kept                              | payload ... delimiter |
 *   marks("\x0b", "\x1c\r")      (fill)   | start | payload | end |
 *                                         '- head '         '- tail
 * </pre>
 *
 * Of several delimiters the earliest counts, and at one place the longest: one that may still become longer is waited for. The frame
 * is too long as soon as it, its shortest possible delimiter included, must be longer than {@link #maxFrameLength()}.
 *
 * <p>An <b>escape</b> is a byte after which one byte of any value is payload. It stays in the payload as it came, or, with
 * {@code unescape}, is removed by the decoder and put in by the encoder. <b>Strict</b>: a byte of a delimiter or of the start mark
 * that stands in the payload, outside a delimiter and not escaped, is malformed (a bare CR or LF in a line: the way mail is smuggled).
 *
 * <p>The <b>encoder</b> writes the first delimiter that does not begin another one. It refuses a payload that would not be read back
 * the same: one that holds a delimiter, or would form one with what follows it.
 *
 * <p>Text form: {@code delimited("\r\n", "\n", keep, max=8k)}, {@code delimited("\n", escape="\\", unescape)},
 * {@code delimited(any="\r\n")}, {@code delimited(start="\x0b", end="\x1c\r", between="\r\n")}; further {@code strict},
 * {@code lastLine}.
 */
public final class Delimited implements FrameCodec {
    /** Bytes of a frame unless said otherwise: as much as one read of a transport brings, and more than any line a person writes. */
    public static final int DEFAULT_MAX = 64 * 1024;

    final Spec spec;
    final DelimiterSearch.Tables tables;

    private Delimited(Spec spec) {
        this.spec = spec;
        tables = new DelimiterSearch.Tables(spec);
    }

    /** What was configured. Characters stand for bytes. */
    record Spec(
            List<String> delimiters,
            String start,
            String between,
            int escape,
            boolean unescape,
            boolean keep,
            boolean strict,
            boolean lastLine,
            int max) {
        static final int NO_ESCAPE = -1;

        int shortest() {
            return delimiters.stream().mapToInt(String::length).min().orElse(0);
        }

        /** What the encoder writes. */
        String written() {
            return delimiters.stream()
                    .filter(d -> !beginsAnother(d))
                    .findFirst()
                    .orElseThrow();
        }

        boolean beginsAnother(String delimiter) {
            return delimiters.stream().anyMatch(d -> d.length() > delimiter.length() && d.startsWith(delimiter));
        }
    }

    /** Frames that end with one of these delimiters, each of ASCII characters. */
    public static Delimited by(String delimiter, String... more) {
        Builder b = builder().delimiter(delimiter);
        for (String d : more) b.delimiter(d);
        return b.build();
    }

    /** Frames that end with any one of these bytes. */
    public static Delimited anyOf(String bytes) {
        return builder().any(bytes).build();
    }

    /** Frames between a start and an end mark, with nothing between an end and the next start. */
    public static Delimited marks(String start, String end) {
        return builder().start(start).end(end).build();
    }

    /** Lines that end with CRLF and hold neither CR nor LF (RFC 5321 2.3.8). */
    public static Delimited crlf() {
        return builder().delimiter("\r\n").strict(true).build();
    }

    /** Lines that end with LF only: a CR before it belongs to the payload. */
    public static Delimited lf() {
        return by("\n");
    }

    /** Lines that end with CRLF or with LF; CRLF is what it writes ({@link #lf()} writes LF). */
    public static Delimited lines() {
        return by("\r\n", "\n");
    }

    /** Everything that can be chosen. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that holds what this codec has. */
    public Builder toBuilder() {
        return new Builder(spec);
    }

    /** The same with another limit for the whole frame, in bytes. */
    public Delimited withMax(int max) {
        return toBuilder().max(max).build();
    }

    @Override
    public FrameDecoder newDecoder() {
        return new DelimitedDecoder(spec, tables);
    }

    @Override
    public FrameEncoder newEncoder() {
        return spec.unescape() ? new EscapingEncoder(spec) : new DelimitedEncoder(spec, tables);
    }

    @Override
    public int maxFrameLength() {
        return spec.max();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Delimited d && d.spec.equals(spec);
    }

    @Override
    public int hashCode() {
        return spec.hashCode();
    }

    /** The text form. */
    @Override
    public String toString() {
        List<String> words = new ArrayList<>();
        List<String> delimiters = spec.delimiters();
        boolean any = delimiters.size() > 1 && delimiters.stream().allMatch(d -> d.length() == 1);
        boolean marks = !spec.start().isEmpty();
        if (marks) words.add("start=" + TextForm.quoted(spec.start()));
        if (any) words.add("any=" + TextForm.quoted(String.join("", delimiters)));
        else if (marks && delimiters.size() == 1) words.add("end=" + TextForm.quoted(delimiters.get(0)));
        else delimiters.forEach(d -> words.add(words.size() - (marks ? 1 : 0), TextForm.quoted(d)));
        if (!spec.between().isEmpty()) words.add("between=" + TextForm.quoted(spec.between()));
        if (spec.escape() != Spec.NO_ESCAPE) words.add("escape=" + TextForm.quoted((char) spec.escape()));
        if (spec.unescape()) words.add("unescape");
        if (spec.keep()) words.add("keep");
        if (spec.strict()) words.add("strict");
        if (spec.lastLine()) words.add("lastLine");
        if (spec.max() != DEFAULT_MAX) words.add("max=" + TextForm.size(spec.max()));
        return "delimited(" + String.join(", ", words) + ")";
    }

    /** Collects what a {@link Delimited} is made of. Text is ASCII; what is not is given as bytes. */
    public static final class Builder {
        private final List<String> delimiters = new ArrayList<>();
        private final List<String> mistakes = new ArrayList<>();
        private String start = "";
        private boolean startGiven;
        private String between = "";
        private String escape = "";
        private boolean escapeGiven;
        private boolean unescape;
        private boolean keep;
        private boolean strict;
        private boolean lastLine;
        private int max = DEFAULT_MAX;

        private Builder() {}

        private Builder(Spec s) {
            delimiters.addAll(s.delimiters());
            start = s.start();
            startGiven = !start.isEmpty();
            between = s.between();
            escapeGiven = s.escape() != Spec.NO_ESCAPE;
            if (escapeGiven) escape = "" + (char) s.escape();
            unescape = s.unescape();
            keep = s.keep();
            strict = s.strict();
            lastLine = s.lastLine();
            max = s.max();
        }

        /** One more delimiter. */
        public Builder delimiter(String ascii) {
            delimiters.add(ascii("delimiter", ascii));
            return this;
        }

        /** One more delimiter. */
        public Builder delimiter(byte[] bytes) {
            delimiters.add(latin1(bytes));
            return this;
        }

        /** Each of these characters is a delimiter of one byte. */
        public Builder any(String ascii) {
            return anyOf(ascii("any", ascii));
        }

        /** Each of these bytes is a delimiter. */
        public Builder any(byte[] bytes) {
            return anyOf(latin1(bytes));
        }

        private Builder anyOf(String bytes) {
            if (bytes.isEmpty()) mistakes.add("any names no byte");
            bytes.chars().forEach(c -> delimiters.add("" + (char) c));
            return this;
        }

        /** The mark before each payload: the head. */
        public Builder start(String ascii) {
            start = ascii("start", ascii);
            startGiven = true;
            return this;
        }

        /** The mark before each payload: the head. */
        public Builder start(byte[] bytes) {
            start = latin1(bytes);
            startGiven = true;
            return this;
        }

        /** The same as {@link #delimiter(String)}: what reads better beside {@link #start(String)}. */
        public Builder end(String ascii) {
            delimiters.add(ascii("end", ascii));
            return this;
        }

        /** The same as {@link #delimiter(byte[])}. */
        public Builder end(byte[] bytes) {
            return delimiter(bytes);
        }

        /** Bytes dropped between an end mark and the next start mark; any other byte there is malformed. */
        public Builder between(String ascii) {
            between = ascii("between", ascii);
            return this;
        }

        /** Bytes dropped between an end mark and the next start mark; any other byte there is malformed. */
        public Builder between(byte[] bytes) {
            between = latin1(bytes);
            return this;
        }

        /** The byte after this one is payload whatever it is. */
        public Builder escape(String ascii) {
            escape = ascii("escape", ascii);
            escapeGiven = true;
            return this;
        }

        /** The byte after this one is payload whatever it is. */
        public Builder escape(byte[] bytes) {
            escape = latin1(bytes);
            escapeGiven = true;
            return this;
        }

        /** Escapes are no payload: removed by the decoder, put in by the encoder. */
        public Builder unescape(boolean on) {
            unescape = on;
            return this;
        }

        /** The delimiter belongs to the payload; the tail is empty. */
        public Builder keep(boolean on) {
            keep = on;
            return this;
        }

        /** A byte of a delimiter or of the start mark is malformed in the payload, unless escaped. */
        public Builder strict(boolean on) {
            strict = on;
            return this;
        }

        /** The end of the stream ends a last frame that has no delimiter; else it is truncated. */
        public Builder lastLine(boolean on) {
            lastLine = on;
            return this;
        }

        /** Bytes of the whole frame, marks, escapes and delimiter included. */
        public Builder max(int bytes) {
            max = bytes;
            return this;
        }

        /** @throws IllegalArgumentException with every reason there is */
        public Delimited build() {
            return validate()
                    .toEither()
                    .getOrElseThrow(reasons -> new IllegalArgumentException(reasons.mkString("; ")));
        }

        /** The codec, or every reason why there is none. */
        public Validation<Seq<String>, Delimited> validate() {
            int escapeByte = escapeGiven && escape.length() == 1 ? escape.charAt(0) : Spec.NO_ESCAPE;
            Spec s = new Spec(
                    List.copyOf(delimiters), start, between, escapeByte, unescape, keep, strict, lastLine, max);
            List<String> reasons = new ArrayList<>(mistakes);
            if (startGiven && start.isEmpty()) reasons.add("start is empty");
            if (escapeGiven && escape.length() != 1) reasons.add("escape must be one byte");
            if (unescape && !escapeGiven) reasons.add("unescape without an escape");
            reasons.addAll(DelimitedMistakes.of(s));
            return reasons.isEmpty()
                    ? Validation.valid(new Delimited(s))
                    : Validation.invalid(io.vavr.collection.List.ofAll(reasons));
        }

        private String ascii(String what, String text) {
            if (text.chars().allMatch(c -> c < 0x80)) return text;
            mistakes.add(what + " \"" + text + "\" is not ASCII: give it as bytes");
            return latin1(text.getBytes(StandardCharsets.UTF_8));
        }

        private static String latin1(byte[] bytes) {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }
}
