package dev.framing.cli;

import dev.framing.FrameCodec;
import dev.framing.cli.Look.Style;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Every stream, every cut, every transport; a row for each stream as soon as it is known:
 *
 * <pre>
 *                             one read() taken for one message:       framing:
 *                             reads, and those that are one frame     frames cut
 *                              as recorded   one byte   ...           of expected
 *   lsp                    c2s     104   0  10971   0                   51/51 ok
 * </pre>
 *
 * The reads are those of the first transport; the frames those of all, where one has fewer, its.
 */
final class Matrix {
    private static final int[] WIDTHS = {8, 7, 6, 6};
    private static final int RIGHT = 4;

    /** A stream and the codec that cuts it. */
    record Row(Recording recording, FrameCodec codec) {}

    private final Streams streams;
    private final PrintStream out;
    private final Look look;
    private final List<String> differences = new ArrayList<>();
    private final Map<String, Tally> tallies = new LinkedHashMap<>();
    private int replays;
    private long naiveReads;
    private long naiveRight;

    /** Of one transport. */
    private static final class Tally {
        private long cut;
        private long expected;
        private int wrong;
    }

    Matrix(Streams streams, PrintStream out) {
        this.streams = streams;
        this.out = out;
        look = streams.outLook();
    }

    /**
     * Prints the table.
     *
     * @return what the first server saw in the random cut, by the stream's name, of those named in {@code wanted}
     */
    Map<String, Receipt> run(List<Transport> transports, List<Row> rows, List<String> wanted)
            throws IOException, InterruptedException {
        Map<String, Receipt> kept = new HashMap<>();
        header();
        int total = rows.size() * Cut.values().length * transports.size();
        try (Progress progress = new Progress(streams)) {
            for (Row row : rows) {
                Line line = new Line(row.recording());
                for (Transport transport : transports) {
                    boolean first = transport.equals(transports.get(0));
                    for (Cut cut : Cut.values()) {
                        String what = row.recording().name() + ", " + transport.name() + ", " + cut.title();
                        progress.at(replays++, total, what);
                        Receipt receipt = Sending.run(transport, row.codec(), row.recording(), cut);
                        if (first) line.naive(cut, receipt);
                        line.framing(transport, what, receipt);
                        if (first
                                && cut == Cut.RANDOM
                                && wanted.contains(row.recording().name()))
                            kept.put(row.recording().name(), receipt);
                    }
                }
                progress.clear();
                line.print();
            }
        }
        return kept;
    }

    private void header() {
        StringBuilder titles = new StringBuilder("%-26s".formatted("stream"));
        for (Cut cut : Cut.values())
            titles.append(("%" + (WIDTHS[cut.ordinal()] + RIGHT) + "s").formatted(cut.title()));
        out.println(" ".repeat(26) + "one read() taken for one message:           framing:");
        out.println(" ".repeat(26) + "reads, and those that are one whole frame   frames cut");
        out.println(look.paint(Style.BOLD, titles + " /expected"));
    }

    /** One row of the table, while it is made. */
    private final class Line {
        private final Recording recording;
        private final StringBuilder text;
        private final List<String> wrong = new ArrayList<>();
        private int least;

        Line(Recording recording) {
            this.recording = recording;
            least = recording.frames();
            int space = recording.name().lastIndexOf(' ');
            text = new StringBuilder("%-22s %s"
                    .formatted(
                            recording.name().substring(0, space),
                            recording.name().substring(space + 1)));
        }

        void naive(Cut cut, Receipt receipt) {
            int reads = receipt.reads().length;
            int right = receipt.readsThatAreFrames(recording);
            String cell = ("%" + WIDTHS[cut.ordinal()] + "d%" + RIGHT + "d").formatted(reads, right);
            boolean isRight = reads == recording.frames() && right == reads;
            text.append(look.paint(isRight ? Style.GOOD : Style.WRONG, cell));
            naiveReads += reads;
            naiveRight += right;
        }

        void framing(Transport transport, String what, Receipt receipt) {
            Tally tally = tallies.computeIfAbsent(transport.name(), name -> new Tally());
            tally.cut += receipt.frames().size();
            tally.expected += recording.frames();
            String difference = receipt.differenceFrom(recording);
            if (difference == null) return;
            tally.wrong++;
            wrong.add(what + ": " + difference);
            least = receipt.frames().size();
        }

        void print() {
            text.append("%8s ".formatted(least + "/" + recording.frames()));
            text.append(wrong.isEmpty() ? look.paint(Style.GOOD, look.tick()) : look.paint(Style.BAD, look.cross()));
            out.println(text);
            for (String difference : wrong) out.println(look.paint(Style.BAD, "  " + difference));
            differences.addAll(wrong);
            out.flush();
        }
    }

    /** The last lines of the table. */
    void totals(int rows) {
        out.println();
        out.println("One byte a write: the kernel joins those that wait to be read.");
        out.println("As recorded and random: each write waits until the one before was read.");
        out.println();
        out.printf(
                Locale.ROOT,
                "%d streams, each sent %d ways over %d transports: %,d replays.%n",
                rows,
                Cut.values().length,
                tallies.size(),
                replays);
        out.printf(
                Locale.ROOT,
                "One read() for one message: %,d of %,d reads were one frame. With framing:%n",
                naiveRight,
                naiveReads);
        tallies.forEach((name, tally) -> {
            String verdict = tally.wrong == 0
                    ? look.paint(Style.GOOD, "positions, lengths and bytes as recorded " + look.tick())
                    : look.paint(Style.BAD, tally.wrong + " replays differ " + look.cross());
            out.printf(Locale.ROOT, "%-9s %,d of %,d frames, %s%n", name + ":", tally.cut, tally.expected, verdict);
        });
    }

    boolean matched() {
        return differences.isEmpty();
    }
}
