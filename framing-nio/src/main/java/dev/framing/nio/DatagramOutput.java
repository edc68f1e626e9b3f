package dev.framing.nio;

import dev.framing.DatagramPacker;
import dev.framing.FrameCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnresolvedAddressException;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The sending half of {@link FramedDatagrams}, for one thread at a time: what is packed has one destination, what is complete its own. */
final class DatagramOutput {
    private record Outgoing(@Nullable SocketAddress to, ByteBuf bytes) {}

    private final DatagramChannel channel;
    private final DatagramPacker packer;
    /** Of what is packed; null: the peer that the channel is connected to. */
    private @Nullable SocketAddress destination;

    private final ArrayDeque<Outgoing> complete = new ArrayDeque<>(2);
    private long completeBytes;

    DatagramOutput(DatagramChannel channel, FrameCodec codec, int size, ByteBufAllocator allocator) {
        this.channel = channel;
        packer = DatagramPacker.of(DecodeOnly.unlessWritable(codec), size, allocator);
    }

    /** One frame, released in any case; datagrams that are complete by it go out. */
    void write(@Nullable SocketAddress to, ByteBuf head, ByteBuf payload) throws IOException {
        boolean taken = false;
        try {
            check(to);
            if (packer.bytes() > 0 && !Objects.equals(to, destination)) {
                packer.flush();
                complete();
            }
            destination = to;
            taken = true;
        } finally {
            if (!taken) {
                head.release();
                payload.release();
            }
        }
        try {
            packer.frame(head, payload);
        } finally {
            complete();
        }
        send();
    }

    private void check(@Nullable SocketAddress to) throws IOException {
        SocketAddress peer = channel.getRemoteAddress();
        if (to == null && peer == null) throw new NotYetConnectedException();
        if (to != null && peer != null && !to.equals(peer)) throw new AlreadyConnectedException();
        if (to instanceof InetSocketAddress address && address.isUnresolved()) throw new UnresolvedAddressException();
    }

    private void complete() {
        for (ByteBuf bytes = packer.poll(); bytes != null; bytes = packer.poll()) {
            complete.add(new Outgoing(destination, bytes));
            completeBytes += bytes.readableBytes();
        }
    }

    /** Sends all that waits; false: the channel takes no more now. */
    boolean flush() throws IOException {
        packer.flush();
        complete();
        return send();
    }

    private boolean send() throws IOException {
        for (Outgoing next = complete.peek(); next != null; next = complete.peek()) {
            if (!sent(next)) return false;
        }
        return true;
    }

    /** A datagram goes whole or not at all. One that failed is gone, or those behind it would wait for ever. */
    private boolean sent(Outgoing datagram) throws IOException {
        ByteBuf bytes = datagram.bytes;
        int length = bytes.readableBytes();
        ByteBuffer view = bytes.internalNioBuffer(bytes.readerIndex(), length);
        boolean stays = false;
        try {
            int n = datagram.to == null ? channel.write(view) : channel.send(view, datagram.to);
            stays = n == 0;
            if (n > 0 && n < length)
                throw new IOException("only " + n + " of " + length + " bytes of a datagram went out");
            return !stays;
        } catch (PortUnreachableException e) {
            stays = true; // it answers a datagram before this one
            throw e;
        } finally {
            if (!stays) {
                complete.remove();
                completeBytes -= length;
                bytes.release();
            }
        }
    }

    long bytes() {
        return packer.bytes() + completeBytes;
    }

    void release() {
        packer.close();
        for (Outgoing next = complete.poll(); next != null; next = complete.poll()) next.bytes.release();
        completeBytes = 0;
    }
}
