package dev.framing.nio;

import dev.framing.testkit.transport.Adapter;
import dev.framing.testkit.transport.TransportContract;
import org.junit.jupiter.api.Nested;

/** A {@link FramedSocket} over each kind of TCP socket that it takes. */
class BlockingTransportTest {

    @Nested
    class OverAChannel extends TransportContract {
        @Override
        protected Adapter adapter() {
            return new BlockingAdapter(BlockingAdapter.Over.CHANNEL);
        }
    }

    @Nested
    class OverASocket extends TransportContract {
        @Override
        protected Adapter adapter() {
            return new BlockingAdapter(BlockingAdapter.Over.SOCKET);
        }
    }
}
