package dev.framing.text;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.framing.FrameCodec;
import dev.framing.codec.Delimited;
import dev.framing.codec.FixedLength;
import dev.framing.codec.HeaderFramed;
import dev.framing.codec.HttpLimits;
import dev.framing.codec.HttpRequests;
import dev.framing.codec.HttpResponses;
import dev.framing.codec.LengthPrefixed;
import dev.framing.codec.Leniency;
import dev.framing.codec.Multipart;
import dev.framing.codec.Nats;
import dev.framing.codec.StartLine;
import dev.framing.codec.Stuffed;
import io.vavr.collection.LinkedHashMap;
import io.vavr.collection.List;
import io.vavr.collection.Map;
import io.vavr.collection.Seq;
import io.vavr.control.Validation;
import java.nio.ByteOrder;
import java.util.function.Function;

/**
 * The families of the text form: a line of the table and a method for each. A parameter has the name of the builder's method; what
 * makes sense is the builder's to say, what can be read is said by {@link Arguments}.
 */
final class Families {
    /** Makes the codec that its parameters say. */
    private interface Family extends Function<Arguments, Validation<Seq<String>, ? extends FrameCodec>> {}

    private static final Map<String, Family> TABLE = LinkedHashMap.<String, Family>of(
                    "length",
                    Families::length,
                    "delimited",
                    Families::delimited,
                    "headers",
                    Families::headers,
                    "http-request",
                    Families::httpRequest,
                    "http-response",
                    Families::httpResponse,
                    "fixed",
                    Families::fixed,
                    "slip",
                    a -> stuffed(Stuffed.slip(), a),
                    "hdlc",
                    a -> stuffed(Stuffed.hdlc(), a),
                    "cobs",
                    a -> stuffed(Stuffed.cobs(), a),
                    "dots",
                    a -> stuffed(Stuffed.dots(), a))
            .put("multipart", Families::multipart)
            .put("nats", Families::nats);

    private static final Map<String, LengthPrefixed.Counts> COUNTS = words(LengthPrefixed.Counts.values());
    private static final Map<String, HeaderFramed.Body> BODIES = words(HeaderFramed.Body.values());
    private static final Map<String, StartLine.Form> STARTS = words(StartLine.Form.values());
    private static final Map<String, HeaderFramed.Lines> LINES = words(HeaderFramed.Lines.values());
    private static final Map<String, HeaderFramed.Style> STYLES = words(HeaderFramed.Style.values());
    private static final Map<String, HeaderFramed.EmptyLines> EMPTY_LINES = words(HeaderFramed.EmptyLines.values());
    private static final Map<String, ByteOrder> ORDERS =
            LinkedHashMap.of("big", ByteOrder.BIG_ENDIAN, "little", ByteOrder.LITTLE_ENDIAN);

    private static final Map<String, Leniency> LENIENCIES = words(Leniency.values());
    /** What matters to a response; any other method is as GET. */
    private static final Map<String, String> METHODS =
            List.of("GET", "HEAD", "CONNECT").toLinkedMap(m -> m, m -> m);

    private Families() {}

    /** What they are called. */
    static Seq<String> names() {
        return TABLE.keySet().toVector();
    }

    static boolean has(String name) {
        return TABLE.containsKey(name);
    }

    /** The codec of that family, or what it says against its parameters; those that cannot be read are mistakes already. */
    static Validation<Seq<String>, ? extends FrameCodec> make(String name, Arguments a) {
        return TABLE.get(name).get().apply(a);
    }

    private static Validation<Seq<String>, LengthPrefixed> length(Arguments a) {
        LengthPrefixed.Builder b = LengthPrefixed.builder();
        if (a.flag("varint")) b.varint();
        if (a.flag("quic")) b.quic();
        if (a.flag("ber")) b.ber();
        a.flag("decimal"); // the builder wants to know it with the next
        a.character("until", b::decimal);
        a.atMostOne("varint", "quic", "ber", "decimal");
        a.together("decimal", "until");
        a.number("width", b::width);
        a.word("order", ORDERS, b::order);
        a.bits("mask", b::mask);
        a.number("offset", b::offset);
        a.number("head", b::head);
        a.word("counts", COUNTS, b::counts);
        a.number("adjust", b::adjust);
        a.numberOrBytes("trailer", b::trailer, b::trailer);
        a.number("max", b::max);
        return b.validate();
    }

    private static Validation<Seq<String>, Delimited> delimited(Arguments a) {
        Delimited.Builder b = Delimited.builder();
        a.strings("delimiter", b::delimiter);
        a.bytes("any", b::any);
        a.bytes("start", b::start);
        a.bytes("end", b::end);
        a.bytes("between", b::between);
        a.bytes("escape", b::escape);
        a.flag("unescape", b::unescape);
        a.flag("keep", b::keep);
        a.flag("strict", b::strict);
        a.flag("lastLine", b::lastLine);
        a.number("max", b::max);
        return b.validate();
    }

    private static Validation<Seq<String>, HeaderFramed> headers(Arguments a) {
        HeaderFramed.Builder b = HeaderFramed.builder();
        a.word("body", BODIES, b::body);
        a.number("max", b::max);
        a.number("head", b::head);
        a.number("line", b::line);
        a.number("fields", b::fields);
        a.longNumber("content", b::content);
        a.number("chunk-line", b::chunkLine);
        a.number("trailer", b::trailer);
        a.word("start", STARTS, b::start);
        a.bytes("version", v -> b.version(new String(v, ISO_8859_1)));
        a.word("lines", LINES, b::lines);
        a.word("style", STYLES, b::style);
        a.word("empty", EMPTY_LINES, b::empty);
        if (a.flag("compact")) b.compact();
        if (a.flag("folded")) b.folded();
        if (a.flag("spaced")) b.spaced();
        return b.validate();
    }

    private static Validation<Seq<String>, HttpRequests> httpRequest(Arguments a) {
        return http(HttpRequests.builder(), a);
    }

    private static Validation<Seq<String>, HttpResponses> httpResponse(Arguments a) {
        HttpResponses.Builder b = HttpResponses.builder();
        a.word("to", METHODS, b::to);
        return http(b, a);
    }

    private static <C extends FrameCodec, B extends HttpLimits<C, B>> Validation<Seq<String>, C> http(
            B b, Arguments a) {
        a.number("max", b::max);
        a.number("head", b::head);
        a.number("line", b::line);
        a.number("fields", b::fields);
        a.longNumber("body", b::body);
        a.number("chunk-line", b::chunkLine);
        a.number("trailer", b::trailer);
        a.words("allow", LENIENCIES, b::allow);
        return b.validate();
    }

    private static Validation<Seq<String>, Multipart> multipart(Arguments a) {
        Multipart.Builder b = Multipart.builder();
        a.bytes("boundary", boundary -> b.boundary(new String(boundary, ISO_8859_1)));
        a.number("max", b::max);
        a.number("head", b::head);
        a.number("line", b::line);
        a.number("fields", b::fields);
        return b.validate();
    }

    private static Validation<Seq<String>, Nats> nats(Arguments a) {
        Nats.Builder b = Nats.builder();
        a.number("max", b::max);
        a.number("head", b::head);
        a.number("line", b::line);
        a.number("fields", b::fields);
        return b.validate();
    }

    private static Validation<Seq<String>, FixedLength> fixed(Arguments a) {
        int[] length = {1};
        a.bareNumber("length", n -> length[0] = n);
        return length[0] > 0
                ? Validation.valid(FixedLength.of(length[0]))
                : Validation.invalid(List.of("length " + length[0] + ": a frame has at least 1 byte"));
    }

    private static Validation<Seq<String>, Stuffed> stuffed(Stuffed form, Arguments a) {
        Stuffed.Builder b = form.toBuilder();
        a.number("max", b::max);
        return b.validate();
    }

    /** A constant prints as its word. */
    private static <E extends Enum<E>> Map<String, E> words(E[] values) {
        return List.of(values).toLinkedMap(e -> e.toString(), e -> e);
    }
}
