package dev.framing.codec;

import dev.framing.FrameWriter;
import dev.framing.codec.HeadScanner.Outcome;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Writes the content of a message that comes in pieces, whose head was written.
 *
 * <pre>
 *   counted   payload payload ...
 *   chunked   | 5 CR LF hello CR LF | ... | 0 CR LF | Digest: 1 CR LF | CR LF |      RFC 9112 7.1
 *             '- chunk, one a piece '     ' last    '- trailers ------'
 * </pre>
 */
final class ContentWriter {
    /** {@code 0 CR LF CR LF} */
    static final int SHORTEST_END = 5;

    private static final int CRLF = 2;

    private final HttpRules rules;
    private @Nullable HeadScanner trailers;

    private boolean begun;
    private boolean chunked;
    /** It ends with the connection. */
    private boolean rest;
    /** Content that must come, or, in chunks, that may. */
    private long left;
    /** In chunks: bytes that the message may have still, its end counted. */
    private long room;

    ContentWriter(HttpRules rules) {
        this.rules = rules;
    }

    boolean isBegun() {
        return begun;
    }

    /** What was begun was not written. */
    void forget() {
        begun = false;
    }

    /** Exactly so many bytes. */
    void begin(long length) {
        begun = true;
        chunked = rest = false;
        left = length;
    }

    /** As many as come, until the connection ends. @param bytes that the message may have behind its head */
    void beginRest(long bytes) {
        begun = rest = true;
        chunked = false;
        left = Math.min(bytes, rules.body());
    }

    /** @param bytes that the message may have behind its head */
    void beginChunks(long bytes) {
        begun = true;
        chunked = true;
        rest = false;
        left = rules.body();
        room = bytes;
    }

    void piece(ByteBuf payload, FrameWriter out) {
        requireBegun();
        int length = payload.readableBytes();
        if (rest && length > left)
            throw new IllegalArgumentException(
                    "a piece of " + length + " bytes, where the limit of the message leaves " + left);
        if (!chunked && length > left)
            throw new IllegalStateException("a piece of " + length + " bytes, the message begun has " + left + " left");
        if (length == 0) return; // a chunk of none would be the last
        if (chunked) {
            chunk(payload, length, out);
        } else {
            out.write(payload, payload.readerIndex(), length);
        }
        left -= length;
    }

    private void chunk(ByteBuf payload, int length, FrameWriter out) {
        int line = hexDigits(length) + CRLF;
        long bytes = (long) line + length + CRLF;
        if (line > rules.chunkLine())
            throw new IllegalArgumentException("a chunk line of " + line + " bytes, limit " + rules.chunkLine());
        if (length > left)
            throw new IllegalArgumentException(
                    "a piece of " + length + " bytes, where the limit of the content leaves " + left);
        if (bytes > room - SHORTEST_END)
            throw new IllegalArgumentException(
                    "a chunk of " + bytes + " bytes, where the limit of the message leaves " + (room - SHORTEST_END));
        ByteBuf size = out.room(line);
        for (int shift = 4 * (line - CRLF - 1); shift >= 0; shift -= 4)
            size.writeByte(Character.forDigit(length >>> shift & 0xF, 16));
        size.writeByte('\r').writeByte('\n');
        out.write(payload, payload.readerIndex(), length);
        out.room(CRLF).writeByte('\r').writeByte('\n');
        room -= bytes;
    }

    /** Bytes of the chunk of so much content, which is all of it, but for the content itself. */
    static int bytesAround(long length) {
        return (length == 0 ? 0 : hexDigits(length) + 2 * CRLF) + SHORTEST_END;
    }

    private static int hexDigits(long length) {
        return (Long.SIZE - Long.numberOfLeadingZeros(length) + 3) / 4;
    }

    void end(FrameWriter out) {
        requireBegun();
        if (!chunked && !rest && left > 0)
            throw new IllegalStateException(left + " bytes are missing of the length announced");
        if (chunked)
            out.room(SHORTEST_END)
                    .writeByte('0')
                    .writeByte('\r')
                    .writeByte('\n')
                    .writeByte('\r')
                    .writeByte('\n');
        begun = false;
    }

    /** @param tail trailers, at least one */
    void end(ByteBuf tail, FrameWriter out) {
        requireBegun();
        if (!chunked) throw new UnsupportedOperationException("only a chunked message has trailers (RFC 9112 7.1.2)");
        int length = tail.readableBytes();
        check(tail, length);
        ByteBuf end =
                out.room(SHORTEST_END + length).writeByte('0').writeByte('\r').writeByte('\n');
        end.writeBytes(tail, tail.readerIndex(), length).writeByte('\r').writeByte('\n');
        begun = false;
    }

    private void check(ByteBuf tail, int length) {
        HeadScanner scanner = trailers;
        if (scanner == null) scanner = trailers = new HeadScanner(HeadGrammar.trailers(rules));
        scanner.reset();
        Trailers fields = new Trailers();
        Outcome outcome = scanner.scan(tail, tail.readerIndex(), tail.writerIndex(), fields);
        fields.giveBack();
        String mistake = switch (outcome) {
            case MORE -> scanner.betweenFields() ? "" : "the trailers do not end with CR LF";
            case WHOLE -> "an empty line in the trailers: the encoder writes it";
            case TOO_MANY -> "more than " + rules.fields() + " trailers";
            case MALFORMED -> "trailers, byte " + scanner.scanned() + ": " + scanner.reason();
        };
        if (mistake.isEmpty() && scanner.lineIsOver()) mistake = "a trailer line is over " + rules.line() + " bytes";
        if (mistake.isEmpty() && length + CRLF > rules.trailer())
            mistake = "trailers of " + (length + CRLF) + " bytes, limit " + rules.trailer();
        if (mistake.isEmpty() && length > room - SHORTEST_END)
            mistake =
                    "trailers of " + length + " bytes, where the limit of the message leaves " + (room - SHORTEST_END);
        if (!mistake.isEmpty()) throw new IllegalArgumentException(mistake);
    }

    private void requireBegun() {
        if (!begun) throw new IllegalStateException("no message was begun");
    }
}
