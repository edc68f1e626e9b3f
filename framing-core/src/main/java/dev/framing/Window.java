package dev.framing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * The memory in front of the decoder, and where it lies in the stream.
 *
 * <pre>
 *   in        | told ...        | not told        | not received
 *   index     0                 cursor            end
 *   position  base              base + cursor     base + end
 * </pre>
 *
 * The first of three layers of one object (window, {@link Assembly}, {@link Delivery}): one object, so that the fast path is a few
 * fields of it.
 */
abstract class Window {
    ByteBuf in = Unpooled.EMPTY_BUFFER;
    int cursor;
    int end;
    long base;
    /** The answer to the decoder: go on. */
    boolean go = true;

    final Frame frame = new Frame(this);

    /** From now on the bytes not told stand at {@code [index, limit)} of {@code bytes}. */
    void use(ByteBuf bytes, int index, int limit) {
        base += cursor - index;
        cursor = index;
        end = limit;
        in = bytes;
        frame.standIn(bytes);
    }

    /** More bytes stand behind those of {@link #use}. */
    void extend(int limit) {
        end = limit;
    }

    /** Holds a decoder to the order of telling. */
    final void told(int index, int signs, long length) {
        if (!go) throw new IllegalStateException("told after the answer false: return at once");
        if (index != cursor)
            throw new IllegalStateException(
                    "told at index " + index + ", but everything before " + cursor + " was told and nothing after it");
        if (signs < 0 || length > end - cursor)
            throw new IllegalStateException(
                    "told " + length + " bytes at index " + index + ", the bytes end at " + end);
    }

    int cursor() {
        return cursor;
    }

    int unread() {
        return end - cursor;
    }

    long position() {
        return base + cursor;
    }

    long positionOf(int index) {
        return base + index;
    }
}
