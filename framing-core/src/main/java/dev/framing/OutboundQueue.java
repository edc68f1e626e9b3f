package dev.framing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The way out: frames that were written and that no transport has taken yet, one per stream.
 *
 * <pre>
 *   frame(payload) ──▶ FrameEncoder ──▶ | head 1 . payload 1 . head 2 | payload 2 (large) | tail 2 . head 3 ... |
 *                                       '- batch: small bytes, copied -'- by reference ----'- batch --------------'
 *                                       gather ──▶ one gathering write
 * </pre>
 *
 * <p><b>Who releases what.</b> A buffer passed to {@link #frame}, {@link #begin}, {@link #piece}, {@link #end} or {@link #raw} is the queue's from
 * the call on and released exactly once, also when the call throws; its indices are not moved, so that one payload can be retained and
 * sent to many streams. What {@link #poll} returns is the caller's. {@link #close()} releases the rest.
 *
 * <p>A frame that the encoder refuses ({@link IllegalArgumentException}) leaves nothing behind. Not thread-safe: adapters lock.
 */
public final class OutboundQueue implements AutoCloseable {
    /**
     * Payloads up to this many bytes are copied behind their head, longer ones go out by reference. A copy of this size costs as much
     * as one more buffer in a gathering write (benchmark {@code OutboundCopy}, docs/decisions.md).
     */
    public static final int COPIED = 1024;

    /** Capacity of a batch: some hundred small frames to a write. */
    static final int BATCH = 16 * 1024;

    /** A heap buffer longer than this is offered in pieces: the JDK would copy it whole into a direct buffer that a thread keeps. */
    private static final int HEAP_PIECE = 64 * 1024;

    private final ByteBufAllocator allocator;
    private final int copied;
    private FrameEncoder encoder;
    private final Writer writer = new Writer();

    /** The entries {@code [first, last)}: bytes {@code [from[i], to[i])} of {@code buffers[i]}, one reference each. */
    private @Nullable ByteBuf[] buffers = new ByteBuf[8];

    private int[] from = new int[8];
    private int[] to = new int[8];
    private int first;
    private int last;
    private long bytes;

    /** Being filled; holds a reference of its own. */
    private @Nullable ByteBuf batch;
    /** What of the batch is in entries. */
    private int committed;

    private boolean frameBegun;
    private boolean closed;
    /** Entries, and the end of the last of them, before the call that is running. */
    private int markEntries;

    private int markTo;

    private OutboundQueue(FrameEncoder encoder, ByteBufAllocator allocator, int copied) {
        this.encoder = encoder;
        this.allocator = allocator;
        this.copied = copied;
    }

    /** An empty queue that writes the codec's frames; batches come from Netty's default allocator. */
    public static OutboundQueue of(FrameCodec codec) {
        return of(codec, ByteBufAllocator.DEFAULT);
    }

    /** An empty queue that writes the codec's frames. */
    public static OutboundQueue of(FrameCodec codec, ByteBufAllocator allocator) {
        return of(codec, allocator, COPIED);
    }

    /** The same; payloads up to {@code copied} bytes are copied. */
    public static OutboundQueue of(FrameCodec codec, ByteBufAllocator allocator, int copied) {
        return new OutboundQueue(codec.newEncoder(), allocator, copied);
    }

    /** An empty queue over an encoder that the application made and keeps. */
    public static OutboundQueue over(FrameEncoder encoder, ByteBufAllocator allocator) {
        return new OutboundQueue(encoder, allocator, COPIED);
    }

    // ------------------------------------------------------------------------ for the application

    /** One frame with {@code payload} {@code [readerIndex, writerIndex)} and nothing in its head but what is derived. */
    public void frame(ByteBuf payload) {
        frame(Unpooled.EMPTY_BUFFER, payload);
    }

    /** One frame. {@code head}: see {@link FrameEncoder#encode}. */
    public void frame(ByteBuf head, ByteBuf payload) {
        boolean written = false;
        try {
            open(false);
            encoder.encode(head, payload, writer);
            written = true;
        } finally {
            commitIf(written);
            head.release();
            payload.release();
        }
    }

    /** Begins a frame whose payload comes in pieces. {@code length}: its payload bytes, or -1 where the format allows it. */
    public void begin(ByteBuf head, long length) {
        boolean written = false;
        try {
            open(false);
            encoder.begin(head, length, writer);
            written = frameBegun = true;
        } finally {
            commitIf(written);
            head.release();
        }
    }

    /** More payload of the frame begun. */
    public void piece(ByteBuf payload) {
        boolean written = false;
        try {
            open(true);
            encoder.piece(payload, writer);
            written = true;
        } finally {
            commitIf(written);
            payload.release();
        }
    }

    /** Ends the frame begun. */
    public void end() {
        end(Unpooled.EMPTY_BUFFER);
    }

    /** The same with tail bytes that are not derived: see {@link FrameEncoder#end(ByteBuf, FrameWriter)}. */
    public void end(ByteBuf tail) {
        boolean written = false;
        try {
            open(true);
            if (tail.isReadable()) encoder.end(tail, writer);
            else encoder.end(writer);
            written = true;
            frameBegun = false;
        } finally {
            commitIf(written);
            tail.release();
        }
    }

    /** Bytes that are no frame and go out as they stand: a preface, a one-byte answer. */
    public void raw(ByteBuf plain) {
        boolean written = false;
        try {
            open(false);
            writer.write(plain, plain.readerIndex(), plain.readableBytes());
            written = true;
        } finally {
            commitIf(written);
            plain.release();
        }
    }

    /** The next frame is written by another codec; those before it stay as they were written. Not while a frame is begun. */
    public void switchTo(FrameCodec codec) {
        open(false);
        encoder = codec.newEncoder();
    }

    /** The same with an encoder that the application made and keeps. */
    public void switchEncoder(FrameEncoder next) {
        open(false);
        encoder = next;
    }

    /** Before anything is written: may it be, and where does it begin? */
    private void open(boolean inFrame) {
        markEntries = last - first;
        markTo = last == first ? 0 : to[last - 1];
        if (closed) throw new IllegalStateException("the outbound queue is closed");
        if (first == last && committed > 0) reuse(); // whoever held a slice of the batch may have let go of it
        if (inFrame != frameBegun)
            throw new IllegalStateException(inFrame ? "no frame was begun" : "a frame was begun and not ended");
    }

    // ------------------------------------------------------------------------ for the transport

    /** Bytes waiting. */
    public long bytes() {
        return bytes;
    }

    public boolean isEmpty() {
        return bytes == 0;
    }

    /** A frame was begun and not ended. */
    public boolean isInFrame() {
        return frameBegun;
    }

    /**
     * Views of the first bytes waiting, for a gathering write; say {@link #sent} afterwards.
     *
     * @return how many places of {@code into} were filled, from 0 on
     */
    public int gather(ByteBuffer[] into) {
        int n = 0;
        for (int i = first; i < last && n < into.length; i++) {
            ByteBuf buffer = Objects.requireNonNull(buffers[i]);
            int length = to[i] - from[i];
            boolean piece = !buffer.isDirect() && length > HEAP_PIECE;
            if (piece) length = HEAP_PIECE;
            if (last - first == 1 && isBatch(buffer)) {
                into[n++] = buffer.internalNioBuffer(from[i], length);
            } else if (buffer.nioBufferCount() == 1) {
                into[n++] = buffer.nioBuffer(from[i], length);
            } else {
                for (ByteBuffer part : buffer.nioBuffers(from[i], length)) {
                    if (n == into.length) break;
                    into[n++] = part;
                }
            }
            if (piece) break;
        }
        return n;
    }

    /** The transport has sent the first {@code count} bytes. */
    public void sent(long count) {
        if (count < 0 || count > bytes) throw new IllegalArgumentException(count + " bytes sent of " + bytes);
        bytes -= count;
        long left = count;
        while (left > 0) {
            int length = to[first] - from[first];
            if (left < length) {
                from[first] += (int) left;
                return;
            }
            left -= length;
            Objects.requireNonNull(removeFirst()).release();
        }
        if (first == last) reuse();
    }

    /** The first bytes waiting as a buffer that the caller releases, or null: nothing waits. */
    public @Nullable ByteBuf poll() {
        if (first == last) return null;
        int start = from[first];
        int length = to[first] - start;
        bytes -= length;
        ByteBuf buffer = Objects.requireNonNull(removeFirst());
        boolean whole = start == buffer.readerIndex() && start + length == buffer.writerIndex() && !isBatch(buffer);
        if (!whole) {
            ByteBuf slice = buffer.retainedSlice(start, length);
            buffer.release();
            buffer = slice;
        }
        if (first == last) reuse();
        return buffer;
    }

    /** Gives back the batch that nothing waits in: what an idle connection calls. */
    public void trim() {
        if (first < last || batch == null) return;
        batch.release();
        batch = null;
        committed = 0;
    }

    /** Releases what was not sent. A second call does nothing. */
    @Override
    public void close() {
        closed = true;
        while (first < last) Objects.requireNonNull(removeFirst()).release();
        bytes = 0;
        trim();
    }

    // ------------------------------------------------------------------------ entries and batch

    private final class Writer implements FrameWriter {
        @Override
        public ByteBuf room(int length) {
            commit();
            ByteBuf b = batch;
            if (b != null && b.writableBytes() >= length) return b;
            ByteBuf next = allocator.buffer(Math.max(length, BATCH));
            if (b != null) b.release();
            committed = 0;
            return batch = next;
        }

        @Override
        public void write(ByteBuf payload, int index, int length) {
            if (length <= copied) {
                if (length > 0) Memory.append(payload, index, length, room(length));
                return;
            }
            commit();
            add(payload.retain(), index, index + length);
        }
    }

    /** What the encoder wrote into the batch becomes an entry, or lengthens the last one. */
    private void commit() {
        ByteBuf b = batch;
        if (b == null || b.writerIndex() == committed) return;
        int written = b.writerIndex();
        if (last > first && isBatch(Objects.requireNonNull(buffers[last - 1])) && to[last - 1] == committed) {
            to[last - 1] = written;
            bytes += written - committed;
        } else {
            add(b.retain(), committed, written);
        }
        committed = written;
    }

    private void add(ByteBuf buffer, int start, int end) {
        if (last == buffers.length) makeRoom();
        buffers[last] = buffer;
        from[last] = start;
        to[last++] = end;
        bytes += end - start;
    }

    private void makeRoom() {
        int n = last - first;
        int capacity = n > buffers.length / 2 ? 2 * buffers.length : buffers.length;
        @Nullable ByteBuf[] b = new ByteBuf[capacity];
        System.arraycopy(buffers, first, b, 0, n);
        buffers = b;
        from = Arrays.copyOf(Arrays.copyOfRange(from, first, last), capacity);
        to = Arrays.copyOf(Arrays.copyOfRange(to, first, last), capacity);
        first = 0;
        last = n;
    }

    private @Nullable ByteBuf removeFirst() {
        ByteBuf buffer = buffers[first];
        buffers[first++] = null;
        return buffer;
    }

    /** What was written since {@link #open} becomes entries, or nothing of it stays. */
    private void commitIf(boolean written) {
        if (written) {
            commit();
            return;
        }
        while (last - first > markEntries) {
            last--;
            bytes -= to[last] - from[last];
            Objects.requireNonNull(buffers[last]).release();
            buffers[last] = null;
        }
        if (last > first) {
            bytes -= to[last - 1] - markTo;
            to[last - 1] = markTo;
        }
        if (batch != null) batch.writerIndex(committed); // what of it was committed stays unused
    }

    /** Nothing waits: the entries start at 0 again, and the batch unless somebody still holds a slice of it: then it goes on behind that. */
    private void reuse() {
        first = last = 0;
        ByteBuf b = batch;
        if (b == null || b.refCnt() > 1 && b.writableBytes() > 0) return;
        if (b.refCnt() > 1) {
            trim();
        } else {
            b.clear();
            committed = 0;
        }
    }

    @SuppressWarnings("ReferenceEquality") // the very buffer, not one of equal bytes
    private boolean isBatch(ByteBuf buffer) {
        return buffer == batch;
    }
}
