package dev.framing.codec;

import dev.framing.FrameEncoder;
import dev.framing.FrameWriter;
import dev.framing.codec.Delimited.Spec;
import dev.framing.codec.DelimiterSearch.Result;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** Encodes {@link Delimited} with payloads as they stand: looks for a delimiter as the decoder will, and wants it at the end. */
final class DelimitedEncoder implements FrameEncoder {
    private final Spec spec;
    private final DelimiterSearch search;
    private final byte[] start;
    private final byte[] delimiter;
    private final ByteBuf delimiterBytes;

    DelimitedEncoder(Spec spec, DelimiterSearch.Tables tables) {
        this.spec = spec;
        search = new DelimiterSearch(spec, tables);
        start = spec.start().getBytes(StandardCharsets.ISO_8859_1);
        delimiter = spec.keep() ? new byte[0] : spec.written().getBytes(StandardCharsets.ISO_8859_1);
        delimiterBytes = Unpooled.wrappedBuffer(delimiter);
    }

    @Override
    public void encode(ByteBuf head, ByteBuf payload, FrameWriter out) {
        Refusal.ofHead(head);
        int length = payload.readableBytes();
        Refusal.ofLength((long) start.length + length + delimiter.length, spec.max());
        search.reset();
        Result result = search.find(payload, payload.readerIndex(), payload.writerIndex(), false);
        if (result == Result.MORE && search.inEscape())
            throw new IllegalArgumentException("payload ends with an escape"); // of the delimiter's first byte
        if (result == Result.MORE && !spec.keep())
            result = search.find(delimiterBytes, -length, delimiter.length, false);
        if (result == Result.WRONG)
            throw new IllegalArgumentException("payload byte " + search.wrongAt + " is part of a mark outside one");
        if (result != Result.FOUND) throw new IllegalArgumentException(unended());
        int wanted = spec.keep() ? length - search.matchLength : length;
        if (search.matchAt != wanted)
            throw new IllegalArgumentException(
                    "payload of " + length + " bytes with a delimiter at byte " + search.matchAt);
        if (start.length > 0) out.room(start.length).writeBytes(start);
        if (length > 0) out.write(payload, payload.readerIndex(), length);
        if (delimiter.length > 0) out.room(delimiter.length).writeBytes(delimiter);
    }

    private String unended() {
        return spec.keep()
                ? "payload does not end with its delimiter, which is kept in it"
                : "payload ends with what begins a longer delimiter";
    }
}
