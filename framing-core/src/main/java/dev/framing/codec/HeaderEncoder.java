package dev.framing.codec;

import dev.framing.FrameEncoder;
import dev.framing.FrameWriter;
import dev.framing.codec.HeadScanner.Outcome;
import io.netty.buffer.ByteBuf;

/**
 * Writes {@code Content-Length: n}, the further fields, the empty line, the payload. The further fields go through the scanner that
 * reads them on the other side, so that nothing gets out that would not come in.
 */
final class HeaderEncoder implements FrameEncoder {
    private static final byte[] NAME = {'C', 'o', 'n', 't', 'e', 'n', 't', '-', 'L', 'e', 'n', 'g', 't', 'h', ':', ' '};

    private final HeaderFramed codec;
    private final HeadScanner scanner;
    private final Headers fields = new Headers();
    /** Payload bytes of the frame begun that are to come; -1: none is begun. */
    private long left = -1;

    HeaderEncoder(HeaderFramed codec) {
        this.codec = codec;
        scanner = new HeadScanner(HeadGrammar.of(codec).withoutFraming(0, 1));
    }

    @Override
    public void encode(ByteBuf head, ByteBuf payload, FrameWriter out) {
        int length = payload.readableBytes();
        writeHead(head, length, out);
        if (length > 0) out.write(payload, payload.readerIndex(), length);
    }

    @Override
    public void begin(ByteBuf head, long length, FrameWriter out) {
        Refusal.ofBegin(length);
        writeHead(head, length, out);
        left = length;
    }

    @Override
    public void piece(ByteBuf payload, FrameWriter out) {
        if (left < 0) throw new IllegalStateException("no frame was begun");
        int length = payload.readableBytes();
        if (length > left)
            throw new IllegalStateException("a piece of " + length + " bytes, the frame begun has " + left + " left");
        left -= length;
        if (length > 0) out.write(payload, payload.readerIndex(), length);
    }

    @Override
    public void end(FrameWriter out) {
        if (left < 0) throw new IllegalStateException("no frame was begun");
        if (left > 0) throw new IllegalStateException(left + " bytes are missing of the length announced");
        left = -1;
    }

    private void writeHead(ByteBuf further, long length, FrameWriter out) {
        if (left >= 0) throw new IllegalStateException("the frame begun has not ended");
        check(further);
        long head = (long) NAME.length + Decimal.digits(length) + 4 + further.readableBytes();
        if (head > codec.head())
            throw new IllegalArgumentException("header block of " + head + " bytes, limit " + codec.head());
        if (length > codec.maxFrameLength() - head)
            throw new IllegalArgumentException("header block of " + head + " bytes and body of " + length
                    + " bytes, limit " + codec.maxFrameLength());
        ByteBuf room = out.room((int) head);
        room.writeBytes(NAME);
        Decimal.write(room, length);
        room.writeByte('\r').writeByte('\n');
        room.writeBytes(further, further.readerIndex(), further.readableBytes());
        room.writeByte('\r').writeByte('\n');
    }

    private void check(ByteBuf further) {
        scanner.reset();
        if (!further.isReadable()) return;
        Outcome outcome = scanner.scan(further, further.readerIndex(), further.writerIndex(), fields);
        fields.giveBack();
        if (outcome == Outcome.MORE && scanner.betweenFields()) return;
        throw new IllegalArgumentException(
                switch (outcome) {
                    case MORE -> "the further header fields do not end with CR LF";
                    case WHOLE -> "an empty line in the further header fields";
                    case TOO_MANY -> "more than " + codec.fields() + " header fields";
                    case MALFORMED -> "further header fields, byte " + scanner.scanned() + ": " + scanner.reason();
                });
    }
}
