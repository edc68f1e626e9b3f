package dev.framing.nio;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One end of a simulated TCP connection, as Linux has them.
 *
 * <pre>
 *   ring of the receiving end    read ......... arrived ......... written      positions since the start of the stream
 *                                 '- can be read -'- on its way ----'          written - read is at most the capacity
 * </pre>
 *
 * Bytes come in order, after a latency of their own. A reset takes with it what has not arrived; what has can still be read. It is told
 * once, to a read or to a write; reads say "end" afterwards and writes "broken pipe". Where the peer's end came before the reset, it is
 * not told at all. A close with bytes unread is a reset, and so is the answer to bytes for an end that was closed.
 */
final class SimSocket implements Duplex {
    final SimNet net;
    final String name;
    private final byte[] ring;
    private SimSocket peer = this;

    private long read;
    private long arrived;
    private long written;
    /** When the last thing that was sent here arrives. */
    private long lastArrival;

    private boolean endArrived;
    private boolean reset;
    /** The reset was not told yet. */
    private boolean resetUntold;

    private boolean ended;
    private boolean closed;
    private boolean aborted;
    private long calls;
    /** Runs at every system call: other threads do not wait for the end of a turn. */
    Runnable interleaving = () -> {};
    /** Runs before every read. */
    Runnable reading = () -> {};
    /** Runs before it is closed in good order. */
    Runnable closing = () -> {};
    /** The connection was, or is about to be, reset by one end or the other. */
    private boolean broken;

    private SimSocket(SimNet net, String name, int capacity) {
        this.net = net;
        this.name = name;
        ring = new byte[capacity];
    }

    /** @param one bytes that can be on their way to it */
    static SimSocket pair(SimNet net, String one, int oneCapacity, String other, int otherCapacity) {
        SimSocket a = new SimSocket(net, one, oneCapacity);
        SimSocket b = new SimSocket(net, other, otherCapacity);
        a.peer = b;
        b.peer = a;
        return a;
    }

    SimSocket other() {
        return peer;
    }

    // ------------------------------------------------------------------------------------------------ what is seen of
    // it

    boolean isReadable() {
        return !closed && (arrived > read || endArrived || reset);
    }

    boolean isWritable() {
        return !closed && (reset || ended || free() > 0);
    }

    boolean isClosed() {
        return closed;
    }

    /** Closed by {@link #abort}. */
    boolean isAborted() {
        return aborted;
    }

    /** FIN was sent, or is about to be, because everything was. */
    boolean isEnded() {
        return ended;
    }

    /** The peer's reset has come. */
    boolean isReset() {
        return reset;
    }

    /** A reset was sent, by whichever end. */
    boolean isBroken() {
        return broken;
    }

    /** The peer's end has come, and nothing is on its way. */
    boolean endHasArrived() {
        return endArrived;
    }

    long unread() {
        return arrived - read;
    }

    /** System calls made on it. */
    long calls() {
        return calls;
    }

    private int free() {
        return (int) (peer.ring.length - (peer.written - peer.read));
    }

    // ------------------------------------------------------------------------------------------------ system calls

    private void call(String what) {
        calls++;
        if (closed) throw net.broken(name + ": " + what + " after the transport was closed");
        interleaving.run();
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        reading.run();
        call("read");
        if (!into.hasRemaining()) throw net.broken(name + ": a read into no room");
        int n = (int) Math.min(arrived - read, into.remaining());
        if (n > 0) {
            if (net.oneIn(16)) n = 0;
            else if (net.oneIn(2)) n = net.size(1, n);
            for (int left = n; left > 0; ) {
                int at = (int) (read % ring.length);
                int length = Math.min(left, ring.length - at);
                into.put(ring, at, length);
                read += length;
                left -= length;
            }
            net.note(name, "read", n);
            return n;
        }
        if (resetUntold) {
            resetUntold = false;
            net.note(name, "read: reset", read);
            throw new IOException("Connection reset");
        }
        net.note(name, reset || endArrived ? "read: end" : "read nothing", read);
        return reset || endArrived ? -1 : 0;
    }

    @Override
    public long write(@Nullable ByteBuffer[] from, int count) throws IOException {
        call("write");
        if (ended) throw net.broken(name + ": a write after the end");
        if (reset) {
            boolean first = resetUntold;
            resetUntold = false;
            net.note(name, first ? "write: reset" : "write: broken pipe", 0);
            throw new IOException(first ? "Connection reset" : BrokenPipe.TEXT);
        }
        int most = free();
        if (most > 0 && net.oneIn(8)) most = 0;
        else if (most > 0 && net.oneIn(2)) most = net.size(1, most);
        int n = 0;
        for (int i = 0; i < count && n < most; i++) n += peer.put(from[i], most - n);
        net.note(name, "write", n);
        if (n > 0) peer.comes(n);
        return n;
    }

    private int put(@Nullable ByteBuffer from, int most) {
        if (from == null) throw net.broken("a gathering write without a buffer");
        int n = Math.min(from.remaining(), most);
        for (int left = n; left > 0; ) {
            int at = (int) (written % ring.length);
            int length = Math.min(left, ring.length - at);
            from.get(ring, at, length);
            written += length;
            left -= length;
        }
        return n;
    }

    @Override
    public void end() throws IOException {
        call("end");
        if (ended) throw net.broken(name + ": ended twice");
        ended = true;
        net.note(name, "FIN", peer.written);
        if (reset && net.oneIn(2)) throw new IOException("Transport endpoint is not connected"); // Java ignores it
        peer.endComes();
    }

    private void endComes() {
        long at = written;
        arrive(() -> {
            if (!closed && !reset && arrived == at) endArrived = true; // unless a reset took what stood before it
        });
    }

    @Override
    public void abort() {
        call("abort");
        closed = aborted = true;
        net.note(name, "RST", read);
        if (!reset) peer.breakOff();
    }

    @Override
    public void close() {
        call("close");
        closing.run();
        closed = true;
        net.note(name, "close", read);
        if (reset) return;
        if (arrived > read) peer.breakOff();
        else if (!ended) peer.endComes();
    }

    @Override
    public @Nullable SocketAddress peer() {
        return null;
    }

    // ------------------------------------------------------------------------------------------------ what comes

    private void comes(int bytes) {
        long upTo = written;
        arrive(() -> {
            if (closed) {
                peer.breakOff();
            } else if (!reset) {
                arrived = Math.min(Math.max(arrived, upTo), written);
                net.note(name, "arrived", bytes);
            }
        });
    }

    /** A reset is on its way here, and perhaps what was sent before it. */
    private void breakOff() {
        broken = peer.broken = true;
        if (net.oneIn(2)) written = arrived;
        arrive(() -> {
            if (closed || reset) return;
            net.note(name, "RST came", arrived);
            reset = true;
            resetUntold = !endArrived;
            written = arrived;
        });
    }

    private void arrive(Runnable what) {
        lastArrival = Math.max(lastArrival, net.time() + (net.oneIn(3) ? 0 : net.upTo(20) * SimNet.MILLI / 2));
        net.at(lastArrival, what);
    }

    @Override
    public String toString() {
        return name;
    }
}
