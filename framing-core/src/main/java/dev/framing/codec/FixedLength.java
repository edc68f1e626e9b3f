package dev.framing.codec;

import dev.framing.FrameCodec;
import dev.framing.FrameDecoder;
import dev.framing.FrameEncoder;
import dev.framing.FrameSink;
import dev.framing.FrameWriter;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Frames that all have the same length: payload, with nothing before or behind it.
 *
 * <pre>
 *   position  0         length    2 * length
 *             | payload | payload | ...
 * </pre>
 *
 * MPEG transport stream packets (ISO/IEC 13818-1): {@code FixedLength.of(188)}. A stream that ends inside a frame is truncated, with the
 * length as what it needs. The encoder writes payloads of exactly that length; it pads nothing, because no reader could tell.
 */
public final class FixedLength implements FrameCodec {
    private final int length;

    private FixedLength(int length) {
        this.length = length;
    }

    /**
     * Frames of {@code length} bytes.
     *
     * @throws IllegalArgumentException {@code length} is below 1
     */
    public static FixedLength of(int length) {
        if (length < 1) throw new IllegalArgumentException("frames of " + length + " bytes");
        return new FixedLength(length);
    }

    @Override
    public FrameDecoder newDecoder() {
        return new Decoder(length);
    }

    @Override
    public FrameEncoder newEncoder() {
        return new Encoder(length);
    }

    /** The length. */
    @Override
    public int maxFrameLength() {
        return length;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof FixedLength that && length == that.length;
    }

    @Override
    public int hashCode() {
        return length;
    }

    /** The text form: {@code fixed(188)}. */
    @Override
    public String toString() {
        return "fixed(" + length + ")";
    }

    private record Decoder(int length) implements FrameDecoder {
        @Override
        public void decode(ByteBuf in, int from, int end, FrameSink out) {
            int index = from;
            while (end - index >= length) {
                int next = index + length;
                if (!out.frame(index, 0, length, 0)) return;
                index = next;
            }
            if (index < end) out.pending(index, 0, end - index, length, 0);
        }

        @Override
        public boolean announced() {
            return true;
        }
    }

    private record Encoder(int length) implements FrameEncoder {
        @Override
        public void encode(ByteBuf head, ByteBuf payload, FrameWriter out) {
            Refusal.ofHead(head);
            if (payload.readableBytes() != length)
                throw new IllegalArgumentException(
                        "a payload of " + payload.readableBytes() + " bytes, every frame has " + length);
            out.write(payload, payload.readerIndex(), length);
        }
    }
}
