package dev.framing.text;

import java.util.Locale;

/** Finds the name that somebody meant. */
final class Nearest {
    private static final int LONGEST = 40;

    private Nearest() {}

    /** {@code "; did you mean order?"}, or nothing where no name is near. */
    static String hint(String written, Iterable<String> names) {
        String best = "";
        int least = Integer.MAX_VALUE;
        String lower = written.toLowerCase(Locale.ROOT);
        if (written.length() > LONGEST) return "";
        for (String name : names) {
            int distance = distance(lower, name);
            if (distance < least) {
                least = distance;
                best = name;
            }
        }
        return least <= Math.max(1, best.length() / 3) ? "; did you mean " + best + "?" : "";
    }

    /** Letters to put in, leave out, change, or swap with their neighbour (each place once). */
    static int distance(String a, String b) {
        int[] before = new int[b.length() + 1];
        int[] last = new int[b.length() + 1];
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) last[j] = j;
        for (int i = 1; i <= a.length(); i++) {
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int same = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(Math.min(row[j - 1], last[j]) + 1, last[j - 1] + same);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1))
                    row[j] = Math.min(row[j], before[j - 2] + 1);
            }
            int[] free = before;
            before = last;
            last = row;
            row = free;
        }
        return last[b.length()];
    }
}
