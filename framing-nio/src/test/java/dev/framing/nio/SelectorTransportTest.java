package dev.framing.nio;

import dev.framing.testkit.transport.Adapter;
import dev.framing.testkit.transport.TransportContract;
import java.io.IOException;

/** {@link FramedChannel}s on the threads of a {@link ReadyLoop}. */
class SelectorTransportTest extends TransportContract {
    @Override
    protected Adapter adapter() throws IOException {
        return new SelectorAdapter(2);
    }
}
