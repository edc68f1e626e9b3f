package dev.framing.benchmark;

import dev.framing.FrameCodec;
import dev.framing.OutboundQueue;
import dev.framing.codec.LengthPrefixed;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Up to which payload is copying it behind its head faster than one more buffer in a gathering write? Sixteen frames a write into a
 * loopback socket that another thread empties.
 *
 * <p>{@code java -cp 'benchmarks/target/classes:benchmarks/target/lib/*' org.openjdk.jmh.Main OutboundCopy -prof gc}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class OutboundCopy {
    private static final int FRAMES = 16;

    public enum Way {
        COPIED,
        BY_REFERENCE
    }

    @Param({"64", "256", "512", "1024", "2048", "4096", "8192"})
    int payload;

    @Param
    Way way;

    private OutboundQueue queue;
    private ByteBuf bytes;
    private SocketChannel socket;
    private Thread drain;
    private final ByteBuffer[] views = new ByteBuffer[64];

    @Setup(Level.Trial)
    public void connect() throws IOException {
        FrameCodec codec = LengthPrefixed.uint32();
        queue = OutboundQueue.of(codec, PooledByteBufAllocator.DEFAULT, way == Way.COPIED ? Integer.MAX_VALUE : 0);
        bytes = PooledByteBufAllocator.DEFAULT.directBuffer(payload).writeZero(payload);
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            socket = SocketChannel.open(server.getLocalAddress());
            SocketChannel peer = server.accept();
            drain = new Thread(() -> drain(peer));
            drain.setDaemon(true);
            drain.start();
        }
        for (int i = 0; i < FRAMES; i++) queue.frame(bytes.retain());
        if (queue.bytes() != (long) FRAMES * (4 + payload)) throw new AssertionError(queue.bytes());
        flush();
    }

    @Benchmark
    @OperationsPerInvocation(FRAMES)
    public long frame() throws IOException {
        for (int i = 0; i < FRAMES; i++) queue.frame(bytes.retain());
        return flush();
    }

    private long flush() throws IOException {
        long all = 0;
        while (!queue.isEmpty()) {
            int n = queue.gather(views);
            long sent = socket.write(views, 0, n);
            queue.sent(sent);
            all += sent;
        }
        return all;
    }

    private static void drain(SocketChannel peer) {
        ByteBuffer sink = ByteBuffer.allocateDirect(256 * 1024);
        try (peer) {
            while (peer.read(sink.clear()) >= 0) {
                // thrown away
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @TearDown(Level.Trial)
    public void close() throws IOException, InterruptedException {
        socket.close();
        drain.join(5_000);
        queue.close();
        bytes.release();
    }
}
