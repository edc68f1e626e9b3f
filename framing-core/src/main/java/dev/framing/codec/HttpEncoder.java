package dev.framing.codec;

import dev.framing.FrameEncoder;
import dev.framing.FrameWriter;
import dev.framing.codec.HeadScanner.Outcome;
import dev.framing.codec.StartLine.Form;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Writes HTTP/1.1 messages: the head that is given, the field that says where the content ends, the content.
 *
 * <pre>
 *   given   | start line CR LF | field CR LF ... |
 *   wire    | start line CR LF | field CR LF ... | Content-Length: 7 CR LF | CR LF | payload |
 *   or      | start line CR LF | field CR LF ... | Transfer-Encoding: chunked CR LF | CR LF | chunks, see {@link ContentWriter} |
 * </pre>
 *
 * What is given goes through the scanner that reads it on the other side, in its strictest form whatever the codec lets pass: nothing
 * gets out that would not come in as it was meant.
 */
abstract class HttpEncoder implements FrameEncoder {
    /** What stands between the fields and the content. */
    enum Content {
        /** Content-Length, and so many bytes. */
        COUNTED,
        /** Transfer-Encoding. */
        CHUNKED,
        /** Nothing, and no content. */
        NONE
    }

    private static final byte[] LENGTH = "Content-Length: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CHUNKED = "Transfer-Encoding: chunked\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int CRLF = 2;
    static final int SWITCHING_PROTOCOLS = 101;
    private static final String CLOSED = "the message before ends the connection: none may follow (RFC 9112 9.6)";

    final Headers headers = new Headers();
    private final HttpRules rules;
    private final HeadScanner scanner;
    private final ContentWriter body;

    /** The message begun answers HEAD: its content is left out. */
    private boolean leftOut;

    /** The message being written ends the connection. */
    private boolean ends;

    private boolean closed;
    /** The last message was of a kind that another protocol follows. */
    private @Nullable String handedOver;

    HttpEncoder(HttpRules given, Form start) {
        rules = given.strict();
        scanner = new HeadScanner(HeadGrammar.http(rules, start));
        body = new ContentWriter(rules);
    }

    // ------------------------------------------------------------------------------------------------ by kind

    /** @throws IllegalStateException no message can be written now */
    abstract void mayWrite();

    /** HTTP goes on although the last message {@link #written} might have ended it. */
    abstract boolean goesOn();

    /**
     * What follows this head, which was found right. Changes nothing.
     *
     * @param length bytes of content, or -1
     * @throws IllegalArgumentException it cannot be followed by that
     */
    abstract Content content(long length);

    /** The content of the message is announced and left out: it answers HEAD. */
    boolean leavesOut() {
        return false;
    }

    /** The head was written. Null, or why no other message may follow this one. */
    abstract @Nullable String written();

    // ------------------------------------------------------------------------------------------------ messages

    @Override
    public void encode(ByteBuf head, ByteBuf payload, FrameWriter out) {
        int length = payload.readableBytes();
        head(head, length, out);
        if (length > 0 && !leavesOut()) out.write(payload, payload.readerIndex(), length);
        isWritten();
    }

    @Override
    public void begin(ByteBuf head, long length, FrameWriter out) {
        if (length < -1) throw new IllegalArgumentException("length " + length + " is negative");
        boolean chunked = head(head, length, out) == Content.CHUNKED;
        isWritten();
        leftOut = leavesOut();
        if (leftOut) return;
        if (chunked) body.beginChunks(rules.max() - head.readableBytes() - CHUNKED.length);
        else body.begin(Math.max(length, 0));
    }

    @Override
    public void piece(ByteBuf payload, FrameWriter out) {
        if (!leftOut) body.piece(payload, out);
    }

    @Override
    public void end(FrameWriter out) {
        if (!leftOut) body.end(out);
        leftOut = false;
    }

    /** @param tail trailers as {@link Head#fields()} makes them */
    @Override
    public void end(ByteBuf tail, FrameWriter out) {
        if (tail.isReadable() && !leftOut) body.end(tail, out);
        else end(out);
    }

    private Content head(ByteBuf head, long length, FrameWriter out) {
        if (body.isBegun() || leftOut) throw new IllegalStateException("the message begun has not ended");
        if (closed) throw new IllegalStateException(CLOSED);
        String other = handedOver;
        if (other != null && !goesOn()) throw new IllegalStateException(other);
        mayWrite();
        try {
            check(head);
            Content content = content(length);
            checkLimits(head.readableBytes(), content, length);
            write(head, content, length, out);
            ends = !isInterim() && HttpBody.ends(scanner, headers);
            return content;
        } finally {
            headers.clear();
            headers.giveBack();
        }
    }

    /** What was given to the writer stays there: where that throws, the message was never sent, and nobody waits for an answer to it. */
    private void isWritten() {
        closed = ends;
        handedOver = written();
    }

    private static void write(ByteBuf head, Content content, long length, FrameWriter out) {
        int given = head.readableBytes();
        ByteBuf room = out.room(given + derived(content, length)).writeBytes(head, head.readerIndex(), given);
        if (content == Content.CHUNKED) {
            room.writeBytes(CHUNKED);
            return;
        }
        if (content == Content.COUNTED) {
            room.writeBytes(LENGTH);
            Decimal.write(room, length);
            room.writeByte('\r').writeByte('\n');
        }
        room.writeByte('\r').writeByte('\n');
    }

    /** Bytes behind the head that is given, up to the content. */
    private static int derived(Content content, long length) {
        return switch (content) {
            case COUNTED -> LENGTH.length + Decimal.digits(length) + 2 * CRLF;
            case CHUNKED -> CHUNKED.length;
            case NONE -> CRLF;
        };
    }

    // ------------------------------------------------------------------------------------------------ of the head

    /** 0 in a request. */
    int status() {
        return scanner.status();
    }

    /** A response that another one follows to the same request. RFC 9110 15.2. */
    boolean isInterim() {
        return status() >= 100 && status() < 200 && status() != SWITCHING_PROTOCOLS;
    }

    boolean saysLength() {
        return scanner.framing().hasLength();
    }

    void refuseLength() {
        if (saysLength()) throw new IllegalArgumentException("Content-Length is the encoder's to write");
    }

    /** Counted or chunked: what content is where there may be some. */
    Content byLength(long length) {
        if (length >= 0) return Content.COUNTED;
        if (scanner.minor() == 0)
            throw new IllegalArgumentException(
                    "HTTP/1.0 knows no Transfer-Encoding: the length must be known first (RFC 9112 6.1)");
        return Content.CHUNKED;
    }

    private void check(ByteBuf head) {
        scanner.reset();
        int index = head.readerIndex();
        Outcome outcome = scanner.scan(head, index, head.writerIndex(), headers);
        String mistake = switch (outcome) {
            case MORE -> unfinished(head);
            case WHOLE -> "an empty line in the head: the encoder writes it";
            case TOO_MANY -> "more than " + rules.fields() + " header fields";
            case MALFORMED -> "head, byte " + scanner.scanned() + ": " + scanner.reason();
        };
        if (mistake.isEmpty() && scanner.lineIsOver())
            mistake = "a line of the head is over " + rules.line() + " bytes";
        if (mistake.isEmpty() && scanner.framing().hasCoding())
            mistake = "Transfer-Encoding is the encoder's to write: begin with length -1";
        if (!mistake.isEmpty()) throw new IllegalArgumentException(mistake);
        headers.look(head, index);
    }

    private String unfinished(ByteBuf head) {
        if (head.isReadable() && head.getByte(head.readerIndex()) == '\r') return "an empty line before the start line";
        if (!scanner.hasStartLine()) return "the head has no whole start line";
        return scanner.betweenFields() ? "" : "the head does not end with CR LF";
    }

    private void checkLimits(int given, Content content, long length) {
        int derived = derived(content, length);
        long head = (long) given + derived;
        if (head > rules.head())
            throw new IllegalArgumentException("a head of " + head + " bytes, limit " + rules.head());
        if (content == Content.NONE) return;
        if (headers.count() == rules.fields())
            throw new IllegalArgumentException(
                    "more than " + rules.fields() + " header fields, the derived one counted");
        if (derived - CRLF > rules.line())
            throw new IllegalArgumentException("a line of " + (derived - CRLF) + " bytes, limit " + rules.line());
        if (length > rules.body())
            throw new IllegalArgumentException("content of " + length + " bytes, limit " + rules.body());
        long least = content == Content.COUNTED ? length : ContentWriter.SHORTEST_END;
        if (least > rules.max() - head)
            throw new IllegalArgumentException(
                    "a head of " + head + " bytes and at least " + least + " behind it, limit " + rules.max());
    }
}
