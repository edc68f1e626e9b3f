package dev.framing.nio;

import java.nio.channels.SelectionKey;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A level-triggered selector in simulated time. It tells what a place asks for and what was so when its wait ended, in any order, now
 * and then what is not so, and now and then it ends for no reason. What it was right to tell must lead to a system call, or the place
 * must ask for something else: else it would tell it again for ever.
 */
final class SimPoller implements Poller {
    /** Fruitless waits in a row that each entry of the timers may cause: one that was put off is looked at when the old time comes. */
    private static final int PUT_OFF = 2;

    private final SimNet net;
    private final Watcher watcher;
    private final Set<Spot> spots = new LinkedHashSet<>();
    private boolean woken;
    private int fruitless;
    private long before;
    private long wakeUps;
    private long polls;

    /** What the simulation does around a wait. */
    interface Watcher {
        /** The loop's thread begins to wait for {@code nanos}; 0: only looks, -1: for as long as it takes. */
        void waits(long nanos);

        /** It has waited. */
        void waited();

        /** Other threads may do something. */
        void others();

        /** Nothing can happen any more; returns where it has thought of something. */
        void quiet();
    }

    SimPoller(SimNet net, Watcher watcher) {
        this.net = net;
        this.watcher = watcher;
    }

    private final class Spot implements Place {
        final SimSocket socket;
        final Member member;
        int ops;
        /** Told, and so: what the member has yet to do something about; and the system calls it had made by then. */
        int told;

        long calls;
        /** Times in a row that nothing was done about it. */
        int unused;

        Spot(SimSocket socket, int ops, Member member) {
            this.socket = socket;
            this.ops = ops;
            this.member = member;
        }

        @Override
        public void interestOps(int interest) {
            if (!spots.contains(this)) throw net.broken(socket + ": interestOps after cancel");
            if (interest == ops) throw net.broken(socket + ": interestOps said again");
            ops = interest;
        }

        @Override
        public void cancel() {
            if (!spots.remove(this)) throw net.broken(socket + ": cancelled twice");
        }

        int ready() {
            return ((socket.isReadable() ? SelectionKey.OP_READ : 0)
                            | (socket.isWritable() ? SelectionKey.OP_WRITE : 0))
                    & ops;
        }

        void checkUsed() {
            boolean used = (told & ops) == 0 || calls != socket.calls() || socket.isClosed();
            unused = used ? 0 : unused + 1; // paused and resumed in one turn is no harm
            if (unused > 2) throw net.broken(socket + ": woken up for " + (told & ops) + " and does nothing about it");
            told = 0;
        }
    }

    /** A spot and what was ready there when the wait was over. */
    private record Ready(Spot spot, int ops, boolean real) {}

    @Override
    public void poll(long nanos) {
        if (++polls > 1_000_000) throw net.broken("a million turns and no end");
        for (Spot spot : spots) spot.checkUsed();
        watcher.waits(nanos);
        watcher.others();
        long start = net.time();
        net.happen();
        List<Ready> ready = ready();
        boolean spurious = false;
        boolean timeout = false;
        while (ready.isEmpty() && !woken && nanos != 0 && !spurious && !timeout) {
            long limit = nanos < 0 ? Long.MAX_VALUE : start + nanos;
            long next = Math.min(net.next(), limit);
            if (next == Long.MAX_VALUE) {
                watcher.quiet();
                next = net.time();
            }
            net.advanceTo(next);
            net.happen();
            ready = ready();
            timeout = next == limit;
            spurious = net.oneIn(64);
        }
        if (nanos != 0 && net.oneIn(128)) net.advanceTo(net.time() + net.upTo(3_000) * SimNet.MILLI);
        watcher.others();
        wakeUps++;
        if (timeout && ready.isEmpty() && !woken && net.happened() == before) fruitless++;
        else fruitless = 0;
        if (fruitless > PUT_OFF * spots.size() + 4) throw net.broken(fruitless + " waits in a row ended for nothing");
        before = net.happened();
        woken = false;
        watcher.waited();
        tell(ready);
    }

    private List<Ready> ready() {
        List<Ready> all = new ArrayList<>();
        for (Spot spot : spots) {
            int ops = spot.ready();
            if (ops != 0) all.add(net.upTo(all.size()), new Ready(spot, ops, true));
            else if (spot.ops != 0 && net.oneIn(256)) all.add(new Ready(spot, spot.ops, false));
        }
        return all;
    }

    private void tell(List<Ready> ready) {
        for (Ready one : ready) {
            Spot spot = one.spot;
            int ops = one.ops & spot.ops;
            if (ops == 0 || !spots.contains(spot) || spot.socket.isClosed()) continue;
            if (one.real) {
                spot.told = ops;
                spot.calls = spot.socket.calls();
            }
            spot.member.ready(ops);
        }
    }

    @Override
    public void wakeup() {
        woken = true;
    }

    @Override
    public Place join(Duplex connection, int ops, Member member) {
        Spot spot = new Spot((SimSocket) connection, ops, member);
        spots.add(spot);
        return spot;
    }

    /** What the connection over {@code socket} asks for, or 0: it has no place. */
    int asked(SimSocket socket) {
        for (Spot spot : spots) if (spot.socket.equals(socket) && !socket.isClosed()) return spot.ops;
        return 0;
    }

    int places() {
        return spots.size();
    }

    long wakeUps() {
        return wakeUps;
    }

    @Override
    public void close() {}
}
