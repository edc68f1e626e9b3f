package dev.framing.benchmark;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.framing.FrameHandler;
import dev.framing.Framer;
import dev.framing.codec.HttpRequests;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
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
 * What does an HTTP/1.1 request cost, beside Netty's decoder in its pipeline? One 64 KiB buffer of equal requests an operation; {@link
 * #requests} of them. Ours validates and records, Netty's makes an object of each request and strings of its fields.
 *
 * <p>{@code java -cp 'benchmarks/target/classes:benchmarks/target/lib/*' org.openjdk.jmh.Main HttpHeads -prof gc}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class HttpHeads {
    /** What asks. */
    public enum Client {
        /** 3 fields. */
        COMMAND_LINE(
                "GET /index.html HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n"),
        /** 14 fields, about 700 bytes. */
        BROWSER("GET /wiki/Transmission_Control_Protocol?action=view&section=3 HTTP/1.1\r\n"
                + "Host: www.example.org\r\n"
                + "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
                + "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n"
                + "Accept-Language: en-US,en;q=0.5\r\nAccept-Encoding: gzip, deflate, br\r\nConnection: keep-alive\r\n"
                + "Referer: https://www.example.org/wiki/Main_Page\r\nUpgrade-Insecure-Requests: 1\r\n"
                + "Cookie: session=0123456789abcdef0123456789abcdef; visits=12; theme=dark; consent=necessary\r\n"
                + "Sec-Fetch-Dest: document\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Site: same-origin\r\n"
                + "Sec-Fetch-User: ?1\r\nPriority: u=0, i\r\n\r\n"),
        /** Two chunks. */
        CHUNKED("POST /upload HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "5\r\nhello\r\n7\r\n, world\r\n0\r\n\r\n");

        private final byte[] request;

        Client(String request) {
            this.request = request.getBytes(US_ASCII);
        }
    }

    @Param
    Client client;

    private ByteBuf bytes;
    private int requests;
    private long seen;
    private Framer framer;
    private EmbeddedChannel netty;

    @Setup(Level.Trial)
    public void fill() {
        bytes = PooledByteBufAllocator.DEFAULT.directBuffer(64 * 1024, 64 * 1024);
        while (bytes.writableBytes() >= client.request.length) {
            bytes.writeBytes(client.request);
            requests++;
        }
        FrameHandler handler = frame -> seen++;
        framer = Framer.of(HttpRequests.strict(), handler);
        netty = new EmbeddedChannel(new HttpRequestDecoder(), new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                if (message instanceof LastHttpContent) seen++;
                ReferenceCountUtil.release(message);
            }
        });
        expect("ours", ours());
        expect("netty", netty());
    }

    private void expect(String who, long got) {
        if (got != requests) throw new AssertionError(who + " " + got + " of " + requests);
    }

    @Benchmark
    public long ours() {
        seen = 0;
        framer.offer(bytes.retain());
        bytes.readerIndex(0);
        return seen;
    }

    @Benchmark
    public long netty() {
        seen = 0;
        netty.writeInbound(bytes.retainedDuplicate());
        return seen;
    }

    @TearDown(Level.Trial)
    public void close() {
        framer.close();
        netty.finishAndReleaseAll();
        bytes.release();
    }
}
