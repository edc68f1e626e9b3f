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
}
