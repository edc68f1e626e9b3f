package dev.framing.cli;

import dev.framing.FrameCodec;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;

/** A server on the loopback interface that cuts what it receives into frames: one for each kind of adapter. */
interface Transport extends Closeable {
    /** What it is called in a table. */
    String name();

    /** Where it listens. */
    InetSocketAddress address();

    /**
     * Accepts the next connection and reads it to its end, or until it breaks: tells {@code receipt} each read of the socket, then
     * the frames that it made whole.
     */
    void receive(FrameCodec codec, Receipt receipt) throws IOException;
}
