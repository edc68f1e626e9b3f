package dev.framing.nio;

import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Time and chance of a simulated run: what will happen is in one queue, everything random comes from one seed, and what happened is
 * folded into one number. So a seed is a run.
 */
final class SimNet {
    static final long MILLI = 1_000_000;

    private record Event(long at, long order, Runnable what) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(order, other.order);
        }
    }

    final long seed;
    private final SplittableRandom random;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    /** Where the clock's numbers begin: like those of {@link System#nanoTime()} they may be negative, and wrap. */
    private final long origin;

    private final @Nullable Consumer<String> listener;
    private long time;
    private long order;
    private long transcript;
    /** Things that happened, waits left out. */
    private long happened;

    private @Nullable AssertionError first;

    SimNet(long seed, @Nullable Consumer<String> listener) {
        this.seed = seed;
        this.listener = listener;
        random = new SplittableRandom(seed);
        origin = switch (upTo(2)) {
            case 0 -> 0;
            case 1 -> Long.MAX_VALUE - upTo(2_000) * MILLI;
            default -> random.nextLong();
        };
    }

    // ------------------------------------------------------------------------------------------------ chance

    /** {@code [0, most]}. */
    int upTo(int most) {
        return random.nextInt(most + 1);
    }

    /** {@code [least, most]}, small numbers as likely as large ones. */
    int size(int least, int most) {
        int bits = 32 - Integer.numberOfLeadingZeros(most - least + 1);
        return least + Math.min(most - least, random.nextInt(1 << random.nextInt(bits + 1)));
    }

    boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    // ------------------------------------------------------------------------------------------------ time

    /** What the clock shows. */
    long now() {
        return origin + time;
    }

    /** Nanoseconds since the run began. */
    long time() {
        return time;
    }

    void at(long when, Runnable what) {
        events.add(new Event(Math.max(when, time), order++, what));
    }

    void in(long nanos, Runnable what) {
        at(time + nanos, what);
    }

    /** Does what is due by now. */
    void happen() {
        for (Event e = events.peek(); e != null && e.at <= time; e = events.peek()) {
            events.remove();
            e.what.run();
        }
    }

    /** When the next thing happens, or {@link Long#MAX_VALUE}: never. */
    long next() {
        Event e = events.peek();
        return e == null ? Long.MAX_VALUE : e.at;
    }

    void advanceTo(long when) {
        time = Math.max(time, when);
    }

    // ------------------------------------------------------------------------------------------------ what happened

    void note(String who, String what, long number) {
        happened++;
        transcript = transcript * 0x9E3779B97F4A7C15L + what.hashCode() * 31L + who.hashCode() + number;
        transcript = Long.rotateLeft(transcript, 23) + time;
        if (listener != null) listener.accept("%10.3f ms  %-6s %s %d".formatted(time / 1e6, who, what, number));
    }

    long happened() {
        return happened;
    }

    long transcript() {
        return transcript;
    }

    /** A law was broken. */
    AssertionError broken(String law) {
        note("law", law, 0);
        AssertionError e = new AssertionError("seed " + seed + ", after " + happened + " events: " + law
                + "\n  replay: " + SimulationTest.replay(seed));
        if (first == null) first = e;
        return e;
    }

    /** The first law that was broken, whoever has caught it meanwhile. */
    void check() {
        AssertionError e = first;
        if (e != null) throw e;
    }
}
