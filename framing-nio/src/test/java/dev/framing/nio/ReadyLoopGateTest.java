package dev.framing.nio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.Deadlines;
import dev.framing.Frame;
import dev.framing.FramingError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many connections at once over real sockets: nobody is woken up for nothing, little is held, slow peers are cut off. What must hold is
 * counted, or under a clock of the test's own; times and CPU are printed. {@code -Dframing.long=true}: see docs/long-runs.md.
 */
@Timeout(120)
class ReadyLoopGateTest {
    private static final boolean LONG = Boolean.getBoolean("framing.long");
    private static final int MANY = 1_000;
    private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();
    private static final String THREADS = "gate";

    private final List<SocketChannel> peers = new ArrayList<>();
    private final Queue<FramedChannel> channels = new ConcurrentLinkedQueue<>();
    private final Queue<Throwable> uncaught = new ConcurrentLinkedQueue<>();

    private @Nullable ReadyLoop loop;

    @AfterEach
    void stop() throws IOException {
        for (SocketChannel peer : peers) peer.close();
        if (loop != null) loop.stop(Duration.ZERO);
    }

    private ReadyLoop loop(int threads, AtomicLong clock) throws IOException {
        return loop = ReadyLoop.builder()
                .threads(threads)
                .threads(THREADS, true)
                .clock(clock::get)
                .onUncaught((channel, e) -> uncaught.add(e))
                .start();
    }

    private static FramedChannel.Builder settings() {
        return FramedChannel.builder(Length4.CODEC).deadlines(Deadlines.none());
    }

    private static SocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private void connect(SocketAddress address, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            SocketChannel peer = SocketChannel.open();
            peers.add(peer);
            peer.connect(address);
            peer.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
    }

    /** Counts ends and closes. */
    private static final class Counts implements FramedChannel.Handler {
        final CountDownLatch ended;
        final CountDownLatch closed;

        Counts(CountDownLatch ended, CountDownLatch closed) {
            this.ended = ended;
            this.closed = closed;
        }

        @Override
        public void onFrame(Frame frame) {}

        @Override
        public void onEnd() {
            ended.countDown();
        }

        @Override
        public void onError(FramingError error) {}

        @Override
        public void onClosed(@Nullable IOException broken) {
            closed.countDown();
        }
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(60, TimeUnit.SECONDS))
                .as("%d are still to come", latch.getCount())
                .isTrue();
    }

    /** Every worker has come to the end of what it was doing. */
    private void settle() throws InterruptedException {
        for (int i = 0; i < 2; i++) {
            CountDownLatch done = new CountDownLatch(channels.size());
            for (FramedChannel channel : channels) channel.execute(done::countDown);
            await(done);
        }
    }

    /** Nothing happens for a while, and nobody wakes up. */
    private void nobodyWakesUp(ReadyLoop loop, String who) throws InterruptedException {
        settle();
        LockSupport.parkNanos(20_000_000); // the turn that the last task ended
        long wakeUps = loop.wakeUps();
        long cpu = cpuNanos();
        long nanos = LONG ? 10_000_000_000L : 400_000_000;
        long until = System.nanoTime() + nanos;
        for (long left = nanos; left > 0; left = until - System.nanoTime()) LockSupport.parkNanos(left);
        long woken = loop.wakeUps() - wakeUps;
        System.out.printf(
                "idle: %d %s: %d wake-ups, %.1f ms of CPU in %.1f s%n",
                channels.size(), who, woken, (cpuNanos() - cpu) / 1e6, nanos / 1e9);
        assertThat(woken).as("wake-ups without an event").isZero();
    }

    private static long cpuNanos() {
        long sum = 0;
        for (Thread thread : Thread.getAllStackTraces().keySet())
            if (thread.getName().startsWith(THREADS)) sum += Math.max(0, CPU.getThreadCpuTime(thread.getId()));
        return sum;
    }

    // ------------------------------------------------------------------------------------------------ G15

    @Test
    void halfClosedConnectionsWakeNobody() throws Exception {
        halfClosed("half-closed");
    }

    private CountDownLatch halfClosed(String who) throws Exception {
        CountDownLatch ended = new CountDownLatch(MANY);
        CountDownLatch closed = new CountDownLatch(MANY);
        ReadyLoop loop = loop(2, new AtomicLong());
        connect(
                loop.listen(anyPort(), settings().allowHalfOpen(), channel -> {
                    channels.add(channel);
                    return new Counts(ended, closed);
                }),
                MANY);
        for (SocketChannel peer : peers) peer.shutdownOutput();
        await(ended);
        nobodyWakesUp(loop, who);
        return closed;
    }

    @Test
    void aResetAfterTheEndWakesNobodyAndTheNextWriteNoticesIt() throws Exception {
        CountDownLatch closed = halfClosed("half-closed, to be reset");
        for (SocketChannel peer : peers) {
            peer.setOption(StandardSocketOptions.SO_LINGER, 0);
            peer.close();
        }
        nobodyWakesUp(loop, "half-closed, then reset");
        assertThat(closed.getCount()).isEqualTo(MANY);
        for (FramedChannel channel : channels) channel.send(Unpooled.wrappedBuffer(new byte[1]));
        await(closed);
        assertThat(uncaught).isEmpty();
    }

    /** Over Unix domain sockets: the kernel keeps 200 KiB for each of them, of TCP it would be megabytes. */
    @Test
    void blockedOutputWakesNobody(@TempDir Path dir) throws Exception {
        CountDownLatch blocked = new CountDownLatch(MANY);
        ReadyLoop loop = loop(2, new AtomicLong());
        ByteBuf payload = Unpooled.directBuffer(256 * 1024).writeZero(256 * 1024);
        SocketAddress path = UnixDomainSocketAddress.of(dir.resolve("s"));
        loop.listen(path, settings(), channel -> {
            channels.add(channel);
            return new Fills(channel, payload, blocked);
        });
        ByteBuffer empty = ByteBuffer.allocate(4);
        for (int i = 0; i < MANY; i++) {
            SocketChannel peer = SocketChannel.open(path);
            peers.add(peer);
            peer.write(empty.duplicate());
        }
        await(blocked);
        untilStill(loop);
        nobodyWakesUp(loop, "with blocked output");
        for (FramedChannel channel : channels)
            assertThat(channel.outboundBytes()).isPositive();
        for (SocketChannel peer : peers) peer.close();
        loop.stop(Duration.ZERO);
        assertThat(payload.refCnt()).isEqualTo(1);
        payload.release();
    }

    /** Sends whenever it may. */
    private record Fills(FramedChannel channel, ByteBuf payload, CountDownLatch begun)
            implements FramedChannel.Handler {
        @Override
        public void onFrame(Frame frame) {
            onWritable(true);
            begun.countDown();
        }

        @Override
        public void onWritable(boolean writable) {
            while (channel.isWritable()) channel.send(payload.retainedDuplicate());
        }

        @Override
        public void onError(FramingError error) {}
    }

    /** The kernels' buffers are full. */
    private static void untilStill(ReadyLoop loop) {
        for (long before = -1; before != loop.wakeUps(); ) {
            before = loop.wakeUps();
            LockSupport.parkNanos(100_000_000);
        }
    }

    // ------------------------------------------------------------------------------------------------ G14

    /** An echo whose peer pushes as fast as it can, and takes back at a steady rate. */
    @Test
    void aFastPeerThatTakesBackSlowlyIsHeldBack() throws Exception {
        int frame = 1_000;
        long rate = LONG ? 1 << 20 : 16 << 20;
        long nanos = LONG ? 30_000_000_000L : 500_000_000;
        long goal = 1L << 30;
        AtomicLong most = new AtomicLong();
        ReadyLoop loop = loop(1, new AtomicLong());
        connect(
                loop.listen(anyPort(), settings(), channel -> {
                    channels.add(channel);
                    return one -> {
                        channel.send(one.copy());
                        most.accumulateAndGet(channel.heldBytes(), Math::max);
                    };
                }),
                1);
        SocketChannel peer = peers.get(0);
        AtomicLong pushed = new AtomicLong();
        Thread pusher = new Thread(() -> push(peer, frame, goal, pushed), "pusher");
        pusher.start();
        ByteBuffer into = ByteBuffer.allocateDirect(64 * 1024);
        long start = System.nanoTime();
        long taken = 0;
        for (long passed = 0; passed < nanos; passed = System.nanoTime() - start) {
            if (taken > rate * (passed / 1e9)) {
                LockSupport.parkNanos(1_000_000);
                continue;
            }
            into.clear();
            taken += peer.read(into);
        }
        System.out.printf(
                "slow consumer: %.1f MiB/s for %.1f s: %d bytes held at most; %.1f MiB of 1 GiB could be pushed, %.1f came back%n",
                rate / 1048576.0, nanos / 1e9, most.get(), pushed.get() / 1048576.0, taken / 1048576.0);
        assertThat(most.get()).isLessThanOrEqualTo(FramedChannel.HIGH_MARK + FramedChannel.READ + frame + 4);
        assertThat(pushed.get()).as("the peer's send blocks").isLessThan(goal);
        peer.close();
        pusher.join();
    }

    private static void push(SocketChannel peer, int frame, long goal, AtomicLong pushed) {
        ByteBuffer frames = ByteBuffer.allocateDirect(64 * (frame + 4));
        while (frames.hasRemaining()) frames.putInt(frame).position(frames.position() + frame);
        try {
            while (pushed.get() < goal) {
                frames.flip();
                while (frames.hasRemaining()) pushed.addAndGet(peer.write(frames));
            }
        } catch (IOException closed) {
            // by the test
        }
    }

    // ------------------------------------------------------------------------------------------------ G16

    /** One byte a second each, by the loop's clock, of a frame that needs a thousand. */
    @Test
    void peersOfAByteASecondAreClosedAtTheirDeadline() throws Exception {
        int slow = LONG ? 5_000 : 2_000;
        int deadline = LONG ? 30 : 10;
        AtomicLong clock = new AtomicLong();
        CountDownLatch closed = new CountDownLatch(slow);
        ReadyLoop loop = loop(2, clock);
        Deadlines deadlines = Deadlines.none().withHead(Duration.ofSeconds(5)).withFrame(Duration.ofSeconds(deadline));
        SocketAddress address = loop.listen(anyPort(), settings().deadlines(deadlines), channel -> {
            channels.add(channel);
            return new Counts(new CountDownLatch(0), closed);
        });
        SocketAddress echo = loop.listen(anyPort(), settings(), channel -> one -> channel.send(one.retain()));
        roundTrip(echo); // warms up
        double alone = roundTrip(echo);
        connect(address, slow);
        ByteBuffer head = ByteBuffer.wrap(new byte[] {0, 0, 3, -24, 0});
        double crowded = 0;
        for (int second = 0; second < deadline; second++) {
            ByteBuffer next = second < 1 ? head : ByteBuffer.allocate(1);
            for (SocketChannel peer : peers) peer.write(next.duplicate());
            if (second == 0) untilAll(slow, channel -> channel.flow().framer.openFrame() >= 0);
            clock.addAndGet(999_000_000);
            if (second == deadline / 2) crowded = roundTrip(echo);
            if (second < deadline - 1) clock.addAndGet(1_000_000);
        }
        settle();
        assertThat(closed.getCount()).as("nobody is closed early").isEqualTo(slow);
        clock.addAndGet(deadline * 100_000_000L);
        for (FramedChannel channel : channels) channel.execute(() -> {}); // time passes by itself elsewhere
        await(closed);
        System.out.printf(
                "slow peers: %d closed within 10 %% of their deadline; a good peer's p99 %.0f us alone, %.0f us among them%n",
                slow, alone, crowded);
        assertThat(uncaught).isEmpty();
    }

    private void untilAll(int count, Predicate<FramedChannel> test) throws InterruptedException {
        for (boolean all = false; !all; ) {
            AtomicLong n = new AtomicLong();
            CountDownLatch asked = new CountDownLatch(channels.size());
            Consumer<FramedChannel> ask = channel -> {
                if (test.test(channel)) n.incrementAndGet();
                asked.countDown();
            };
            for (FramedChannel channel : channels) channel.execute(() -> ask.accept(channel));
            await(asked);
            all = n.get() == count;
        }
    }

    /** Microseconds that 99 of 100 round trips stay within. */
    private static double roundTrip(SocketAddress echo) throws IOException {
        long[] nanos = new long[LONG ? 20_000 : 2_000];
        try (SocketChannel good = SocketChannel.open(echo)) {
            good.setOption(StandardSocketOptions.TCP_NODELAY, true);
            ByteBuffer message = ByteBuffer.allocateDirect(104).putInt(0, 100);
            ByteBuffer back = ByteBuffer.allocateDirect(104);
            for (int i = 0; i < nanos.length; i++) {
                long start = System.nanoTime();
                good.write(message.clear());
                back.clear();
                while (back.hasRemaining()) good.read(back);
                nanos[i] = System.nanoTime() - start;
            }
        }
        Arrays.sort(nanos);
        return nanos[nanos.length * 99 / 100] / 1e3;
    }
}
