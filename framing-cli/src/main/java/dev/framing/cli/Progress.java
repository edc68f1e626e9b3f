package dev.framing.cli;

import java.io.PrintStream;

/**
 * One line that is drawn over, for work that takes long: {@code [#########...........]  45% what is being done}. Nothing where nobody
 * is looking, and nothing before half a second has gone.
 */
final class Progress implements AutoCloseable {
    private static final int WIDTH = 20;
    private static final long FIRST_NANOS = 500_000_000;
    private static final long EACH_NANOS = 100_000_000;

    private final PrintStream stream;
    private final boolean shown;
    private final boolean unicode;
    private long next = System.nanoTime() + FIRST_NANOS;
    private boolean drawn;

    Progress(Streams streams) {
        stream = streams.err();
        shown = streams.errLook().terminal();
        unicode = streams.errLook().unicode();
    }

    /** {@code total} 0 or less: not known. */
    void at(long done, long total, String what) {
        if (!shown || System.nanoTime() - next < 0) return;
        next = System.nanoTime() + EACH_NANOS;
        drawn = true;
        String line = total > 0 ? bar((double) done / total) + " " + what : what;
        stream.print("\r\u001b[K" + (line.length() > 78 ? line.substring(0, 78) : line));
        stream.flush();
    }

    private String bar(double share) {
        int full = (int) (Math.min(share, 1) * WIDTH);
        String bar = (unicode ? "█" : "#").repeat(full) + (unicode ? "░" : ".").repeat(WIDTH - full);
        return "[%s] %3d%%".formatted(bar, (int) (Math.min(share, 1) * 100));
    }

    /** Takes the line away, so that something else can be printed. */
    void clear() {
        if (!drawn) return;
        drawn = false;
        stream.print("\r\u001b[K");
        stream.flush();
    }

    @Override
    public void close() {
        clear();
    }
}
