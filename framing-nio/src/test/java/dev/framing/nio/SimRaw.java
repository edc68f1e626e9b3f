package dev.framing.nio;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A peer that has no engine: it writes any piece of a frame, reads when it likes or never, and ends or resets anywhere. */
final class SimRaw {
    private final SimNet net;
    private final SimSocket socket;
    private final SimStream out;
    private final SimStream in;
    private final int longest;
    /** It never reads. */
    private final boolean deaf;

    private int actions;
    private ByteBuf rest = Unpooled.EMPTY_BUFFER;
    private long received;
    private boolean over;

    SimRaw(SimNet net, SimSocket socket, SimStream out, SimStream in, int longest, int actions) {
        this.net = net;
        this.socket = socket;
        this.out = out;
        this.in = in;
        this.longest = longest;
        this.actions = actions;
        deaf = net.oneIn(6);
        next();
    }

    private void next() {
        net.in(net.upTo(60) * SimNet.MILLI / 4, this::act);
    }

    private void act() {
        if (over || socket.isClosed()) return;
        actions--;
        try {
            if (actions < 0 && net.oneIn(3)) finish();
            else if (net.oneIn(2)) write();
            else read();
        } catch (IOException e) {
            over = true;
            socket.close();
        }
        if (actions >= 0) next();
    }

    private void write() throws IOException {
        if (socket.isEnded()) return;
        if (!rest.isReadable()) {
            SimStream.Sent frame = out.add(net, net.size(0, longest), false);
            rest = Unpooled.buffer(4 + frame.length);
            rest.writeInt(frame.length);
            frame.writeTo(rest, 0, frame.length);
        }
        ByteBuffer piece = rest.nioBuffer(rest.readerIndex(), net.size(1, rest.readableBytes()));
        int n = (int) socket.write(new ByteBuffer[] {piece}, 1);
        if (n == 0 && rest.readerIndex() == 0) {
            out.undo(out.get(out.size() - 1));
            rest = Unpooled.EMPTY_BUFFER;
            return;
        }
        rest.skipBytes(n);
        if (!rest.isReadable()) out.get(out.size() - 1).whole = true;
    }

    private void read() throws IOException {
        if (deaf) return;
        ByteBuffer into = ByteBuffer.allocate(net.size(1, 4096));
        int n = socket.read(into);
        for (int i = 0; i < n; i++, received++)
            if (received >= in.end() || into.get(i) != in.byteAt(received))
                throw net.broken(socket + ": another byte than was sent, at " + received);
        if (n >= 0) return;
        over = true;
        long least = in.whole() == in.size() ? in.end() : in.get(in.whole()).position;
        if (!socket.isReset() && received < least)
            throw net.broken(socket + ": the end after " + received + " of " + least + " bytes");
        if (net.oneIn(2)) socket.close();
    }

    private void finish() throws IOException {
        switch (net.upTo(3)) {
            case 0 -> socket.abort();
            case 1 -> socket.close();
            case 2 -> {
                if (!socket.isEnded()) socket.end();
            }
            default -> {}
        }
    }

    /** Reads all that comes, and ends; unless it is one that does not. */
    void windDown() {
        if (over || socket.isClosed()) return;
        try {
            if (!socket.isEnded() && net.oneIn(2)) socket.end();
        } catch (IOException e) {
            over = true;
        }
        drain();
    }

    private void drain() {
        if (over || socket.isClosed() || deaf) return;
        try {
            read();
        } catch (IOException e) {
            over = true;
        }
        if (socket.isReadable() || net.oneIn(2)) net.in(SimNet.MILLI, this::drain);
    }
}
