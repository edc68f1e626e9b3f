package dev.framing.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.AbstractReferenceCounted;
import io.netty.util.ReferenceCounted;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What can be written through a {@link FramingHandler} beside a plain payload. Each is one message with one promise, released once it
 * is written or has failed, and its buffers with it.
 *
 * <pre>{@code
 * ctx.write(payload);                        // one frame
 * ctx.write(Outgoing.frame(head, payload));  // one frame, with head bytes that are not derived
 * ctx.write(Outgoing.begin(head, -1));       // one frame in pieces ...
 * ctx.write(Outgoing.piece(payload));
 * ctx.write(Outgoing.end());
 * ctx.write(Outgoing.raw(bytes));            // no frame: goes out as it stands
 * }</pre>
 */
public final class Outgoing extends AbstractReferenceCounted {
    enum Kind {
        FRAME,
        BEGIN,
        PIECE,
        END,
        RAW
    }

    final Kind kind;
    final ByteBuf head;
    final ByteBuf bytes;
    final long length;

    private Outgoing(Kind kind, ByteBuf head, ByteBuf bytes, long length) {
        this.kind = kind;
        this.head = Objects.requireNonNull(head, "head");
        this.bytes = Objects.requireNonNull(bytes, "bytes");
        this.length = length;
    }

    /** A whole frame. {@code head}: the head bytes that are not derived, see {@link dev.framing.FrameEncoder#encode}. */
    public static Outgoing frame(ByteBuf head, ByteBuf payload) {
        return new Outgoing(Kind.FRAME, head, payload, payload.readableBytes());
    }

    /** The head of a frame whose payload comes in pieces: {@code length} bytes, or -1 where the format allows it. */
    public static Outgoing begin(ByteBuf head, long length) {
        return new Outgoing(Kind.BEGIN, head, Unpooled.EMPTY_BUFFER, length);
    }

    /** More payload of the frame begun. */
    public static Outgoing piece(ByteBuf payload) {
        return new Outgoing(Kind.PIECE, Unpooled.EMPTY_BUFFER, payload, payload.readableBytes());
    }

    /** The end of the frame begun. */
    public static Outgoing end() {
        return end(Unpooled.EMPTY_BUFFER);
    }

    /** The same with tail bytes that are not derived: see {@link dev.framing.FrameEncoder#end(ByteBuf, dev.framing.FrameWriter)}. */
    public static Outgoing end(ByteBuf tail) {
        return new Outgoing(Kind.END, Unpooled.EMPTY_BUFFER, tail, 0);
    }

    /** Bytes that are no frame and go out as they stand: a preface, a one-byte answer. */
    public static Outgoing raw(ByteBuf plain) {
        return new Outgoing(Kind.RAW, Unpooled.EMPTY_BUFFER, plain, plain.readableBytes());
    }

    @Override
    public ReferenceCounted touch(@Nullable Object hint) {
        head.touch(hint);
        bytes.touch(hint);
        return this;
    }

    @Override
    protected void deallocate() {
        head.release();
        bytes.release();
    }

    @Override
    public String toString() {
        return kind + " of " + bytes.readableBytes() + " bytes";
    }
}
