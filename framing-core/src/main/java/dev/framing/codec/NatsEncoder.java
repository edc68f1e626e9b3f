package dev.framing.codec;

import dev.framing.FrameEncoder;
import dev.framing.FrameWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

/**
 * Writes operations. The head is put together aside and goes through the scanners that read it on the other side, so that nothing gets out
 * that would not come in.
 */
final class NatsEncoder implements FrameEncoder {
    private static final int CRLF = 2;

    private final Nats codec;
    private final NatsLine line = new NatsLine();
    private final Headers fields = new Headers();
    private final NatsBlock block;
    private final ByteBuf made = Unpooled.buffer();
    /** Payload bytes to come of the frame begun; -1: none is begun. */
    private long left = -1;

    NatsEncoder(Nats codec) {
        this.codec = codec;
        block = new NatsBlock(codec.grammar(), fields);
    }

    @Override
    public void encode(ByteBuf head, ByteBuf payload, FrameWriter out) {
        int length = payload.readableBytes();
        begin(head, length, out);
        if (length > 0) piece(payload, out);
        end(out);
    }

    @Override
    public void begin(ByteBuf head, long length, FrameWriter out) {
        if (left >= 0) throw new IllegalStateException("the frame begun has not ended");
        Refusal.ofBegin(length);
        make(head, length);
        out.room(made.readableBytes()).writeBytes(made, made.readerIndex(), made.readableBytes());
        left = length;
    }

    @Override
    public void piece(ByteBuf payload, FrameWriter out) {
        requireBegun();
        int length = payload.readableBytes();
        if (length > left)
            throw new IllegalStateException("a piece of " + length + " bytes, the frame begun has " + left + " left");
        if (length > 0) out.write(payload, payload.readerIndex(), length);
        left -= length;
    }

    @Override
    public void end(FrameWriter out) {
        requireBegun();
        if (left > 0) throw new IllegalStateException("the frame begun lacks " + left + " bytes of payload");
        if (line.tail() > 0) out.room(CRLF).writeByte('\r').writeByte('\n');
        left = -1;
    }

    private void requireBegun() {
        if (left < 0) throw new IllegalStateException("no frame was begun");
    }

    // ------------------------------------------------------------------------------------------------ the head

    /** Puts the head together in {@link #made}, if it is one. */
    private void make(ByteBuf given, long length) {
        int from = given.readerIndex();
        int end = given.writerIndex();
        int cr = given.indexOf(from, Math.min(end, from + codec.line()), (byte) '\r');
        int lineEnd = cr < 0 ? end : cr;
        require(lineEnd - from <= codec.line() - CRLF, "a control line of over " + codec.line() + " bytes");
        boolean behind = end - lineEnd > CRLF && given.getByte(lineEnd + 1) == '\n';
        require(lineEnd == end || behind, "behind the control line CR LF and a header block may stand, nothing else");
        int fieldBytes = behind ? end - lineEnd - CRLF : 0;
        int blockBytes = behind ? fieldBytes + CRLF : 0;
        require(blockBytes <= codec.head(), "a header block of " + blockBytes + " bytes, limit " + codec.head());
        made.clear().writeBytes(given, from, lineEnd - from);
        NatsOperation operation = operation(made);
        require(operation.sizes == 2 == behind, operation + (behind ? " has no" : " needs a") + " header block");
        require(operation.sizes > 0 || length == 0, operation + " has no payload");
        if (operation.sizes == 2) Decimal.write(made.ensureWritable(32).writeByte(' '), blockBytes);
        long total = LengthLayout.saturatedSum(blockBytes, length);
        Refusal.ofLength(total, codec.maxFrameLength()); // of what it has at least
        if (operation.sizes > 0) Decimal.write(made.ensureWritable(32).writeByte(' '), total);
        made.writeByte('\r').writeByte('\n');
        check(given, lineEnd + CRLF, fieldBytes, total);
    }

    /** The operation that the line begins with. */
    private static NatsOperation operation(ByteBuf line) {
        int candidates = NatsOperation.any();
        int at = 0;
        for (int next; at < line.writerIndex(); at++) {
            next = NatsOperation.with(candidates, at, line.getUnsignedByte(at));
            if (next == 0) break;
            candidates = next;
        }
        NatsOperation whole = NatsOperation.whole(candidates, at);
        if (whole == null)
            throw new IllegalArgumentException(
                    "no operation of NATS: " + ByteBufUtil.hexDump(line, 0, Math.min(8, line.writerIndex())) + "...");
        return whole;
    }

    private void check(ByteBuf given, int fieldsFrom, int fieldBytes, long total) {
        line.reset();
        boolean wrong = line.scan(made, 0, made.writerIndex()); // stops at the CR
        if (!wrong) wrong = line.scan(made, 0, made.writerIndex());
        require(!wrong, "head, byte " + line.scanned() + ": " + line.reason());
        int bytes = made.writerIndex();
        boolean same = line.isWhole() && line.scanned() == bytes && line.total() == total;
        require(same, "the control line is not one");
        require(bytes <= codec.line(), "a control line of " + bytes + " bytes, limit " + codec.line());
        require(
                line.frame() <= codec.maxFrameLength(),
                "a frame of " + line.frame() + " bytes, limit " + codec.maxFrameLength());
        if (line.block() == 0) return;
        made.writeBytes(given, fieldsFrom, fieldBytes).writeByte('\r').writeByte('\n');
        block.begin(bytes, made.writerIndex());
        boolean right = block.scan(made, 0, made.writerIndex());
        int at = block.scanned() - bytes;
        fields.giveBack();
        require(!block.tooMany(), "more than " + codec.fields() + " header fields");
        require(right && block.isWhole(), "header block, byte " + at + ": " + block.mistake());
    }

    private static void require(boolean right, String mistake) {
        if (!right) throw new IllegalArgumentException(mistake);
    }
}
