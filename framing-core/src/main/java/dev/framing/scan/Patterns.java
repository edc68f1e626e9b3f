package dev.framing.scan;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;

/**
 * Several byte strings searched for at once, each byte looked at once: the automaton of Aho and Corasick ("Efficient string
 * matching", 1975). A state stands for the longest end of what was read that begins one of the patterns; that end's length is the
 * state's {@link #depth}.
 *
 * <pre>
 *   patterns CR LF and LF:   root(0) --CR--> CR(1) --LF--> CRLF(2, found 2)
 *                                 \--LF--> LF(1, found 1)         any other byte: root
 * </pre>
 *
 * Which of several matches counts is the caller's business. Immutable.
 */
public final class Patterns {
    /** Nothing that was read begins a pattern. */
    public static final int ROOT = 0;

    /** Bytes of all patterns together at most: two bytes a transition, 512 KiB at the very most, a few hundred bytes usually. */
    public static final int MAX_BYTES = 1024;

    /** Column of each byte value; column 0 is for those in no pattern. */
    private final short[] column = new short[256];

    private final int columns;
    /** State after state {@code s} and column {@code c}: {@code [s * columns + c]}. */
    private final char[] next;

    private final int[] depth;
    private final int[] found;
    private final int[] rest;
    private final int[] ownRest;
    private final boolean[] leaf;

    private Patterns(List<String> patterns) {
        int states = 1;
        int used = 1;
        for (String p : patterns) {
            states += p.length();
            for (int k = 0; k < p.length(); k++) {
                if (column[p.charAt(k)] == 0) column[p.charAt(k)] = (short) used++;
            }
        }
        columns = used;
        next = new char[states * columns];
        depth = new int[states];
        found = new int[states];
        rest = new int[states];
        ownRest = new int[states];
        leaf = new boolean[states];
        Arrays.fill(leaf, true);
        Arrays.fill(ownRest, Integer.MAX_VALUE);
        plant(patterns);
        link();
    }

    /** An automaton for {@code patterns}: characters at most 255 stand for bytes; none empty, {@link #MAX_BYTES} in all. */
    public static Patterns of(List<String> patterns) {
        return new Patterns(patterns);
    }

    private void plant(List<String> patterns) {
        int states = 1;
        for (String p : patterns) {
            int s = ROOT;
            ownRest[ROOT] = Math.min(ownRest[ROOT], p.length());
            for (int k = 0; k < p.length(); k++) {
                int edge = s * columns + column[p.charAt(k)];
                if (next[edge] == ROOT) {
                    depth[states] = k + 1;
                    next[edge] = (char) states++;
                    leaf[s] = false;
                }
                s = next[edge];
                ownRest[s] = Math.min(ownRest[s], p.length() - k - 1);
            }
            found[s] = p.length();
        }
    }

    /** Breadth first: where no pattern goes on, the state goes where its longest proper end goes. */
    private void link() {
        int[] fallback = new int[depth.length];
        ArrayDeque<Integer> queue = new ArrayDeque<>();
        rest[ROOT] = ownRest[ROOT];
        queue.add(ROOT);
        while (!queue.isEmpty()) {
            int s = queue.remove();
            for (int c = 1; c < columns; c++) {
                int edge = s * columns + c;
                int child = next[edge];
                int other = s == ROOT ? ROOT : next[fallback[s] * columns + c];
                if (child == ROOT) {
                    next[edge] = (char) other;
                    continue;
                }
                fallback[child] = other;
                if (found[child] == 0) found[child] = found[other];
                rest[child] = Math.min(ownRest[child], rest[other]);
                queue.add(child);
            }
        }
    }

    /** The state after one more byte. */
    public int step(int state, byte value) {
        return next[state * columns + column[value & 0xFF]];
    }

    /** Bytes read last that begin a pattern. */
    public int depth(int state) {
        return depth[state];
    }

    /** Length of the longest pattern that ends here, or 0. */
    public int found(int state) {
        return found[state];
    }

    /** A pattern ends here, and what was read of it begins no longer one. */
    public boolean isLeaf(int state) {
        return leaf[state];
    }

    /** Bytes without which no pattern can end, whichever place it began. */
    public int rest(int state) {
        return rest[state];
    }

    /** The same for a pattern that began {@link #depth} bytes ago. */
    public int ownRest(int state) {
        return ownRest[state];
    }
}
