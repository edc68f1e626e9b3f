package dev.framing.nio;

import dev.framing.FrameCodec;
import dev.framing.FrameDecoder;
import dev.framing.FrameEncoder;
import dev.framing.FrameSink;
import dev.framing.FrameWriter;
import io.netty.buffer.ByteBuf;

/** Four bytes of length, big-endian, then the payload: the transports are tested here, not the format. */
record Length4(int maxFrameLength) implements FrameCodec {
    static final Length4 CODEC = new Length4(64 * 1024 * 1024);

    @Override
    public FrameDecoder newDecoder() {
        return new Decoder();
    }

    @Override
    public FrameEncoder newEncoder() {
        return new Encoder(maxFrameLength);
    }

    private static final class Decoder implements FrameDecoder {
        @Override
        public void decode(ByteBuf in, int index, int end, FrameSink out) {
            while (end - index >= 4) {
                long payload = in.getUnsignedInt(index);
                if (payload > end - index - 4) {
                    out.pending(index, 4, end - index, 4 + payload, 0);
                    return;
                }
                int next = index + 4 + (int) payload;
                if (!out.frame(index, 4, (int) payload, 0)) return;
                index = next;
            }
            if (index < end) out.pending(index, 4, end - index, 4, -1);
        }

        @Override
        public boolean announced() {
            return true;
        }
    }

    private record Encoder(int max) implements FrameEncoder {
        @Override
        public void encode(ByteBuf head, ByteBuf payload, FrameWriter out) {
            int length = payload.readableBytes();
            begin(head, length, out);
            out.write(payload, payload.readerIndex(), length);
        }

        @Override
        public void begin(ByteBuf head, long length, FrameWriter out) {
            if (length + 4 > max) throw new IllegalArgumentException(length + " bytes of payload, limit " + (max - 4));
            out.room(4).writeInt((int) length);
        }

        @Override
        public void piece(ByteBuf payload, FrameWriter out) {
            out.write(payload, payload.readerIndex(), payload.readableBytes());
        }

        @Override
        public void end(FrameWriter out) {}
    }
}
