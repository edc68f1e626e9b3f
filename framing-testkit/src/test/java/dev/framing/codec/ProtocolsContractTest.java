package dev.framing.codec;

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

    /** Letters, which no delimiter of these has. */
    @Override
    protected byte[] payload(Random random, int length) {
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
