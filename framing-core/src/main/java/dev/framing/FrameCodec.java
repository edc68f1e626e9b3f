package dev.framing;

/**
 * How a byte stream is cut into frames and frames are written. One value per protocol: immutable, comparable, shareable between
 * streams and threads.
 *
 * <pre>{@code
 * FrameCodec dns = LengthPrefixed.uint16();
 * Framer framer = Framer.of(dns, frame -> System.out.println(frame.payloadLength()));
 * framer.offer(bytes);
 * }</pre>
 */
public interface FrameCodec {

    /** A decoder for one stream, at its first byte. */
    FrameDecoder newDecoder();

    /**
     * An encoder for one stream, at its first byte.
     *
     * @throws UnsupportedOperationException where this codec only decodes
     */
    FrameEncoder newEncoder();

    /** The longest frame in bytes, head, payload and tail as they stand on the wire. Always finite; 0 means zero, never "no limit". */
    int maxFrameLength();

    /**
     * The codec of one connection, both its directions: this one, unless what goes one way must be known to read what comes the other
     * (HTTP: a response to HEAD has no body). Then a fresh one, whose one decoder and one encoder know of each other. Every adapter that
     * has both directions asks once for each connection.
     */
    default FrameCodec ofConnection() {
        return this;
    }
}
