package dev.framing.interop;

import dev.framing.testkit.transport.FaultProxy;
import dev.framing.testkit.transport.Toxic;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/** How the bytes of both directions are cut on their way. */
enum Cut {
    /** As the two programs write. */
    AS_SENT,
    /** One byte a write. The kernel joins those that wait to be read. */
    ONE_BYTE,
    /** What is written within some milliseconds comes at once. */
    COALESCED;

    private static final Duration GATHERING = Duration.ofMillis(4);

    /** The way to a server, cut like this. */
    Way to(InetSocketAddress server) throws IOException {
        return switch (this) {
            case AS_SENT -> new Way(server, () -> {});
            case ONE_BYTE -> through(server, Toxic.slices(1));
            case COALESCED -> through(server, Toxic.merge(GATHERING));
        };
    }

    private static Way through(InetSocketAddress server, Toxic toxic) throws IOException {
        FaultProxy proxy =
                FaultProxy.to(server).upstream(toxic).downstream(toxic).start();
        return new Way(proxy.address(), proxy::close);
    }

    /** Where to connect to. */
    record Way(InetSocketAddress address, Closing closing) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            closing.close();
        }
    }

    interface Closing {
        void close() throws IOException;
    }
}
