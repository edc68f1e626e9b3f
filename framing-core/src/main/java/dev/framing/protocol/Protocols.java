package dev.framing.protocol;

import dev.framing.FrameCodec;
import dev.framing.codec.HeaderFramed;
import io.vavr.collection.Seq;
import io.vavr.collection.Vector;
import io.vavr.control.Option;
import java.util.ArrayList;
import java.util.List;

/** Stub. */
public final class Protocols {
    private static final List<Protocol> ROWS = new ArrayList<>();

    /** Language Server Protocol. */
    public static final HeaderFramed LSP =
            row("lsp", HeaderFramed.contentLength(), "Language Server Protocol", "LSP 3.17, base protocol");

    private static final Seq<Protocol> ALL = Vector.ofAll(ROWS);

    private Protocols() {}

    /** All of them. */
    public static Seq<Protocol> all() {
        return ALL;
    }

    /** The one of that name. */
    public static Option<Protocol> named(String name) {
        return ALL.find(p -> p.name().equals(name));
    }

    private static <C extends FrameCodec> C row(String name, C codec, String about, String source) {
        ROWS.add(new Protocol(name, codec, about, source));
        return codec;
    }
}
