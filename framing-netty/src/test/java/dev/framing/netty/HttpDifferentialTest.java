package dev.framing.netty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.Frame;
import dev.framing.FrameDecoder;
import dev.framing.FrameHandler;
import dev.framing.Framer;
import dev.framing.FramingError;
import dev.framing.codec.Fields;
import dev.framing.codec.Headers;
import dev.framing.codec.HttpRequests;
import dev.framing.codec.HttpResponses;
import dev.framing.codec.StartLine;
import dev.framing.codec.Trailers;
import dev.framing.netty.HttpHeard.End;
import dev.framing.netty.HttpHeard.Said;
import dev.framing.testkit.HttpDamage;
import dev.framing.testkit.HttpSamples;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Netty's and Jetty's readers of HTTP/1.1 and ours over the same bytes. Messages that are right: the same. Others: the same, or ours
 * refuses what the peer lets pass, or the peer has a reason of its own; every difference is one of {@link Difference}. More runs: {@code
 * -Dframing.long=true}; a run that fails names its seed.
 */
class HttpDifferentialTest {
    private static final int RUNS = Boolean.getBoolean("framing.long") ? 400_000 : 20_000;

    /** {@code -Dframing.examples=true}: the first stream of each class is printed. */
    private static final boolean EXAMPLES = Boolean.getBoolean("framing.examples");

    /** Who does what the other does not. */
    private enum Side {
        /** We refuse what the peer takes; the pattern is of our reason. */
        WE_REFUSE,
        /** The peer refuses what we take; the pattern is of its reason. */
        PEER_REFUSES,
        /** Both take it, and the peer tells it otherwise. */
        PEER_CHANGES
    }

    /** How we and a peer may differ. */
    private enum Difference {
        /** Netty takes a CR in a start line for a blank, and skips one before it. */
        BARE_CR(Side.WE_REFUSE, "CR without LF"),
        /** Empty lines, LFs, or (Netty) any control bytes and blanks before a message. */
        EMPTY_LINES_BEFORE_A_MESSAGE(Side.WE_REFUSE, "empty line|a method must start here"),
        /** Method, target or version are not what RFC 9112 3 says: blanks, obs-text, other versions. */
        LOOSE_REQUEST_LINE(
                Side.WE_REFUSE,
                "no byte for a method|request target|without version|behind? the version|follow the version"),
        /** HTTP/2.0 in either, in Netty whatever looks like a name and two numbers: ICAP/1.0, HTTP/1.10. */
        OTHER_VERSIONS(Side.WE_REFUSE, "the version is not"),
        /** No SP behind the code, other than three digits, a control byte in the reason. */
        LOOSE_STATUS_LINE(Side.WE_REFUSE, "status code|in the reason"),
        /** A line that begins with a blank goes on with the value before. */
        FOLDED_LINES(Side.WE_REFUSE, "folded|before the first header field"),
        /** Netty's responses: blanks between name and colon, or a name that is cut off there. */
        SPACE_BEFORE_THE_COLON(Side.WE_REFUSE, "whitespace before the colon"),
        /** Netty's responses without body: Content-Length beside Transfer-Encoding. */
        LENGTH_BESIDE_CODING(Side.WE_REFUSE, "beside"),
        /** Netty: a repeated Content-Length; where a response has no body anyway, one beside Transfer-Encoding. */
        OTHER_LENGTHS(Side.WE_REFUSE, "Content-Length"),
        /** Codings before chunked, empty elements, a second Transfer-Encoding, no chunked in a response. */
        OTHER_CODINGS(Side.WE_REFUSE, "transfer coding|Transfer-Encoding|chunked is not"),
        /** A chunk size in other spellings, blanks behind it or around an extension. */
        LOOSE_CHUNK_LINES(Side.WE_REFUSE, "chunk size|chunk extension|chunk line"),
        /** Content-Length and Transfer-Encoding among the trailers: dropped (Netty), told (Jetty). */
        FRAMING_TRAILERS(Side.WE_REFUSE, "may not stand here"),
        /** What follows Connection: close, or HTTP/1.0 that is not kept alive; for both a matter of who uses them. */
        BYTES_BEHIND_THE_LAST_MESSAGE(Side.WE_REFUSE, "behind the message that ends the connection"),
        /** A response that nobody asked for, likewise. */
        RESPONSES_TO_NOTHING(Side.WE_REFUSE, "asked"),
        /** The stream ends in a start line or between two header lines, and nobody is told. */
        CUT_MESSAGES_ARE_DROPPED(Side.WE_REFUSE, "stream ended inside"),
        /** We refuse at the byte, the peer at the end of the line: and the stream ends before that. */
        THE_PEER_WAITS(Side.WE_REFUSE, "(?!)"),

        /** HttpChunkLineValidatingByteProcessor: a byte above 7F in a quoted value is a negative index into a BitSet. */
        NETTY_BREAKS_ON_OBS_TEXT_IN_AN_EXTENSION(Side.PEER_REFUSES, "bitIndex < 0"),
        /** Transfer-Encoding is for exactly 1.1; a minor version above is refused (RFC 9110 2.5 wants it read as 1.1). */
        NETTY_TAKES_1_2_FOR_OLD(Side.PEER_REFUSES, "only allowed in HTTP/1.1"),
        /** A length beyond 63 bits, in a response that has no body: the RFC ignores it, and so do we. */
        NETTY_READS_THE_LENGTH_OF_NO_BODY(Side.PEER_REFUSES, "Content-Length value is not a number"),
        /** Host missing, twice, or no authority (RFC 9112 3.2): true, and not framing. */
        JETTY_LOOKS_AT_HOST(Side.PEER_REFUSES, "Host|Authority|Bad Port"),
        JETTY_KNOWS_NO_VERSION_ABOVE_1_1(Side.PEER_REFUSES, "505 Unknown Version"),
        /** A reason may begin with obs-text and HTAB (RFC 9112 4); Jetty takes them further on only. */
        JETTY_REFUSES_FIRST_BYTES_OF_A_REASON(Side.PEER_REFUSES, "Illegal character (OTEXT|HTAB)"),
        /** ArithmeticException: a length beyond 63 bits where there is no body. */
        JETTY_READS_THE_LENGTH_OF_NO_BODY(Side.PEER_REFUSES, "long overflow|Bad Response|asserts"),

        /** Responses without body: Transfer-Encoding: chunked is removed from their fields. */
        NETTY_FORGETS_THE_CODING_OF_NO_BODY(Side.PEER_CHANGES, "(?!)"),
        /** A field called Trailer among the trailers is dropped. */
        NETTY_DROPS_TRAILER(Side.PEER_CHANGES, "(?!)"),
        /** A field of Jetty's cache whose value begins with HTAB keeps it. */
        JETTY_KEEPS_BLANKS_BEFORE_A_VALUE(Side.PEER_CHANGES, "(?!)");

        private final Side side;
        private final Pattern reason;

        Difference(Side side, String reason) {
            this.side = side;
            this.reason = Pattern.compile(reason);
        }

        static Difference of(Side side, String why) {
            return Arrays.stream(values())
                    .filter(d -> d.side == side && d.reason.matcher(why).find())
                    .findFirst()
                    .orElse(null);
        }
    }

    private final Map<Difference, Integer> seen = new EnumMap<>(Difference.class);
    private int equal;
    private int equalOfRight;

    @Test
    void nettyRequests() {
        run("Netty's HttpRequestDecoder", true, HttpPeers::netty, true);
    }

    @Test
    void nettyResponses() {
        run("Netty's HttpResponseDecoder", true, HttpPeers::netty, false);
    }

    @Test
    void jettyRequests() {
        run("Jetty's HttpParser of requests", false, HttpPeers::jetty, true);
    }

    @Test
    void jettyResponses() {
        run("Jetty's HttpParser of responses", false, HttpPeers::jetty, false);
    }

    private void run(String name, boolean isNetty, HttpPeers.Peer peer, boolean requests) {
        int right = 0;
        for (int seed = 0; seed < RUNS / 4; seed++) {
            Random random = new Random(seed);
            List<HttpSamples.Message> sent = requests ? HttpSamples.requests(random) : HttpSamples.responses(random);
            List<String> asked = requests ? null : asked(sent);
            boolean isRight = random.nextInt(4) == 0;
            byte[] stream = HttpSamples.stream(sent);
            if (!isRight) stream = HttpDamage.damaged(stream, random);
            List<byte[]> reads = cut(stream, random);
            HttpHeard ours = ours(reads, asked);
            HttpHeard theirs = peer.read(reads, asked);
            String context = name + " seed " + seed + " asked " + asked + "\n" + text(stream) + "\n theirs " + theirs
                    + "\n ours " + ours;
            if (isRight) {
                right++;
                assertThat(ours.end()).as(context).isIn(End.CLEAN, End.LEFT);
                assertThat(ours.messages()).as(context).isEqualTo(said(sent));
            }
            compare(isNetty, ours, theirs, isRight, context);
        }
        System.out.println(name + ": " + right + " right streams, " + equalOfRight + " equal; " + (RUNS / 4 - right)
                + " damaged ones, " + (equal - equalOfRight) + " equal, " + seen);
    }

    private void compare(boolean isNetty, HttpHeard ours, HttpHeard theirs, boolean isRight, String context) {
        HttpHeard we = plain(ours, isNetty, false);
        HttpHeard they = plain(theirs, isNetty, false);
        if (we.agrees(they)) {
            equal++;
            if (isRight) equalOfRight++;
            return;
        }
        int n = Math.min(we.messages().size(), they.messages().size());
        boolean changed = !we.messages().subList(0, n).equals(they.messages().subList(0, n));
        if (changed) {
            note(changes(isNetty, we), context);
            we = plain(we, isNetty, true);
            they = plain(they, isNetty, true);
        }
        if (we.agrees(they)) return;
        Side side = side(we, they);
        assertThat(side).as("neither is stricter: " + context).isNotNull();
        assertThat(isRight && side == Side.WE_REFUSE).as(context).isFalse();
        boolean waits = side == Side.WE_REFUSE
                && they.end() == End.TRUNCATED
                && we.messages().equals(they.messages());
        note(
                waits ? Difference.THE_PEER_WAITS : Difference.of(side, side == Side.WE_REFUSE ? we.why() : they.why()),
                context);
    }

    private void note(Difference difference, String context) {
        assertThat(difference).as("a difference without a name: " + context).isNotNull();
        if (seen.merge(difference, 1, Integer::sum) == 1 && EXAMPLES) System.out.println(difference + ": " + context);
    }

    /** Who stops first, the messages before being the same. */
    private static Side side(HttpHeard we, HttpHeard they) {
        int n = Math.min(we.messages().size(), they.messages().size());
        if (!we.messages().subList(0, n).equals(they.messages().subList(0, n))) return null;
        boolean weStop = we.messages().size() == n && (we.end() == End.BAD || we.end() == End.TRUNCATED);
        boolean theyStop = they.messages().size() == n && they.end() == End.BAD;
        if (weStop && !theyStop) return Side.WE_REFUSE;
        return theyStop ? Side.PEER_REFUSES : null;
    }

    private static Difference changes(boolean isNetty, HttpHeard we) {
        if (!isNetty) return Difference.JETTY_KEEPS_BLANKS_BEFORE_A_VALUE;
        boolean trailer =
                we.messages().stream().anyMatch(m -> m.trailers().stream().anyMatch(t -> t.startsWith("trailer:")));
        return trailer ? Difference.NETTY_DROPS_TRAILER : Difference.NETTY_FORGETS_THE_CODING_OF_NO_BODY;
    }

    /** Without what is the same in other words; {@code all}: without what a peer is known to change. */
    private static HttpHeard plain(HttpHeard heard, boolean isNetty, boolean all) {
        List<Said> messages = new ArrayList<>();
        for (Said s : heard.messages()) {
            List<String> start = List.of(
                    s.startLine().get(0),
                    s.startLine().get(1),
                    s.startLine().get(2).strip());
            List<String> trailers = plain(s.trailers(), isNetty, all, all && isNetty ? "trailer:" : "\n");
            boolean noBody = all && isNetty && s.content().isEmpty() && trailers.isEmpty();
            List<String> fields = plain(s.fields(), isNetty, all, noBody ? "transfer-encoding:" : "\n");
            messages.add(new Said(start, fields, s.content(), trailers));
        }
        return new HttpHeard(messages, heard.end(), heard.why());
    }

    private static List<String> plain(List<String> fields, boolean isNetty, boolean all, String without) {
        return fields.stream()
                .map(f -> {
                    int colon = f.indexOf(':');
                    String value = f.substring(colon + 2);
                    return f.substring(0, colon).toLowerCase(Locale.ROOT) + ": "
                            + (all && !isNetty ? value.replaceAll("^[ \t]+", "") : value);
                })
                .filter(f -> !f.startsWith(without))
                .toList();
    }

    // ------------------------------------------------------------------------ ours

    private static HttpHeard ours(List<byte[]> reads, List<String> asked) {
        FrameDecoder decoder;
        if (asked == null) {
            decoder = HttpRequests.strict().newDecoder();
        } else {
            HttpResponses.Decoder answers = HttpResponses.strict().decoder();
            asked.forEach(answers::expect);
            decoder = answers;
        }
        List<Said> messages = new ArrayList<>();
        FramingError[] error = new FramingError[1];
        boolean left;
        try (Framer framer = Framer.builder(decoder, 1 << 20).build(new FrameHandler() {
            @Override
            public void onFrame(Frame frame) {
                messages.add(said(frame));
            }

            @Override
            public void onError(FramingError e) {
                error[0] = e;
            }
        })) {
            for (byte[] read : reads) framer.offer(Unpooled.wrappedBuffer(read));
            framer.end();
            left = framer.isFinished();
        }
        FramingError e = error[0];
        if (e == null || e instanceof FramingError.LeftoverBytes)
            return new HttpHeard(messages, left || e != null ? End.LEFT : End.CLEAN, "");
        return new HttpHeard(messages, e instanceof FramingError.Truncated ? End.TRUNCATED : End.BAD, e.message());
    }

    private static Said said(Frame frame) {
        Headers headers = frame.detail(Headers.class).get();
        StartLine line = headers.startLine();
        return new Said(
                line.isRequest()
                        ? List.of(line.method(), line.target(), line.version())
                        : List.of(line.version(), String.valueOf(line.status()), line.reason()),
                fields(headers),
                text(frame.bytes()),
                frame.detail(Trailers.class).map(HttpDifferentialTest::fields).getOrElse(List.of()));
    }

    private static List<String> fields(Fields fields) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < fields.count(); i++) all.add(fields.name(i) + ": " + fields.value(i));
        return all;
    }

    // ------------------------------------------------------------------------ streams

    /** What was sent, as all should hear it. */
    private static List<Said> said(List<HttpSamples.Message> sent) {
        return sent.stream()
                .map(m -> new Said(
                        m.startLine(),
                        m.fields(),
                        text(m.content()),
                        m.trailers().getOrElse(List.of())))
                .toList();
    }

    private static List<String> asked(List<HttpSamples.Message> responses) {
        return responses.stream()
                .filter(m -> !m.startLine().get(1).matches("10[023]"))
                .map(HttpSamples.Message::method)
                .toList();
    }

    private static List<byte[]> cut(byte[] stream, Random random) {
        List<byte[]> reads = new ArrayList<>();
        int most = random.nextBoolean() ? Math.max(1, stream.length) : 1 + random.nextInt(40);
        for (int at = 0; at < stream.length; ) {
            int next = Math.min(stream.length, at + (most == stream.length ? most : 1 + random.nextInt(most)));
            reads.add(Arrays.copyOfRange(stream, at, next));
            at = next;
        }
        return reads;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
