package dev.framing.interop;

import dev.framing.FrameCodec;
import dev.framing.Leftover;
import dev.framing.netty.FramingHandler;
import dev.framing.netty.Outgoing;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** Connections whose pipelines hold a {@link FramingHandler}. */
final class NettyTransport extends Transport {
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Queue<Channel> servers = new ConcurrentLinkedQueue<>();
    private final Queue<FramingHandler> handlers = new ConcurrentLinkedQueue<>();

    @Override
    InetSocketAddress listen(Setup setup) throws InterruptedException {
        Channel server = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(initializer(setup))
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
        servers.add(server);
        return (InetSocketAddress) server.localAddress();
    }

    @Override
    Connection connect(InetSocketAddress address, Setup setup) throws InterruptedException {
        Channel channel = new Bootstrap()
                .group(group)
                .channel(NioSocketChannel.class)
                .handler(initializer(setup))
                .connect(address)
                .sync()
                .channel();
        return new Held(channel.pipeline().get(FramingHandler.class), uncaught);
    }

    private ChannelInitializer<Channel> initializer(Setup setup) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                FramingHandler framing = FramingHandler.builder(setup.codec())
                        .oversize(setup.oversize())
                        .callingEach(handler -> setup.application().apply(new Held(handler, uncaught)));
                handlers.add(framing);
                channel.pipeline().addLast(framing, new ChannelInboundHandlerAdapter() {
                    @Override
                    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                        uncaught.add(cause);
                    }
                });
            }
        };
    }

    @Override
    void stop() throws InterruptedException {
        for (Channel server : servers) server.close().sync();
        for (FramingHandler handler : handlers) handler.abort();
        group.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
    }

    private record Held(FramingHandler handler, Queue<Throwable> uncaught) implements Connection {
        private void write(Outgoing outgoing) {
            Channel channel = handler.context().channel();
            channel.writeAndFlush(outgoing).addListener(written -> {
                Throwable refused = written.cause();
                if (refused != null && !(refused instanceof IOException)) uncaught.add(refused);
            });
        }

        @Override
        public void send(ByteBuf head, ByteBuf payload) {
            write(Outgoing.frame(head, payload));
        }

        @Override
        public void begin(ByteBuf head, long length) {
            write(Outgoing.begin(head, length));
        }

        @Override
        public void piece(ByteBuf payload) {
            write(Outgoing.piece(payload));
        }

        @Override
        public void finish(ByteBuf tail) {
            write(Outgoing.end(tail));
        }

        @Override
        public void raw(ByteBuf plain) {
            write(Outgoing.raw(plain));
        }

        @Override
        public void switchTo(FrameCodec codec) {
            handler.switchTo(codec, Leftover.KEEP);
        }

        @Override
        public void end() {
            handler.end();
        }

        @Override
        public void close() {
            handler.context().channel().close();
        }

        @Override
        public void execute(Runnable task) {
            handler.context().executor().execute(task);
        }
    }
}
