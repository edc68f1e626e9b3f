package dev.framing;

import io.netty.buffer.ByteBuf;

/**
 * A detail that is a view of the frame it goes with, reused by its decoder. One that is not (a value that never changes) need not
 * implement this and is handed on as it is.
 */
public interface BorrowedDetail {

    /**
     * The frame is being shown: its head stands at {@code index} of {@code buffer}. Called before the detail is handed out, so that it
     * can look at the head where it lies, also when that was put together from pieces.
     */
    default void show(ByteBuf buffer, int index) {}

    /**
     * A detail that stays valid as long as the kept frame.
     *
     * @param head the kept frame's bytes, its head at {@code [0, headLength)}; not released by the detail
     */
    Object keep(ByteBuf head);
}
