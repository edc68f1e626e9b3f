package dev.framing.netty;

import dev.framing.FrameHandler;
import dev.framing.testkit.transport.Adapter;
import dev.framing.testkit.transport.Link;
import dev.framing.testkit.transport.Settings;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Connections whose pipelines hold a {@link FramingHandler} and nothing else. */
final class NettyAdapter implements Adapter {
    private final Transport transport;
    private final EventLoopGroup group;
    private final Queue<Channel> servers = new ConcurrentLinkedQueue<>();
    private final Queue<NettyLink> links = new ConcurrentLinkedQueue<>();

    NettyAdapter(Transport transport) {
        this.transport = transport;
        group = new MultiThreadIoEventLoopGroup(2, transport.factory());
    }

    @Override
    public InetSocketAddress listen(Settings settings, Function<Link, FrameHandler> application) throws Exception {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channel(transport.server)
                .childOption(
                        ChannelOption.SO_SNDBUF,
                        settings.highMark()) // what the system holds for us is no end of memory either
                .childOption(ChannelOption.ALLOCATOR, settings.allocator())
                .childOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(settings.lowMark(), settings.highMark()))
                .childHandler(initializer(settings, application));
        Channel server = bootstrap
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sync()
                .channel();
        servers.add(server);
        return (InetSocketAddress) server.localAddress();
    }

    @Override
    public Link connect(InetSocketAddress address, Settings settings, Function<Link, FrameHandler> application)
            throws Exception {
        Bootstrap bootstrap = new Bootstrap()
                .group(group)
                .channel(transport.client)
                .option(ChannelOption.SO_SNDBUF, settings.highMark())
                .option(ChannelOption.ALLOCATOR, settings.allocator())
                .option(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(settings.lowMark(), settings.highMark()))
                .handler(initializer(settings, application));
        Channel channel = bootstrap.connect(address).sync().channel();
        return new NettyLink(channel, channel.pipeline().get(FramingHandler.class));
    }

    private ChannelInitializer<Channel> initializer(Settings settings, Function<Link, FrameHandler> application) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                FramingHandler.Builder builder = FramingHandler.builder(settings.codec())
                        .oversize(settings.oversize())
                        .deadlines(settings.deadlines())
                        .closeTimeouts(FramingHandler.FLUSH_TIMEOUT, settings.drain());
                if (settings.halfOpen()) builder.allowHalfOpen();
                channel.pipeline().addLast(builder.callingEach(handler -> {
                    NettyLink link = new NettyLink(channel, handler);
                    links.add(link);
                    return application.apply(link);
                }));
                channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                        // told to the handler of the frames, or thrown by it
                    }
                });
            }
        };
    }

    @Override
    public void close() throws Exception {
        for (Channel server : servers) server.close().sync();
        for (NettyLink link : links) link.abort();
        group.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
    }

    private record NettyLink(Channel channel, FramingHandler handler) implements Link {
        @Override
        public void send(ByteBuf payload) {
            channel.writeAndFlush(payload);
        }

        @Override
        public void end() {
            handler.end();
        }

        @Override
        public void close() {
            channel.close();
        }

        @Override
        public void abort() {
            handler.abort();
        }

        @Override
        public void pause() {
            handler.pause();
        }

        @Override
        public void resume() {
            handler.resume();
        }

        @Override
        public boolean isWritable() {
            return channel.isWritable();
        }

        @Override
        public long heldBytes() {
            return onLoop(handler::heldBytes);
        }

        @Override
        public boolean isClosed() {
            return !channel.isOpen();
        }

        private <T> T onLoop(Callable<T> what) {
            try {
                return channel.eventLoop().inEventLoop()
                        ? what.call()
                        : channel.eventLoop().submit(what).get();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
