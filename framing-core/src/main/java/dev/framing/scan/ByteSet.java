package dev.framing.scan;

import io.netty.buffer.ByteBuf;

/** A set of byte values that buffers are searched for. Immutable. */
public final class ByteSet {
    private final boolean[] members = new boolean[256];
    private final int size;
    /** The only member of a set of one, which Netty finds eight bytes at a time. */
    private final byte single;

    private ByteSet(String latin1) {
        int count = 0;
        for (int k = 0; k < latin1.length(); k++) {
            if (members[latin1.charAt(k)]) continue;
            members[latin1.charAt(k)] = true;
            count++;
        }
        size = count;
        single = latin1.isEmpty() ? 0 : (byte) latin1.charAt(0);
    }

    /** The bytes that are the characters of {@code latin1}, each at most 255; repeated ones count once. */
    public static ByteSet of(String latin1) {
        return new ByteSet(latin1);
    }

    /** Is {@code value} a member? */
    public boolean contains(byte value) {
        return members[value & 0xFF];
    }

    /** Index of the first member in {@code [from, to)} of {@code in}, or {@code to}. */
    public int next(ByteBuf in, int from, int to) {
        int at = search(in, from, to);
        if (Examined.ON) Examined.add(Math.min(at + 1, to) - from);
        return at;
    }

    private int search(ByteBuf in, int from, int to) {
        if (from >= to || size == 0) return to;
        if (size == 1) {
            int at = in.indexOf(from, to, single);
            return at < 0 ? to : at;
        }
        for (int i = from; i < to; i++) {
            if (members[in.getByte(i) & 0xFF]) return i;
        }
        return to;
    }
}
