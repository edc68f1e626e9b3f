package dev.framing.nio;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;

/** What tells a {@link Worker} who is ready: a selector, or what a simulation puts in its place. */
interface Poller extends Closeable {
    /** Somebody who waits to be ready. */
    interface Member {
        void ready(int readyOps);
    }

    /** Somebody's place in it. */
    interface Place {
        void interestOps(int ops);

        /** The place is given up. */
        void cancel();
    }

    /**
     * Waits until somebody is ready, {@link #wakeup} was called or the time is up, and tells who is ready.
     *
     * @param nanos at most; 0: does not wait; -1: as long as it takes
     */
    void poll(long nanos) throws IOException;

    /** Ends the {@link #poll} that is on its way, or the next; from any thread. */
    void wakeup();

    /** A place for a connection. */
    Place join(Duplex connection, int ops, Member member) throws IOException;

    /** The JDK's. */
    final class OfSelector implements Poller {
        private static final long MILLI = 1_000_000;
        private final Selector selector;

        OfSelector() throws IOException {
            selector = Selector.open();
        }

        @Override
        public void poll(long nanos) throws IOException {
            if (nanos == 0) selector.selectNow(OfSelector::tell);
            else selector.select(OfSelector::tell, nanos < 0 ? 0 : Math.max(1, (nanos + MILLI - 1) / MILLI));
        }

        private static void tell(SelectionKey key) {
            if (key.isValid()) ((Member) key.attachment()).ready(key.readyOps());
        }

        @Override
        public void wakeup() {
            selector.wakeup();
        }

        @Override
        public Place join(Duplex connection, int ops, Member member) throws IOException {
            return join(((Duplex.OfSocketChannel) connection).channel(), ops, member);
        }

        Place join(SelectableChannel channel, int ops, Member member) throws IOException {
            SelectionKey key = channel.register(selector, ops, member);
            return new Place() {
                @Override
                public void interestOps(int interest) {
                    if (key.isValid()) key.interestOps(interest);
                }

                @Override
                public void cancel() {
                    key.cancel();
                }
            };
        }

        @Override
        public void close() throws IOException {
            selector.close();
        }
    }
}
