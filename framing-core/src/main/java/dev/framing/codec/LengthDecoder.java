package dev.framing.codec;

import dev.framing.FrameDecoder;
import dev.framing.FrameSink;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Frames with a binary number at a fixed place and no trailer that must be looked at. Keeps no state at all. */
final class LengthDecoder implements FrameDecoder {
    private final LengthLayout layout;
    private final BinaryField field;
    private final int offset;
    private final int numberEnd;
    private final int head;
    private final int trailer;
    private final int least;
    private final int max;

    LengthDecoder(LengthLayout layout, BinaryField field) {
        this.layout = layout;
        this.field = field;
        offset = layout.offset();
        numberEnd = offset + field.width();
        head = layout.head(field.width());
        trailer = layout.trailer();
        least = head + trailer;
        max = layout.max();
    }

    @Override
    public void decode(ByteBuf in, int from, int end, FrameSink out) {
        int index = from;
        while (end - index >= numberEnd) {
            long total = layout.total(field.get(in, index + offset), numberEnd - offset); // unsigned, saturated
            if ((total < least || total > max) && !passes(in, index, total, out)) return;
            if (total > end - index) {
                out.pending(index, head, (int) Math.min(end - index, total - trailer), total, trailer);
                return;
            }
            int next = index + (int) total; // fits: not longer than what is there
            if (!out.frame(index, head, (int) total - least, trailer)) return;
            index = next;
        }
        if (index < end) out.pending(index, head, end - index, least, -1);
    }

    /** Shorter than its head, or over the limit at the number's last byte although the head goes on: told as if the bytes ended there. */
    private boolean passes(ByteBuf in, int index, long total, FrameSink out) {
        if (total > max) return head == numberEnd || out.pending(index, head, numberEnd, total, trailer) >= 0;
        out.pending(index, head, numberEnd - 1, least, -1);
        out.malformed(index + numberEnd - 1, layout.tooShort(field.get(in, index + offset), total, head));
        return false;
    }

    @Override
    public boolean announced() {
        return true;
    }

    @Override
    public @Nullable String hint(ByteBuf in, int index, int bytes) {
        return layout.otherOrder(field, in, index);
    }
}
