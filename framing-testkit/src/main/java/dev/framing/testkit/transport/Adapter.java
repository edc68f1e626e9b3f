package dev.framing.testkit.transport;

import dev.framing.FrameHandler;
import java.net.InetSocketAddress;
import java.util.function.Function;

/**
 * An adapter under test: opens TCP connections whose frames go to a handler, on threads of its own. The handler is made for each
 * connection, before its first byte is read.
 */
public interface Adapter extends AutoCloseable {

    /**
     * Listens on an ephemeral port of the loopback interface.
     *
     * @return where
     */
    InetSocketAddress listen(Settings settings, Function<Link, FrameHandler> application) throws Exception;

    /** Connects, and returns once that is done. */
    Link connect(InetSocketAddress address, Settings settings, Function<Link, FrameHandler> application)
            throws Exception;

    /** Aborts what is open, stops listening, and ends every thread that it started. */
    @Override
    void close() throws Exception;
}
