package dev.framing.netty;

import static dev.framing.netty.Heard.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.Deadlines;
import dev.framing.Frame;
import dev.framing.FrameHandler;
import dev.framing.FramingError;
import dev.framing.codec.Delimited;
import dev.framing.testkit.Wire;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A real RST that meets output first: Netty closes a channel that cannot be written to, whatever it has not read. */
@Timeout(120)
@ExtendWith(Leaks.class)
class ResetTest {

    /** What a paused connection has not read when the peer resets it, with output waiting that fails. */
    @ParameterizedTest
    @EnumSource
    void framesBeforeAResetAreToldThoughAWriteFailsFirst(Transport transport) throws Exception {
        for (boolean halfClosure : new boolean[] {false, true}) run(transport, halfClosure);
    }

    private static void run(Transport transport, boolean halfClosure) throws Exception {
        Heard heard = new Heard();
        CompletableFuture<FramingHandler> handler = new CompletableFuture<>();
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, transport.factory());
        try {
            Channel listening = new ServerBootstrap()
                    .group(group)
                    .channel(transport.server)
                    .childOption(ChannelOption.ALLOW_HALF_CLOSURE, halfClosure)
                    .childOption(ChannelOption.SO_SNDBUF, 8 * 1024)
                    .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(1, 2))
                    .childHandler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            channel.pipeline()
                                    .addLast(FramingHandler.builder(Delimited.lf())
                                            .callingEach(it -> {
                                                handler.complete(it);
                                                return heard;
                                            }));
                        }
                    })
                    .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .sync()
                    .channel();
            Socket peer = new Socket();
            peer.setReceiveBufferSize(8 * 1024);
            peer.connect(listening.localAddress());
            peer.getOutputStream().write(Wire.bytes("one\n"));
            heard.await("one");
            Channel channel = handler.get().context().channel();
            for (int i = 0; i < 200; i++) channel.write(bytes("x".repeat(10_000)));
            channel.flush(); // far above the mark: nothing more is read
            channel.eventLoop().submit(() -> {}).sync();
            peer.getOutputStream().write(Wire.bytes("two\nthr"));
            peer.setSoLinger(true, 0);
            peer.close();
            heard.await("Reset 8");
            assertThat(heard.events()).containsExactly("one", "two", "Reset 8");
            channel.closeFuture().sync();
        } finally {
            group.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
        }
    }

    /**
     * close() while both directions are full, of a peer that reads nothing until it has sent all: we did not read while we flushed, so
     * that neither side moved, and after the flush timeout the peer got a reset instead of the answers that it was owed.
     */
    @ParameterizedTest
    @EnumSource
    void aPeerThatSendsAllBeforeItReadsGetsWhatWasFlushed(Transport transport) throws Exception {
        CompletableFuture<Channel> made = new CompletableFuture<>();
        CompletableFuture<Void> full = new CompletableFuture<>();
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, transport.factory());
        try (Socket peer = new Socket()) {
            Channel listening = new ServerBootstrap()
                    .group(group)
                    .channel(transport.server)
                    .childOption(ChannelOption.SO_SNDBUF, 8 * 1024)
                    .childHandler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            made.complete(channel);
                            channel.pipeline().addLast(FramingHandler.calling(Delimited.lf(), frame -> {
                                channel.writeAndFlush(frame.retain());
                                if (!channel.isWritable()) full.complete(null);
                            }));
                        }
                    })
                    .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .sync()
                    .channel();
            peer.setReceiveBufferSize(8 * 1024);
            peer.connect(listening.localAddress());
            byte[] lines = Wire.bytes(("x".repeat(9_999) + "\n").repeat(80));
            CompletableFuture<byte[]> answers = CompletableFuture.supplyAsync(() -> {
                try {
                    peer.getOutputStream().write(lines);
                    peer.shutdownOutput();
                    return peer.getInputStream().readAllBytes();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            full.get(10, TimeUnit.SECONDS);
            Channel channel = made.get();
            channel.close();
            byte[] got = answers.get(20, TimeUnit.SECONDS);
            assertThat(got.length).isPositive();
            assertThat(got.length % 10_000).isZero();
            channel.closeFuture().sync();
        } finally {
            group.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
        }
    }

    /** The channel's end was told to an engine that a deadline had ended while it was paused: its refusal went down the pipeline. */
    @ParameterizedTest
    @EnumSource
    void aPausedStreamThatTimedOutIsToldSoOnceItIsResumed(Transport transport) throws Exception {
        List<String> told = Collections.synchronizedList(new ArrayList<>());
        CompletableFuture<FramingHandler> paused = new CompletableFuture<>();
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, transport.factory());
        try (Socket peer = new Socket()) {
            Channel listening = new ServerBootstrap()
                    .group(group)
                    .channel(transport.server)
                    .childOption(ChannelOption.SO_SNDBUF, 8 * 1024)
                    .childHandler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            channel.pipeline()
                                    .addLast(FramingHandler.builder(Delimited.lf())
                                            .deadlines(Deadlines.none().withOutput(Duration.ofMillis(100)))
                                            .callingEach(handler -> pausing(handler.context(), told, paused)))
                                    .addLast(new ChannelInboundHandlerAdapter() {
                                        @Override
                                        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                                            told.add(cause.toString());
                                        }
                                    });
                        }
                    })
                    .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .sync()
                    .channel();
            peer.setReceiveBufferSize(8 * 1024);
            peer.connect(listening.localAddress());
            peer.getOutputStream().write(Wire.bytes("one\ntwo\n"));
            FramingHandler handler = paused.get(10, TimeUnit.SECONDS);
            Channel channel = handler.context().channel();
            for (int i = 0; i < 200; i++) channel.write(bytes("x".repeat(10_000)));
            channel.flush();
            channel.closeFuture().sync();
            assertThat(told).containsExactly("frame");
            channel.eventLoop().submit(handler::resume).sync();
            channel.eventLoop().submit(handler::resume).sync(); // it paused at the second frame too
            assertThat(told).containsExactly("frame", "frame", "TimedOut");
        } finally {
            group.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
        }
    }

    private static FrameHandler pausing(
            ChannelHandlerContext ctx, List<String> told, CompletableFuture<FramingHandler> paused) {
        FramingHandler handler = (FramingHandler) ctx.handler();
        return new FrameHandler() {
            @Override
            public void onFrame(Frame frame) {
                told.add("frame");
                handler.pause();
                paused.complete(handler);
            }

            @Override
            public void onError(FramingError error) {
                told.add(error.getClass().getSimpleName());
            }
        };
    }

    /** Half-open, after the peer's end: the only write that met its reset had a void promise, and the channel stayed open for ever. */
    @ParameterizedTest
    @EnumSource
    void aVoidWriteThatFailsAfterThePeersEndClosesTheChannel(Transport transport) throws Exception {
        CompletableFuture<Channel> ended = new CompletableFuture<>();
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, transport.factory());
        try (Socket peer = new Socket()) {
            Channel listening = new ServerBootstrap()
                    .group(group)
                    .channel(transport.server)
                    .childHandler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            channel.pipeline()
                                    .addLast(FramingHandler.builder(Delimited.lf())
                                            .allowHalfOpen()
                                            .calling(new FrameHandler() {
                                                @Override
                                                public void onFrame(Frame frame) {}

                                                @Override
                                                public void onEnd() {
                                                    ended.complete(channel);
                                                }
                                            }))
                                    .addLast(new ChannelInboundHandlerAdapter() {
                                        @Override
                                        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {}
                                    });
                        }
                    })
                    .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .sync()
                    .channel();
            peer.connect(listening.localAddress());
            peer.shutdownOutput();
            Channel channel = ended.get(10, TimeUnit.SECONDS);
            peer.setSoLinger(true, 0);
            peer.close();
            for (int i = 0; i < 100 && !channel.closeFuture().await(20); i++)
                channel.writeAndFlush(bytes("late"), channel.voidPromise());
            assertThat(channel.isOpen()).isFalse();
        } finally {
            group.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
        }
    }
}
