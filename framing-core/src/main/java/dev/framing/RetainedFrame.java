package dev.framing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.vavr.control.Option;
import java.nio.charset.Charset;
import org.jspecify.annotations.Nullable;

/**
 * A frame that its owner holds for as long as it likes: made by {@link Frame#keep()}, released by {@link #close()}. Its bytes may
 * still lie in the buffer they were read into, which lives as long as they do.
 */
public final class RetainedFrame implements AutoCloseable {
    private final ByteBuf bytes;
    private final int head;
    private final int payload;
    private final int tail;
    private final long position;
    private final long length;
    private final Part part;
    private final @Nullable Object detail;
    private boolean closed;

    RetainedFrame(
            ByteBuf bytes,
            int head,
            int payload,
            int tail,
            long position,
            long length,
            Part part,
            @Nullable Object detail) {
        this.bytes = bytes;
        this.head = head;
        this.payload = payload;
        this.tail = tail;
        this.position = position;
        this.length = length;
        this.part = part;
        this.detail = detail;
    }

    /** The head's bytes, {@code [readerIndex, writerIndex)}; lives as long as this frame. */
    public ByteBuf head() {
        return bytes.slice(0, head);
    }

    /** The payload's bytes; lives as long as this frame. */
    public ByteBuf payload() {
        return bytes.slice(head, payload);
    }

    /** The tail's bytes; lives as long as this frame. */
    public ByteBuf tail() {
        return bytes.slice(head + payload, tail);
    }

    /** See {@link Frame#position()}. */
    public long position() {
        return position;
    }

    /** See {@link Frame#length()}. */
    public long length() {
        return length;
    }

    /** See {@link Frame#part()}. */
    public Part part() {
        return part;
    }

    /** See {@link Frame#detail}; valid as long as this frame. */
    public <T> Option<T> detail(Class<T> type) {
        if (detail instanceof BorrowedDetail borrowed) return Option.of(borrowed.as(type));
        return type.isInstance(detail) ? Option.some(type.cast(detail)) : Option.none();
    }

    /** The payload copied. */
    public byte[] bytes() {
        return ByteBufUtil.getBytes(bytes, head, payload, true);
    }

    /** The payload decoded. */
    public String text(Charset charset) {
        return bytes.toString(head, payload, charset);
    }

    /** Releases the bytes. A second call does nothing. */
    @Override
    public void close() {
        if (closed) return;
        closed = true;
        bytes.release();
    }

    @Override
    public String toString() {
        return part + " frame at byte " + position + ": " + head + " | " + payload + " | " + tail;
    }
}
