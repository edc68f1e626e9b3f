package dev.framing.codec;

import dev.framing.FrameDecoder;
import dev.framing.FrameEncoder;
import dev.framing.FrameSink;
import dev.framing.FrameWriter;
import dev.framing.scan.ByteSet;
import dev.framing.scan.Examined;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/** The two forms of {@link Stuffed} with an end mark and an escape: SLIP and HDLC. */
enum ByteEscape {
    SLIP(0xC0, 0xDB, false, "0xdb must be followed by 0xdc or 0xdd") {
        @Override
        void fill() {
            pair(0xC0, 0xDC);
            pair(0xDB, 0xDD);
        }
    },
    HDLC(0x7E, 0x7D, true, "the frame was aborted") {
        @Override
        void fill() {
            for (int b = 0; b < 256; b++) meaning[b ^ 0x20] = (short) b; // RFC 1662: any byte may come escaped
            meaning[0x7E] = -1;
            stuffed[0x7E] = 0x5E;
            stuffed[0x7D] = 0x5D;
        }
    };

    private final byte mark;
    private final byte escape;
    /** A mark stands before the first frame too. */
    private final boolean opening;

    private final String wrong;
    private final ByteSet special;
    /** What a byte after an escape stands for, or -1. */
    final short[] meaning = new short[256];
    /** What stands after an escape for a payload byte, or -1: it stands for itself. */
    final short[] stuffed = new short[256];

    ByteEscape(int mark, int escape, boolean opening, String wrong) {
        this.mark = (byte) mark;
        this.escape = (byte) escape;
        this.opening = opening;
        this.wrong = wrong;
        special = ByteSet.of("" + (char) mark + (char) escape);
        Arrays.fill(meaning, (short) -1);
        Arrays.fill(stuffed, (short) -1);
        fill();
    }

    abstract void fill();

    void pair(int payload, int onWire) {
        meaning[onWire] = (short) payload;
        stuffed[payload] = (short) onWire;
    }

    FrameDecoder decoder() {
        return new Decoder();
    }

    FrameEncoder encoder(int max) {
        return new Encoder(max);
    }

    private final class Decoder extends StuffedDecoder {
        private boolean open = !opening;

        @Override
        public void decode(ByteBuf in, int index, int end, FrameSink out) {
            int at = index;
            if (!open && at < end) {
                if (in.getByte(at) != mark) {
                    out.malformed(at, "no flag before the first frame");
                    return;
                }
                open = true;
                if (!out.drop(at++, 1)) return;
            }
            for (; ; ) {
                int i = special.next(in, at + scanned, end);
                scanned = i - at;
                if (i == end) {
                    unfinished(at, end, 1, out);
                    return;
                }
                if (in.getByte(i) == mark) {
                    boolean fill = i == at && !inside;
                    if (!(fill ? out.drop(i, 1) : whole(at, 1, out))) return;
                    at = i + 1;
                    continue;
                }
                if (i + 1 == end) {
                    unfinished(at, end, 3, out);
                    return;
                }
                if (Examined.ON) Examined.add(1);
                int value = meaning[in.getByte(i + 1) & 0xFF];
                if (value < 0) {
                    if (unfinished(at, end, 3, out)) out.malformed(i + 1, wrong);
                    return;
                }
                if (!inPieces(at, out)) return;
                ByteBuf room = out.transform(i, 2);
                if (room == null) return;
                room.writeByte(value);
                at = i + 2;
            }
        }
    }

    private final class Encoder implements FrameEncoder {
        private final int max;
        private boolean open = !opening;

        Encoder(int max) {
            this.max = max;
        }

        @Override
        public void encode(ByteBuf head, ByteBuf payload, FrameWriter out) {
            Refusal.ofHead(head);
            int from = payload.readerIndex();
            int end = payload.writerIndex();
            if (from == end) throw new IllegalArgumentException("an empty payload, which would be read as fill");
            long length = end - from + 1L;
            for (int i = special.next(payload, from, end); i < end; i = special.next(payload, i + 1, end)) length++;
            Refusal.ofLength(length, max);
            if (!open) out.room(1).writeByte(mark);
            open = true;
            while (from < end) {
                int i = special.next(payload, from, end);
                if (i > from) out.write(payload, from, i - from);
                if (i < end) out.room(2).writeByte(escape).writeByte(stuffed[payload.getByte(i) & 0xFF]);
                from = i + 1;
            }
            out.room(1).writeByte(mark);
        }
    }
}
