package dev.framing.codec;

import static dev.framing.testkit.Wire.bytes;

import dev.framing.FrameCodec;
import dev.framing.testkit.Reference;
import io.vavr.control.Option;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Every law, for each way to stuff. */
@ParameterizedClass
@MethodSource("dev.framing.codec.StuffedTest#codecs")
class StuffedContractTest extends CountedContract {
    private final Stuffed codec;
    private final Reference naive;
    private final String alphabet;
    private final String end;

    StuffedContractTest(Stuffed codec, Reference naive, String alphabet, String end) {
        this.codec = codec;
        this.naive = naive;
        this.alphabet = alphabet;
        this.end = end;
    }

    @Override
    protected FrameCodec codec() {
        return codec.withMax(70_000);
    }

    @Override
    protected FrameCodec limited(int maxFrameLength) {
        return codec.withMax(maxFrameLength);
    }

    @Override
    protected byte[] payload(Random random, int length) {
        return StuffedTest.payload(random, alphabet, length + 1, end);
    }

    @Override
    protected Option<Reference> reference() {
        return Option.some(naive);
    }

    /** An HDLC frame begins with the flag that ended the one before. */
    @Override
    protected boolean framesStandAlone() {
        return !codec.equals(Stuffed.hdlc());
    }

    @Override
    protected int longestMark() {
        return codec.equals(Stuffed.dots()) ? 5 : 2;
    }

    @Override
    protected List<byte[]> streams() {
        return List.of(bytes("\2a\0\5ab\0"), bytes("a\u00db\u00db"), bytes("\u007ea\u007d\u007e"), bytes("a\r\n.\n"));
    }

    @Override
    protected int rounds() {
        return 2;
    }
}
