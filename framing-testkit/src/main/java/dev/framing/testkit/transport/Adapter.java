package dev.framing.testkit.transport;

import dev.framing.Deadline;
import dev.framing.FrameHandler;
import java.net.InetSocketAddress;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Function;

/**
 * An adapter under test: opens TCP connections whose frames go to a handler, on threads of its own. The handler is made for each
 * connection, before its first byte is read.
 *
 * <table>
 *   <caption>How a connection ends, whoever holds it</caption>
 *   <tr><th>what happens</th><th>told</th><th>then the adapter</th></tr>
 *   <tr><td>the peer ends between two frames</td><td>onEnd</td><td>flushes, ends, closes the descriptor; with
 *       {@link Settings#halfOpen()} does so when {@link Link#end()} was called, before or after</td></tr>
 *   <tr><td>the stream breaks: truncated, malformed, too long, too slow</td><td>onError</td><td>closes as {@link Link#close()} does: what
 *       was sent inside onError arrives</td></tr>
 *   <tr><td>the peer resets</td><td>the frames before it, onError with {@link dev.framing.FramingError.Reset}</td><td>closes</td></tr>
 *   <tr><td>a handler throws, anything</td><td>nothing more</td><td>closes or aborts; other connections live on</td></tr>
 *   <tr><td>{@link Link#close()}, {@link Link#abort()}</td><td>nothing more, neither end nor error</td><td>closes</td></tr>
 * </table>
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

    /** Does {@link Link#send} wait until the transport has taken the frame? Then its links are always writable. */
    default boolean sendBlocks() {
        return false;
    }

    /** The deadlines that it keeps: all, unless overridden. */
    default Set<Deadline> deadlines() {
        return EnumSet.allOf(Deadline.class);
    }

    /** Aborts what is open, stops listening, and ends every thread that it started. */
    @Override
    void close() throws Exception;
}
