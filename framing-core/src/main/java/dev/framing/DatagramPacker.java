package dev.framing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Packs frames into datagrams for one destination: as many into each as fit, none cut.
 *
 * <pre>
 *   frame(a) frame(b) frame(c) flush()  ──▶   | a | b |   | c |     poll() gives one after the other
 *                                             '- size -'  '- size -'
 * </pre>
 *
 * Knows no socket. With Netty:
 *
 * <pre>{@code
 * packer.frame(payload);
 * packer.flush();        // unless more comes soon
 * for (ByteBuf d = packer.poll(); d != null; d = packer.poll()) context.write(new DatagramPacket(d, recipient));
 * }</pre>
 *
 * <p>A datagram is a stream of its own: each is written by an encoder of its own, and {@link Framer#restart} reads it. Frames are copied
 * into one memory, because that is what a socket sends; it is theirs alone, and nothing is copied behind it.
 *
 * <p><b>Who releases what.</b> A buffer passed in is the packer's from the call on and released exactly once, also when the call throws;
 * its indices are not moved. What {@link #poll} returns is the caller's. {@link #close()} releases the rest. Not thread-safe.
 */
public final class DatagramPacker implements AutoCloseable {
    /**
     * Bytes that every path carries in one piece: IPv6 requires packets of 1280 (RFC 8200 section 5), less its header, UDP's, and what
     * tunnels add; the size that QUIC relies on (RFC 9000 section 14). A datagram in fragments is lost with any of them.
     */
    public static final int EVERYWHERE = 1200;

    /** Bytes that fill an Ethernet packet of 1500 behind an IPv4 header of 20 and UDP's of 8: for a network that is known. */
    public static final int ETHERNET = 1472;

    /** Bytes of the largest datagram over IPv4: 65,535 less both headers. */
    public static final int LARGEST = 65_507;

    private final FrameCodec codec;
    private final int size;
    private final ByteBufAllocator allocator;
    private final Writer writer = new Writer();
    private final ArrayDeque<ByteBuf> complete = new ArrayDeque<>(2);
    /** Being packed, and who writes it. */
    private @Nullable ByteBuf datagram;

    private @Nullable FrameEncoder encoder;
    private long bytes;
    private boolean closed;

    private DatagramPacker(FrameCodec codec, int size, ByteBufAllocator allocator) {
        if (size < 1 || size > LARGEST)
            throw new IllegalArgumentException("datagrams of " + size + " bytes: not in [1, " + LARGEST + "]");
        this.codec = Objects.requireNonNull(codec, "codec");
        this.size = size;
        this.allocator = Objects.requireNonNull(allocator, "allocator");
    }

    /** Into datagrams of at most {@link #EVERYWHERE} bytes. */
    public static DatagramPacker of(FrameCodec codec) {
        return of(codec, EVERYWHERE);
    }

    /** Into datagrams of at most {@code size} bytes, 1 to {@link #LARGEST}, without the headers of IP and UDP. */
    public static DatagramPacker of(FrameCodec codec, int size) {
        return of(codec, size, ByteBufAllocator.DEFAULT);
    }

    /** The same; datagrams come from {@code allocator}, direct ones. */
    public static DatagramPacker of(FrameCodec codec, int size, ByteBufAllocator allocator) {
        return new DatagramPacker(codec, size, allocator);
    }

    // ------------------------------------------------------------------------------------------------ frames

    /** One frame with {@code payload} {@code [readerIndex, writerIndex)} and nothing in its head but what is derived. */
    public void frame(ByteBuf payload) {
        frame(Unpooled.EMPTY_BUFFER, payload);
    }

    /**
     * One frame. {@code head}: see {@link FrameEncoder#encode}.
     *
     * @throws IllegalArgumentException the format cannot carry it, or it is longer than a datagram; nothing of it stays, and what was
     *     packed before is as it was, in the second case a complete datagram
     */
    public void frame(ByteBuf head, ByteBuf payload) {
        try {
            if (closed) throw new IllegalStateException("the packer is closed");
            long length = packed(head, payload);
            if (length <= size) return;
            if (Objects.requireNonNull(datagram).isReadable()) {
                flush();
                length = packed(head, payload);
                if (length <= size) return;
            }
            drop();
            throw new IllegalArgumentException("a frame of " + length + " bytes, datagrams of " + size);
        } finally {
            head.release();
            payload.release();
        }
    }

    /** Writes the frame behind those that are packed, unless the datagram would be too long; its length with it. */
    private long packed(ByteBuf head, ByteBuf payload) {
        if (encoder == null) encoder = codec.newEncoder();
        if (datagram == null) datagram = allocator.directBuffer(size);
        ByteBuf d = datagram;
        int before = d.writerIndex();
        writer.beyond = 0;
        boolean written = false;
        try {
            encoder.encode(head, payload, writer);
            long length = d.writerIndex() + writer.beyond;
            written = length <= size;
            if (written) bytes += length - before;
            return length;
        } finally {
            if (!written) d.writerIndex(before);
        }
    }

    private final class Writer implements FrameWriter {
        /** Payload bytes that found no room in the datagram. */
        long beyond;

        @Override
        public ByteBuf room(int length) {
            return Objects.requireNonNull(datagram).ensureWritable(length); // more than fits is found out afterwards
        }

        @Override
        public void write(ByteBuf payload, int index, int length) {
            ByteBuf d = Objects.requireNonNull(datagram);
            if (length > size - d.writerIndex()) beyond += length;
            else Memory.append(payload, index, length, d);
        }
    }

    // ------------------------------------------------------------------------------------------------ datagrams

    /** What is packed is a datagram, and the next frame begins another. */
    public void flush() {
        if (datagram == null || !datagram.isReadable()) return;
        complete.add(datagram);
        datagram = null;
        encoder = null;
    }

    /** The next complete datagram as a buffer that the caller releases, or null: there is none. */
    public @Nullable ByteBuf poll() {
        ByteBuf next = complete.poll();
        if (next != null) bytes -= next.readableBytes();
        return next;
    }

    /** Bytes that wait, in complete datagrams and in the one being packed. */
    public long bytes() {
        return bytes;
    }

    private void drop() {
        encoder = null;
        if (datagram == null) return;
        datagram.release();
        datagram = null;
    }

    /** Releases what was not polled. A second call does nothing. */
    @Override
    public void close() {
        closed = true;
        drop();
        for (ByteBuf d = complete.poll(); d != null; d = complete.poll()) d.release();
        bytes = 0;
    }
}
