package dev.framing.netty;

import static dev.framing.netty.Heard.bytes;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.FrameCodec;
import dev.framing.FrameHandler;
import dev.framing.Leftover;
import dev.framing.codec.Delimited;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.net.ssl.KeyManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Behind Netty's SslHandler, from the start or after STARTTLS. */
@Timeout(60)
@ExtendWith(Leaks.class)
class TlsTest {
    private static final FrameCodec LINES = Delimited.lf();
    private static SslContext server;
    private static SslContext client;
    private EventLoopGroup group;

    @BeforeAll
    static void certificate(@TempDir Path dir) throws Exception {
        Path store = dir.resolve("key.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "key",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        "secret")
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve("log").toFile())
                .start();
        assertThat(keytool.waitFor(50, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).as(Files.readString(dir.resolve("log"))).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream stored = Files.newInputStream(store)) {
            keys.load(stored, "secret".toCharArray());
        }
        KeyManagerFactory manager = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        manager.init(keys, "secret".toCharArray());
        server = SslContextBuilder.forServer(manager).build();
        client = SslContextBuilder.forClient()
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .endpointIdentificationAlgorithm(null)
                .build();
    }

    @AfterEach
    void shutDown() throws Exception {
        group.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
    }

    private interface Init {
        void init(Channel channel);
    }

    private Channel listen(Transport transport, Init init) throws Exception {
        group = new MultiThreadIoEventLoopGroup(1, transport.factory());
        return new ServerBootstrap()
                .group(group)
                .channel(transport.server)
                .childHandler(initializer(init))
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sync()
                .channel();
    }

    private Channel connect(Transport transport, Channel to, Init init) throws Exception {
        return new Bootstrap()
                .group(group)
                .channel(transport.client)
                .handler(initializer(init))
                .connect(to.localAddress())
                .sync()
                .channel();
    }

    private static ChannelInitializer<Channel> initializer(Init init) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                init.init(channel);
            }
        };
    }

    private static FramingHandler lines(Function<ChannelHandlerContext, FrameHandler> handlers) {
        return FramingHandler.builder(LINES).callingEach(handler -> handlers.apply(handler.context()));
    }

    /** Each answers, the client ends, the server closes: nothing is lost, and both hear a clean end. */
    @ParameterizedTest
    @EnumSource
    void endsAreCleanAndNothingIsLost(Transport transport) throws Exception {
        Heard atServer = new Heard();
        Heard atClient = new Heard();
        Channel listening = listen(
                transport,
                channel -> channel.pipeline()
                        .addLast(server.newHandler(channel.alloc()), lines(ctx -> new Echo(ctx, atServer))));
        Channel channel = connect(
                transport, listening, c -> c.pipeline().addLast(client.newHandler(c.alloc()), lines(ctx -> atClient)));
        for (int i = 0; i < 50; i++) channel.write(bytes("line " + i + "x".repeat(i * 50)));
        channel.flush();
        channel.pipeline().get(FramingHandler.class).end().sync();
        atServer.await("end");
        atClient.await("end");
        assertThat(atClient.events()).hasSize(51).startsWith("line 0").isEqualTo(atServer.events());
        channel.closeFuture().sync();
    }

    /** FIN without close_notify: somebody may have cut the stream off. That is no clean end. */
    @ParameterizedTest
    @EnumSource
    void anEndThatTlsDidNotTellIsAReset(Transport transport) throws Exception {
        Heard atServer = new Heard();
        Channel listening = listen(
                transport,
                channel -> channel.pipeline().addLast(server.newHandler(channel.alloc()), lines(ctx -> atServer)));
        Channel channel = connect(
                transport,
                listening,
                c -> c.pipeline().addLast(client.newHandler(c.alloc()), lines(ctx -> new Heard())));
        channel.writeAndFlush(bytes("one")).sync();
        atServer.await("one");
        ((io.netty.channel.socket.DuplexChannel) channel).shutdownOutput().sync();
        atServer.await("Reset 4");
        assertThat(atServer.events()).containsExactly("one", "Reset 4");
    }

    /** In clear text up to STARTTLS, which both sides put TLS in front of; the codec goes on. */
    @ParameterizedTest
    @EnumSource
    void startTls(Transport transport) throws Exception {
        Heard atServer = new Heard();
        Heard atClient = new Heard();
        CompletableFuture<Void> secure = new CompletableFuture<>();
        Channel listening = listen(
                transport,
                channel -> channel.pipeline().addLast(lines(ctx -> frame -> {
                    atServer.onFrame(frame);
                    if (!frame.text(ISO_8859_1).equals("STARTTLS")) {
                        ctx.channel().writeAndFlush(frame.retain());
                        return;
                    }
                    ((FramingHandler) ctx.handler()).switchInput(LINES, Leftover.REQUIRE_EMPTY);
                    ctx.channel().writeAndFlush(bytes("go ahead"));
                    ctx.pipeline().addFirst(server.newHandler(ctx.alloc()));
                })));
        Channel channel = connect(
                transport,
                listening,
                c -> c.pipeline().addLast(lines(ctx -> frame -> {
                    atClient.onFrame(frame);
                    if (!frame.text(ISO_8859_1).equals("go ahead")) return;
                    ((FramingHandler) ctx.handler()).switchInput(LINES, Leftover.REQUIRE_EMPTY);
                    ctx.pipeline().addFirst(client.newHandler(ctx.alloc()));
                    secure.complete(null);
                })));
        channel.writeAndFlush(bytes("STARTTLS"));
        secure.get(20, TimeUnit.SECONDS);
        channel.writeAndFlush(bytes("secret"));
        atClient.await("secret");
        assertThat(atServer.events()).containsExactly("STARTTLS", "secret");
        channel.close().sync();
    }

    private static final class Echo implements FrameHandler {
        private final ChannelHandlerContext ctx;
        private final Heard heard;

        Echo(ChannelHandlerContext ctx, Heard heard) {
            this.ctx = ctx;
            this.heard = heard;
        }

        @Override
        public void onFrame(dev.framing.Frame frame) {
            heard.onFrame(frame);
            ctx.channel().writeAndFlush(frame.retain());
        }

        @Override
        public void onEnd() {
            heard.onEnd();
        }

        @Override
        public void onError(dev.framing.FramingError error) {
            heard.onError(error);
        }
    }
}
