package dev.framing.probe;

import dev.framing.Oversize;
import dev.framing.testkit.StreamLaws;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract and the engine, by decoders that need all of them. */
class ProbeTest {
    private static final int[] LIMITS = {1 << 20, 64, 40, 24, 12, 7, 1, 0};

    static Stream<Probe> probes() {
        return Probe.all().stream();
    }

    /** L1, L5, L6, L7: the same frames, the same error, whatever the cut, the buffers and the application's acts. */
    @ParameterizedTest
    @MethodSource("probes")
    void framesDoNotDependOnTheSplit(Probe probe) {
        for (byte[] stream : probe.streams()) {
            for (int max : LIMITS) {
                for (Oversize policy : StreamLaws.policies(max))
                    probe.laws().framesDoNotDependOnTheSplit(stream, max, policy);
            }
        }
    }

    /** L11: at the first byte that makes it certain, and neither later nor by what follows. */
    @ParameterizedTest
    @MethodSource("probes")
    void theVerdictIsTheEarliest(Probe probe) {
        for (byte[] stream : probe.streams()) {
            for (int max : LIMITS) {
                for (Oversize policy : StreamLaws.policies(max))
                    probe.laws().theVerdictIsTheEarliest(stream, max, policy);
            }
        }
    }
}
