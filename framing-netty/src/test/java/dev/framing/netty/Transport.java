package dev.framing.netty;

import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.util.function.Supplier;
import org.junit.jupiter.api.Assumptions;

/** Netty's transports that are tested over real sockets. */
enum Transport {
    NIO(NioIoHandler::newFactory, NioServerSocketChannel.class, NioSocketChannel.class),
    EPOLL(EpollIoHandler::newFactory, EpollServerSocketChannel.class, EpollSocketChannel.class);

    private final Supplier<IoHandlerFactory> factory;
    final Class<? extends ServerChannel> server;
    final Class<? extends Channel> client;

    Transport(
            Supplier<IoHandlerFactory> factory,
            Class<? extends ServerChannel> server,
            Class<? extends Channel> client) {
        this.factory = factory;
        this.server = server;
        this.client = client;
    }

    /** Skips the test where this machine cannot. */
    IoHandlerFactory factory() {
        if (this == EPOLL)
            Assumptions.assumeTrue(Epoll.isAvailable(), () -> "no native epoll: " + Epoll.unavailabilityCause());
        return factory.get();
    }
}
