package dev.framing;

import dev.framing.FramingError.FrameTooLong;
import dev.framing.FramingError.Malformed;
import dev.framing.FramingError.Truncated;
import io.netty.buffer.ByteBuf;

/**
 * Makes the first error of a stream, with what its bytes look like. Looks at the bytes up to the verdict only (a head, the offending
 * byte, the stream's first ones), so that the same stream gives the same message however it was cut.
 */
final class Verdicts {
    private final byte[] opening = new byte[8];
    private int openingLength;

    /** Remembers how the stream begins. */
    void received(ByteBuf bytes, int index, int length) {
        int n = Math.min(length, opening.length - openingLength);
        if (n == 0) return;
        // one by one: asked for several, Netty's direct buffers without Unsafe make a view
        for (int i = 0; i < n; i++) opening[openingLength++] = bytes.getByte(index + i);
    }

    /** Another stream begins. */
    void restart() {
        openingLength = 0;
    }

    /** @param head head bytes that stand at {@code index}; 0: they are gone, or do not say the length */
    FrameTooLong tooLong(
            FrameDecoder decoder, long position, long length, long limit, ByteBuf in, int index, int head) {
        if (length < 0 || !decoder.announced()) return new FrameTooLong(position, -1, limit, "");
        if (head == 0) return new FrameTooLong(position, length, limit, "");
        String hint = Sighting.ofHead(in, index, head);
        String other = decoder.hint(in, index, head);
        if (other != null) hint = hint.isEmpty() ? other : hint + "; " + other;
        return new FrameTooLong(position, length, limit, hint);
    }

    /** @param start of the frame that the byte at {@code position} stands in */
    Malformed malformed(long start, long position, String reason, int found) {
        // far behind the opening bytes it is no other protocol, but a mistake in the right one
        boolean early = start == 0 && position < opening.length;
        String hint = early ? Sighting.known(opening, (int) Math.min(openingLength, position + 1)) : "";
        return new Malformed(position, reason, found, hint);
    }

    /** @param announced the length that the frame says it has, or -1 */
    Truncated truncated(long start, long have, long announced) {
        String hint = announced >= 0 && start == 0 ? Sighting.known(opening, openingLength) : "";
        return new Truncated(start, have, announced, hint);
    }
}
