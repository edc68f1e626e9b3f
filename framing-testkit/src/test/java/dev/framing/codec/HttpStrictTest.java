package dev.framing.codec;

import static dev.framing.codec.Leniency.BARE_LF;
import static dev.framing.codec.Leniency.CONTROL_BYTES;
import static dev.framing.codec.Leniency.EMPTY_CODINGS;
import static dev.framing.codec.Leniency.FRAMING_TRAILERS;
import static dev.framing.codec.Leniency.LEADING_EMPTY_LINES;
import static dev.framing.codec.Leniency.LOOSE_START_LINE;
import static dev.framing.codec.Leniency.OTHER_CODINGS;
import static dev.framing.codec.Leniency.REPEATED_LENGTH;
import static dev.framing.codec.Leniency.SPACE_AFTER_CHUNK_SIZE;
import static dev.framing.codec.Leniency.SPACE_IN_EXTENSION;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.FrameCodec;
import dev.framing.FramingError;
import dev.framing.Oversize;
import dev.framing.testkit.Cuts;
import dev.framing.testkit.Event;
import dev.framing.testkit.Feed;
import dev.framing.testkit.Replay;
import dev.framing.testkit.Transcript;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What HTTP/1.1 messages are accepted, and at which byte others are not: each row in strict mode, with each switch that lets it pass,
 * with all the others, and cut everywhere.
 */
class HttpStrictTest {
    /** Stands directly before the byte that is malformed. */
    private static final char WRONG = '\u00a6';

    private static final String LIMITS = "max=4k, head=200, line=100, fields=5, chunk-line=24, trailer=60, body=1000";

    enum Verdict {
        /** All frames, then the end. */
        ACCEPTED,
        MALFORMED,
        TOO_LONG,
        TRUNCATED
    }

    /**
     * @param to the method that responses answer; empty: requests
     * @param payloads of the frames before the verdict, "|" between them
     * @param allowedBy the switch that makes it ACCEPTED
     * @param allowed the payloads then
     */
    record Row(
            String what,
            String to,
            String wire,
            Verdict verdict,
            String payloads,
            @Nullable Leniency allowedBy,
            String allowed) {

        byte[] bytes() {
            return wire.replace(Character.toString(WRONG), "").getBytes(ISO_8859_1);
        }

        /** The same where a switch lets it pass. */
        Row unless(Leniency leniency, String then) {
            return new Row(what, to, wire, verdict, payloads, leniency, then);
        }

        FrameCodec codec(Iterable<Leniency> leniencies) {
            StringBuilder text = new StringBuilder(to.isEmpty() ? "http-request(" : "http-response(to=" + to + ", ");
            text.append(LIMITS);
            for (Leniency l : leniencies) text.append(", allow=").append(l);
            return dev.framing.text.Codecs.parse(text.append(")").toString()).get();
        }

        @Override
        public String toString() {
            return what;
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void strict(Row row) {
        check(row, EnumSet.noneOf(Leniency.class), row.verdict, row.payloads);
    }

    /** Each switch lets pass what it is there for, and nothing else. */
    @ParameterizedTest
    @MethodSource("rows")
    void withEachSwitch(Row row) {
        for (Leniency leniency : Leniency.values()) {
            boolean passes = leniency == row.allowedBy;
            check(
                    row,
                    EnumSet.of(leniency),
                    passes ? Verdict.ACCEPTED : row.verdict,
                    passes ? row.allowed : row.payloads);
        }
        if (row.allowedBy == null) return;
        check(row, EnumSet.allOf(Leniency.class), Verdict.ACCEPTED, row.allowed);
        check(row, EnumSet.complementOf(EnumSet.of(row.allowedBy)), row.verdict, row.payloads);
    }

    /** Whatever is accepted strictly is accepted with every switch, as the same frames. */
    @Test
    void switchesTakeNothingAway() {
        for (Row row : rows()) {
            if (row.verdict == Verdict.ACCEPTED)
                check(row, EnumSet.allOf(Leniency.class), Verdict.ACCEPTED, row.payloads);
        }
    }

    /** In parts, the head at once: the same verdict, and no body is whole that is not. */
    @ParameterizedTest
    @MethodSource("rows")
    void inParts(Row row) {
        byte[] bytes = row.bytes();
        FrameCodec codec = row.codec(List.of());
        for (Cuts cuts : cuts(bytes.length)) {
            Transcript told = Replay.of(codec)
                    .oversize(Oversize.parts(0, 4096))
                    .cuts(cuts)
                    .run(bytes);
            verdict(row, row.verdict, row.payloads, told, cuts);
        }
    }

    @Test
    void everyRowHasAVerdictOfItsOwn() {
        assertThat(rows()).hasSizeGreaterThan(150);
        assertThat(rows().stream().map(Row::what)).doesNotHaveDuplicates();
        assertThat(rows().stream().map(Row::allowedBy).distinct()).contains(Leniency.values());
    }

    private static void check(Row row, Iterable<Leniency> leniencies, Verdict verdict, String payloads) {
        byte[] bytes = row.bytes();
        FrameCodec codec = row.codec(leniencies);
        Transcript whole = null;
        for (Cuts cuts : cuts(bytes.length)) {
            Transcript told = Replay.of(codec).cuts(cuts).feed(Feed.HEAP).run(bytes);
            if (whole == null) verdict(row, verdict, payloads, told, cuts);
            if (whole == null) whole = told;
            else assertThat(told).as("%s, %s, cut %s", row, codec, cuts).isEqualTo(whole);
        }
    }

    private static List<Cuts> cuts(int length) {
        List<Cuts> all = new ArrayList<>(List.of(Cuts.whole(), Cuts.oneByte()));
        all.addAll(Cuts.everyTwoWay(length));
        return all;
    }

    private static void verdict(Row row, Verdict verdict, String payloads, Transcript told, Cuts cuts) {
        String as = row + ", cut " + cuts + "\n" + told;
        List<String> got = told.frames().stream()
                .map(f -> new String(f.payload(), ISO_8859_1))
                .toList();
        List<String> wanted = payloads.equals("-") ? List.of() : List.of(payloads.split("\\|", -1));
        assertThat(got).as(as).isEqualTo(wanted);
        FramingError error = told.error().getOrNull();
        switch (verdict) {
            case ACCEPTED -> assertThat(told.last()).as(as).contains(new Event.Ended());
            case MALFORMED -> {
                assertThat(error).as(as).isInstanceOf(FramingError.Malformed.class);
                if (row.wire.indexOf(WRONG) >= 0)
                    assertThat(error.position()).as(as).isEqualTo(row.wire.indexOf(WRONG));
                assertThat(error.message()).as(as).contains("(RFC 9");
            }
            case TOO_LONG -> assertThat(error).as(as).isInstanceOf(FramingError.FrameTooLong.class);
            case TRUNCATED -> assertThat(error).as(as).isInstanceOf(FramingError.Truncated.class);
        }
    }

    // ------------------------------------------------------------------------------------------------ the table

    private static final String GET = "GET / HTTP/1.1\r\n";
    private static final String POST = "POST / HTTP/1.1\r\n";
    private static final String CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\n";
    private static final String OK_CHUNKED = OK + "Transfer-Encoding: chunked\r\n\r\n";

    static List<Row> rows() {
        List<Row> all = new ArrayList<>();
        startLines(all);
        fields(all);
        lengths(all);
        codings(all);
        chunks(all);
        trailers(all);
        limits(all);
        ends(all);
        responses(all);
        return all;
    }

    private static void startLines(List<Row> all) {
        all.add(accepted("a request without fields", GET + "\r\n", ""));
        all.add(accepted("one empty line before a request", "\r\n" + GET + "\r\n", ""));
        all.add(accepted("one empty line before each request", "\r\n" + GET + "\r\n\r\n" + GET + "\r\n", "|"));
        all.add(malformed("two empty lines", "\r\n¦\r\n" + GET + "\r\n").unless(LEADING_EMPTY_LINES, ""));
        all.add(malformed("LF first", "¦\n" + GET + "\r\n").unless(BARE_LF, ""));
        all.add(malformed("NUL first", "¦\0" + GET + "\r\n"));
        all.add(malformed("SP first", "¦ " + GET + "\r\n"));
        all.add(malformed("HTAB first", "¦\t" + GET + "\r\n"));
        all.add(malformed("byte order mark first", "¦\u00ef\u00bb\u00bf" + GET + "\r\n"));
        all.add(malformed("CR first, no LF", "\r¦G"));
        all.add(malformed("start line ends with bare LF", "GET / HTTP/1.1¦\nA: b\r\n\r\n")
                .unless(BARE_LF, ""));
        all.add(malformed("bare CR behind the version", "GET / HTTP/1.1\r¦A: b\r\n\r\n"));
        all.add(malformed("bare CR in the target", "GET /¦\rx HTTP/1.1\r\n\r\n"));
        all.add(malformed("NUL in the target", "GET /¦\0 HTTP/1.1\r\n\r\n"));
        all.add(malformed("obs-text in the target", "GET /¦\u00e9 HTTP/1.1\r\n\r\n"));
        all.add(malformed("two SP behind the method", "GET ¦ / HTTP/1.1\r\n\r\n")
                .unless(LOOSE_START_LINE, ""));
        all.add(malformed("two SP before the version", "GET / ¦ HTTP/1.1\r\n\r\n")
                .unless(LOOSE_START_LINE, ""));
        all.add(malformed("HTAB behind the method", "GET¦\t/ HTTP/1.1\r\n\r\n").unless(LOOSE_START_LINE, ""));
        all.add(malformed("HTAB before the version", "GET /¦\tHTTP/1.1\r\n\r\n").unless(LOOSE_START_LINE, ""));
        all.add(malformed("SP behind the version", "GET / HTTP/1.1¦ \r\n\r\n").unless(LOOSE_START_LINE, ""));
        all.add(malformed("HTTP/0.9", "GET /¦\r\n"));
        all.add(malformed("a version of 0.9", "GET / HTTP/¦0.9\r\n\r\n"));
        all.add(malformed("HTTP/2.0", "GET / HTTP/¦2.0\r\n\r\n"));
        all.add(malformed("HTTP/1.10", "GET / HTTP/1.1¦0\r\n\r\n"));
        all.add(malformed("HTTP/1", "GET / HTTP/1¦\r\n\r\n"));
        all.add(malformed("lower-case protocol", "GET / ¦http/1.1\r\n\r\n"));
        all.add(malformed("another protocol", "GET / ¦ICY/1.1\r\n\r\n"));
        all.add(malformed("PRI of HTTP/2", "PRI * HTTP/¦2.0\r\n\r\nSM\r\n\r\n"));
        all.add(accepted("a version of 1.2 is read as 1.1", "GET / HTTP/1.2\r\n\r\n" + GET + "\r\n", "|"));
        all.add(malformed("a method that is no token", "GE¦(T / HTTP/1.1\r\n\r\n"));
        all.add(malformed("no target", "GET ¦\r\n\r\n"));
        all.add(accepted("an unknown method", "M-SEARCH * HTTP/1.1\r\n\r\n", ""));
        all.add(malformed("a TLS record", "¦\u0016\u0003\u0001"));
    }

    private static void fields(List<Row> all) {
        all.add(malformed("SP line directly after the start line", GET + "¦ A: b\r\n\r\n"));
        all.add(malformed("HTAB line directly after the start line", GET + "¦\tA: b\r\n\r\n"));
        all.add(malformed("obs-fold", GET + "A: b\r\n¦ c\r\n\r\n"));
        all.add(malformed("obs-fold with HTAB", GET + "A: b\r\n¦\tc\r\n\r\n"));
        all.add(malformed("obs-fold of nothing", GET + "A:\r\n¦ \r\n\r\n"));
        all.add(malformed("SP before the colon", GET + "A¦ : b\r\n\r\n"));
        all.add(malformed("HTAB before the colon", GET + "A¦\t: b\r\n\r\n"));
        all.add(malformed("a line without colon", GET + "A¦\r\n\r\n"));
        all.add(malformed("an empty name", GET + "¦: b\r\n\r\n"));
        all.add(malformed("a name that is no token", GET + "A¦(b): c\r\n\r\n"));
        all.add(malformed("obs-text in a name", GET + "A¦\u00e9: c\r\n\r\n"));
        all.add(accepted("OWS around a value", GET + "A: \t b\t \r\n\r\n", ""));
        all.add(accepted("no OWS", GET + "A:b\r\n\r\n", ""));
        all.add(accepted("an empty value", GET + "A:\r\nB: \t\r\n\r\n", ""));
        all.add(accepted("HTAB and obs-text in a value", GET + "A: b\tc \u0080\u00ff\r\n\r\n", ""));
        all.add(malformed("NUL in a value", GET + "A: b¦\0c\r\n\r\n"));
        all.add(malformed("bare CR in a value", GET + "A: b\r¦c\r\n\r\n"));
        all.add(malformed("CR CR LF behind a value", GET + "A: b\r¦\r\n\r\n"));
        all.add(malformed("bare LF behind a value", GET + "A: b¦\nB: c\r\n\r\n").unless(BARE_LF, ""));
        all.add(malformed("bare LF behind a length", POST + "Content-Length: 1¦\n\r\nx")
                .unless(BARE_LF, "x"));
        all.add(malformed("bare LF ends the head", GET + "A: b\r\n¦\n").unless(BARE_LF, ""));
        all.add(malformed("bare CR ends the head", GET + "A: b\r\n\r¦x"));
        all.add(malformed("ESC in a value", GET + "A: b¦\u001bc\r\n\r\n").unless(CONTROL_BYTES, ""));
        all.add(malformed("DEL in a value", GET + "A: b¦\u007fc\r\n\r\n").unless(CONTROL_BYTES, ""));
        all.add(malformed("VT before a value", GET + "A:¦\u000bb\r\n\r\n").unless(CONTROL_BYTES, ""));
    }

    private static void lengths(List<Row> all) {
        all.add(accepted("HTTP/1.0 with Content-Length", "POST / HTTP/1.0\r\nContent-Length: 1\r\n\r\nx", "x"));
        all.add(accepted("neither Content-Length nor Transfer-Encoding", POST + "A: b\r\n\r\n" + GET + "\r\n", "|"));
        all.add(accepted("a length", POST + "content-LENGTH:3\r\n\r\nabc", "abc"));
        all.add(accepted("a length of 0", POST + "Content-Length: 0\r\n\r\n", ""));
        all.add(accepted("leading zeros", POST + "Content-Length: 00000000000000000000000000003\r\n\r\nabc", "abc"));
        all.add(malformed("an empty length", POST + "Content-Length:¦\r\n\r\n"));
        all.add(malformed("a blank length", POST + "Content-Length: \t¦\r\n\r\n"));
        all.add(malformed("a length with +", POST + "Content-Length: ¦+5\r\n\r\nhello"));
        all.add(malformed("a length with -", POST + "Content-Length: ¦-5\r\n\r\nhello"));
        all.add(malformed("a hexadecimal length", POST + "Content-Length: 0¦x5\r\n\r\nhello"));
        all.add(malformed("a length with a point", POST + "Content-Length: 5¦.0\r\n\r\nhello"));
        all.add(malformed("a length with an exponent", POST + "Content-Length: 5¦e0\r\n\r\nhello"));
        all.add(malformed("a length with underscore", POST + "Content-Length: 1¦_0\r\n\r\nhello"));
        all.add(malformed("a length with SP in it", POST + "Content-Length: 1 ¦0\r\n\r\nhello"));
        all.add(malformed("a length with letters behind", POST + "Content-Length: 5¦abc\r\n\r\nhello"));
        all.add(malformed("a quoted length", POST + "Content-Length: ¦\"5\"\r\n\r\nhello"));
        all.add(malformed("a length in other digits", POST + "Content-Length: ¦\u00b2\r\n\r\nhello"));
        all.add(malformed("a length with NBSP", POST + "Content-Length: ¦\u00a05\r\n\r\nhello"));
        all.add(malformed("a list of equal lengths", POST + "Content-Length: 5¦, 5\r\n\r\nhello")
                .unless(REPEATED_LENGTH, "hello"));
        all.add(malformed("two equal lengths", POST + "Content-Length: 5\r\nContent-Length¦: 05\r\n\r\nhello")
                .unless(REPEATED_LENGTH, "hello"));
        all.add(malformed("two lengths that differ", POST + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"));
        all.add(malformed("a list of lengths that differ", POST + "Content-Length: 5, 6\r\n\r\nhello"));
        all.add(malformed("a list with an empty element", POST + "Content-Length: 5,\r\n\r\nhello"));
        all.add(malformed(
                "Content-Length, then Transfer-Encoding",
                POST + "Content-Length: 5\r\nTransfer-Encoding¦: chunked\r\n\r\n0\r\n\r\n"));
        all.add(malformed(
                "Transfer-Encoding, then Content-Length",
                POST + "Transfer-Encoding: chunked\r\nContent-Length¦: 5\r\n\r\n0\r\n\r\n"));
        all.add(malformed(
                "both in HTTP/1.0",
                "POST / HTTP/1.0\r\nContent-Length: 5\r\nTransfer-Encoding¦: chunked\r\n\r\n0\r\n\r\n"));
        all.add(tooLong("a length over 63 bits", POST + "Content-Length: 9223372036854775808\r\n\r\n"));
        all.add(tooLong("a length over 64 bits", POST + "Content-Length: 18446744073709551617\r\n\r\nx"));
        all.add(tooLong("a length over the limit", POST + "Content-Length: 4096\r\n\r\n"));
        all.add(tooLong("a length over the body's limit", POST + "Content-Length: 1001\r\n\r\n"));
    }

    private static void codings(List<Row> all) {
        all.add(accepted("chunked", CHUNKED + "3\r\nabc\r\n0\r\n\r\n", "abc"));
        all.add(accepted(
                "Chunked in any case", POST + "tRANSFER-eNCODING:CHUNKed \r\n\r\n3\r\nabc\r\n0\r\n\r\n", "abc"));
        all.add(malformed(
                "Transfer-Encoding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding¦: chunked\r\n\r\n0\r\n\r\n"));
        all.add(malformed(
                "Transfer-Encoding twice",
                POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding¦: chunked\r\n\r\n0\r\n\r\n"));
        all.add(malformed("chunked, chunked", POST + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"));
        all.add(malformed("chunked, gzip", POST + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n"));
        all.add(malformed("gzip, chunked", POST + "Transfer-Encoding: ¦gzip, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n")
                .unless(OTHER_CODINGS, "x"));
        all.add(malformed("gzip alone", POST + "Transfer-Encoding: gzip\r\n\r\n"));
        all.add(malformed("identity", POST + "Transfer-Encoding: identity\r\n\r\n"));
        all.add(malformed("xchunked", POST + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"));
        all.add(malformed("chunkedx", POST + "Transfer-Encoding: chunkedx\r\n\r\n0\r\n\r\n"));
        all.add(malformed("chunked with a parameter", POST + "Transfer-Encoding: chunked¦;q=1\r\n\r\n0\r\n\r\n"));
        all.add(malformed("an empty Transfer-Encoding", POST + "Transfer-Encoding:¦\r\n\r\n"));
        all.add(malformed("quoted", POST + "Transfer-Encoding: ¦\"chunked\"\r\n\r\n0\r\n\r\n"));
        all.add(malformed("VT before chunked", POST + "Transfer-Encoding: ¦\u000bchunked\r\n\r\n0\r\n\r\n"));
        all.add(malformed("0x85 behind chunked", POST + "Transfer-Encoding: chunked¦\u0085\r\n\r\n0\r\n\r\n"));
        all.add(malformed("NBSP before chunked", POST + "Transfer-Encoding: ¦\u00a0chunked\r\n\r\n0\r\n\r\n"));
        all.add(malformed("an empty element first", POST + "Transfer-Encoding: ¦, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n")
                .unless(EMPTY_CODINGS, "x"));
        all.add(malformed("an empty element last", POST + "Transfer-Encoding: chunked¦,\r\n\r\n1\r\nx\r\n0\r\n\r\n")
                .unless(EMPTY_CODINGS, "x"));
        all.add(malformed("chunk and ed", POST + "Transfer-Encoding: chunk ed\r\n\r\n0\r\n\r\n"));
    }

    private static void chunks(List<Row> all) {
        all.add(accepted(
                "hexadecimal in any case",
                CHUNKED + "a\r\n0123456789\r\nB\r\nabcdefghijk\r\n0\r\n\r\n",
                "0123456789abcdefghijk"));
        all.add(accepted("leading zeros of a size", CHUNKED + "0000003\r\nabc\r\n0\r\n\r\n", "abc"));
        all.add(accepted("a last chunk of several zeros", CHUNKED + "000\r\n\r\n", ""));
        all.add(malformed("no size", CHUNKED + "¦\r\nabc\r\n0\r\n\r\n"));
        all.add(malformed("no size but an extension", CHUNKED + "¦;a\r\n"));
        all.add(malformed("a size with +", CHUNKED + "¦+3\r\nabc\r\n0\r\n\r\n"));
        all.add(malformed("a size with -", CHUNKED + "¦-3\r\nabc\r\n0\r\n\r\n"));
        all.add(malformed("a size with 0x", CHUNKED + "0¦x3\r\nabc\r\n0\r\n\r\n"));
        all.add(malformed("SP before a size", CHUNKED + "¦ 3\r\nabc\r\n0\r\n\r\n"));
        all.add(malformed("a size with another letter", CHUNKED + "3¦g\r\nabc\r\n0\r\n\r\n"));
        all.add(malformed("a size with underscore", CHUNKED + "1¦_0\r\nabc\r\n0\r\n\r\n"));
        all.add(malformed("SP behind a size", CHUNKED + "3 \t\r\nabc\r\n0\r\n\r\n")
                .unless(SPACE_AFTER_CHUNK_SIZE, "abc"));
        all.add(tooLong("FFFFFFFFFFFFFFFF1", CHUNKED + "FFFFFFFFFFFFFFFF1\r\n"));
        all.add(tooLong("100000000", CHUNKED + "100000000\r\n\r\n"));
        all.add(tooLong("10000000000000005", CHUNKED + "10000000000000005\r\nhello\r\n0\r\n\r\n"));
        all.add(tooLong("8000000000000000", CHUNKED + "8000000000000000\r\n"));
        all.add(tooLong("a sum over the body's limit", CHUNKED + "3e8\r\n" + "x".repeat(1000) + "\r\n1\r\n"));
        all.add(accepted(
                "a sum at the body's limit",
                CHUNKED + "3e8\r\n" + "x".repeat(1000) + "\r\n0\r\n\r\n",
                "x".repeat(1000)));
        all.add(accepted(";name", CHUNKED + "1;abc\r\nx\r\n0;z\r\n\r\n", "x"));
        all.add(accepted(";name=token", CHUNKED + "1;a=b;c=d\r\nx\r\n0;a=b\r\n\r\n", "x"));
        all.add(accepted(";name=quoted", CHUNKED + "1;a=\"b\\\" ; \\\\\tc\"\r\nx\r\n0\r\n\r\n", "x"));
        all.add(malformed("SP before ;", CHUNKED + "1 ;a=b\r\nx\r\n0\r\n\r\n").unless(SPACE_IN_EXTENSION, "x"));
        all.add(malformed("SP behind ;", CHUNKED + "1;¦ a=b\r\nx\r\n0\r\n\r\n").unless(SPACE_IN_EXTENSION, "x"));
        all.add(malformed("SP before =", CHUNKED + "1;a¦ =b\r\nx\r\n0\r\n\r\n").unless(SPACE_IN_EXTENSION, "x"));
        all.add(malformed("SP behind =", CHUNKED + "1;a=¦ b\r\nx\r\n0\r\n\r\n").unless(SPACE_IN_EXTENSION, "x"));
        all.add(malformed("SP behind an extension", CHUNKED + "1;a=b \r\nx\r\n0\r\n\r\n"));
        all.add(malformed("an empty extension name", CHUNKED + "1;¦\r\nx\r\n0\r\n\r\n"));
        all.add(malformed("an empty extension value", CHUNKED + "1;a=¦\r\nx\r\n0\r\n\r\n"));
        all.add(malformed("an unclosed quote", CHUNKED + "1;a=\"b¦\r\nx\r\n0\r\n\r\n"));
        all.add(malformed("bare LF in an extension", CHUNKED + "1;a¦\nx\r\n0\r\n\r\n"));
        all.add(malformed("bare LF in a quote", CHUNKED + "1;a=\"¦\nx\"\r\n0\r\n\r\n"));
        all.add(malformed("bare CR in an extension", CHUNKED + "1;a\r¦x\r\nx\r\n0\r\n\r\n"));
        all.add(malformed("NUL in an extension", CHUNKED + "1;a¦\0\r\nx\r\n0\r\n\r\n"));
        all.add(malformed("ESC in a quote", CHUNKED + "1;a=\"¦\u001b\"\r\nx\r\n0\r\n\r\n"));
        all.add(malformed("bare LF behind a size", CHUNKED + "1¦\nx\r\n0\r\n\r\n"));
        all.add(malformed("bare CR behind a size", CHUNKED + "1\r¦x\r\n0\r\n\r\n"));
        all.add(tooLong("a chunk line over its limit", CHUNKED + "1;" + "a".repeat(21) + "\r\n"));
        all.add(accepted("a chunk line at its limit", CHUNKED + "1;" + "a".repeat(20) + "\r\nx\r\n0\r\n\r\n", "x"));
        all.add(tooLong("zeros without end", CHUNKED + "0".repeat(23)));
        all.add(malformed("data longer than its size", CHUNKED + "1\r\nx¦y\r\n0\r\n\r\n"));
        all.add(malformed("data followed by LF", CHUNKED + "1\r\nx¦\n0\r\n\r\n"));
        all.add(malformed("data followed by CR alone", CHUNKED + "1\r\nx\r¦0\r\n\r\n"));
        all.add(malformed("data followed by a size", CHUNKED + "1\r\nx¦0\r\n\r\n"));
    }

    private static void trailers(List<Row> all) {
        all.add(accepted("trailers", CHUNKED + "1\r\nx\r\n0\r\nA: b\r\nC:\r\n\r\n" + GET + "\r\n", "x|"));
        all.add(malformed("obs-fold in a trailer", CHUNKED + "0\r\nA: b\r\n¦ c\r\n\r\n"));
        all.add(malformed("SP before the colon of a trailer", CHUNKED + "0\r\nA¦ : b\r\n\r\n"));
        all.add(malformed("bare LF in the trailers", CHUNKED + "0\r\nA: b¦\n\r\n")
                .unless(BARE_LF, ""));
        all.add(malformed("bare CR in the trailers", CHUNKED + "0\r\nA: b\r¦c\r\n\r\n"));
        all.add(malformed("Content-Length in the trailers", CHUNKED + "0\r\nContent-Length¦: 5\r\n\r\n")
                .unless(FRAMING_TRAILERS, ""));
        all.add(malformed("Transfer-Encoding in the trailers", CHUNKED + "0\r\nTransfer-Encoding¦: chunked\r\n\r\n")
                .unless(FRAMING_TRAILERS, ""));
        all.add(malformed("bytes for trailers that are none", CHUNKED + "0\r\n¦(\r\n\r\n"));
        all.add(tooLong("trailers over their limit", CHUNKED + "0\r\n" + "A: 0123456789\r\n".repeat(4) + "\r\n"));
        all.add(tooLong("too many trailers", CHUNKED + "0\r\n" + "A:\r\n".repeat(6) + "\r\n"));
    }

    private static void limits(List<Row> all) {
        String fill = "x".repeat(100);
        all.add(accepted("a line at its limit", GET + "A: " + fill.substring(5) + "\r\n\r\n", ""));
        all.add(tooLong("a line over its limit", GET + "A: " + fill.substring(4) + "\r\n\r\n"));
        all.add(tooLong("a start line over its limit", "GET /" + fill.substring(15) + " HTTP/1.1\r\n\r\n"));
        all.add(accepted("a start line at its limit", "GET /" + fill.substring(16) + " HTTP/1.1\r\n\r\n", ""));
        String two = ("A: " + fill.substring(20) + "\r\n").repeat(2);
        all.add(accepted("a head at its limit", GET + two + "B: " + "y".repeat(200 - 16 - 170 - 7) + "\r\n\r\n", ""));
        all.add(tooLong("a head over its limit", GET + two + "B: " + "y".repeat(200 - 16 - 170 - 6) + "\r\n\r\n"));
        all.add(tooLong("a head over its limit before its end", GET + two + "B: " + "y".repeat(200 - 16 - 170 - 4)));
        all.add(accepted("fields at their limit", GET + "A:\r\n".repeat(5) + "\r\n", ""));
        all.add(tooLong("fields over their limit", GET + "A:\r\n".repeat(5) + "B"));
    }

    private static void ends(List<Row> all) {
        all.add(accepted("the end of the stream between two messages", GET + "\r\n", ""));
        all.add(accepted("an empty line at the end of the stream", GET + "\r\n\r\n", ""));
        all.add(accepted("nothing but an empty line", "\r\n", "-"));
        all.add(truncated("the end of the stream in a start line", "GET /", "-"));
        all.add(truncated("the end of the stream in a head", GET + "A: b\r\n", "-"));
        all.add(truncated("the end of the stream in a body", POST + "Content-Length: 5\r\n\r\nhell", "-"));
        all.add(truncated("the end of the stream in a chunk", CHUNKED + "5\r\nhell", "-"));
        all.add(truncated("the end of the stream before the last chunk", CHUNKED + "5\r\nhello\r\n", "-"));
        all.add(truncated("the end of the stream in the trailers", CHUNKED + "5\r\nhello\r\n0\r\n", "-"));
        all.add(truncated("the end of the stream in the second head", GET + "\r\nG", ""));
        all.add(accepted("Connection: close", GET + "Connection: close\r\n\r\n", ""));
        all.add(accepted("Connection: close, and an empty line", GET + "Connection: close\r\n\r\n\r\n", ""));
        all.add(behind("a message behind Connection: close", GET + "Connection: x, CLOSE\r\n\r\n¦" + GET + "\r\n"));
        all.add(behind(
                "a message behind an empty line behind Connection: close",
                GET + "Connection: close\r\n\r\n\r\n¦" + GET + "\r\n"));
        all.add(accepted("Connection: closed is no close", GET + "Connection: closed\r\n\r\n" + GET + "\r\n", "|"));
        all.add(behind("HTTP/1.0 does not persist", "GET / HTTP/1.0\r\n\r\n¦G"));
        all.add(accepted(
                "HTTP/1.0 with keep-alive", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n" + GET + "\r\n", "|"));
        all.add(behind(
                "HTTP/1.0 with keep-alive and close",
                "GET / HTTP/1.0\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n¦G"));
    }

    private static void responses(List<Row> all) {
        all.add(accepted(
                "a response with a length",
                "GET",
                OK + "Content-Length: 2\r\n\r\nhi" + OK + "Content-Length: 0\r\n\r\n",
                "hi|"));
        all.add(accepted("a chunked response", "GET", OK_CHUNKED + "2\r\nhi\r\n0\r\n\r\n", "hi"));
        all.add(accepted(
                "a response until the end of the stream", "GET", OK + "A: b\r\n\r\nhi\r\n\r\nho", "hi\r\n\r\nho"));
        all.add(accepted("a response of nothing until the end of the stream", "GET", OK + "\r\n", ""));
        all.add(accepted(
                "HTTP/1.0 until the end of the stream", "GET", "HTTP/1.0 200 OK\r\nServer: x\r\n\r\nhi", "hi"));
        all.add(tooLong("a body until the end of the stream, over its limit", "GET", OK + "\r\n" + "x".repeat(1001)));
        all.add(accepted(
                "1xx",
                "GET",
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK
                        + "Content-Length: 1\r\n\r\nx",
                "||x"));
        all.add(accepted(
                "1xx with a length",
                "GET",
                "HTTP/1.1 102 x\r\nContent-Length: 5\r\n\r\n" + OK + "Content-Length: 1\r\n\r\nx",
                "|x"));
        all.add(accepted(
                "204 with a length",
                "GET",
                "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n" + OK + "Content-Length: 1\r\n\r\nx",
                "|x"));
        all.add(accepted(
                "304 with a length",
                "GET",
                "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n" + OK + "Content-Length: 1\r\n\r\nx",
                "|x"));
        all.add(accepted(
                "304 chunked",
                "GET",
                "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n" + OK + "Content-Length: 1\r\n\r\nx",
                "|x"));
        all.add(accepted("to HEAD, with a length", "HEAD", OK + "Content-Length: 5\r\n\r\n" + OK + "\r\n", "|"));
        all.add(accepted("to HEAD, chunked", "HEAD", OK_CHUNKED + OK + "\r\n", "|"));
        all.add(accepted(
                "an error to CONNECT",
                "CONNECT",
                "HTTP/1.1 407 No\r\nContent-Length: 2\r\n\r\nno" + "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n",
                "no|"));
        all.add(accepted("an empty reason", "GET", "HTTP/1.1 204 \r\n\r\n", ""));
        all.add(malformed("no SP behind the status", "GET", "HTTP/1.1 204¦\r\n\r\n")
                .unless(LOOSE_START_LINE, ""));
        all.add(malformed("two SP before the status", "GET", "HTTP/1.1 ¦ 204 x\r\n\r\n")
                .unless(LOOSE_START_LINE, ""));
        all.add(malformed("a status of two digits", "GET", "HTTP/1.1 20¦ OK\r\n\r\n"));
        all.add(malformed("a status of four digits", "GET", "HTTP/1.1 200¦0 OK\r\n\r\n"));
        all.add(malformed("a status below 100", "GET", "HTTP/1.1 ¦099 OK\r\n\r\n"));
        all.add(malformed("a status over 599", "GET", "HTTP/1.1 ¦600 OK\r\n\r\n"));
        all.add(malformed("another protocol answers", "GET", "¦ICY 200 OK\r\n\r\n"));
        all.add(malformed("an empty line before a response", "GET", "¦\r\n" + OK + "\r\n"));
        all.add(malformed("a control byte in a reason", "GET", "HTTP/1.1 200 O¦\u0001K\r\n\r\n"));
        all.add(malformed("SP before the colon in a response", "GET", OK + "A¦ : b\r\n\r\n"));
        all.add(malformed(
                "lengths that differ in a response",
                "GET",
                OK + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"));
        all.add(malformed(
                "Content-Length and Transfer-Encoding in a response",
                "GET",
                OK + "Content-Length: 5\r\nTransfer-Encoding¦: chunked\r\n\r\n"));
        all.add(malformed(
                "Transfer-Encoding without chunked in a response", "GET", OK + "Transfer-Encoding: gzip\r\n\r\nx"));
        all.add(malformed(
                "a response behind Connection: close",
                "GET",
                OK + "Connection: close\r\nContent-Length: 0\r\n\r\n¦" + OK + "\r\n",
                ""));
        all.add(truncated(
                "the end of the stream in the body of a response", "GET", OK + "Content-Length: 5\r\n\r\nhell", "-"));
        all.add(truncated("the end of the stream in a chunked response", "GET", OK_CHUNKED + "5\r\nhello\r\n", "-"));
    }

    private static Row accepted(String what, String wire, String payloads) {
        return accepted(what, "", wire, payloads);
    }

    private static Row accepted(String what, String to, String wire, String payloads) {
        return new Row(what, to, wire, Verdict.ACCEPTED, payloads, null, "");
    }

    private static Row malformed(String what, String wire) {
        return malformed(what, "", wire, "-");
    }

    private static Row malformed(String what, String to, String wire) {
        return malformed(what, to, wire, "-");
    }

    /** Behind a message without body. */
    private static Row behind(String what, String wire) {
        return malformed(what, "", wire, "");
    }

    private static Row malformed(String what, String to, String wire, String payloads) {
        return new Row(what, to, wire, Verdict.MALFORMED, payloads, null, "");
    }

    private static Row tooLong(String what, String wire) {
        return tooLong(what, "", wire);
    }

    private static Row tooLong(String what, String to, String wire) {
        return new Row(what, to, wire, Verdict.TOO_LONG, "-", null, "");
    }

    private static Row truncated(String what, String wire, String payloads) {
        return truncated(what, "", wire, payloads);
    }

    private static Row truncated(String what, String to, String wire, String payloads) {
        return new Row(what, to, wire, Verdict.TRUNCATED, payloads, null, "");
    }
}
