package dev.framing.codec;

import static dev.framing.testkit.Wire.bytes;

import dev.framing.FrameCodec;
import dev.framing.protocol.Protocol;
import dev.framing.protocol.Protocols;
import dev.framing.text.Codecs;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Every law, for every line of the table. */
@ParameterizedClass
@MethodSource("all")
class ProtocolsContractTest extends CountedContract {
    private final FrameCodec codec;
    private final String name;

    ProtocolsContractTest(Protocol protocol) {
        codec = protocol.codec();
        name = protocol.name();
    }

    static List<Protocol> all() {
        return Protocols.all().asJava();
    }

    @Override
    protected FrameCodec codec() {
        return codec;
    }

    @Override
    protected FrameCodec limited(int maxFrameLength) {
        if (codec instanceof FixedLength) throw new IllegalArgumentException("its length is its limit");
        return Codecs.parse(name + "(max=" + maxFrameLength + ")")
                .getOrElseThrow(() -> new IllegalArgumentException("no limit of " + name));
    }

    /** A start line, where there must be one. */
    @Override
    protected byte[] head(Random random) {
        return bytes(
                switch (name) {
                    case "sip" -> "BYE sip:a SIP/2.0\r\nTo: b\r\n";
                    case "rtsp" -> "RTSP/1.0 200 OK\r\nCSeq: 1\r\n";
                    case "stomp" -> "SEND\ndestination:a\n";
                    case "sse" -> "data: a\ndata: b\n";
                    case "icap" -> "OPTIONS icap://a/b ICAP/1.0\r\nHost: a\r\n";
                    default -> "";
                });
    }

    @Override
    protected int lookAhead() {
        return name.equals("sse") ? 1 : 0;
    }

    @Override
    protected boolean endCompletesFrames() {
        return name.equals("sse");
    }

    /** Letters, which no delimiter of these has. */
    @Override
    protected byte[] payload(Random random, int length) {
        if (name.equals("sse") || name.equals("icap")) return new byte[0];
        byte[] payload = new byte[codec instanceof FixedLength ? codec.maxFrameLength() : length];
        for (int i = 0; i < payload.length; i++) payload[i] = (byte) ('a' + random.nextInt(26));
        return payload;
    }

    @Override
    protected int longestMark() {
        return 2;
    }

    @Override
    protected int rounds() {
        return 1;
    }
}
