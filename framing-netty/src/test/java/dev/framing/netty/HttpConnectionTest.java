package dev.framing.netty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.Deadlines;
import dev.framing.Leftover;
import dev.framing.codec.Delimited;
import dev.framing.codec.Head;
import dev.framing.codec.HttpConnection;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** HTTP in a pipeline: one handler knows both directions. */
@ExtendWith(Leaks.class)
class HttpConnectionTest {
    private static ByteBuf buf(String text) {
        return Unpooled.copiedBuffer(text, UTF_8);
    }

    private static String next(ByteBuf bytes) {
        String text = bytes.toString(UTF_8);
        bytes.release();
        return text;
    }

    private static void asksAndHears(EmbeddedChannel channel) {
        channel.writeOutbound(Outgoing.frame(Head.request("HEAD", "/").bytes(), Unpooled.EMPTY_BUFFER));
        channel.writeOutbound(Outgoing.frame(Head.request("GET", "/").bytes(), Unpooled.EMPTY_BUFFER));
        assertThat(next(channel.readOutbound())).isEqualTo("HEAD / HTTP/1.1\r\n\r\n");
        assertThat(next(channel.readOutbound())).isEqualTo("GET / HTTP/1.1\r\n\r\n");
        channel.writeInbound(
                buf("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"));
        assertThat(next(channel.readInbound())).isEmpty();
        assertThat(next(channel.readInbound())).isEqualTo("hi");
    }

    @Test
    void theDecoderKnowsWhatTheEncoderAsked() {
        HttpConnection both = HttpConnection.client();
        EmbeddedChannel one = new EmbeddedChannel(FramingHandler.slices(both));
        EmbeddedChannel two = new EmbeddedChannel(FramingHandler.slices(both));
        asksAndHears(one);
        asksAndHears(two);
        one.finish();
        two.finish();
    }

    @Test
    void afterASwitchTheFreshPairKnows() {
        EmbeddedChannel channel = new EmbeddedChannel(FramingHandler.slices(Delimited.lf()));
        channel.pipeline().get(FramingHandler.class).switchTo(HttpConnection.client(), Leftover.KEEP);
        asksAndHears(channel);
        channel.finish();
    }

    @Test
    void trailersEndAMessageInPieces() {
        EmbeddedChannel channel = new EmbeddedChannel(FramingHandler.slices(HttpConnection.client()));
        channel.writeOutbound(Outgoing.begin(Head.request("POST", "/").bytes(), -1));
        channel.writeOutbound(Outgoing.piece(buf("abc")));
        channel.writeOutbound(Outgoing.end(Head.fields().field("a", "b").bytes()));
        StringBuilder all = new StringBuilder();
        for (ByteBuf b = channel.readOutbound(); b != null; b = channel.readOutbound()) all.append(next(b));
        assertThat(all.toString())
                .isEqualTo("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\na: b\r\n\r\n");
        channel.finish();
    }

    /** A CONNECT that is refused and then forgotten: the codec has ended, and yet the peer's end is noticed, or that it waits for ever. */
    @ParameterizedTest
    @EnumSource(Transport.class)
    @Timeout(30)
    void aServerThatForgetsATunnelStillSeesItsClientGo(Transport transport) throws Exception {
        List<String> told = new CopyOnWriteArrayList<>();
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, transport.factory());
        CountDownLatch closed = new CountDownLatch(2);
        try {
            FramingHandler.Builder each = FramingHandler.builder(HttpConnection.server())
                    .deadlines(Deadlines.standard().withHead(Duration.ofMillis(300)));
            Channel server = new ServerBootstrap()
                    .group(group)
                    .channel(transport.server)
                    .childHandler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            channel.closeFuture().addListener(f -> closed.countDown());
                            channel.pipeline().addLast(each.frames(), new ChannelInboundHandlerAdapter() {
                                @Override
                                public void channelRead(ChannelHandlerContext context, Object message) {
                                    ((FrameMessage) message).release();
                                    context.writeAndFlush(Outgoing.frame(
                                            Head.response(403, "No").bytes(), Unpooled.EMPTY_BUFFER));
                                }

                                @Override
                                public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                                    told.add(cause.getMessage());
                                }
                            });
                        }
                    })
                    .bind(InetAddress.getLoopbackAddress(), 0)
                    .sync()
                    .channel();
            for (String behind : List.of("", "GET / HTTP/1.1\r\n\r\n")) {
                try (Socket client = new Socket()) {
                    client.connect(server.localAddress());
                    client.getOutputStream().write(("CONNECT x:1 HTTP/1.1\r\n\r\n" + behind).getBytes(UTF_8));
                    assertThat(client.getInputStream().readNBytes(12))
                            .asString()
                            .isEqualTo("HTTP/1.1 403");
                }
            }
            closed.await(); // or the test's own limit
            // epoll tells the end of a peer that is not read from
            assertThat(told).hasSize(1).first().asString().containsAnyOf("not whole after 0.3s", "18 bytes left over");
        } finally {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }
}
