package dev.framing.interop;

import dev.framing.FrameCodec;
import dev.framing.FrameHandler;
import dev.framing.Oversize;
import java.net.InetSocketAddress;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;

/** This library's connections over one of its transports, both ends of them. */
abstract class Transport implements AutoCloseable {
    /** What no handler may throw and no transport may fail with. */
    final Queue<Throwable> uncaught = new ConcurrentLinkedQueue<>();

    /** Those there are. */
    enum Over {
        BLOCKING,
        SELECTOR,
        NETTY;

        Transport open() throws Exception {
            return switch (this) {
                case BLOCKING -> new BlockingTransport();
                case SELECTOR -> new SelectorTransport();
                case NETTY -> new NettyTransport();
            };
        }
    }

    /**
     * How connections are made.
     *
     * @param application makes the handler of each connection, before its first byte is read
     */
    record Setup(FrameCodec codec, Oversize oversize, Function<Connection, FrameHandler> application) {
        static Setup of(FrameCodec codec, Function<Connection, FrameHandler> application) {
            return new Setup(codec, Oversize.fail(), application);
        }
    }

    /** Listens on a free port of the loopback interface. */
    abstract InetSocketAddress listen(Setup setup) throws Exception;

    abstract Connection connect(InetSocketAddress address, Setup setup) throws Exception;

    /** Resets what is open and ends every thread. */
    abstract void stop() throws Exception;

    /** The same, and fails if something was thrown where nobody could catch it. */
    @Override
    public final void close() throws Exception {
        stop();
        Throwable first = uncaught.peek();
        if (first != null) throw new AssertionError("thrown out of a callback", first);
    }
}
