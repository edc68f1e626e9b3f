package dev.framing.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.Frame;
import dev.framing.FrameDecoder;
import dev.framing.FrameHandler;
import dev.framing.Framer;
import dev.framing.FramingError;
import dev.framing.Oversize;
import dev.framing.codec.HttpReference.Kind;
import dev.framing.codec.HttpReference.Message;
import dev.framing.codec.HttpReference.Told;
import dev.framing.testkit.Cuts;
import dev.framing.testkit.HttpDamage;
import dev.framing.testkit.HttpSamples;
import dev.framing.testkit.Replay;
import dev.framing.testkit.StreamLaws;
import dev.framing.testkit.Wire;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.vavr.control.Option;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * The decoder and {@link HttpReference} over the same streams: generated, damaged, cut anywhere, under any limit and any leniency. More
 * runs: {@code -Dframing.long=true}; a run that fails names its seed.
 */
class HttpAgreementTest {
    private static final int RUNS = Boolean.getBoolean("framing.long") ? 2_000_000 : 20_000;
    /** Runs of these that go through every law. */
    private static final int LAWFUL = RUNS / 100;

    private static final List<Leniency> SWITCHES = List.of(Leniency.values());

    /** One stream, and both that read it. */
    record Case(byte[] stream, HttpRules rules, HttpReference reference, Supplier<FrameDecoder> decoder) {
        static Case of(long seed) {
            Random random = new Random(seed);
            boolean requests = random.nextBoolean();
            List<HttpSamples.Message> sent = requests ? HttpSamples.requests(random) : HttpSamples.responses(random);
            byte[] stream = HttpSamples.stream(sent);
            if (random.nextInt(6) > 0) stream = HttpDamage.damaged(stream, random);
            HttpRules rules = rules(random, stream.length);
            if (requests)
                return new Case(
                        stream, rules, HttpReference.requests(rules), () -> MessageDecoder.requests(rules, null));
            List<String> asked = HttpReferenceTest.asked(sent);
            return new Case(
                    stream,
                    rules,
                    HttpReference.responses(rules, asked),
                    () -> MessageDecoder.responses(rules, waiting(asked)));
        }

        private static Asked waiting(List<String> methods) {
            Asked asked = new Asked();
            methods.forEach(method -> asked.add(Asked.Method.of(method)));
            return asked;
        }

        /** Half of them strict, half of them with roomy limits. */
        private static HttpRules rules(Random random, int length) {
            Set<Leniency> allowed = EnumSet.noneOf(Leniency.class);
            if (random.nextBoolean()) for (Leniency l : SWITCHES) if (random.nextInt(3) == 0) allowed.add(l);
            if (random.nextBoolean()) return new HttpRules(1 << 20, 8192, 4096, 100, 1 << 20, 256, 8192, allowed);
            int some = Math.max(40, length);
            return new HttpRules(
                    limit(random, 40, 2 * some),
                    limit(random, 30, some),
                    limit(random, 20, 120),
                    limit(random, 1, 12),
                    limit(random, 0, some),
                    limit(random, 3, 40),
                    limit(random, 2, 60),
                    allowed);
        }

        private static int limit(Random random, int least, int most) {
            return random.nextBoolean() ? 1 << 20 : least + random.nextInt(most - least + 1);
        }
    }

    @Test
    void decoderAndReferenceAgree() {
        Map<Kind, Integer> seen = new EnumMap<>(Kind.class);
        for (long seed = 0; seed < RUNS; seed++) {
            Case c = Case.of(seed);
            Told right = underMax(c.reference.tell(c.stream, true), c.rules.max());
            Random random = new Random(seed);
            Cuts cuts = random.nextBoolean() ? Cuts.random(seed) : random.nextBoolean() ? Cuts.whole() : Cuts.oneByte();
            Heard heard = new Heard();
            heard.read(c, cuts);
            String context = "seed " + seed + ", cut " + cuts + ", " + c.rules + "\n" + HeaderTold.text(c.stream);
            assertThat(heard.verdict)
                    .as(context + "\nreference " + right + "\ndecoder " + heard.messages + heard.error)
                    .isEqualTo(right.verdict().toString());
            assertThat(heard.messages.toString())
                    .as(context)
                    .isEqualTo(right.messages().toString());
            seen.merge(right.verdict().kind(), 1, Integer::sum);
        }
        System.out.println("decoder and reference, agreed: " + seen);
        assertThat(seen).hasSameSizeAs(Kind.values());
    }

    /** The engine's limit over the reference's words, which know none. */
    static Told underMax(Told told, int max) {
        List<Message> before = new ArrayList<>();
        for (Message m : told.messages()) {
            if (m.length() > max) return tooLong(before, m.position());
            before.add(m);
        }
        HttpReference.Verdict v = told.verdict();
        return v.least() > max || v.leastHead() > max ? tooLong(before, v.start()) : told;
    }

    private static Told tooLong(List<Message> before, int start) {
        return new Told(before, new HttpReference.Verdict(Kind.TOO_LONG, start, start, -1, -1));
    }

    /** L1 to L11 as far as they are about streams, the reference beside them. */
    @Test
    void everyLawHoldsBesideTheReference() {
        for (long seed = 0; seed < LAWFUL; seed++) {
            Case c = Case.of(-1 - seed);
            int max = c.rules.max();
            StreamLaws laws = StreamLaws.of("seed " + (-1 - seed) + " " + c.rules, c.decoder)
                    .reference(c.reference)
                    .withoutSwitch();
            Oversize policy = StreamLaws.policies(max).get((int) (seed % 4));
            laws.framesDoNotDependOnTheSplit(c.stream, max, policy);
            laws.theVerdictIsTheEarliest(c.stream, max, policy);
        }
    }

    // ------------------------------------------------------------------------ found so

    private static final String CHUNKED = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";

    @Test
    void theLineEndBehindDataIsOfNoChunkLine() {
        HttpRules rules = new HttpRules(1 << 20, 8192, 4096, 100, 1 << 20, 5, 8192, Set.of());
        assertThat(verdict(CHUNKED + "1;a\r\nx\r\n0\r\n\r\n", rules)).isEqualTo("end");
    }

    @Test
    void aSecondLengthIsRefusedAtTheDigitThatMakesItAnother() {
        String head = "POST / HTTP/1.1\r\nContent-Length: 30, ";
        assertThat(verdict(head + "20", Leniency.REPEATED_LENGTH)).isEqualTo("malformed at " + head.length());
    }

    /** It was told as malformed where all bytes came at once. */
    @Test
    void aSecondLengthThatIsTooLongIsSoHoweverItIsCut() {
        byte[] stream = Wire.bytes("POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 22");
        int head = stream.length + 2;
        HttpRules rules = new HttpRules(1 << 20, head, 4096, 100, 1 << 20, 256, 8192, Set.of(Leniency.REPEATED_LENGTH));
        StreamLaws.of("second length", () -> MessageDecoder.requests(rules, null))
                .reference(HttpReference.requests(rules))
                .theVerdictIsTheEarliest(stream, 1 << 20, Oversize.fail());
        assertThat(verdict(HeaderTold.text(stream), rules)).isEqualTo("too long at 0");
    }

    @Test
    void noCommaStandsBehindChunked() {
        String head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked";
        assertThat(verdict(head + ", gzip", Leniency.OTHER_CODINGS)).isEqualTo("malformed at " + head.length());
    }

    @Test
    void controlBytesAreAllowedInValuesOnly() {
        HttpRules rules = strictBut(Leniency.CONTROL_BYTES);
        byte[] stream = Wire.bytes("HTTP/1.1 200 a\1b\r\n\r\n");
        assertThat(verdict(stream, rules, () -> MessageDecoder.responsesTo(rules, Asked.Method.OTHER)))
                .isEqualTo("malformed at 14");
    }

    @Test
    void aWrongCodingIsMalformedAlsoWhereARightOneWouldBeTooLong() {
        String head = "POST / HTTP/1.1\r\nTransfer-Encoding: ";
        int max = head.length() + "chunked\r\n\r\n0\r\n\r\n".length();
        HttpRules rules = new HttpRules(max, max, max, 100, 1 << 20, 256, 8192, Set.of());
        assertThat(verdict(head + "x", rules)).isEqualTo("malformed at " + head.length());
        assertThat(verdict(head + "chunkedx", rules)).isEqualTo("malformed at " + (head.length() + 7));
    }

    @Test
    void trailersThatMayEndWithLfAloneAreAByteShorter() {
        String wire = "POST / HTTP/1.1\nTransfer-Encoding: chunked\n\n1\r\nx\r\n0\r\n\n";
        HttpRules rules = new HttpRules(wire.length(), 8192, 4096, 100, 1 << 20, 256, 8192, Set.of(Leniency.BARE_LF));
        assertThat(verdict(wire, rules)).isEqualTo("end");
    }

    /** Where all bytes came at once, the limit of the whole message was told, also where that of the body was passed before. */
    @Test
    void aBodyUntilTheEndPassesTheSameLimitHoweverItIsCut() {
        byte[] stream = Wire.bytes("HTTP/1.1 200 OK\r\n\r\n" + "x".repeat(500));
        HttpResponses codec = HttpResponses.builder().max(300).body(100).build();
        FramingError passed = new FramingError.FrameTooLong(0, -1, 100, "bytes of body", "");
        for (Oversize policy : List.of(Oversize.fail(), Oversize.skip(), Oversize.parts(0, 250))) {
            for (Cuts cuts : List.of(Cuts.whole(), Cuts.oneByte(), Cuts.at(200))) {
                assertThat(Replay.of(codec)
                                .oversize(policy)
                                .cuts(cuts)
                                .run(stream)
                                .error())
                        .as("%s, cut %s", policy, cuts)
                        .contains(passed);
            }
        }
    }

    private static String verdict(String stream, Leniency allowed) {
        return verdict(stream, strictBut(allowed));
    }

    private static String verdict(String stream, HttpRules rules) {
        return verdict(Wire.bytes(stream), rules, () -> MessageDecoder.requests(rules, null));
    }

    private static String verdict(byte[] stream, HttpRules rules, Supplier<FrameDecoder> decoder) {
        Heard heard = new Heard();
        heard.read(new Case(stream, rules, HttpReference.requests(rules), decoder), Cuts.whole());
        return heard.verdict;
    }

    private static HttpRules strictBut(Leniency allowed) {
        return new HttpRules(1 << 20, 8192, 4096, 100, 1 << 20, 256, 8192, Set.of(allowed));
    }

    /** What the decoder tells, in the reference's words. */
    static final class Heard implements FrameHandler {
        final List<Message> messages = new ArrayList<>();
        String verdict = "";
        String error = "";
        private boolean finished;
        private long position;

        void read(Case c, Cuts cuts) {
            try (Framer framer = Framer.builder(c.decoder.get(), c.rules.max()).build(this)) {
                int from = 0;
                for (int to : cuts.ends(c.stream.length)) {
                    framer.offer(Unpooled.copiedBuffer(c.stream, from, to - from));
                    from = to;
                }
                framer.end();
                finished = framer.isFinished();
                position = framer.position();
            }
            if (finished && verdict.equals("end")) verdict = "left at " + position;
        }

        @Override
        public void onFrame(Frame frame) {
            Headers headers = frame.detail(Headers.class).get();
            StartLine line = headers.startLine();
            List<String> start = line.isRequest()
                    ? List.of(line.method(), line.target(), line.version())
                    : List.of(line.version(), String.valueOf(line.status()), line.reason());
            Option<List<String>> trailers = frame.detail(Trailers.class).map(Heard::fields);
            if (trailers.isEmpty() && frame.tailLength() > 0) trailers = Option.some(List.of());
            messages.add(new Message(
                    (int) frame.position(),
                    (int) frame.length(),
                    frame.headLength(),
                    ByteBufUtil.getBytes(frame.buffer(), frame.payloadIndex(), frame.payloadLength(), true),
                    frame.tailLength(),
                    start,
                    fields(headers),
                    trailers));
        }

        private static List<String> fields(Fields fields) {
            List<String> all = new ArrayList<>();
            for (int i = 0; i < fields.count(); i++) all.add(fields.name(i) + ": " + fields.value(i));
            return all;
        }

        @Override
        public void onEnd() {
            verdict = "end";
        }

        @Override
        public void onError(FramingError e) {
            error = e.message();
            if (e instanceof FramingError.Malformed m) verdict = "malformed at " + m.position();
            else if (e instanceof FramingError.FrameTooLong l) verdict = "too long at " + l.position();
            else if (e instanceof FramingError.Truncated t) verdict = "truncated at " + t.position();
            else if (e instanceof FramingError.LeftoverBytes l) verdict = "left at " + l.position();
            else verdict = e.toString();
        }
    }
}
