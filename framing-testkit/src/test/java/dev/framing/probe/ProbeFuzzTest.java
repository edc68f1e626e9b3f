package dev.framing.probe;

import org.junit.jupiter.api.Test;

/** See {@link ProbeFuzz} for a longer run and another seed. */
class ProbeFuzzTest {
    private static final long PAIRS = Long.getLong("framing.fuzz.pairs", 200_000);
    private static final long SEED = Long.getLong("framing.fuzz.seed", 1);

    @Test
    void framesDoNotDependOnTheSplitOfBrokenStreams() {
        ProbeFuzz.run(SEED << 32, PAIRS);
    }
}
