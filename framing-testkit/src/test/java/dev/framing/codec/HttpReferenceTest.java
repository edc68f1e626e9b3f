package dev.framing.codec;

import static dev.framing.testkit.Wire.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.codec.HttpReference.Kind;
import dev.framing.codec.HttpReference.Message;
import dev.framing.codec.HttpReference.Told;
import dev.framing.testkit.HttpDamage;
import dev.framing.testkit.HttpSamples;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The reference is right about what it is compared with: streams whose answer is known, and the generator that knows its messages. */
class HttpReferenceTest {
    private static final Set<Leniency> STRICT = EnumSet.noneOf(Leniency.class);
    private static final String R = "GET / HTTP/1.1\r\n";
    private static final String C = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";

    private static HttpRules rules(Set<Leniency> allowed) {
        return new HttpRules(1 << 20, 8192, 4096, 100, 1 << 20, 256, 8192, allowed);
    }

    /** The byte behind » is malformed; without one the stream is right. Row by row the table of what a strict reader decides. */
    static Stream<Arguments> requests() {
        return Stream.of(
                        "\r\n" + R + "\r\n",
                        "\r\n»\r\n" + R,
                        "»\n" + R,
                        "»\0" + R,
                        "» " + R,
                        "»\u00ef\u00bb\u00bf" + R,
                        "GET / HTTP/1.1»\n\r\n",
                        "GET / HTTP/1.1\r»\r\n",
                        R + "a: b\r»c\r\n",
                        R + "» a: b\r\n\r\n",
                        R + "a: b\r\n» c\r\n\r\n",
                        R + "a» : b\r\n\r\n",
                        R + "a»\r\n\r\n",
                        R + "»: b\r\n\r\n",
                        R + "a»(: b\r\n\r\n",
                        R + "a:\t b\t \r\nc:\r\nd: e\tf\u0080\u00ff\r\n\r\n",
                        R + "a: »\0\r\n\r\n",
                        R + "a: »\u007f\r\n\r\n",
                        R + "a: »\u0001\r\n\r\n",
                        "GET » / HTTP/1.1\r\n\r\n",
                        "GET»\t/ HTTP/1.1\r\n\r\n",
                        "GET / »\tHTTP/1.1\r\n\r\n",
                        "GET / HTTP/1.1» \r\n\r\n",
                        "GET /»\r\n\r\n",
                        "GET / HTTP/»0.9\r\n\r\n",
                        "GET / HTTP/»2.0\r\n\r\n",
                        "GET / HTTP/1.1»0\r\n\r\n",
                        "GET / HTTP/1.2\r\n\r\n",
                        "GET / »http/1.1\r\n\r\n",
                        "GET /»\u00e9 HTTP/1.1\r\n\r\n",
                        "POST / HTTP/1.0\r\nContent-Length: 1\r\n\r\nx\r\n",
                        "POST / HTTP/1.0\r\nContent-Length: 1\r\n\r\nx\r\n»G",
                        "POST / HTTP/1.0\r\nContent-Length: 1\r\n\r\nx»G",
                        "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + R + "\r\n\r\n",
                        R + "Connection: a , close\r\n\r\n»G",
                        R + "Content-Length: 003\r\n\r\nabc",
                        R + "Content-Length: »\r\n\r\n",
                        R + "Content-Length: »+3\r\n\r\n",
                        R + "Content-Length: 0»x3\r\n\r\n",
                        R + "Content-Length: 3».0\r\n\r\n",
                        R + "Content-Length: 1»_0\r\n\r\n",
                        R + "Content-Length: 1 »0\r\n\r\n",
                        R + "Content-Length: 3»,3\r\n\r\n",
                        R + "Content-Length: 3\r\ncontent-length»: 3\r\n\r\n",
                        C + "0\r\n\r\n",
                        R + "transfer-encoding:\tCHUNKED \r\n\r\n0\r\n\r\n" + R + "\r\n",
                        R + "Transfer-Encoding: chunked\r\nContent-Length»: 3\r\n\r\n",
                        R + "Content-Length: 3\r\nTransfer-Encoding»: chunked\r\n\r\n",
                        "POST / HTTP/1.0\r\nTransfer-Encoding»: chunked\r\n\r\n",
                        R + "Transfer-Encoding: chunked\r\nTransfer-Encoding»: chunked\r\n\r\n",
                        R + "Transfer-Encoding: chunked», chunked\r\n\r\n",
                        R + "Transfer-Encoding: »gzip, chunked\r\n\r\n",
                        R + "Transfer-Encoding: »\r\n\r\n",
                        R + "Transfer-Encoding: »\"chunked\"\r\n\r\n",
                        R + "Transfer-Encoding: »xchunked\r\n\r\n",
                        R + "Transfer-Encoding: chunked»;q=1\r\n\r\n",
                        R + "Transfer-Encoding: chunk»\r\n\r\n",
                        R + "Transfer-Encoding: », chunked\r\n\r\n",
                        C + "3\r\nabc\r\n000\r\n\r\n",
                        C + "A;a;b=c;d=\"\\\" ; \"\r\n0123456789\r\n0;x\r\nt: u\r\n\r\n",
                        C + "»\r\n\r\n",
                        C + "»+3\r\nabc\r\n",
                        C + "0»x3\r\nabc\r\n",
                        C + "» 3\r\nabc\r\n",
                        C + "3» \r\nabc\r\n",
                        C + "3»\nabc\r\n",
                        C + "3\r»abc\r\n",
                        C + "3» ;a\r\nabc\r\n",
                        C + "3;a» =b\r\nabc\r\n",
                        C + "3;»\r\nabc\r\n",
                        C + "3;a=»\r\nabc\r\n",
                        C + "3;a=\"»\r\nabc\r\n",
                        C + "3;a=\"\\»\r\nabc\r\n",
                        C + "3;a=\"b\"»c\r\nabc\r\n",
                        C + "3\r\nabc»d\r\n",
                        C + "3\r\nabc»\n0\r\n\r\n",
                        C + "3\r\nabc\r»0\r\n\r\n",
                        C + "0\r\nContent-Length»: 3\r\n\r\n",
                        C + "0\r\n» t: u\r\n\r\n",
                        "CONNECT a:1 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc")
                .map(Arguments::of);
    }

    @ParameterizedTest
    @MethodSource
    void requests(String marked) {
        is(HttpReference.requests(rules(STRICT)), marked);
    }

    static Stream<Arguments> responses() {
        String ok = "HTTP/1.1 200 OK\r\n";
        return Stream.of(
                Arguments.of("GET", "»\r\n" + ok + "\r\n"),
                Arguments.of("GET", ok + "\r\nuntil \r\n close"),
                Arguments.of("GET", "HTTP/1.1 200 \r\nContent-Length: 1\r\n\r\nx" + ok + "\r\n"),
                Arguments.of("GET", "HTTP/1.1 200»\r\n\r\n"),
                Arguments.of("GET", "HTTP/1.1 20» OK\r\n\r\n"),
                Arguments.of("GET", "HTTP/1.1 2000 OK\r\n\r\n".replace("2000", "200»0")),
                Arguments.of("GET", "HTTP/1.1 »099 OK\r\n\r\n"),
                Arguments.of("GET", "HTTP/1.1 »600 OK\r\n\r\n"),
                Arguments.of("GET", "HTTP/1.1 200 »\0\r\n\r\n"),
                Arguments.of("GET", "HTTP/1.1 204 \r\nContent-Length: 99999999999999999999\r\n\r\n" + ok + "\r\n"),
                Arguments.of("GET", "HTTP/1.1 304 \r\nTransfer-Encoding: chunked\r\n\r\n" + ok + "\r\n"),
                Arguments.of("GET", "HTTP/1.1 100 \r\nConnection: close\r\n\r\n" + ok + "\r\n"),
                Arguments.of("GET", "HTTP/1.1 101 \r\n\r\n"),
                Arguments.of("GET", ok + "Connection: close\r\nContent-Length: 1\r\n\r\nx»H"),
                Arguments.of("HEAD", ok + "Content-Length: 5\r\n\r\n" + ok + "\r\n"),
                Arguments.of("HEAD", ok + "Content-Length: »x\r\n\r\n"),
                Arguments.of("CONNECT", ok + "Transfer-Encoding: chunked\r\n\r\n"),
                Arguments.of("CONNECT", "HTTP/1.1 407 \r\nContent-Length: 1\r\n\r\nx" + ok + "\r\n"));
    }

    @ParameterizedTest
    @MethodSource
    void responses(String to, String marked) {
        is(HttpReference.responses(rules(STRICT), to), marked);
    }

    static Stream<Arguments> lenient() {
        return Stream.of(
                Arguments.of(Leniency.LEADING_EMPTY_LINES, "\r\n\r\n\r\n" + R + "\r\n\r\n\r\n"),
                Arguments.of(
                        Leniency.BARE_LF,
                        "\nGET / HTTP/1.1\na: b\n\r\nPOST / HTTP/1.1\ntransfer-encoding:chunked\n\n0\r\na:\n\n"),
                Arguments.of(Leniency.BARE_LF, C + "0»\n\n"),
                Arguments.of(Leniency.CONTROL_BYTES, R + "a: \u0001\u007f\u000b»\0\r\n\r\n"),
                Arguments.of(Leniency.LOOSE_START_LINE, "GET \t/  HTTP/1.1\t \r\n\r\n"),
                Arguments.of(
                        Leniency.REPEATED_LENGTH,
                        R + "Content-Length: 01 , 1,001\r\ncontent-length: 1\r\n\r\nx" + R
                                + "Content-Length: 15, 1»,15\r\n"),
                Arguments.of(Leniency.REPEATED_LENGTH, R + "Content-Length: 15\r\nContent-Length: 0»2\r\n"),
                Arguments.of(Leniency.REPEATED_LENGTH, R + "Content-Length: 15,»,15\r\n"),
                Arguments.of(
                        Leniency.OTHER_CODINGS,
                        R + "Transfer-Encoding: gzip , x,Chunked\r\n\r\n0\r\n\r\n" + R
                                + "Transfer-Encoding: chunked»,gzip\r\n"),
                Arguments.of(Leniency.OTHER_CODINGS, R + "Transfer-Encoding: gzip»\r\n"),
                Arguments.of(Leniency.EMPTY_CODINGS, R + "Transfer-Encoding: , ,chunked ,,\r\n\r\n0\r\n\r\n"),
                Arguments.of(Leniency.EMPTY_CODINGS, R + "Transfer-Encoding: ,»\r\n\r\n0\r\n\r\n"),
                Arguments.of(Leniency.EMPTY_CODINGS, R + "Transfer-Encoding: chunked, »chunked\r\n"),
                Arguments.of(Leniency.SPACE_AFTER_CHUNK_SIZE, C + "1\t \r\nx\r\n0 \r\n\r\n"),
                Arguments.of(Leniency.SPACE_IN_EXTENSION, C + "1 ; a = b\t; c\r\nx\r\n0 »\r\n"),
                Arguments.of(Leniency.SPACE_IN_EXTENSION, C + "1;a »\r\n"),
                Arguments.of(Leniency.FRAMING_TRAILERS, C + "0\r\nContent-Length: x\r\nTransfer-Encoding:\r\n\r\n"));
    }

    @ParameterizedTest
    @MethodSource
    void lenient(Leniency allowed, String marked) {
        is(HttpReference.requests(rules(EnumSet.of(allowed))), marked);
        assertThat(marked.contains("»")
                        || HttpReference.requests(rules(STRICT))
                                        .tell(bytes(marked), true)
                                        .verdict()
                                        .kind()
                                == Kind.MALFORMED)
                .isTrue();
    }

    private static void is(HttpReference reference, String marked) {
        byte[] stream = bytes(marked.replace("»", ""));
        Told told = reference.tell(stream, true);
        int at = marked.indexOf('»');
        if (at < 0) {
            assertThat(told.verdict().kind()).as(told.toString()).isIn(Kind.CLEAN, Kind.FINISHED);
            return;
        }
        assertThat(told.verdict().kind()).as(told.toString()).isEqualTo(Kind.MALFORMED);
        assertThat(told.verdict().position()).as(told.toString()).isEqualTo(at);
        // and not before
        Told before = reference.tell(Arrays.copyOf(stream, at), false);
        assertThat(before.verdict().kind()).as(before.toString()).isIn(Kind.TRUNCATED, Kind.CLEAN);
    }

    /** Each limit: the stream passes with it, and is too long with one less. */
    @Test
    void limits() {
        String head = "\r\nPOST /abc HTTP/1.1\r\nA: bcd\r\nB: c\r\nTransfer-Encoding: chunked\r\n\r\n";
        byte[] stream = bytes(head + "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: uv\r\nW: x\r\n\r\n");
        int[] exactly = {head.length(), 28, 3, 5, 7, 15};
        assertThat(told(stream, exactly)).isEqualTo("end");
        for (int i = 0; i < exactly.length; i++) {
            int[] less = exactly.clone();
            less[i]--;
            assertThat(told(stream, less)).as("limit %d", i).isEqualTo("too long at 0");
        }
    }

    private static String told(byte[] stream, int[] l) {
        HttpRules rules = new HttpRules(1 << 20, l[0], l[1], l[2], l[3], l[4], l[5], STRICT);
        return HttpReference.requests(rules).tell(stream, true).verdict().toString();
    }

    @Test
    void whatTheGeneratorWroteIsRead() {
        for (int seed = 0; seed < 5000; seed++) {
            Random random = new Random(seed);
            List<HttpSamples.Message> sent =
                    seed % 2 == 0 ? HttpSamples.requests(random) : HttpSamples.responses(random);
            byte[] stream = HttpSamples.stream(sent);
            Told told = of(seed, sent).tell(stream, true);
            assertThat(told.verdict().kind()).as("seed %d: %s", seed, told).isIn(Kind.CLEAN, Kind.FINISHED);
            assertThat(told.messages()).as("seed %d: %s", seed, told).hasSameSizeAs(sent);
            for (int i = 0; i < sent.size(); i++) {
                Message m = told.messages().get(i);
                HttpSamples.Message right = sent.get(i);
                assertThat(m.length()).as("seed %d: %s", seed, m).isEqualTo(right.bytes().length);
                assertThat(m.startLine()).isEqualTo(right.startLine());
                assertThat(m.fields()).isEqualTo(right.fields());
                assertThat(m.payload()).isEqualTo(right.content());
                assertThat(m.trailers()).isEqualTo(right.trailers());
            }
        }
    }

    /** What a message has at least never falls from one byte to the next, and never passes what it has in the end. */
    @Test
    void whatIsCertainGrows() {
        for (int seed = 0; seed < 400; seed++) {
            Random random = new Random(seed);
            List<HttpSamples.Message> sent =
                    seed % 2 == 0 ? HttpSamples.requests(random) : HttpSamples.responses(random);
            byte[] stream = HttpSamples.stream(sent);
            HttpReference reference = of(seed, sent);
            for (Message m : reference.tell(stream, true).messages()) {
                long least = 0;
                long leastHead = 0;
                for (int n = 1; n < m.length(); n++) {
                    HttpReference.Verdict v = reference
                            .tell(Arrays.copyOf(stream, m.position() + n), false)
                            .verdict();
                    assertThat(v.start()).isEqualTo(m.position());
                    assertThat(v.least()).as("seed %d: %d of %s", seed, n, m).isBetween(least, (long) m.length());
                    assertThat(v.leastHead())
                            .as("seed %d: %d of %s", seed, n, m)
                            .isBetween(leastHead, (long) m.head());
                    least = v.least();
                    leastHead = v.leastHead();
                }
            }
        }
    }

    /** What is broken stays broken, whatever follows; every kind of end comes up. */
    @Test
    void verdictsAreFinal() {
        Map<Kind, Integer> seen = new EnumMap<>(Kind.class);
        for (int seed = 0; seed < 600; seed++) {
            Random random = new Random(seed);
            List<HttpSamples.Message> sent =
                    seed % 2 == 0 ? HttpSamples.requests(random) : HttpSamples.responses(random);
            byte[] stream = HttpDamage.damaged(HttpSamples.stream(sent), random);
            HttpReference reference = of(seed, sent);
            Told whole = reference.tell(stream, true);
            seen.merge(whole.verdict().kind(), 1, Integer::sum);
            boolean broken = false;
            for (int n = 0; n <= stream.length; n++) {
                Kind kind = reference
                        .tell(Arrays.copyOf(stream, n), false)
                        .verdict()
                        .kind();
                boolean now = kind == Kind.MALFORMED || kind == Kind.TOO_LONG;
                assertThat(now || !broken).as("seed %d after %d bytes", seed, n).isTrue();
                if (kind == Kind.MALFORMED && !broken)
                    assertThat(whole.verdict().position()).as("seed %d", seed).isEqualTo(n - 1);
                broken = now;
            }
        }
        System.out.println("damaged streams: " + seen);
        assertThat(seen).containsOnlyKeys(Kind.CLEAN, Kind.FINISHED, Kind.MALFORMED, Kind.TOO_LONG, Kind.TRUNCATED);
    }

    private static HttpReference of(int seed, List<HttpSamples.Message> sent) {
        if (seed % 2 == 0) return HttpReference.requests(rules(STRICT));
        return HttpReference.responses(rules(STRICT), asked(sent));
    }

    /** The requests that these responses answer. */
    static List<String> asked(List<HttpSamples.Message> responses) {
        return responses.stream()
                .filter(m -> !m.startLine().get(1).matches("10[023]"))
                .map(HttpSamples.Message::method)
                .toList();
    }
}
