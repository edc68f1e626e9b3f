package dev.framing.nio;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** The frames of one direction of a simulated connection, in the order in which they were given to it: what the other end must see. */
final class SimStream {
    /** The longest payload. */
    static final int LONGEST = 256 * 1024;
    /** All payloads are cut out of this. */
    private static final byte[] PATTERN = new byte[2 * LONGEST];

    static {
        new SplittableRandom(1).nextBytes(PATTERN);
    }

    /** A frame: {@code position} in the stream, payload {@code [offset, offset + length)} of the pattern. */
    static final class Sent {
        final long position;
        final int offset;
        final int length;
        /** Its last byte was given too. */
        boolean whole;

        private Sent(long position, int offset, int length) {
            this.position = position;
            this.offset = offset;
            this.length = length;
        }

        /** Bytes of the whole frame. */
        long total() {
            return 4L + length;
        }

        boolean hasPayload(ByteBuf buffer, int index, int count, int from) {
            if (from + count > length) return false;
            for (int i = 0; i < count; i++) if (buffer.getByte(index + i) != PATTERN[offset + from + i]) return false;
            return true;
        }

        void writeTo(ByteBuf out, int from, int count) {
            out.writeBytes(PATTERN, offset + from, count);
        }

        byte byteAt(int i) {
            return i < 4 ? (byte) (length >>> (24 - 8 * i)) : PATTERN[offset + i - 4];
        }
    }

    private final List<Sent> frames = new ArrayList<>();
    private int cursor;

    Sent add(SimNet net, int length, boolean whole) {
        Sent one = new Sent(end(), net.upTo(PATTERN.length - length), length);
        one.whole = whole;
        frames.add(one);
        return one;
    }

    /** The same content as {@code other}, a frame of another stream. */
    Sent addSame(Sent other) {
        Sent one = new Sent(end(), other.offset, other.length);
        one.whole = true;
        frames.add(one);
        return one;
    }

    /** It was refused. */
    void undo(Sent one) {
        if (!frames.remove(frames.size() - 1).equals(one)) throw new IllegalStateException("not the last");
    }

    int size() {
        return frames.size();
    }

    Sent get(int i) {
        return frames.get(i);
    }

    /** Frames whose last byte was given. */
    int whole() {
        int n = frames.size();
        return n > 0 && !frames.get(n - 1).whole ? n - 1 : n;
    }

    /** Bytes of all of them. */
    long end() {
        if (frames.isEmpty()) return 0;
        Sent last = frames.get(frames.size() - 1);
        return last.position + last.total();
    }

    /** The stream's byte at {@code position}; asked for in rising order. */
    byte byteAt(long position) {
        while (frames.get(cursor).position + frames.get(cursor).total() <= position) cursor++;
        return frames.get(cursor).byteAt((int) (position - frames.get(cursor).position));
    }
}
