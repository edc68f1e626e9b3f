package dev.framing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.vavr.control.Option;
import java.nio.charset.Charset;
import org.jspecify.annotations.Nullable;

/**
 * A borrowed view of the frame being delivered, one object per stream, reused for each.
 *
 * <pre>
 *   buffer()  ... | head          | payload            | tail          | ...
 *                 '- headLength() '- payloadLength() --'- tailLength() '
 *                                 ^ payloadIndex()
 * </pre>
 *
 * Valid only inside {@link FrameHandler#onFrame}; where a transport pulls frames one at a time, until its next call (see
 * {@link Framer}). To have it longer say {@link #retain()} (the payload, nothing copied),
 * {@link #keep()} (all of it) or {@link #copy()}; what these return is the caller's to release. Whoever retains a 16-byte payload pins
 * the whole read buffer it lies in; {@link #copy()} does not.
 */
public final class Frame {
    private final Window window;
    ByteBuf buffer = Unpooled.EMPTY_BUFFER;
    int head;
    int payloadIndex;
    int payload;
    int tail;
    Part part = Part.WHOLE;
    /** Set for frames that do not simply stand in the buffer; -1: derived. */
    long position = -1;

    long length;

    @Nullable
    Object detail;

    Frame(Window window) {
        this.window = window;
    }

    /** Shows a frame, or a part, that does not simply stand in the window. */
    void show(
            ByteBuf bytes,
            int index,
            int headLength,
            int payloadLength,
            int tailLength,
            Part which,
            long at,
            long covered,
            @Nullable Object said) {
        buffer = bytes;
        head = headLength;
        payloadIndex = index + headLength;
        payload = payloadLength;
        tail = tailLength;
        part = which;
        position = at;
        length = covered;
        detail = said;
    }

    /** Undoes {@link #show}: frames stand in {@code bytes}. False: there was nothing to undo. */
    boolean undress(ByteBuf bytes) {
        if (position < 0) return false;
        position = -1;
        buffer = bytes;
        part = Part.WHOLE;
        detail = null;
        return true;
    }

    /** Frames stand in {@code bytes} from now on, unless something is shown. */
    void standIn(ByteBuf bytes) {
        if (position < 0) buffer = bytes;
    }

    /** The memory that the frame lies in. Not to be released, written or read outside {@code [payloadIndex - head, payloadIndex + payload + tail)}. */
    public ByteBuf buffer() {
        return buffer;
    }

    /** Index in {@link #buffer()} of the first payload byte. The head stands directly before it. */
    public int payloadIndex() {
        return payloadIndex;
    }

    /** Payload bytes: {@code [payloadIndex(), payloadIndex() + payloadLength())}. */
    public int payloadLength() {
        return payload;
    }

    /** Head bytes: {@code [payloadIndex() - headLength(), payloadIndex())}. 0 in a part that is not the first. */
    public int headLength() {
        return head;
    }

    /** A byte of the head, 0 to 255: {@code index} in {@code [0, headLength())}. What a packet's type is read with. */
    public int headByte(int index) {
        if (index < 0 || index >= head)
            throw new IndexOutOfBoundsException("byte " + index + " of a head of " + head + " bytes");
        return buffer.getUnsignedByte(payloadIndex - head + index);
    }

    /** Tail bytes, directly after the payload. 0 in a part that is not the last. */
    public int tailLength() {
        return tail;
    }

    /** Bytes from the start of the stream to the frame's first byte, for every part of it. */
    public long position() {
        return position >= 0 ? position : window.positionOf(payloadIndex - head);
    }

    /**
     * Stream bytes that the frame covers: other than head + payload + tail where bytes were dropped or changed. Of a part: the
     * frame's bytes up to and including this part, so that {@link Part#LAST} says the whole length.
     */
    public long length() {
        return position >= 0 ? length : (long) head + payload + tail;
    }

    /** How much of the frame this is. */
    public Part part() {
        return part;
    }

    /** What the decoder says beside the bytes (header fields, flags), if it is a {@code type}. Borrowed as the frame is. */
    public <T> Option<T> detail(Class<T> type) {
        Object d = detail;
        if (d instanceof BorrowedDetail borrowed) {
            borrowed.show(buffer, payloadIndex - head, head, payloadIndex + payload);
            return Option.of(borrowed.as(type));
        }
        return type.isInstance(d) ? Option.some(type.cast(d)) : Option.none();
    }

    /** The payload as a retained slice; nothing is copied. The caller releases it. */
    public ByteBuf retain() {
        checkBorrowed();
        return buffer.retainedSlice(payloadIndex, payload);
    }

    /** The whole frame, to own: head, payload, tail, position and detail; nothing is copied. The caller closes it. */
    public RetainedFrame keep() {
        checkBorrowed();
        ByteBuf bytes = buffer.retainedSlice(payloadIndex - head, head + payload + tail);
        Object d = detail;
        try {
            Object kept = d instanceof BorrowedDetail borrowed ? borrowed.keep(bytes, head, head + payload) : d;
            RetainedFrame frame = new RetainedFrame(bytes, head, payload, tail, position(), length(), part, kept);
            bytes = Unpooled.EMPTY_BUFFER;
            return frame;
        } finally {
            bytes.release();
        }
    }

    /** The payload copied into a buffer of its own. The caller releases it. */
    public ByteBuf copy() {
        checkBorrowed();
        return buffer.copy(payloadIndex, payload);
    }

    /** The payload copied. */
    public byte[] bytes() {
        checkBorrowed();
        return ByteBufUtil.getBytes(buffer, payloadIndex, payload, true);
    }

    /** The payload decoded. */
    public String text(Charset charset) {
        checkBorrowed();
        return buffer.toString(payloadIndex, payload, charset);
    }

    /** Best effort: between two calls of the engine its bytes may be gone, or be those of the next frame. */
    private void checkBorrowed() {
        if (payloadIndex + payload + tail > buffer.capacity())
            throw new IllegalStateException("the frame was borrowed: valid inside onFrame, or until the next receive()."
                    + " To have it longer, keep() or copy() it there");
    }

    @Override
    public String toString() {
        return part + " frame at byte " + position() + ": " + head + " | " + payload + " | " + tail;
    }
}
