package dev.framing.benchmark;

import dev.framing.FrameHandler;
import dev.framing.Framer;
import dev.framing.codec.LengthPrefixed;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does a length-prefixed frame cost, beside Netty's decoder in its pipeline? One 64 KiB buffer of equal frames an operation; the
 * time of a frame is the score divided by the number of frames in it ({@code 65536 / (4 + payload)}).
 *
 * <p>{@code java -cp 'benchmarks/target/classes:benchmarks/target/lib/*' org.openjdk.jmh.Main LengthFrames -prof gc}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LengthFrames {
    @Param({"16", "64"})
    int payload;

    private ByteBuf bytes;
    private int frames;
    private long sum;
    private Framer framer;
    private EmbeddedChannel netty;

    @Setup(Level.Trial)
    public void fill() {
        bytes = PooledByteBufAllocator.DEFAULT.directBuffer(64 * 1024, 64 * 1024);
        while (bytes.writableBytes() >= 4 + payload) {
            bytes.writeInt(payload).writeZero(payload);
            frames++;
        }
        FrameHandler handler = frame -> sum += frame.payloadLength();
        framer = Framer.of(LengthPrefixed.uint32(), handler);
        netty = new EmbeddedChannel(
                new LengthFieldBasedFrameDecoder(1 << 20, 0, 4, 0, 4), new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext context, Object message) {
                        ByteBuf frame = (ByteBuf) message;
                        sum += frame.readableBytes();
                        frame.release();
                    }
                });
        expect("ours", ours());
        expect("netty", netty());
    }

    private void expect(String who, long got) {
        if (got != (long) frames * payload) throw new AssertionError(who + " " + got);
    }

    @Benchmark
    public long ours() {
        sum = 0;
        framer.offer(bytes.retain());
        bytes.readerIndex(0);
        return sum;
    }

    @Benchmark
    public long netty() {
        sum = 0;
        netty.writeInbound(bytes.retainedDuplicate());
        return sum;
    }

    @TearDown(Level.Trial)
    public void release() {
        framer.close();
        netty.finishAndReleaseAll();
        bytes.release();
    }
}
