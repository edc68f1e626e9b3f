package dev.framing.probe;

import dev.framing.Oversize;
import dev.framing.testkit.Cuts;
import dev.framing.testkit.Feed;
import dev.framing.testkit.Replay;
import dev.framing.testkit.Transcript;
import io.vavr.control.Option;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Streams of the probes crossed, mutated and cut short by a seed, each under random limits and cuts. A seed is a stream with some two
 * hundred cuts of it.
 *
 * <pre>
 *   mvn -pl framing-testkit -am test -Dtest=ProbeFuzzTest -Dframing.fuzz.pairs=20000000 -Dframing.fuzz.seed=1
 * </pre>
 */
final class ProbeFuzz {
    private static final int RANDOM_CUTS = 16;
    private static final int[] LIMITS = {1 << 20, 7, 12, 24, 40};

    private final long seed;
    private final Random random;
    private final Probe probe;
    private final byte[] stream;
    private final Replay plain;

    ProbeFuzz(long seed) {
        this.seed = seed;
        random = new Random(seed * 0x9E3779B97F4A7C15L);
        List<Probe> probes = Probe.all();
        probe = probes.get(random.nextInt(probes.size()));
        stream = stream();
        int max = random.nextInt(3) > 0 ? LIMITS[random.nextInt(LIMITS.length)] : 10 + random.nextInt(60);
        plain = Replay.of(probe.decoders(), max).oversize(policy(max));
    }

    /** Seeds from {@code from} on, until {@code pairs} (stream, cut) pairs were run; the first seed not run. */
    static long run(long from, long pairs) {
        long seed = from;
        for (long run = 0; run < pairs; seed++) {
            try {
                run += new ProbeFuzz(seed).run();
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed + ", after " + run + " pairs", e);
            }
        }
        return seed;
    }

    /** {@code ProbeFuzz seed pairs}: some minutes for 20 million. */
    public static void main(String[] args) {
        long from = Long.parseLong(args[0]) << 32;
        long pairs = Long.parseLong(args[1]);
        long started = System.nanoTime();
        long next = run(from, pairs);
        System.out.printf(
                "%d pairs of %d streams, no difference, %d s%n",
                pairs, next - from, (System.nanoTime() - started) / 1_000_000_000);
    }

    private byte[] stream() {
        byte[] x = any(probe.streams());
        byte[] y = any(probe.streams());
        byte[] crossed = Probe.join(
                Arrays.copyOf(x, random.nextInt(x.length)),
                Arrays.copyOfRange(y, random.nextBoolean() ? 0 : random.nextInt(y.length), y.length));
        for (int k = random.nextInt(3); k > 0; k--)
            crossed[random.nextInt(crossed.length)] = y[random.nextInt(y.length)];
        if (random.nextInt(8) == 0) crossed[random.nextInt(crossed.length)] = (byte) random.nextInt(256);
        return random.nextInt(3) == 0 ? Arrays.copyOf(crossed, 1 + random.nextInt(crossed.length)) : crossed;
    }

    private Oversize policy(int max) {
        int from = Math.min(max, new int[] {0, 16, random.nextInt(30)}[random.nextInt(3)]);
        return switch (random.nextInt(3)) {
            case 0 -> Oversize.fail();
            case 1 -> Oversize.skip();
            default -> Oversize.parts(from, max + (long) random.nextInt(2 * max));
        };
    }

    private <T> T any(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    /** Runs every cut of the stream; the number of them. */
    int run() {
        Transcript whole = plain.run(stream);
        Option<String> fault = probe.read(stream, true).fault(whole, plain.maxFrameLength(), plain.oversize());
        if (fault.isDefined()) throw new AssertionError(where(plain) + "\n" + fault.get() + "\nof\n" + whole);
        List<Cuts> cuts = new ArrayList<>(Cuts.everyTwoWay(stream.length));
        cuts.add(Cuts.oneByte());
        for (int i = 0; i < RANDOM_CUTS; i++) cuts.add(Cuts.random(random.nextLong()));
        for (Cuts c : cuts) {
            Replay replay = plain.cuts(c)
                    .feed(any(List.of(Feed.values())))
                    .act(any(probe.laws().acts()));
            if (fails(replay, whole)) throw failure(shrunk(replay, whole), whole);
        }
        if (random.nextInt(16) == 0)
            probe.laws().theVerdictIsTheEarliest(stream, plain.maxFrameLength(), plain.oversize());
        return cuts.size() + 1;
    }

    private boolean fails(Replay replay, Transcript whole) {
        try {
            return replay.run(stream).difference(whole).isDefined();
        } catch (AssertionError e) {
            return true;
        }
    }

    /** As few cuts as still fail. */
    private Replay shrunk(Replay replay, Transcript whole) {
        int[] ends = replay.cuts().ends(stream.length);
        Replay least = replay.cuts(Cuts.at(ends));
        if (!fails(least, whole)) return replay;
        for (int i = ends.length - 1; i >= 0; i--) {
            int[] fewer = new int[ends.length - 1];
            System.arraycopy(ends, 0, fewer, 0, i);
            System.arraycopy(ends, i + 1, fewer, i, fewer.length - i);
            Replay trial = replay.cuts(Cuts.at(fewer));
            if (!fails(trial, whole)) continue;
            ends = fewer;
            least = trial;
        }
        return least;
    }

    private AssertionError failure(Replay replay, Transcript whole) {
        try {
            Transcript split = replay.run(stream);
            return new AssertionError(where(replay) + "\n"
                    + split.difference(whole).getOrElse("") + "\nsplit\n" + split + "whole\n" + whole);
        } catch (AssertionError e) {
            return new AssertionError(where(replay) + "\nwhole\n" + whole, e);
        }
    }

    private String where(Replay replay) {
        return "seed " + seed + ", " + probe + ", " + replay.describe(stream);
    }
}
