package dev.framing.testkit;

import dev.framing.Framer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;

/** How the bytes of one read are given to an engine. */
public enum Feed {
    /** {@link Framer#offer}: a heap buffer with room before and behind. */
    HEAP {
        @Override
        void give(Framer framer, byte[] stream, int from, int to, ByteBufAllocator buffers, boolean held) {
            framer.offer(padded(buffers.heapBuffer(to - from + 2 * PADDING), stream, from, to));
        }
    },
    /** {@link Framer#offer}: a direct buffer. */
    DIRECT {
        @Override
        void give(Framer framer, byte[] stream, int from, int to, ByteBufAllocator buffers, boolean held) {
            framer.offer(buffers.directBuffer(to - from + 1).writeBytes(stream, from, to - from));
        }
    },
    /** {@link Framer#offer}: a slice of a larger buffer, its own reader index not 0. */
    SLICE {
        @Override
        void give(Framer framer, byte[] stream, int from, int to, ByteBufAllocator buffers, boolean held) {
            ByteBuf all = padded(buffers.heapBuffer(to - from + 2 * PADDING), stream, from, to);
            framer.offer(all.slice(1, all.capacity() - 2).setIndex(PADDING - 1, PADDING - 1 + to - from));
        }
    },
    /** {@link Framer#offer}: a buffer that refuses to be written. */
    READ_ONLY {
        @Override
        void give(Framer framer, byte[] stream, int from, int to, ByteBufAllocator buffers, boolean held) {
            framer.offer(padded(buffers.heapBuffer(to - from + 2 * PADDING), stream, from, to)
                    .asReadOnly());
        }
    },
    /** {@link Framer#offer}: several buffers as one, heap and direct. */
    COMPOSITE {
        @Override
        void give(Framer framer, byte[] stream, int from, int to, ByteBufAllocator buffers, boolean held) {
            framer.offer(composite(stream, from, to, buffers));
        }
    },
    /** {@link Framer#offer}: a slice of such a buffer, which does not tell its parts. */
    SLICED_COMPOSITE {
        @Override
        void give(Framer framer, byte[] stream, int from, int to, ByteBufAllocator buffers, boolean held) {
            framer.offer(composite(stream, from, to, buffers).slice());
        }
    },
    /** {@link Framer#lend}: a buffer that is overwritten as soon as the call returns. */
    LENT {
        @Override
        void give(Framer framer, byte[] stream, int from, int to, ByteBufAllocator buffers, boolean held) {
            ByteBuf shared = padded(buffers.directBuffer(to - from + 2 * PADDING), stream, from, to);
            try {
                framer.lend(shared);
                if (shared.isReadable()) throw new AssertionError("lend() left bytes unread: " + shared);
                boolean kept = shared.refCnt() > 1;
                if (kept && !held) throw new AssertionError("lend() kept the buffer: " + shared);
                if (!kept) for (int i = 0; i < shared.capacity(); i++) shared.setByte(i, GARBAGE);
            } finally {
                shared.release();
            }
        }
    },
    /** {@link Framer#room} and {@link Framer#received}; in several reads where there is less room. */
    ROOM {
        @Override
        void give(Framer framer, byte[] stream, int from, int to, ByteBufAllocator buffers, boolean held) {
            int at = from;
            do {
                if (framer.isOver()) return; // a transport stops reading
                ByteBuf room = framer.room(READ_SIZE);
                if (!room.isWritable()) throw new AssertionError("no room in " + room);
                int n = Math.min(to - at, room.writableBytes());
                room.writeBytes(stream, at, n);
                framer.received();
                at += n;
            } while (at < to);
        }
    },
    /** Each read by another of these. */
    MIXED {
        @Override
        void give(Framer framer, byte[] stream, int from, int to, ByteBufAllocator buffers, boolean held) {
            values()[(31 * from + to) % MIXED.ordinal()].give(framer, stream, from, to, buffers, held);
        }
    };

    /** Capacity asked of {@link Framer#room}: small, so that streams of a test need more than one. */
    static final int READ_SIZE = 48;

    private static final int PADDING = 3;
    private static final int GARBAGE = 0xEE;

    /**
     * Gives {@code stream[from, to)}.
     *
     * @param held the application retains frames, and with them buffers
     */
    abstract void give(Framer framer, byte[] stream, int from, int to, ByteBufAllocator buffers, boolean held);

    private static ByteBuf composite(byte[] stream, int from, int to, ByteBufAllocator buffers) {
        int third = (to - from) / 3;
        CompositeByteBuf all = buffers.compositeBuffer();
        all.addComponent(true, buffers.heapBuffer(PADDING).writeZero(PADDING));
        all.addComponent(true, padded(buffers.heapBuffer(third + 2 * PADDING), stream, from, from + third));
        all.addComponent(true, buffers.directBuffer(third + 1).writeBytes(stream, from + third, third));
        all.addComponent(true, padded(buffers.heapBuffer(to - from + 2 * PADDING), stream, from + 2 * third, to));
        return all.readerIndex(PADDING);
    }

    /** The bytes with others before and behind them. */
    private static ByteBuf padded(ByteBuf room, byte[] stream, int from, int to) {
        int n = to - from;
        for (int i = 0; i < room.capacity(); i++) room.setByte(i, GARBAGE);
        return room.setIndex(PADDING, PADDING).writeBytes(stream, from, n);
    }
}
