package dev.framing.text;

import dev.framing.FrameCodec;
import dev.framing.protocol.Protocol;
import dev.framing.protocol.Protocols;
import dev.framing.text.Call.Parameter;
import io.vavr.collection.Seq;
import io.vavr.collection.Vector;
import io.vavr.control.Validation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Codecs as text: parsed with every mistake at once, printed so that it parses to an equal codec.
 *
 * <pre>{@code
 * Codecs.parse("length(width=2, order=little, max=64k)")      Valid(length(width=2, order=little, max=64k))
 * Codecs.parse("dns")                                         Valid(length(width=2, max=65537))
 * Codecs.parse("dns(max=4k)")                                 the same with a lower limit
 * Codecs.print(LengthPrefixed.uint16())                       length(width=2, max=65537)
 * }</pre>
 *
 * <p>A parameter is the builder method of the same name; {@code max} is bytes of the whole frame, {@code 64k} and {@code 1m} are
 * 65,536 and 1,048,576. The grammar stands at {@link dev.framing.text}. Ready-made codecs ({@link #names()}) take {@code max} only. What is
 * several things stands several times: {@code http-request(allow=bare-lf, allow=control-bytes)}.
 */
public final class Codecs {
    private static final String CUSTOM = "custom";

    private Codecs() {}

    /** The codec that {@code text} describes, or all its mistakes, at least one, by column. Throws nothing. */
    public static Validation<Seq<Mistake>, FrameCodec> parse(String text) {
        List<Mistake> mistakes = new ArrayList<>();
        Call call = Parser.parse(text, mistakes);
        FrameCodec codec = call == null ? null : codec(call, mistakes);
        if (codec != null && mistakes.isEmpty()) return Validation.valid(codec);
        mistakes.sort(Comparator.comparingInt(Mistake::column));
        return Validation.invalid(Vector.ofAll(mistakes));
    }

    /** The text that {@link #parse} makes an equal codec of; {@code custom} where there is none (a codec of your own). */
    public static String print(FrameCodec codec) {
        String text = codec.toString();
        return parse(text).fold(mistakes -> false, codec::equals) ? text : CUSTOM;
    }

    /** The ready-made codecs, each with the name that {@link #parse} knows it by. */
    public static Seq<Protocol> names() {
        return Protocols.all();
    }

    /**
     * The mistakes under the text, for a terminal.
     *
     * <pre>
     *   length(width=9, ordr=little)
     *                ^ width 9 is not between 1 and 8
     *                   ^ length has no parameter ordr; did you mean order?
     * </pre>
     */
    public static String explain(String text, Seq<Mistake> mistakes) {
        StringBuilder lines = new StringBuilder();
        text.codePoints().forEach(c -> lines.appendCodePoint(visible(c) ? c : ' '));
        for (Mistake m : mistakes)
            lines.append('\n').append(" ".repeat(m.column() - 1)).append("^ ").append(m.message());
        return lines.toString();
    }

    private static @Nullable FrameCodec codec(Call call, List<Mistake> mistakes) {
        if (Families.has(call.name())) return family(call, mistakes);
        Protocol protocol = Protocols.named(call.name()).getOrNull();
        if (protocol != null) return readyMade(call, protocol, mistakes);
        String hint = Nearest.hint(
                call.name(), Families.names().appendAll(Protocols.all().map(Protocol::name)));
        mistakes.add(new Mistake(
                call.column(),
                call.name().equals(CUSTOM)
                        ? "custom is what a codec prints that has no text form"
                        : "no codec " + call.name()
                                + (hint.isEmpty()
                                        ? ": the families are " + String.join(", ", Families.names())
                                        : hint)));
        return null;
    }

    private static @Nullable FrameCodec family(Call call, List<Mistake> mistakes) {
        Arguments arguments = new Arguments(call, mistakes);
        Validation<Seq<String>, ? extends FrameCodec> made = Families.make(call.name(), arguments);
        arguments.rest();
        if (made.isValid()) return made.get();
        arguments.refused(made.getError());
        return null;
    }

    /** {@code dns(max=4k)} means what dns prints, with that max. */
    private static @Nullable FrameCodec readyMade(Call call, Protocol protocol, List<Mistake> mistakes) {
        Arguments arguments = new Arguments(call, mistakes);
        arguments.number("max", max -> {});
        arguments.rest();
        if (call.parameters().isEmpty() || !mistakes.isEmpty()) return protocol.codec();
        Call whole = Parser.parse(protocol.codec().toString(), mistakes);
        if (whole == null) return null;
        List<Parameter> parameters = new ArrayList<>(whole.parameters());
        parameters.removeIf(p -> "max".equals(p.name()));
        parameters.addAll(call.parameters());
        return family(new Call(call.column(), whole.name(), parameters), mistakes);
    }

    /** One column wide, and no order to a terminal. */
    private static boolean visible(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
