package dev.framing.nio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The selector adapter under a simulated network, clock and selector: {@link Simulation} holds it to its laws, one run a seed.
 *
 * <pre>
 *   mvn -pl framing-nio -am test -Dtest=SimulationTest -Dframing.seeds=100000      that many seeds
 *   mvn -pl framing-nio -am test -Dtest=SimulationTest -Dframing.seed=4711         one, told event by event
 * </pre>
 */
class SimulationTest {
    private static final int SEEDS = Integer.getInteger("framing.seeds", 2_000);

    static String replay(long seed) {
        return "mvn -pl framing-nio -am test -Dtest=SimulationTest -Dframing.seed=" + seed;
    }

    @Test
    void everySeedKeepsTheLaws() throws IOException {
        Long one = Long.getLong("framing.seed");
        if (one != null) {
            System.out.println(Simulation.run(one, System.out::println));
            return;
        }
        long start = System.nanoTime();
        long events = 0;
        for (long seed = 1; seed <= SEEDS; seed++)
            events += Simulation.run(seed, null).happened();
        System.out.printf(
                "simulation: %d seeds, %d events, %.1f s%n", SEEDS, events, (System.nanoTime() - start) / 1e9);
    }

    @Test
    void aSeedIsARun() throws IOException {
        for (long seed = 1; seed <= 100; seed++) {
            List<String> first = new ArrayList<>();
            List<String> second = new ArrayList<>();
            Simulation.Result result = Simulation.run(seed, first::add);
            assertThat(Simulation.run(seed, second::add)).isEqualTo(result);
            assertThat(second).isEqualTo(first).hasSize((int) result.happened());
        }
    }
}
