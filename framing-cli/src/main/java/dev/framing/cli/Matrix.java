package dev.framing.cli;

import dev.framing.FrameCodec;
import dev.framing.cli.Look.Style;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Every stream, every cut, one transport; a row for each stream as soon as it is known:
 *
 * <pre>
 *                             one read() taken for one message:       framing:
 *                             reads, and those that are one frame     frames cut
 *                              as recorded   one byte   ...           of expected
 *   lsp                    c2s     104   0  10971   0                   51/51 ok
 * </pre>
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
    private int replays;
    private long naiveReads;
    private long naiveRight;
    private long framesCut;
    private long framesExpected;

    Matrix(Streams streams, PrintStream out) {
        this.streams = streams;
        this.out = out;
        look = streams.outLook();
    }

    /**
     * Prints the table.
     *
     * @return what the server saw in the random cut, by the stream's name, of those named in {@code wanted}
     */
    Map<String, Receipt> run(Transport transport, List<Row> rows, List<String> wanted)
            throws IOException, InterruptedException {
        Map<String, Receipt> kept = new HashMap<>();
        header();
        int total = rows.size() * Cut.values().length;
        try (Progress progress = new Progress(streams)) {
            for (Row row : rows) {
                Map<Cut, Receipt> receipts = new EnumMap<>(Cut.class);
                for (Cut cut : Cut.values()) {
                    progress.at(replays, total, row.recording().name() + ", " + cut.title());
                    receipts.put(cut, Sending.run(transport, row.codec(), row.recording(), cut));
                    replays++;
                }
                progress.clear();
                print(row.recording(), receipts);
                Receipt random = receipts.get(Cut.RANDOM);
                if (random != null && wanted.contains(row.recording().name()))
                    kept.put(row.recording().name(), random);
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

    private void print(Recording recording, Map<Cut, Receipt> receipts) {
        int space = recording.name().lastIndexOf(' ');
        StringBuilder line = new StringBuilder("%-22s %s"
                .formatted(
                        recording.name().substring(0, space), recording.name().substring(space + 1)));
        int least = recording.frames();
        List<String> wrong = new ArrayList<>();
        for (Map.Entry<Cut, Receipt> entry : receipts.entrySet()) {
            Receipt receipt = entry.getValue();
            int reads = receipt.reads().length;
            int right = receipt.readsThatAreFrames(recording);
            String cell = ("%" + WIDTHS[entry.getKey().ordinal()] + "d%" + RIGHT + "d").formatted(reads, right);
            boolean naiveIsRight = reads == recording.frames() && right == reads;
            line.append(look.paint(naiveIsRight ? Style.GOOD : Style.WRONG, cell));
            naiveReads += reads;
            naiveRight += right;
            framesCut += receipt.frames().size();
            framesExpected += recording.frames();
            String difference = receipt.differenceFrom(recording);
            if (difference != null) {
                wrong.add(recording.name() + ", " + entry.getKey().title() + ": " + difference);
                least = receipt.frames().size();
            }
        }
        line.append("%8s ".formatted(least + "/" + recording.frames()));
        line.append(wrong.isEmpty() ? look.paint(Style.GOOD, look.tick()) : look.paint(Style.BAD, look.cross()));
        out.println(line);
        for (String difference : wrong) out.println(look.paint(Style.BAD, "  " + difference));
        differences.addAll(wrong);
        out.flush();
    }

    /** The last lines of the table. */
    void totals(int rows) {
        out.println();
        out.println("One byte a write: the kernel joins those that wait to be read.");
        out.println("As recorded and random: each write waits until the one before was read.");
        out.println();
        out.printf(Locale.ROOT, "%d streams, each sent %d ways: %,d replays.%n", rows, Cut.values().length, replays);
        out.printf(
                Locale.ROOT, "One read() for one message: %,d of %,d reads were one frame.%n", naiveRight, naiveReads);
        String verdict = differences.isEmpty()
                ? look.paint(Style.GOOD, "positions, lengths and bytes as recorded " + look.tick())
                : look.paint(Style.BAD, differences.size() + " replays differ " + look.cross());
        out.printf(Locale.ROOT, "framing: %,d of %,d frames, %s%n", framesCut, framesExpected, verdict);
    }

    boolean matched() {
        return differences.isEmpty();
    }
}
