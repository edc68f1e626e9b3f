package dev.framing.codec;

import dev.framing.FrameEncoder;
import dev.framing.FrameWriter;
import dev.framing.codec.HeadScanner.Outcome;
import dev.framing.codec.HeaderFramed.Body;
import dev.framing.codec.HeaderFramed.EmptyLines;
import dev.framing.codec.HeaderFramed.Lines;
import dev.framing.codec.HeaderFramed.Style;
import dev.framing.codec.StartLine.Form;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * Writes the start line and the further fields as they were given, what says where the body ends, the empty line, the payload.
 *
 * <pre>
 *   no start line   | Content-Length: n CR LF | further fields | CR LF | payload |
 *   a start line    | start line, further fields | Content-Length: n CR LF | CR LF | payload |
 *   STOMP           | command, further headers | content-length:n LF | LF | payload | NUL |
 * </pre>
 *
 * A length that may be missing is written where there is a payload. What is given goes through the scanner that reads it on the other
 * side, so that nothing gets out that would not come in.
 */
final class HeaderEncoder implements FrameEncoder {
    private static final byte[] LENGTH = "Content-Length: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] STOMP_LENGTH = "content-length:".getBytes(StandardCharsets.US_ASCII);
    private static final int BYTE_ORDER_MARK = 0xEFBBBF;

    private final HeaderFramed codec;
    private final HeadScanner scanner;
    private final Headers fields = new Headers();
    private final ContentWriter content;
    private final byte[] lengthName;
    private final int lineEnd;
    /** Bytes that the body may have still, of one that ends with the stream; -1: none is begun. */
    private long room = -1;
    /** A body that ends with the stream was written: nothing may follow. */
    private boolean closed;

    HeaderEncoder(HeaderFramed codec) {
        this.codec = codec;
        scanner = new HeadScanner(HeadGrammar.of(codec).withoutFraming(0, 0));
        content = new ContentWriter(codec.rules());
        lengthName = codec.style() == Style.STOMP ? STOMP_LENGTH : LENGTH;
        lineEnd = codec.lines() == Lines.CRLF ? 2 : 1;
    }

    // ------------------------------------------------------------------------------------------------ messages

    /** @param head start line and further fields; or, of no payload, empty lines where they are heart-beats, which are written as they are */
    @Override
    public void encode(ByteBuf head, ByteBuf payload, FrameWriter out) {
        requireNoneBegun();
        int length = payload.readableBytes();
        if (length == 0 && isHeartBeat(head)) {
            out.write(head, head.readerIndex(), head.readableBytes());
            return;
        }
        boolean written = false;
        try {
            begin(head, length, out);
            if (length > 0) piece(payload, out);
            end(out);
            written = true;
        } finally {
            if (!written) forget();
        }
    }

    /** The writer has thrown: no frame was begun. */
    private void forget() {
        content.forget();
        room = -1;
        closed = false;
    }

    @Override
    public void begin(ByteBuf head, long length, FrameWriter out) {
        requireNoneBegun();
        Body body = codec.body();
        if (body != Body.CHUNKED && body != Body.UNTIL_CLOSE) Refusal.ofBegin(length);
        if (length < -1) throw new IllegalArgumentException("length " + length + " is negative");
        if (length > 0 && body == Body.NONE)
            throw new IllegalArgumentException(length + " bytes of payload, but these messages have no body");
        int count = check(head);
        long left = (long) codec.maxFrameLength() - writeHead(head, count, length, out);
        switch (body) {
            case CHUNKED -> content.beginChunks(left);
            case UNTIL_CLOSE -> {
                room = left;
                closed = true;
            }
            default -> content.begin(length);
        }
    }

    @Override
    public void piece(ByteBuf payload, FrameWriter out) {
        if (room < 0) {
            content.piece(payload, out);
            return;
        }
        int length = payload.readableBytes();
        if (length > room)
            throw new IllegalArgumentException(
                    "a piece of " + length + " bytes, where the limit of the message leaves " + room);
        room -= length;
        if (length > 0) out.write(payload, payload.readerIndex(), length);
    }

    @Override
    public void end(FrameWriter out) {
        if (room >= 0) {
            room = -1;
            return;
        }
        content.end(out);
        if (codec.body() == Body.NUL) out.room(1).writeByte(0);
    }

    /** @param tail the trailers of a chunked body, as {@link Head#fields()} makes them */
    @Override
    public void end(ByteBuf tail, FrameWriter out) {
        if (!tail.isReadable()) end(out);
        else if (room < 0) content.end(tail, out);
        else throw new UnsupportedOperationException("a body that ends with the stream has no trailers");
    }

    private void requireNoneBegun() {
        if (content.isBegun() || room >= 0) throw new IllegalStateException("the frame begun has not ended");
        if (closed) throw new IllegalStateException("the body before ends with the stream: nothing may follow it");
    }

    /** Nothing but empty lines, where they are let pass between two messages. */
    private boolean isHeartBeat(ByteBuf head) {
        int n = head.readableBytes();
        if (n == 0 || n % lineEnd != 0 || codec.emptyLines() == EmptyLines.REFUSED) return false;
        for (int i = 0; i < n; i++) {
            char wanted = lineEnd == 2 && i % 2 == 0 ? '\r' : '\n';
            if (head.getByte(head.readerIndex() + i) != wanted) return false;
        }
        return true;
    }

    // ------------------------------------------------------------------------------------------------ the head

    private boolean writesLength(long length) {
        return switch (codec.body()) {
            case CONTENT_LENGTH -> true;
            case CONTENT_LENGTH_OPTIONAL ->
                length > 0 || codec.start() == Form.NONE; // else perhaps no field, and no block
            case NUL -> length > 0;
            case CHUNKED, UNTIL_CLOSE, NONE -> false;
        };
    }

    /** The bytes written, after a look at every limit. */
    private int writeHead(ByteBuf given, int fieldsGiven, long length, FrameWriter out) {
        boolean says = writesLength(length);
        int line = says ? lengthName.length + Decimal.digits(length) + lineEnd : 0;
        long head = (long) line + given.readableBytes() + lineEnd;
        int count = fieldsGiven + (says ? 1 : 0);
        if (count > codec.fields())
            throw new IllegalArgumentException("more than " + codec.fields() + " header fields");
        if (count == 0 && codec.start() == Form.NONE)
            throw new IllegalArgumentException("a header block without fields");
        if (line > codec.line())
            throw new IllegalArgumentException("a line of " + line + " bytes, limit " + codec.line());
        if (head > codec.head())
            throw new IllegalArgumentException("header block of " + head + " bytes, limit " + codec.head());
        long behind = behind(Math.max(length, 0));
        if (behind > codec.maxFrameLength() - head)
            throw new IllegalArgumentException("header block of " + head + " bytes and " + behind
                    + " bytes behind it, limit " + codec.maxFrameLength());
        ByteBuf block = out.room((int) head);
        boolean first = codec.start() == Form.NONE;
        if (says && first) writeLength(block, length);
        block.writeBytes(given, given.readerIndex(), given.readableBytes());
        if (says && !first) writeLength(block, length);
        endLine(block);
        return (int) head;
    }

    private long behind(long length) {
        return switch (codec.body()) {
            case NUL -> LengthLayout.saturatedSum(length, 1);
            case CHUNKED -> LengthLayout.saturatedSum(length, ContentWriter.bytesAround(length));
            default -> length;
        };
    }

    private void writeLength(ByteBuf block, long length) {
        block.writeBytes(lengthName);
        Decimal.write(block, length);
        endLine(block);
    }

    private void endLine(ByteBuf block) {
        if (lineEnd == 2) block.writeByte('\r');
        block.writeByte('\n');
    }

    /** Its fields; what the other side would not read so is refused. */
    private int check(ByteBuf given) {
        scanner.reset();
        fields.clear();
        int index = given.readerIndex();
        Outcome outcome = scanner.scan(given, index, given.writerIndex(), fields);
        String mistake = switch (outcome) {
            case MORE -> unfinished();
            case WHOLE -> "an empty line in the head: the encoder writes it";
            case TOO_MANY -> "more than " + codec.fields() + " header fields";
            case MALFORMED -> "head, byte " + scanner.scanned() + ": " + scanner.reason();
        };
        if (mistake.isEmpty() && scanner.lineIsOver())
            mistake = "a line of the head is over " + codec.line() + " bytes";
        if (mistake.isEmpty() && codec.style() == Style.EVENT && isMarked(given, index))
            mistake = "a byte order mark, which the other side takes away";
        int count = fields.count();
        fields.giveBack();
        if (!mistake.isEmpty()) throw new IllegalArgumentException(mistake);
        return count;
    }

    private String unfinished() {
        if (!scanner.hasStartLine()) return "the head has no whole start line";
        return scanner.betweenFields() ? "" : "the head does not end with " + (lineEnd == 2 ? "CR LF" : "LF");
    }

    private static boolean isMarked(ByteBuf given, int index) {
        return given.readableBytes() >= 3 && given.getUnsignedMedium(index) == BYTE_ORDER_MARK;
    }
}
