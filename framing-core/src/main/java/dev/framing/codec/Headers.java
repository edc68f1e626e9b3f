package dev.framing.codec;

import dev.framing.BorrowedDetail;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The start line and the fields of a frame's head. With the whole frame, or with its first part:
 *
 * <pre>{@code
 * frame.detail(Headers.class).flatMap(headers -> headers.value("content-type"))
 * frame.detail(Headers.class).get().startLine().method()
 * }</pre>
 */
public final class Headers extends Fields implements BorrowedDetail {
    private final StartLine startLine = new StartLine(this);
    /** Those of the same frame, once they were read. */
    private @Nullable Trailers trailers;
    /** Those of the chunk that is being told, if it has some. */
    private @Nullable ChunkExtensions extensions;
    /** The part shown has the head in it, the tail. */
    private boolean hasHead;

    private boolean hasTail;

    Headers() {}

    /** The line before the fields; {@link StartLine.Form#NONE} where the format has none. */
    public StartLine startLine() {
        return startLine;
    }

    /** Start line and fields, one on a line, for people. */
    @Override
    public String toString() {
        String fields = super.toString();
        if (startLine.form() == StartLine.Form.NONE) return fields;
        return startLine + (fields.isEmpty() ? "" : "\n") + fields;
    }

    // ------------------------------------------------------------------------------------------------ the view

    /** Called by the engine. */
    @Override
    public void show(ByteBuf buffer, int index, int head, int tail) {
        look(buffer, index);
        hasHead = head > 0;
        Trailers t = trailers;
        hasTail = t != null && t.count() > 0;
        if (t != null) t.look(buffer, tail);
    }

    /** Called by the engine. */
    @Override
    public Headers keep(ByteBuf bytes, int head, int tail) {
        Headers kept = new Headers();
        copyTo(kept);
        startLine.copyTo(kept.startLine);
        Trailers t = trailers;
        if (t != null) {
            kept.trailers = new Trailers();
            t.copyTo(kept.trailers);
        }
        if (extensions != null) kept.extensions = extensions.copy();
        kept.show(bytes, 0, head, tail);
        return kept;
    }

    /** Called by the engine. */
    @Override
    public <T> @Nullable T as(Class<T> type) {
        if (hasHead && type.isInstance(this)) return type.cast(this);
        if (!hasHead && type.isInstance(extensions)) return type.cast(extensions);
        return hasTail && type.isInstance(trailers) ? type.cast(trailers) : null;
    }

    @Override
    void clear() {
        super.clear();
        startLine.clear();
        trailers = null;
        extensions = null;
    }

    /** A chunk begins: they are shown with the first of its data. */
    void extensions(@Nullable ChunkExtensions read) {
        extensions = read;
    }

    /** Trailers were read: they are shown with the end of this frame. */
    void trailers(Trailers read) {
        trailers = read;
    }
}
