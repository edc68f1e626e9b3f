package dev.framing;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Cuts one stream into frames. Knows no socket, no limit and no accumulation: it says what the bytes in front of it are, and the
 * engine does the rest. Stateful, one per stream, never shared.
 *
 * <p>The rules of telling, checked by the engine (an {@link IllegalStateException} names the one that was broken):
 * <ol>
 *   <li>Every call of the sink starts where the one before it ended; what was told is what is consumed.
 *   <li>Change your state <em>before</em> you tell: the call may answer {@code false}, pause, or throw.
 *   <li>After an answer of {@code false} ({@code null} from {@link FrameSink#transform}) return at once; decode comes again at the
 *       first byte not told.
 *   <li>Being called again with the same bytes must be harmless.
 *   <li>A decode that leaves bytes ends with {@link FrameSink#pending}.
 *   <li>Keep remembered offsets relative to the first byte not told; memory moves between calls.
 * </ol>
 */
public interface FrameDecoder {

    /**
     * Says what the bytes {@code [index, end)} of {@code in} are, in order and without a gap. Moves no index of {@code in} and
     * writes none of its bytes. {@code in} is one contiguous memory.
     */
    void decode(ByteBuf in, int index, int end, FrameSink out);

    /**
     * No byte will follow {@code [index, end)}: says what the end itself completes (a body until close, a last line). May be called
     * again after a pause. What is still not told afterwards is {@link FramingError.Truncated}.
     */
    default void end(ByteBuf in, int index, int end, FrameSink out) {}

    /**
     * Does the format state, in the head, the length of the frame that is being told? Then {@link FramingError.FrameTooLong} and
     * {@link FramingError.Truncated} carry it. Never asked in the hot path.
     */
    default boolean announced() {
        return false;
    }

    /**
     * What else an announced length that is too long could mean, for people ("would be 12 in little-endian order"), or null. Asked
     * once, for a frame whose head stands at {@code [index, index + head)} of {@code in}.
     */
    default @Nullable String hint(ByteBuf in, int index, int head) {
        return null;
    }
}
