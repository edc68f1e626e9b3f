package dev.framing.cli;

import dev.framing.FrameCodec;
import dev.framing.text.Codecs;
import dev.framing.text.Mistake;
import io.vavr.collection.Seq;
import io.vavr.control.Validation;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/**
 * A codec as a person writes it on a command line, and what is wrong with it:
 *
 * <pre>
 *   framing: 2 mistakes in the codec
 *     length(widht=2, max=0q)
 *            ^ length has no parameter widht; did you mean width?
 *                         ^ ...
 * </pre>
 */
final class CodecArgument {
    private CodecArgument() {}

    /** The codec, or null: all mistakes have been printed. */
    static @Nullable FrameCodec parse(String text, PrintStream err) {
        Validation<Seq<Mistake>, FrameCodec> codec = Codecs.parse(text);
        if (codec.isValid()) return codec.get();
        Seq<Mistake> mistakes = codec.getError();
        err.println(
                "framing: " + (mistakes.size() == 1 ? "a mistake" : mistakes.size() + " mistakes") + " in the codec");
        err.println(Codecs.explain(text, mistakes).indent(2).stripTrailing());
        return null;
    }
}
