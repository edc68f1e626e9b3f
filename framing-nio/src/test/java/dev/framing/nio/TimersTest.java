package dev.framing.nio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimersTest {
    private static final long TURN = 2048 * Timers.TICK;

    private final List<String> told = new ArrayList<>();

    /** Notes its name when it is due. */
    private class Named extends Timers.Entry {
        final String name;

        Named(String name) {
            this.name = name;
        }

        @Override
        void due(long now) {
            told.add(name);
        }
    }

    @Test
    void nothingIsDueBeforeItsTimeAndAtMostATickLater() {
        Timers timers = new Timers(0);
        Named one = new Named("one");
        for (long nanos : new long[] {0, 1, Timers.TICK - 1, Timers.TICK, 5 * Timers.TICK, TURN, TURN + 1, 10 * TURN}) {
            timers = new Timers(0);
            told.clear();
            timers.within(one, 0, nanos);
            assertThat(timers.remaining(0)).isBetween(nanos, nanos + Timers.TICK);
            timers.expire(Math.max(0, nanos - 1));
            assertThat(told).isEmpty();
            timers.expire(nanos + Timers.TICK);
            assertThat(told).as("due in %d", nanos).containsExactly("one");
            assertThat(timers.remaining(nanos + Timers.TICK)).isEqualTo(-1);
        }
    }

    @Test
    void oneThatIsPutOffIsToldAtTheOldTimeAndOneThatIsHurriedAtTheNew() {
        Timers timers = new Timers(0);
        Named one = new Named("one");
        timers.within(one, 0, 100 * Timers.TICK);
        timers.within(one, 0, 200 * Timers.TICK);
        assertThat(timers.remaining(0)).isLessThanOrEqualTo(101 * Timers.TICK);
        timers.within(one, 0, 10 * Timers.TICK);
        assertThat(timers.remaining(0)).isLessThanOrEqualTo(11 * Timers.TICK);
        timers.expire(11 * Timers.TICK);
        assertThat(told).containsExactly("one");
    }

    /** What one of them does when it is due, another that is due at the same time is told, or not, as it then stands. */
    @Test
    void oneThatIsDueMayRemoveAndPutOffTheOthers() {
        Timers timers = new Timers(0);
        Named removed = new Named("removed");
        Named putOff = new Named("put off");
        Named first = new Named("first") {
            @Override
            void due(long now) {
                super.due(now);
                timers.remove(removed);
                timers.within(putOff, now, 50 * Timers.TICK);
            }
        };
        timers.within(first, 0, Timers.TICK); // a slot is a stack: the youngest is told first
        timers.within(removed, 0, 3 * Timers.TICK);
        timers.within(putOff, 0, 3 * Timers.TICK);
        timers.expire(10 * Timers.TICK);
        assertThat(told).containsExactly("first");
        timers.expire(70 * Timers.TICK);
        assertThat(told).containsExactly("first", "put off");
    }

    /** Whatever happens: it tells what a map from entries to times would, within a tick, and says when to look again. */
    @ParameterizedTest
    @ValueSource(longs = {0, Long.MAX_VALUE - 3 * TURN, Long.MIN_VALUE})
    void agreesWithAMap(long origin) {
        for (int seed = 0; seed < 300; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Timers timers = new Timers(origin);
            long now = origin;
            Map<String, Long> map = new HashMap<>();
            List<Named> all = new ArrayList<>();
            for (int i = 0; i < 12; i++) all.add(new Named("n" + i));
            for (int step = 0; step < 200; step++) {
                Named one = all.get(random.nextInt(all.size()));
                switch (random.nextInt(4)) {
                    case 0, 1 -> {
                        long nanos = random.nextLong(random.nextBoolean() ? 20 * Timers.TICK : 3 * TURN);
                        timers.within(one, now, nanos);
                        map.merge(one.name, now - origin + nanos, Math::min);
                    }
                    case 2 -> {
                        timers.remove(one);
                        map.remove(one.name);
                    }
                    default -> {
                        now += random.nextLong(random.nextBoolean() ? 5 * Timers.TICK : 2 * TURN);
                        agree(seed + "/" + step, timers, map, now, now - origin);
                    }
                }
                Long least = map.values().stream().min(Long::compare).orElse(null);
                long remaining = timers.remaining(now);
                if (least == null) assertThat(remaining).isEqualTo(-1);
                else
                    assertThat(remaining)
                            .isBetween(
                                    Math.max(0, least - (now - origin)),
                                    Math.max(0, least - (now - origin)) + Timers.TICK);
            }
        }
    }

    private void agree(String where, Timers timers, Map<String, Long> map, long now, long passed) {
        told.clear();
        timers.expire(now);
        assertThat(told).as(where).doesNotHaveDuplicates();
        for (String name : told) assertThat(map.remove(name)).as(where).isLessThanOrEqualTo(passed);
        for (long due : map.values()) assertThat(due).as(where).isGreaterThan(passed - Timers.TICK);
    }
}
