package dev.framing.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.FrameCodec;
import dev.framing.codec.Delimited;
import dev.framing.codec.FixedLength;
import dev.framing.codec.HeaderFramed;
import dev.framing.codec.HttpLimits;
import dev.framing.codec.HttpRequests;
import dev.framing.codec.HttpResponses;
import dev.framing.codec.LengthPrefixed;
import dev.framing.codec.LengthPrefixed.Counts;
import dev.framing.codec.Leniency;
import dev.framing.codec.Stuffed;
import io.vavr.collection.Seq;
import io.vavr.control.Validation;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/** Parsing inverts printing, for any codec of any family; and any text at all is either a codec or mistakes that lie in it. */
class TextLawsTest {

    @Property(tries = 5000, shrinking = ShrinkingMode.OFF)
    void parseInvertsPrint(@ForAll("codecs") FrameCodec codec) {
        assertThat(Codecs.parse(codec.toString())).isEqualTo(Validation.valid(codec));
        assertThat(Codecs.print(codec)).isEqualTo(codec.toString());
    }

    @Property(tries = 2000, shrinking = ShrinkingMode.OFF)
    void namedParametersMayStandInAnyOrder(@ForAll("codecs") FrameCodec codec, @ForAll Random random) {
        if (codec instanceof Delimited) return; // the order of its delimiters is which one is written
        String text = codec.toString();
        int open = text.indexOf('(');
        if (open < 0 || text.matches(".*=\"[^ ]*, [^ ]*\".*")) return; // a comma within a string
        List<String> parameters =
                Arrays.asList(text.substring(open + 1, text.length() - 1).split(", "));
        Collections.shuffle(parameters, random);
        assertThat(Codecs.parse(text.substring(0, open) + "(" + String.join(",", parameters) + ")"))
                .isEqualTo(Validation.valid(codec));
    }

    @Property(tries = 5000, shrinking = ShrinkingMode.OFF)
    void damagedTextIsACodecOrMistakesThatLieInIt(@ForAll("codecs") FrameCodec codec, @ForAll Random random) {
        StringBuilder text = new StringBuilder(codec.toString());
        for (int n = 1 + random.nextInt(4); n > 0; n--) damage(text, random);
        isACodecOrMistakes(text.toString());
    }

    @Property(tries = 5000)
    void anyTextIsACodecOrMistakesThatLieInIt(@ForAll("texts") String text) {
        isACodecOrMistakes(text);
    }

    @Property(tries = 500, shrinking = ShrinkingMode.OFF)
    void everyBeginningIsACodecOrMistakesThatLieInIt(@ForAll("codecs") FrameCodec codec) {
        String text = codec.toString();
        for (int n = 0; n < text.length(); n++) isACodecOrMistakes(text.substring(0, n));
    }

    private static void isACodecOrMistakes(String text) {
        Validation<Seq<Mistake>, FrameCodec> parsed = Codecs.parse(text);
        if (parsed.isValid()) {
            assertThat(Codecs.parse(Codecs.print(parsed.get()))).isEqualTo(parsed);
            return;
        }
        Seq<Mistake> mistakes = parsed.getError();
        int characters = text.codePointCount(0, text.length());
        assertThat(mistakes).isNotEmpty().allSatisfy(m -> {
            assertThat(m.column()).isBetween(1, characters + 1);
            assertThat(m.message()).isNotBlank().doesNotContain("\n");
        });
        assertThat(mistakes.map(Mistake::column).asJava()).isSorted();
        assertThat(Codecs.explain(text, mistakes).lines()).hasSize(mistakes.size() + 1);
    }

    private static void damage(StringBuilder text, Random random) {
        String fresh = "(),=\"\\ \tx0129-kmg\r\n\u0000\u00e9\ud83d";
        int at = random.nextInt(text.length() + 1);
        char c = fresh.charAt(random.nextInt(fresh.length()));
        switch (text.length() == at ? 0 : random.nextInt(4)) {
            case 0 -> text.insert(at, c);
            case 1 -> text.deleteCharAt(at);
            case 2 -> text.setCharAt(at, c);
            default -> text.insert(at, text.substring(at));
        }
    }

    @Provide
    Arbitrary<String> texts() {
        Arbitrary<String> words = Arbitraries.of(
                "length",
                "delimited",
                "headers",
                "fixed",
                "http-request",
                "http-response",
                "allow",
                "bare-lf",
                "slip",
                "dns",
                "(",
                ")",
                ",",
                "=",
                "\"",
                "\\",
                "\\x",
                "max",
                "width",
                "varint",
                "decimal",
                "until",
                "head",
                "trailer",
                "mask",
                "keep",
                "end",
                "1",
                "64k",
                "-1",
                "0xff",
                "99999999999",
                "little",
                "frame",
                " ",
                "\"\\n\"",
                "\u00e9",
                "\u0000");
        return Arbitraries.oneOf(
                words.list().ofMaxSize(15).map(w -> String.join("", w)),
                words.list().ofMaxSize(12).map(w -> "length(" + String.join("", w) + ")"),
                words.list().ofMaxSize(12).map(w -> "delimited(" + String.join(",", w) + ")"),
                Arbitraries.strings().ofMaxLength(40));
    }

    @Provide
    Arbitrary<FrameCodec> codecs() {
        return Arbitraries.randomValue(random -> switch (random.nextInt(10)) {
            case 0 -> stuffed(random);
            case 1 -> FixedLength.of(1 + size(random));
            case 2 -> headers(random);
            case 3, 4 -> delimited(random);
            case 5 -> valid(() -> http(HttpRequests.builder(), random));
            case 6 -> valid(() -> http(HttpResponses.builder().to(METHODS.get(random.nextInt(4))), random));
            default -> length(random);
        });
    }

    private static FrameCodec length(Random r) {
        return valid(() -> {
            LengthPrefixed.Builder b = LengthPrefixed.builder();
            boolean binary = false;
            switch (r.nextInt(8)) {
                case 0 -> b.varint();
                case 1 -> b.quic();
                case 2 -> b.ber();
                case 3 -> b.decimal((char) r.nextInt(256));
                default -> binary = true;
            }
            int width = 1 + r.nextInt(8);
            if (r.nextBoolean()) b.width(width);
            if (binary && r.nextBoolean()) b.order(r.nextBoolean() ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
            if (binary && r.nextInt(3) == 0) b.mask(-1L >>> r.nextInt(64) << r.nextInt(64));
            if (r.nextBoolean()) b.offset(r.nextInt(9));
            if (binary && r.nextBoolean()) b.head(r.nextInt(30));
            if (r.nextBoolean()) b.counts(Counts.values()[r.nextInt(4)]);
            else if (r.nextInt(3) == 0) b.adjust(r.nextInt(40) - 20);
            if (r.nextInt(4) == 0) b.trailer(r.nextInt(5));
            else if (r.nextInt(4) == 0) b.trailer(bytes(r, 3));
            if (r.nextBoolean()) b.max(size(r));
            return b.validate();
        });
    }

    private static FrameCodec delimited(Random r) {
        return valid(() -> {
            Delimited.Builder b = Delimited.builder();
            for (int n = r.nextInt(4); n > 0; n--) b.delimiter(bytes(r, 4));
            if (r.nextInt(4) == 0) b.any(bytes(r, 4));
            if (r.nextInt(3) == 0) b.start(bytes(r, 3));
            if (r.nextInt(3) == 0) b.end(bytes(r, 3));
            if (r.nextInt(3) == 0) b.between(bytes(r, 3));
            if (r.nextInt(3) == 0) b.escape(bytes(r, 1)).unescape(r.nextBoolean());
            b.keep(r.nextInt(4) == 0).strict(r.nextInt(4) == 0).lastLine(r.nextInt(4) == 0);
            if (r.nextBoolean()) b.max(size(r));
            return b.validate();
        });
    }

    private static FrameCodec headers(Random r) {
        return valid(() -> {
            HeaderFramed.Builder b = HeaderFramed.builder();
            b.body(HeaderFramed.Body.values()[r.nextInt(HeaderFramed.Body.values().length)]);
            if (r.nextBoolean()) b.max(size(r));
            if (r.nextBoolean()) b.head(size(r));
            if (r.nextBoolean()) b.fields(r.nextInt(200));
            if (r.nextInt(3) == 0) b.content(r.nextLong() >>> 1 + r.nextInt(63));
            if (r.nextInt(3) == 0) b.chunkLine(size(r));
            if (r.nextInt(3) == 0) b.trailer(size(r));
            return b.validate();
        });
    }

    private static final List<String> METHODS = List.of("GET", "HEAD", "CONNECT", "POST");

    private static <C extends FrameCodec, B extends HttpLimits<C, B>> Validation<Seq<String>, C> http(B b, Random r) {
        if (r.nextBoolean()) b.max(size(r));
        if (r.nextInt(3) == 0) b.head(size(r));
        if (r.nextInt(3) == 0) b.line(size(r));
        if (r.nextInt(3) == 0) b.fields(r.nextInt(200));
        if (r.nextInt(3) == 0) b.body(r.nextLong() >>> 1 + r.nextInt(63));
        if (r.nextInt(3) == 0) b.chunkLine(size(r));
        if (r.nextInt(3) == 0) b.trailer(size(r));
        for (int n = r.nextInt(4); n > 0; n--) b.allow(Leniency.values()[r.nextInt(Leniency.values().length)]);
        return b.validate();
    }

    private static FrameCodec stuffed(Random r) {
        return valid(() ->
                List.of(Stuffed.slip(), Stuffed.hdlc(), Stuffed.cobs(), Stuffed.dots()).get(r.nextInt(4)).toBuilder()
                        .max(r.nextBoolean() ? Stuffed.DEFAULT_MAX : size(r))
                        .validate());
    }

    private static FrameCodec valid(Supplier<? extends Validation<Seq<String>, ? extends FrameCodec>> made) {
        for (; ; ) {
            Validation<Seq<String>, ? extends FrameCodec> v = made.get();
            if (v.isValid()) return v.get();
        }
    }

    private static byte[] bytes(Random r, int most) {
        byte[] bytes = new byte[1 + r.nextInt(most)];
        r.nextBytes(bytes);
        String likely = "\r\n\t\0\\\" ,:(){}x";
        for (int i = 0; i < bytes.length; i++)
            if (r.nextBoolean()) bytes[i] = (byte) likely.charAt(r.nextInt(likely.length()));
        return bytes;
    }

    /** Of every magnitude; often one that is written with k or m. */
    private static int size(Random r) {
        return switch (r.nextInt(4)) {
            case 0 -> 1024 * (1 + r.nextInt(1 << r.nextInt(20)));
            case 1 -> 1 << 20 + r.nextInt(11);
            default -> r.nextInt() >>> 1 + r.nextInt(31);
        };
    }
}
