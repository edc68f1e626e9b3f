package dev.framing.codec;

import dev.framing.FrameEncoder;
import dev.framing.FrameWriter;
import dev.framing.codec.Delimited.Spec;
import dev.framing.scan.ByteSet;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Encodes {@link Delimited} with {@code unescape}: an escape before each byte that is one, or that occurs in a delimiter. */
final class EscapingEncoder implements FrameEncoder {
    private final int max;
    private final byte[] start;
    private final byte[] delimiter;
    private final byte escape;
    private final ByteSet escaped;

    EscapingEncoder(Spec spec) {
        max = spec.max();
        start = spec.start().getBytes(StandardCharsets.ISO_8859_1);
        delimiter = spec.written().getBytes(StandardCharsets.ISO_8859_1);
        escape = (byte) spec.escape();
        escaped = ByteSet.of(
                String.join("", spec.delimiters()) + (char) spec.escape() + (spec.strict() ? spec.start() : ""));
    }

    @Override
    public void encode(ByteBuf head, ByteBuf payload, FrameWriter out) {
        Refusal.ofHead(head);
        int from = payload.readerIndex();
        int end = payload.writerIndex();
        long length = (long) start.length + (end - from) + delimiter.length;
        for (int i = escaped.next(payload, from, end); i < end; i = escaped.next(payload, i + 1, end)) length++;
        Refusal.ofLength(length, max);
        if (start.length > 0) out.room(start.length).writeBytes(start);
        while (from < end) {
            int i = escaped.next(payload, from, end);
            if (i > from) out.write(payload, from, i - from);
            if (i < end) out.room(2).writeByte(escape).writeByte(payload.getByte(i));
            from = i + 1;
        }
        out.room(delimiter.length).writeBytes(delimiter);
    }
}
