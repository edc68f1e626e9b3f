package dev.framing.codec;

import dev.framing.FrameDecoder;
import dev.framing.FrameSink;
import dev.framing.scan.Examined;
import io.netty.buffer.ByteBuf;

/**
 * Cuts the operations of NATS.
 *
 * <pre>
 *   LINE --HPUB, HMSG--> BLOCK --whole--> PAYLOAD --CR LF--> LINE
 *        --PUB, MSG---------------------> PAYLOAD
 *        --any other--> LINE
 * </pre>
 */
final class NatsDecoder implements FrameDecoder {
    private enum Phase {
        LINE,
        BLOCK,
        PAYLOAD
    }

    private static final int STOP = -1;
    private static final int CRLF = 2;

    private final int max;
    private final int maxLine;
    private final int maxBlock;
    private final NatsLine line = new NatsLine();
    private final Headers headers = new Headers();
    private final NatsBlock block;

    private Phase phase = Phase.LINE;
    /** Head bytes at the first byte not told, once it is whole. */
    private int headBytes;
    /** Payload bytes to come from the first byte not told on, or behind those of the head. */
    private long payload;

    NatsDecoder(Nats codec) {
        max = codec.maxFrameLength();
        maxLine = codec.line();
        maxBlock = codec.head();
        block = new NatsBlock(codec.grammar(), headers);
    }

    @Override
    public boolean announced() {
        return line.isEnded() && line.operation().sizes > 0;
    }

    @Override
    public void decode(ByteBuf in, int index, int end, FrameSink out) {
        int at = index;
        while (at != STOP && (at < end || phase == Phase.PAYLOAD)) {
            at = switch (phase) {
                case LINE -> line(in, at, end, out);
                case BLOCK -> block(in, at, end, out);
                case PAYLOAD -> payload(in, at, end, out);
            };
        }
        if (phase == Phase.LINE && line.scanned() == 0) headers.giveBack();
    }

    // ------------------------------------------------------------------------------------------------ the line

    private int line(ByteBuf in, int index, int end, FrameSink out) {
        if (!line.isEnded()) {
            // one byte more than there may be before the CR
            int stop = (int) Math.min(end, (long) index + maxLine - CRLF + 1);
            boolean wrong = line.scan(in, index, stop);
            boolean over = line.length() > maxLine;
            if (wrong || over || !line.isEnded()) {
                if (tell(index, line.length(), line.scanned(), out) < 0) return STOP;
                if (over) out.tooLong(maxLine, "bytes of a control line");
                else if (wrong) out.malformed(index + line.scanned(), line.reason());
                return STOP;
            }
        }
        long head = LengthLayout.saturatedSum(line.length(), line.block());
        boolean blockIsOver = line.block() > maxBlock;
        if (blockIsOver || line.frame() > max) {
            if (tell(index, head, line.scanned(), out) < 0) return STOP;
            if (blockIsOver) {
                out.tooLong(maxBlock, "bytes of a header block");
                return STOP;
            }
        }
        boolean wrong = line.scan(in, index, end);
        if (!line.isWhole()) {
            int answer = tell(index, head, line.scanned(), out);
            if (wrong && answer >= 0) out.malformed(index + line.scanned(), line.reason());
            return STOP;
        }
        int bytes = line.scanned();
        if (line.operation().sizes == 0) {
            line.reset();
            return out.frame(index, bytes, 0, 0) ? index + bytes : STOP;
        }
        headBytes = (int) head; // not over the limits
        payload = line.total() - line.block();
        phase = line.block() > 0 ? Phase.BLOCK : Phase.PAYLOAD;
        if (phase == Phase.BLOCK) block.begin(bytes, headBytes);
        if (phase == Phase.BLOCK && bytes == end - index) {
            tell(index, head, bytes, out);
            return STOP;
        }
        return index;
    }

    /** Tells of a head that is not whole. */
    private int tell(int index, long head, int certain, FrameSink out) {
        int saturated = (int) Math.min(Integer.MAX_VALUE, head);
        return out.pending(index, saturated, certain, line.frame(), line.isEnded() ? line.tail() : -1);
    }

    // ------------------------------------------------------------------------------------------------ behind it

    private int block(ByteBuf in, int index, int end, FrameSink out) {
        boolean right = block.scan(in, index, end);
        if (right && block.isWhole()) {
            phase = Phase.PAYLOAD;
            return index;
        }
        if (tell(index, headBytes, block.scanned(), out) < 0 || right) return STOP;
        if (block.tooMany()) out.tooLong(block.maxFields(), "header fields");
        else out.malformed(index + block.scanned(), block.mistake());
        return STOP;
    }

    private int payload(ByteBuf in, int index, int end, FrameSink out) {
        int h = headBytes;
        long before = LengthLayout.saturatedSum(h, payload);
        int there = end - index;
        int found = 0;
        boolean wrong = false;
        while (found < CRLF && before + found < there && !wrong) {
            wrong = in.getByte(index + (int) before + found) != "\r\n".charAt(found);
            if (Examined.ON) Examined.add(1);
            if (!wrong) found++;
        }
        if (h > 0 && line.block() > 0) out.detail(headers);
        if (found == CRLF) {
            int length = (int) payload; // it is there: it fits an int
            over();
            return out.frame(index, h, length, CRLF) ? index + h + length + CRLF : STOP;
        }
        int certain = (int) Math.min(before, there);
        int taken = out.pending(index, h, certain, LengthLayout.saturatedSum(before, CRLF), -1);
        if (taken > 0) {
            headBytes = 0;
            payload -= taken - h;
        }
        if (wrong && taken >= 0) out.malformed(index + certain + found, "CR LF must follow the payload");
        return STOP;
    }

    private void over() {
        line.reset();
        headBytes = 0;
        payload = 0;
        phase = Phase.LINE;
    }
}
