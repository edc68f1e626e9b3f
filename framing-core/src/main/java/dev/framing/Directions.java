package dev.framing;

/**
 * Two codecs for the two directions of a connection, of which neither need know what the other does.
 *
 * <pre>{@code
 * FramedSocket.connect(address, Directions.of(Delimited.lines(), LengthPrefixed.uint16()));   // lines come, blocks go
 * }</pre>
 *
 * Where one must know of the other, as in HTTP, that is a codec of its own: {@link FrameCodec#ofConnection()}.
 *
 * @param receives cuts what comes
 * @param sends writes what goes
 */
public record Directions(FrameCodec receives, FrameCodec sends) implements FrameCodec {

    /** What {@code receives} decodes and {@code sends} encodes. */
    public static Directions of(FrameCodec receives, FrameCodec sends) {
        return new Directions(receives, sends);
    }

    /** The same connection seen from its other end. */
    public Directions reversed() {
        return new Directions(sends, receives);
    }

    @Override
    public FrameDecoder newDecoder() {
        return receives.newDecoder();
    }

    @Override
    public FrameEncoder newEncoder() {
        return sends.newEncoder();
    }

    /** That of the frames received; what is sent has the limit of its own codec. */
    @Override
    public int maxFrameLength() {
        return receives.maxFrameLength();
    }

    @Override
    public String toString() {
        return "receives " + receives + ", sends " + sends;
    }
}
