package dev.framing.testkit;

import dev.framing.FrameCodec;
import dev.framing.OutboundQueue;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Bytes as they stand on the wire: written by an encoder, or by hand. */
public final class Wire {
    private Wire() {}

    /** One frame as the codec's encoder writes it, nothing given for its head. */
    public static byte[] of(FrameCodec codec, byte[] payload) {
        return of(codec, new byte[0], payload);
    }

    /** One frame as the codec's encoder writes it. */
    public static byte[] of(FrameCodec codec, byte[] head, byte[] payload) {
        try (OutboundQueue queue = OutboundQueue.of(codec)) {
            write(queue, head, payload, UnpooledByteBufAllocator.DEFAULT);
            return written(queue);
        }
    }

    /** One more frame; the buffers given to the encoder begin and end inside larger ones. */
    static void write(OutboundQueue queue, byte[] head, byte[] payload, ByteBufAllocator buffers) {
        ByteBuf h =
                buffers.heapBuffer(head.length + 4).writeZero(3).skipBytes(3).writeBytes(head);
        ByteBuf p =
                buffers.heapBuffer(payload.length + 4).writeZero(2).skipBytes(2).writeBytes(payload);
        queue.frame(h, p);
    }

    /** Everything that waits in a queue, taken from it. */
    public static byte[] written(OutboundQueue queue) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (ByteBuf bytes = queue.poll(); bytes != null; bytes = queue.poll()) {
            byte[] some = new byte[bytes.readableBytes()];
            bytes.readBytes(some).release();
            all.writeBytes(some);
        }
        return all.toByteArray();
    }

    /** Bytes by their numbers, {@code "00 05 68656c6c6f"}. */
    public static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits.replace(" ", ""));
    }

    /** A byte for each character, U+0000 to U+00FF. */
    public static byte[] bytes(String latin1) {
        return latin1.getBytes(StandardCharsets.ISO_8859_1);
    }
}
