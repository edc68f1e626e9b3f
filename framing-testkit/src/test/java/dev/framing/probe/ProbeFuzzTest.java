package dev.framing.probe;

import org.junit.jupiter.api.Test;

/** See {@link ProbeFuzz} for a longer run and another seed. */
class ProbeFuzzTest {
    private static final long PAIRS = Long.getLong("framing.fuzz.pairs", 200_000);
    private static final long SEED = Long.getLong("framing.fuzz.seed", 1);

    @Test
    void framesDoNotDependOnTheSplitOfBrokenStreams() {
        long seed = SEED << 32;
        for (long pairs = 0; pairs < PAIRS; ) {
            long next = seed++;
            try {
                pairs += new ProbeFuzz(next).run();
            } catch (AssertionError e) {
                throw new AssertionError("after " + pairs + " pairs: seed " + next, e);
            }
        }
    }
}
