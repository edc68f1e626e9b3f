package dev.framing.codec;

import dev.framing.FrameCodec;
import dev.framing.FrameDecoder;
import dev.framing.FrameEncoder;
import dev.framing.FrameSink;
import dev.framing.FrameWriter;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Frames whose length is a function of their first bytes: a codec in one lambda.
 *
 * <pre>
 *   position  0             maxHead             length
 *             | looked at   |                   |
 *             '------------- payload -----------'
 * </pre>
 *
 * <pre>{@code
 * // a type byte, then a length that stands in two bytes for type 1, in four for all others
 * FrameCodec codec = ByLength.of(64 * 1024, 5, (in, index, available) ->
 *         in.getByte(index) == 1
 *                 ? available < 3 ? NEED_MORE : 3 + in.getUnsignedShort(index + 1)
 *                 : available < 5 ? NEED_MORE : 5 + in.getUnsignedInt(index + 1));
 * }</pre>
 *
 * The whole frame is payload. The function is asked again only while it says {@link FrameLength#NEED_MORE} and fewer than
 * {@code maxHead} bytes are there, and is never shown more than these. <b>Malformed</b>: it says 0 or less, at the first byte with which
 * it says so; or NEED_MORE with all of them, at the last. The encoder writes a payload through as it stands, if the function says
 * exactly its length. Equal where made from the same function object.
 */
public final class ByLength implements FrameCodec {
    private final int maxFrameLength;
    private final int maxHead;
    private final FrameLength how;

    private ByLength(int maxFrameLength, int maxHead, FrameLength how) {
        this.maxFrameLength = maxFrameLength;
        this.maxHead = maxHead;
        this.how = how;
    }

    /**
     * Frames as long as {@code how} says.
     *
     * @param maxFrameLength bytes of the longest frame
     * @param maxHead first bytes of a frame that always suffice to say its length; they are looked at before any limit is, so they
     *     are no more than {@code maxFrameLength}
     * @throws IllegalArgumentException with every reason: either is below 1, or {@code maxHead} is over {@code maxFrameLength}
     */
    public static ByLength of(int maxFrameLength, int maxHead, FrameLength how) {
        List<String> reasons = new ArrayList<>();
        if (maxFrameLength < 1) reasons.add("maxFrameLength " + maxFrameLength + " is below 1");
        if (maxHead < 1) reasons.add("maxHead " + maxHead + " is below 1");
        if (maxHead > maxFrameLength)
            reasons.add("maxHead " + maxHead + " is over maxFrameLength " + maxFrameLength
                    + ", which bounds the whole frame");
        if (!reasons.isEmpty()) throw new IllegalArgumentException(String.join("; ", reasons));
        return new ByLength(maxFrameLength, maxHead, Objects.requireNonNull(how, "how"));
    }

    @Override
    public FrameDecoder newDecoder() {
        return new Decoder(this);
    }

    @Override
    public FrameEncoder newEncoder() {
        return new Encoder(this);
    }

    @Override
    public int maxFrameLength() {
        return maxFrameLength;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ByLength that
                && maxFrameLength == that.maxFrameLength
                && maxHead == that.maxHead
                && how.equals(that.how);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * maxFrameLength + maxHead) + how.hashCode();
    }

    /** "custom": a function has no text form. */
    @Override
    public String toString() {
        return "custom";
    }

    private static final class Decoder implements FrameDecoder {
        private final ByLength codec;
        /** Of the frame at the first byte not told; 0: not said yet. */
        private long length;
        /** The function has said the length of the frame being told. */
        private boolean said;

        Decoder(ByLength codec) {
            this.codec = codec;
        }

        @Override
        public void decode(ByteBuf in, int from, int end, FrameSink out) {
            int index = from;
            while (index < end) {
                int there = end - index;
                long total = length;
                if (total == 0) {
                    int shown = Math.min(there, codec.maxHead);
                    total = codec.how.of(in, index, shown);
                    said = total > 0;
                    if (!said) {
                        unsaid(in, index, shown, total, out);
                        return;
                    }
                }
                if (total > there) {
                    length = total;
                    if (out.pending(index, 0, there, total, 0) > 0) length = 0; // the engine moves the rest
                    return;
                }
                length = 0;
                int next = index + (int) total; // fits: not longer than what is there
                if (!out.frame(index, 0, (int) total, 0)) return;
                index = next;
            }
        }

        private void unsaid(ByteBuf in, int index, int shown, long answer, FrameSink out) {
            out.pending(index, 0, 0, 0, -1);
            if (answer == FrameLength.NEED_MORE) {
                if (shown == codec.maxHead) out.malformed(index + shown - 1, "no length after " + shown + " bytes");
                return;
            }
            int first = 1; // the answer may have been the same with fewer bytes
            while (first < shown && codec.how.of(in, index, first) == FrameLength.NEED_MORE) first++;
            out.malformed(index + first - 1, "a frame of " + answer + " bytes");
        }

        @Override
        public boolean announced() {
            return said;
        }
    }

    private record Encoder(ByLength codec) implements FrameEncoder {
        @Override
        public void encode(ByteBuf head, ByteBuf payload, FrameWriter out) {
            int length = payload.readableBytes();
            Refusal.ofHead(head);
            if (length == 0 || length > codec.maxFrameLength)
                throw new IllegalArgumentException(
                        "a frame of " + length + " bytes, it has 1 to " + codec.maxFrameLength);
            long said = codec.how.of(payload, payload.readerIndex(), Math.min(length, codec.maxHead));
            if (said != length)
                throw new IllegalArgumentException("a payload of " + length + " bytes says that its frame has " + said);
            out.write(payload, payload.readerIndex(), length);
        }
    }
}
