package dev.framing.netty;

import dev.framing.testkit.transport.Adapter;
import dev.framing.testkit.transport.TransportContract;

class NioTransportTest extends TransportContract {
    @Override
    protected Adapter adapter() {
        return new NettyAdapter(Transport.NIO);
    }
}
