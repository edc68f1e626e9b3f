package dev.framing.codec;

import static dev.framing.testkit.Wire.bytes;

import dev.framing.FrameCodec;
import dev.framing.testkit.Reference;
import io.vavr.control.Option;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Every law, for each choice that can be made of delimiters. */
@ParameterizedClass
@MethodSource("dev.framing.codec.DelimitedTest#codecs")
class DelimitedContractTest extends CountedContract {
    private final Delimited codec;
    private final String alphabet;

    DelimitedContractTest(Delimited codec, String alphabet) {
        this.codec = codec;
        this.alphabet = alphabet;
    }

    @Override
    protected FrameCodec codec() {
        return codec.withMax(2000);
    }

    @Override
    protected FrameCodec limited(int maxFrameLength) {
        return codec.withMax(maxFrameLength);
    }

    /** What is not special; now and then anything, of which the encoder refuses what it must. */
    @Override
    protected byte[] payload(Random random, int length) {
        StringBuilder payload = new StringBuilder("q".repeat(length));
        boolean any = length < 8 && random.nextInt(3) == 0;
        for (int i = 0; any && i < length; i++)
            payload.setCharAt(i, alphabet.charAt(random.nextInt(alphabet.length())));
        return bytes(codec.spec.keep() ? payload + codec.spec.written() : payload.toString());
    }

    @Override
    protected Option<Reference> reference() {
        return Option.some(DelimitedTest.naive(codec));
    }

    @Override
    protected boolean endCompletesFrames() {
        return codec.spec.lastLine();
    }

    /** As many bytes as a longer delimiter goes on after one that it holds. */
    @Override
    protected int lookAhead() {
        int most = 0;
        for (String d : codec.spec.delimiters())
            for (String longer : codec.spec.delimiters())
                if (longer.contains(d)) most = Math.max(most, longer.length() - longer.indexOf(d) - d.length());
        return most;
    }

    @Override
    protected int longestMark() {
        return codec.spec.delimiters().stream().mapToInt(String::length).max().orElseThrow();
    }

    @Override
    protected int rounds() {
        return 1;
    }
}
