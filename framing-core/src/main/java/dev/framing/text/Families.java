package dev.framing.text;

import dev.framing.FrameCodec;
import dev.framing.codec.HeaderFramed;
import io.vavr.Tuple;
import io.vavr.collection.LinkedHashMap;
import io.vavr.collection.List;
import io.vavr.collection.Map;
import io.vavr.collection.Seq;
import io.vavr.control.Validation;
import java.util.function.Function;

/** What the parameters of each family mean: a line of the table and a method for each. A parameter's name is the builder's method. */
final class Families {
    private static final Map<String, Function<Arguments, Validation<Seq<String>, ? extends FrameCodec>>> TABLE =
            LinkedHashMap.of("headers", Families::headers);

    private static final Map<String, HeaderFramed.Body> BODIES =
            words(HeaderFramed.Body.values(), HeaderFramed.Body::toString);

    private Families() {}

    static Seq<String> names() {
        return TABLE.keySet().toVector();
    }

    static boolean has(String name) {
        return TABLE.containsKey(name);
    }

    /** The codec of that family, or what it says against its parameters. */
    static Validation<Seq<String>, ? extends FrameCodec> make(String name, Arguments a) {
        return TABLE.get(name).get().apply(a);
    }

    private static Validation<Seq<String>, ? extends FrameCodec> length(Arguments a) {
        LengthPrefixed.Builder b = LengthPrefixed.builder();
        a.oneFlag(LinkedHashMap.of("varint", b::varint, "quic", b::quic, "ber", b::ber, "decimal", () -> {}));
        a.number("width", b::width);
        a.word("order", ORDERS, b::order);
        a.bits("mask", b::mask);
        if (a.has("decimal")) a.character("until", b::decimal); 
        a.number("offset", b::offset);
        a.number("head", b::head);
        a.word("counts", COUNTS, b::counts);
        a.number("adjust", b::adjust);
        a.numberOrBytes("trailer", b::trailer, b::trailer);
        a.number("max", b::max);
        return b.validate();
    }

    private static Validation<Seq<String>, ? extends FrameCodec> delimited(Arguments a) {
        Delimited.Builder b = Delimited.builder();
        a.bareStrings("delimiter", b::delimiter);
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

    private static Validation<Seq<String>, ? extends FrameCodec> headers(Arguments a) {
        HeaderFramed.Builder b = HeaderFramed.builder();
        a.word("body", BODIES, b::body);
        a.number("max", b::max);
        a.number("head", b::head);
        a.number("fields", b::fields);
        return b.validate();
    }

    private static <E extends Enum<E>> Map<String, E> words(E[] values, Function<E, String> word) {
        return List.of(values).toLinkedMap(e -> Tuple.of(word.apply(e), e));
    }
}
