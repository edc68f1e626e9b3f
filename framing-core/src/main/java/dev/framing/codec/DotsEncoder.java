package dev.framing.codec;

import dev.framing.FrameEncoder;
import dev.framing.FrameWriter;
import dev.framing.scan.ByteSet;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Encodes {@link Stuffed#dots()}: wants whole CRLF lines and nothing else, doubles the dot that begins one. */
final class DotsEncoder implements FrameEncoder {
    private static final ByteSet LINE_ENDS = ByteSet.of("\r\n");
    private static final byte[] END = ".\r\n".getBytes(StandardCharsets.US_ASCII);

    private final int max;

    DotsEncoder(int max) {
        this.max = max;
    }

    @Override
    public void encode(ByteBuf head, ByteBuf payload, FrameWriter out) {
        Refusal.ofHead(head);
        int from = payload.readerIndex();
        int end = payload.writerIndex();
        Refusal.ofLength(length(payload, from, end), max);
        int line = from;
        while (line < end) {
            if (payload.getByte(line) == '.') {
                if (line > from) out.write(payload, from, line - from);
                out.room(1).writeByte('.');
                from = line;
            }
            line = LINE_ENDS.next(payload, line, end) + 2;
        }
        if (end > from) out.write(payload, from, end - from);
        out.room(END.length).writeBytes(END);
    }

    private static long length(ByteBuf payload, int from, int end) {
        long length = (long) end - from + END.length;
        int line = from;
        while (line < end) {
            if (payload.getByte(line) == '.') length++;
            int mark = LINE_ENDS.next(payload, line, end);
            if (mark == end) throw new IllegalArgumentException("the last line does not end with CRLF");
            boolean crlf = payload.getByte(mark) == '\r' && mark + 1 < end && payload.getByte(mark + 1) == '\n';
            if (!crlf)
                throw new IllegalArgumentException(
                        "bare " + (payload.getByte(mark) == '\r' ? "CR" : "LF") + " at payload byte " + (mark - from));
            line = mark + 2;
        }
        return length;
    }
}
