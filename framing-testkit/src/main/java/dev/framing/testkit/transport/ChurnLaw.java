package dev.framing.testkit.transport;

import dev.framing.testkit.Wire;
import io.netty.buffer.Unpooled;
import java.io.File;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;

/** Connections that come and go in every way: afterwards there are as many descriptors, threads and buffers as before. */
final class ChurnLaw {
    /** What the JDK and the adapter open once. */
    private static final int WARM_UP = 300;
    /** The JDK's own buffers, by thread: less than a chunk of a pool. */
    private static final long DIRECT = 4 << 20;

    private final Rig rig;
    private final byte[] frame = Wire.of(Sample.LENGTHS, Wire.bytes("a frame"));

    ChurnLaw(Rig rig) {
        this.rig = rig;
    }

    void nothingIsLeftOf(int connections) {
        churn(WARM_UP);
        awaitNoMore("buffers", rig.buffers::used, 0);
        long descriptors = descriptors();
        long threads = threads();
        long direct = direct();
        churn(connections);
        awaitNoMore("descriptors", ChurnLaw::descriptors, descriptors);
        awaitNoMore("threads", ChurnLaw::threads, threads);
        awaitNoMore("bytes of the JDK's direct buffers", ChurnLaw::direct, direct + DIRECT);
        awaitNoMore("buffers", rig.buffers::used, 0);
    }

    private static void awaitNoMore(String what, LongSupplier now, long before) {
        try {
            Rig.await(what, Duration.ofSeconds(5), () -> now.getAsLong() <= before);
        } catch (AssertionError e) {
            throw new AssertionError(now.getAsLong() + " " + what + ", " + before + " before", e);
        }
    }

    /** Open files of this process; 0 where that cannot be known. */
    static long descriptors() {
        String[] open = new File("/proc/self/fd").list();
        return open == null ? 0 : open.length;
    }

    /** Not those of this contract, which come and go as they like. */
    static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !thread.getName().equals("peer"))
                .count();
    }

    /** What can be reached: from Java 24 on, a direct buffer that was released may be there until the next collection. */
    private static long direct() {
        System.gc();
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    private void churn(int connections) {
        List<Rig.Trial> trials = new ArrayList<>();
        for (int n = 0; n < connections; n++) {
            Side side = Side.values()[n % 2];
            int end = n / 2 % 8;
            trials.add(new Rig.Trial(side + ", end " + end, () -> connection(side, end)));
        }
        rig.all(trials);
    }

    private void connection(Side side, int end) throws Exception {
        Settings settings = rig.settings(Sample.LENGTHS);
        try (Rig.Pair pair = rig.open(
                side,
                end == 7 ? settings.allowHalfOpen() : settings,
                link -> new Witness(link, false),
                Rig.Line.PLAIN)) {
            Peer peer = pair.peer();
            Link link = pair.link();
            peer.write(frame);
            switch (end) {
                case 0 -> peer.close();
                case 1 -> peer.reset();
                case 2 -> {
                    peer.write(frame, 0, 3);
                    peer.end();
                    peer.readToEnd();
                }
                case 3 -> link.abort();
                case 4 -> {
                    link.send(Unpooled.wrappedBuffer(new byte[5000]));
                    peer.end();
                    link.close();
                    peer.readToEnd();
                }
                case 5 -> {
                    link.send(Unpooled.wrappedBuffer(new byte[5000]));
                    peer.reset();
                }
                case 6 -> {
                    link.end();
                    peer.readToEnd();
                    peer.close();
                }
                default -> {
                    peer.end();
                    pair.witness().awaitOver();
                    link.send(Unpooled.wrappedBuffer(new byte[10]));
                    link.end();
                    if (Objects.requireNonNull(peer.readToEnd()).bytes().length != 12)
                        throw new IOException("the answer did not arrive");
                }
            }
            pair.awaitClosed();
        }
    }
}
