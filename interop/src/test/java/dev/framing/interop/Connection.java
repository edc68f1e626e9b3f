package dev.framing.interop;

import dev.framing.FrameCodec;
import io.netty.buffer.ByteBuf;

/** One end of a connection that is held by this library, whichever transport carries it. Called inside callbacks and {@link #execute}. */
interface Connection {

    /** One whole frame. Releases both buffers. */
    void send(ByteBuf head, ByteBuf payload);

    /** A frame whose payload comes in pieces; {@code length} -1: as many bytes as come. */
    void begin(ByteBuf head, long length);

    /** More payload of the frame begun. */
    void piece(ByteBuf payload);

    /** The end of the frame begun, with the tail bytes that are not derived. */
    void finish(ByteBuf tail);

    /** Bytes that are no frame. */
    void raw(ByteBuf plain);

    /** Another codec in both directions; what has arrived is for it. */
    void switchTo(FrameCodec codec);

    /** Nothing more is sent. */
    void end();

    /** Closes without losing what was sent. */
    void close();

    /** Runs what sends, where the transport wants it to run. */
    void execute(Runnable task);
}
