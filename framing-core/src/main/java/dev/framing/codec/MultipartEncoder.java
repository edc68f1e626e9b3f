package dev.framing.codec;

import dev.framing.FrameEncoder;
import dev.framing.FrameWriter;
import dev.framing.codec.HeadScanner.Outcome;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes parts, each with the boundary line behind it; the first one with one before it. */
final class MultipartEncoder implements FrameEncoder {
    private static final int CRLF = 2;
    private static final byte[] CLOSE = "--".getBytes(StandardCharsets.US_ASCII);

    private final Multipart codec;
    private final byte[] delimiter;
    private final HeadScanner scanner;
    private final Headers fields = new Headers();

    private boolean first = true;
    private boolean begun;
    private boolean closed;
    /** Of the content written: its last bytes are so many of the delimiter. */
    private int matched;
    /** Bytes that the content may have still. */
    private long room;

    MultipartEncoder(Multipart codec) {
        this.codec = codec;
        delimiter = codec.delimiter();
        scanner = new HeadScanner(codec.grammar());
    }

    @Override
    public void encode(ByteBuf head, ByteBuf payload, FrameWriter out) {
        int length = payload.readableBytes();
        mayBegin(head, length);
        search(payload, CRLF);
        begin(head, length, out);
        if (length > 0) piece(payload, out);
        end(out);
    }

    /** @param length checked against the limit; what is written is what the pieces are */
    @Override
    public void begin(ByteBuf head, long length, FrameWriter out) {
        if (length < -1) throw new IllegalArgumentException("length " + length + " is negative");
        mayBegin(head, Math.max(length, 0));
        int opening = first ? delimiter.length : 0;
        int given = head.readableBytes();
        ByteBuf block = out.room(opening + given + CRLF);
        if (first)
            block.writeBytes(delimiter, CRLF, delimiter.length - CRLF)
                    .writeByte('\r')
                    .writeByte('\n');
        block.writeBytes(head, head.readerIndex(), given).writeByte('\r').writeByte('\n');
        first = false;
        begun = true;
        matched = CRLF; // the line end before the content counts
        room = (long) codec.maxFrameLength() - given - CRLF - delimiter.length - CRLF;
    }

    @Override
    public void piece(ByteBuf payload, FrameWriter out) {
        requireBegun();
        int length = payload.readableBytes();
        if (length > room)
            throw new IllegalArgumentException(
                    "a piece of " + length + " bytes, where the limit of the part leaves " + room);
        matched = search(payload, matched);
        room -= length;
        if (length > 0) out.write(payload, payload.readerIndex(), length);
    }

    @Override
    public void end(FrameWriter out) {
        requireBegun();
        out.room(delimiter.length + CRLF).writeBytes(delimiter).writeByte('\r').writeByte('\n');
        begun = false;
    }

    /** @param tail "--": this part is the last */
    @Override
    public void end(ByteBuf tail, FrameWriter out) {
        requireBegun();
        if (!tail.isReadable()) {
            end(out);
            return;
        }
        byte[] given = new byte[Math.min(tail.readableBytes(), CLOSE.length + 1)];
        tail.getBytes(tail.readerIndex(), given);
        if (!Arrays.equals(given, CLOSE))
            throw new IllegalArgumentException("the tail of a part is \"--\" where it is the last, else nothing");
        out.room(delimiter.length + CLOSE.length + CRLF)
                .writeBytes(delimiter)
                .writeBytes(CLOSE)
                .writeByte('\r')
                .writeByte('\n');
        begun = false;
        closed = true;
    }

    private void requireBegun() {
        if (!begun) throw new IllegalStateException("no part was begun");
    }

    private void mayBegin(ByteBuf head, long length) {
        if (begun) throw new IllegalStateException("the part begun has not ended");
        if (closed) throw new IllegalStateException("the part before was the last");
        scanner.reset();
        Outcome outcome = scanner.scan(head, head.readerIndex(), head.writerIndex(), fields);
        fields.giveBack();
        String mistake = switch (outcome) {
            case MORE -> scanner.betweenFields() ? "" : "the fields do not end with CR LF";
            case WHOLE -> "an empty line in the fields: the encoder writes it";
            case TOO_MANY -> "more than " + codec.fields() + " header fields";
            case MALFORMED -> "fields, byte " + scanner.scanned() + ": " + scanner.reason();
        };
        long block = (long) head.readableBytes() + CRLF;
        long most = (long) codec.maxFrameLength() - delimiter.length - CRLF - block;
        if (mistake.isEmpty() && scanner.lineIsOver())
            mistake = "a line of the fields is over " + codec.line() + " bytes";
        if (mistake.isEmpty() && block > codec.head()) mistake = "fields of " + block + " bytes, limit " + codec.head();
        if (mistake.isEmpty() && length > most)
            mistake = "content of " + length + " bytes, where the limit of the part leaves " + most;
        if (!mistake.isEmpty()) throw new IllegalArgumentException(mistake);
    }

    /** Bytes of the delimiter at the end of {@code payload}, where so many stood before it. */
    private int search(ByteBuf payload, int before) {
        int found = before;
        for (int i = payload.readerIndex(); i < payload.writerIndex(); i++) {
            byte b = payload.getByte(i);
            found = b == delimiter[found] ? found + 1 : b == '\r' ? 1 : 0;
            if (found == delimiter.length)
                throw new IllegalArgumentException(
                        "the boundary stands in the content, its last byte at " + (i - payload.readerIndex()));
        }
        return found;
    }
}
