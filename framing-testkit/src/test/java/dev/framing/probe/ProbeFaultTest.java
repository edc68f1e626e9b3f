package dev.framing.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.framing.Oversize;
import dev.framing.testkit.Act;
import dev.framing.testkit.Cuts;
import dev.framing.testkit.Feed;
import dev.framing.testkit.Replay;
import dev.framing.testkit.Transcript;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** L5: every buffer is released exactly once, wherever somebody else's exception comes from. {@link Replay} looks at what it leaves. */
class ProbeFaultTest {
    private static final int[] LIMITS = {1 << 20, 24};
    private static final int MORE_THAN_ENOUGH = 1000;

    static Stream<Probe> probes() {
        return Probe.all().stream();
    }

    @ParameterizedTest
    @MethodSource("probes")
    void theHandlersExceptionIsRethrownAndNothingLeaks(Probe probe) {
        everyFault(probe, replay -> replay::throwingAt);
    }

    @ParameterizedTest
    @MethodSource("probes")
    void aFailedAllocationLeaksNothing(Probe probe) {
        everyFault(probe, replay -> replay::failingAt);
    }

    private interface Faults {
        IntFunction<Replay> of(Replay replay);
    }

    private static void everyFault(Probe probe, Faults faults) {
        int turn = 0;
        for (byte[] stream : probe.streams()) {
            for (int max : LIMITS) {
                for (Oversize policy : List.of(Oversize.fail(), Oversize.skip(), Oversize.parts(0, 2L * max))) {
                    Replay plain = Replay.of(probe.decoders(), max).oversize(policy);
                    Transcript whole = plain.run(stream);
                    for (Cuts cuts : List.of(
                            Cuts.whole(),
                            Cuts.at(stream.length / 3),
                            Cuts.at(stream.length / 2),
                            Cuts.oneByte(),
                            Cuts.every(7),
                            Cuts.random(turn))) {
                        for (Act act : List.of(Act.NONE, Act.PAUSE, Act.PAUSE_AND_HOLD)) {
                            Feed feed = Feed.values()[turn++ % Feed.values().length];
                            everyFault(plain.cuts(cuts).feed(feed).act(act), faults, stream, whole);
                        }
                    }
                }
            }
        }
    }

    /** The first call, the second, ... until there are not so many. */
    private static void everyFault(Replay replay, Faults faults, byte[] stream, Transcript whole) {
        for (int k = 1; k < MORE_THAN_ENOUGH; k++) {
            Transcript told = faults.of(replay).apply(k).run(stream);
            if (told.difference(whole).isEmpty()) return;
            int n = told.events().size();
            assertThat(told.events())
                    .as(replay.describe(stream))
                    .isEqualTo(whole.events().subList(0, n));
        }
        fail("a fault at every k: " + replay.describe(stream));
    }
}
