package dev.framing.cli;

import dev.framing.FrameCodec;
import dev.framing.netty.FramingHandler;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A {@link FramingHandler} in a Netty pipeline. */
final class NettyTransport implements Transport {
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Channel server;
    private volatile @Nullable Next next;

    /** What becomes of the connection that is accepted next. */
    private record Next(FrameCodec codec, Receipt receipt, CompletableFuture<Receipt> over) {}

    NettyTransport() {
        server = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.AUTO_READ, false) // a connection is accepted when receive() asks for it
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        Next it = next;
                        if (it == null) throw new IllegalStateException("a connection that nobody asked for");
                        channel.pipeline().addLast(new Counting(it), FramingHandler.calling(it.codec(), it.receipt()));
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    @Override
    public String name() {
        return "Netty";
    }

    @Override
    public InetSocketAddress address() {
        return (InetSocketAddress) server.localAddress();
    }

    @Override
    public void receive(FrameCodec codec, Receipt receipt) throws IOException {
        Next it = new Next(codec, receipt, new CompletableFuture<>());
        next = it;
        server.read();
        try {
            it.over().join();
        } catch (CompletionException e) {
            throw new IOException(e.getCause());
        }
    }

    @Override
    public void close() {
        server.close().awaitUninterruptibly();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    /** Notes what each read returned, and when nothing will follow. */
    private static final class Counting extends ChannelInboundHandlerAdapter {
        private final Next it;

        Counting(Next it) {
            this.it = it;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            it.receipt().read(((ByteBuf) message).readableBytes());
            context.fireChannelRead(message);
        }

        /** Comes after everything else, the end of the frames too. */
        @Override
        public void channelUnregistered(ChannelHandlerContext context) {
            context.fireChannelUnregistered();
            it.over().complete(it.receipt());
        }
    }
}
