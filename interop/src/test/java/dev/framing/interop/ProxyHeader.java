package dev.framing.interop;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.framing.Frame;
import dev.framing.FrameCodec;
import dev.framing.codec.Delimited;
import dev.framing.interop.Haproxy.Preamble;
import dev.framing.protocol.Protocols;
import io.netty.buffer.ByteBuf;

/** Who is at the other end of a proxy, as it says first: HAProxy's proxy-protocol.txt 2.1 and 2.2, TCP over IPv4. */
record ProxyHeader(String source, int sourcePort, String destination, int destinationPort) {
    /** 2.1: a line of 107 bytes at the most. */
    private static final FrameCodec VERSION_1 = Delimited.crlf().withMax(107);

    static FrameCodec codec(Preamble preamble) {
        return preamble == Preamble.PROXY_1 ? VERSION_1 : Protocols.PROXY2_HEADER;
    }

    static ProxyHeader of(Frame frame, Preamble preamble) {
        return preamble == Preamble.PROXY_1 ? text(frame.text(US_ASCII)) : binary(frame);
    }

    private static ProxyHeader text(String line) {
        String[] words = line.split(" ", -1);
        if (words.length != 6 || !words[0].equals("PROXY") || !words[1].equals("TCP4"))
            throw new IllegalArgumentException(line);
        return new ProxyHeader(words[2], Integer.parseInt(words[4]), words[3], Integer.parseInt(words[5]));
    }

    private static ProxyHeader binary(Frame frame) {
        if (frame.headByte(12) != 0x21 || frame.headByte(13) != 0x11)
            throw new IllegalArgumentException("version, command, family: " + frame);
        ByteBuf bytes = frame.buffer();
        int at = frame.payloadIndex();
        return new ProxyHeader(
                ip(bytes, at), bytes.getUnsignedShort(at + 8), ip(bytes, at + 4), bytes.getUnsignedShort(at + 10));
    }

    private static String ip(ByteBuf bytes, int at) {
        return "%d.%d.%d.%d"
                .formatted(
                        bytes.getUnsignedByte(at),
                        bytes.getUnsignedByte(at + 1),
                        bytes.getUnsignedByte(at + 2),
                        bytes.getUnsignedByte(at + 3));
    }

    @Override
    public String toString() {
        return source + ":" + sourcePort + " to " + destination + ":" + destinationPort;
    }
}
