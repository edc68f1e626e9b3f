package dev.framing;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Told by a {@link FrameDecoder}, done by the engine; decorators wrap it. An answer of {@code false} ({@code null} from
 * {@link #transform}) means "told; now return".
 *
 * <pre>
 *   whole:     frame                     head | payload | tail, all there
 *   in pieces: begin (piece | transform | drop)* end
 *   not whole: pending                   the last call of a decode that leaves bytes
 *   between:   drop                      fill, heart-beats: begin no frame
 *   wrong:     pending, malformed        as if the bytes ended before the one that showed it
 *              pending, tooLong          the same, for a limit of the codec's own
 * </pre>
 */
public interface FrameSink {

    /**
     * A whole frame stands at {@code index}: {@code head | payload | tail} bytes, at least one in all. After {@link #pending} took
     * bytes: the rest of that frame ({@code head} 0). Between {@link #begin} and {@link #end}: a frame of its own, delivered at once.
     */
    boolean frame(int index, int head, int payload, int tail);

    /**
     * A frame in pieces starts and its {@code head} bytes are whole. After {@link #pending} took bytes: that frame goes on
     * ({@code head} 0). While one is open: one nested frame (a ping between fragments), always delivered whole.
     */
    boolean begin(int index, int head);

    /** {@code length} payload bytes of the frame begun, as they stand. */
    boolean piece(int index, int length);

    /**
     * {@code length} stream bytes stand for changed payload (unmasked, unescaped, an implied zero): write 0 to {@code length} bytes
     * at the writer index of the buffer answered, before the next call.
     */
    @Nullable
    ByteBuf transform(int index, int length);

    /** {@code length} bytes of no payload: counted to the open frame, or, with none open, between frames. */
    boolean drop(int index, int length);

    /** The innermost open frame is whole; its {@code tail} bytes stand at {@code index}. */
    boolean end(int index, int tail);

    /**
     * What is known of the frame whose bytes stand at {@code index} and is not whole. The last call of a decode that leaves bytes, or
     * that knows the least length of what must come.
     *
     * @param head its head in bytes; {@code certain < head} says that it is not whole yet (then a lower bound will do). 0: the frame
     *     taken or begun goes on. Over 0 while one is begun: a nested one
     * @param certain bytes from {@code index} on that surely are head or payload and were found right; 0 in a frame begun (tell them
     *     as pieces)
     * @param least bytes from {@code index} on that the frame has at least, saturated; counts nothing that may come after a nested frame.
     *     With a head that is not whole: what is said at this byte however the bytes were cut
     * @param tail at least 0: {@code least} is exact and the tail needs no check, the engine moves the rest, tail included. -1: not
     *     exact, or the tail must be looked at. With a head that is not whole only whether {@code least} is exact
     * @return the bytes taken from the front, 0 or {@code certain}: subtract them from the offsets you remember. Negative: over its limit,
     *     or delivery was stopped, return at once. A decoder that sees in the middle of a head that the frame must be over its codec's limit asks so, as if the
     *     bytes ended there, and goes on with the head if the answer is 0
     */
    int pending(int index, int head, int certain, long least, int tail);

    /**
     * The byte at {@code index} breaks the format. Tell {@link #pending} first, as if the bytes ended before it. Ignored while
     * delivery is stopped: it must be found again.
     *
     * @param reason what is wrong, without position: it becomes part of {@link FramingError.Malformed#message()}
     */
    boolean malformed(int index, String reason);

    /**
     * The frame passes a limit of the codec's own that only a part of it has (bytes of a header block, header fields): it becomes
     * {@link FramingError.FrameTooLong}, whatever {@link Oversize} says, as a head over the limit does. Tell {@link #pending} first,
     * as for {@link #malformed}. Ignored while delivery is stopped: it must be found again.
     *
     * @param limit how many there may be
     * @param unit of what, in the plural ("header fields"): it becomes part of the message
     */
    boolean tooLong(long limit, String unit);

    /** Goes with the next frame or part delivered: header fields, trailers, flags. See {@link BorrowedDetail}. */
    void detail(Object detail);

    /**
     * The codec ends here: what follows waits for {@link Framer#switchTo}. Return after it. Ignored while delivery is stopped: it must
     * be said again.
     */
    void finish();
}
