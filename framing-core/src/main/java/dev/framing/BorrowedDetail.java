package dev.framing;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * A detail that is a view of the frame it goes with, reused by its decoder. One that is not (a value that never changes) need not
 * implement this and is handed on as it is.
 */
public interface BorrowedDetail {

    /**
     * The frame, or the part of it, is being shown: {@code [index, index + head)} of {@code buffer} is its head, the payload follows,
     * the tail begins at {@code tail}. Called before the detail is handed out, so that it can look at head and tail where they lie,
     * also when the frame was put together from pieces.
     *
     * @param head 0 in a part that is not the first
     */
    default void show(ByteBuf buffer, int index, int head, int tail) {}

    /**
     * A detail that stays valid as long as the kept frame.
     *
     * @param bytes the kept frame's, its head at {@code [0, head)}, its tail from {@code tail} on; not released by the detail
     */
    Object keep(ByteBuf bytes, int head, int tail);

    /** What an application that asks for a {@code type} gets, after {@link #show}; null: nothing of the kind. */
    default <T> @Nullable T as(Class<T> type) {
        return type.isInstance(this) ? type.cast(this) : null;
    }
}
