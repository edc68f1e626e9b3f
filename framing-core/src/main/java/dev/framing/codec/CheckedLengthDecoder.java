package dev.framing.codec;

import dev.framing.FrameDecoder;
import dev.framing.FrameSink;
import dev.framing.codec.LengthField.Progress;
import dev.framing.codec.LengthField.Reading;
import io.netty.buffer.ByteBuf;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Frames whose number has no fixed width, or whose trailer is checked. The number is remembered, so that no byte of one that has to be
 * searched for its end is looked at twice.
 *
 * <pre>
 *   state            rest   head
 *   number not read  -1     -       reading: what of it was seen
 *   payload          >= 0   > 0     bytes to the trailer, head included
 *   payload, taken   >= 0   0       bytes to the trailer (the limit's policy took the first ones)
 * </pre>
 */
final class CheckedLengthDecoder implements FrameDecoder {
    private final LengthLayout layout;
    private final LengthField field;
    private final int offset;
    private final int trailer;
    private final boolean checked;
    private final Reading reading = new Reading();
    private int head;
    private long rest = -1;

    CheckedLengthDecoder(LengthLayout layout) {
        this.layout = layout;
        field = layout.field();
        offset = layout.offset();
        trailer = layout.trailer();
        checked = layout.mark() != null;
    }

    @Override
    public void decode(ByteBuf in, int from, int end, FrameSink out) {
        int index = from;
        while (index < end || rest >= 0) {
            if (rest < 0 && !readNumber(in, index, end, out)) return;
            int there = end - index;
            int wrong = rest < there ? layout.wrongMark(in, index + (int) rest, end) : -1;
            if (wrong >= 0 || rest > there - trailer) {
                waits(index, there, wrong, out);
                return;
            }
            int headLength = head;
            int payload = (int) rest - headLength; // fits: not longer than what is there
            forget();
            if (!out.frame(index, headLength, payload, trailer)) return;
            index += headLength + payload + trailer;
        }
    }

    /** True: {@link #head} and {@link #rest} are known. False: told what is. */
    private boolean readNumber(ByteBuf in, int index, int end, FrameSink out) {
        Reading r = reading;
        for (; ; ) {
            Progress progress = field.read(in, index + offset, end, layout.most(), r);
            if (progress == Progress.WHOLE) return numberRead(index, out);
            int leastHead = layout.head(Math.max(r.width, field.minWidth()));
            if (progress == Progress.MORE) {
                out.pending(index, leastHead, end - index, leastHead, -1);
                return false;
            }
            int seen = offset + r.seen;
            if (progress == Progress.WRONG) {
                out.pending(index, leastHead, seen, leastHead, -1);
                out.malformed(index + seen, Objects.requireNonNull(r.wrong));
                return false;
            }
            if (out.pending(index, leastHead, seen, layout.total(r.least, r.width), -1) < 0) return false;
        }
    }

    private boolean numberRead(int index, FrameSink out) {
        int numberEnd = offset + reading.seen;
        int headLength = layout.head(reading.seen);
        long value = reading.value;
        long total = layout.total(value, reading.seen);
        if (total < (long) headLength + trailer) {
            reading.reset();
            out.pending(index, headLength, numberEnd - 1, headLength, -1);
            out.malformed(index + numberEnd - 1, layout.tooShort(value, total, headLength));
            return false;
        }
        boolean headGoesOn = numberEnd < headLength;
        if (headGoesOn && total > layout.max() && out.pending(index, headLength, numberEnd, total, trailer) < 0)
            return false;
        head = headLength;
        rest = total - trailer;
        return true;
    }

    /** Tells what is there of a frame that is not whole, or whose mark is wrong at the index {@code wrong} (-1: not). */
    private void waits(int index, int there, int wrong, FrameSink out) {
        int certain = (int) Math.min(there, rest);
        int tail = checked && certain >= head ? -1 : trailer;
        int taken = out.pending(index, head, certain, rest + trailer, tail);
        if (taken > 0 && tail >= 0) forget(); // the engine moves the rest
        else if (taken > 0) {
            rest -= taken;
            head = 0;
        }
        if (wrong >= 0)
            out.malformed(wrong, "the trailer " + TextForm.quoted(Objects.requireNonNull(layout.mark())) + " expected");
    }

    private void forget() {
        reading.reset();
        rest = -1;
    }

    @Override
    public boolean announced() {
        return true;
    }

    @Override
    public @Nullable String hint(ByteBuf in, int index, int bytes) {
        return field instanceof BinaryField binary ? layout.otherOrder(binary, in, index) : null;
    }
}
