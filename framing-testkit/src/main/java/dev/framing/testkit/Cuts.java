package dev.framing.testkit;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * How a stream is cut into reads.
 *
 * <pre>
 *   whole          |abcdefgh|
 *   every 1        |a|b|c|d|e|f|g|h|
 *   at 3 3 5       |abc||de|fgh|           the second read is empty
 *   random 42      somewhere, the same for the same seed and length
 * </pre>
 *
 * A value: equal if it prints the same.
 */
public final class Cuts {
    private static final int RANDOM_READS = 12;

    private final String text;
    private final IntFunction<int[]> ends;

    private Cuts(String text, IntFunction<int[]> ends) {
        this.text = text;
        this.ends = ends;
    }

    /** One read. */
    public static Cuts whole() {
        return new Cuts("whole", length -> new int[] {length});
    }

    /** Reads of one byte. */
    public static Cuts oneByte() {
        return every(1);
    }

    /** Reads of {@code bytes} bytes, the last one perhaps shorter. */
    public static Cuts every(int bytes) {
        if (bytes <= 0) throw new IllegalArgumentException("reads of " + bytes + " bytes");
        return new Cuts("every " + bytes, length -> {
            int[] at = new int[Math.max(1, (int) (((long) length + bytes - 1) / bytes))];
            for (int i = 0; i < at.length; i++) at[i] = (int) Math.min(length, (i + 1L) * bytes);
            return at;
        });
    }

    /** Cut before the bytes at these offsets, in rising order. An offset that comes twice makes an empty read. */
    public static Cuts at(int... offsets) {
        int[] at = offsets.clone();
        for (int i = 0; i < at.length; i++) {
            if (at[i] < (i == 0 ? 0 : at[i - 1]))
                throw new IllegalArgumentException("offsets must rise: " + Arrays.toString(offsets));
        }
        StringBuilder text = new StringBuilder("at");
        for (int offset : at) text.append(' ').append(offset);
        return new Cuts(text.toString(), length -> {
            int[] all = new int[at.length + 1];
            for (int i = 0; i < at.length; i++) all[i] = Math.min(at[i], length);
            all[at.length] = length;
            return all;
        });
    }

    /** Up to 12 reads of any length, empty ones among them. */
    public static Cuts random(long seed) {
        return new Cuts("random " + seed, length -> {
            Random random = new Random(seed);
            int[] at = new int[1 + random.nextInt(Math.max(1, Math.min(RANDOM_READS, length)))];
            for (int i = 0; i < at.length; i++) at[i] = random.nextInt(length + 1);
            at[at.length - 1] = length;
            Arrays.sort(at);
            return at;
        });
    }

    /** The same with an empty read before each. */
    public Cuts withEmptyReads() {
        return new Cuts(text + " with empty reads", length -> {
            int[] once = ends(length);
            int[] twice = new int[2 * once.length];
            for (int i = 0; i < once.length; i++) {
                twice[2 * i] = i == 0 ? 0 : once[i - 1];
                twice[2 * i + 1] = once[i];
            }
            return twice;
        });
    }

    /** Every way to cut {@code length} bytes into two reads, either of them perhaps empty. */
    public static List<Cuts> everyTwoWay(int length) {
        return IntStream.rangeClosed(0, length).mapToObj(Cuts::at).toList();
    }

    /** Where the reads of a stream of {@code length} bytes end; never falling, the last is {@code length}. */
    public int[] ends(int length) {
        return ends.apply(length);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Cuts other && text.equals(other.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
