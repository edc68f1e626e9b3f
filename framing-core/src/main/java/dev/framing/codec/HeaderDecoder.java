package dev.framing.codec;

import dev.framing.FrameDecoder;
import dev.framing.FrameSink;
import dev.framing.codec.FieldScanner.Outcome;
import io.netty.buffer.ByteBuf;

/** Cuts frames of a header block and the body it announces. */
final class HeaderDecoder implements FrameDecoder {
    /** Fields that the table has room for at first: LSP and DAP send one or two. */
    private static final int FIELDS = 4;
    /** A table with room for more fields than these (512 bytes of it) does not outlive its frame: an idle stream holds none. */
    private static final int KEPT_FIELDS = 32;

    private final HeaderFramed codec;
    private final FieldScanner scanner;
    private Headers headers = new Headers(FIELDS);
    /** Bytes of the header block at the first byte not told, once it is whole; else 0. */
    private int head;

    HeaderDecoder(HeaderFramed codec) {
        this.codec = codec;
        scanner = FieldScanner.of(codec);
    }

    /** Once the block is whole, its frame's length is known. */
    @Override
    public boolean announced() {
        return true;
    }

    @Override
    public void decode(ByteBuf in, int index, int end, FrameSink out) {
        int at = index;
        while (at < end) {
            if (head == 0 && !headIsWhole(in, at, end, out)) return;
            int h = head;
            long body = scanner.contentLength();
            out.detail(headers);
            if (body > end - at - h) {
                if (out.pending(at, h, end - at, LengthLayout.saturatedSum(h, body), 0) > 0) reset();
                return;
            }
            reset();
            if (!out.frame(at, h, (int) body, 0)) return; // the body is there: it fits an int
            at += h + (int) body;
        }
    }

    /** False: what can be said of it was told. */
    private boolean headIsWhole(ByteBuf in, int index, int end, FrameSink out) {
        for (; ; ) {
            Outcome outcome = scanner.scan(in, index, end, headers);
            int scanned = scanner.scanned();
            if (outcome == Outcome.WHOLE) {
                head = scanned;
                return true;
            }
            long least = scanner.least(in, index, headers);
            int shortest = (int) Math.min(Integer.MAX_VALUE, least);
            if (out.pending(index, shortest, scanned, LengthLayout.saturatedSum(least, scanner.contentLength()), -1)
                    < 0) return false;
            if (least > codec.head()) return out.tooLong(codec.head(), "bytes of header block");
            switch (outcome) {
                case TOO_MANY -> {
                    return out.tooLong(codec.fields(), "header fields");
                }
                case MALFORMED -> {
                    return out.malformed(index + scanned, scanner.reason());
                }
                default -> {
                    if (scanned == end - index) return false;
                }
            }
        }
    }

    private void reset() {
        head = 0;
        scanner.reset();
        // the one told stays as it is until its frame has been looked at
        if (headers.capacity() > KEPT_FIELDS) headers = new Headers(FIELDS);
    }
}
