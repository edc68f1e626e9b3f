package dev.framing.testkit.transport;

import io.netty.buffer.ByteBuf;

/** One end of a connection, held by the adapter under test. Every method may be called from any thread, also inside a callback. */
public interface Link {

    /** One frame, sent as soon as the transport takes it; released in any case. May throw where nothing can be sent any more. */
    void send(ByteBuf payload) throws Exception;

    /** Flushes, then FIN; receiving goes on. A second call does nothing, nor does one after the connection has ended. */
    void end() throws Exception;

    /**
     * Closes without losing what was sent: flush, FIN, drain bounded by {@link Settings#drain()}. No callback follows. May return before
     * that is done. A second call does nothing.
     */
    void close() throws Exception;

    /** Resets the connection, also while {@link #close()} waits for the peer. No callback follows. A second call does nothing. */
    void abort() throws Exception;

    /** No frame is delivered after the one in hand, nor an end or error, and the transport is read no more. */
    void pause();

    /** Delivers what was buffered, then reads on. */
    void resume();

    /** Below its high mark: what is sent now need not wait. A blocking adapter always is. */
    boolean isWritable();

    /** Bytes of memory held for this connection: the engine's, and what waits to be sent. */
    long heldBytes();

    /** The descriptor is closed. */
    boolean isClosed();
}
