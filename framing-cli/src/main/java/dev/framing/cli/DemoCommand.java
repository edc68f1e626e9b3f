package dev.framing.cli;

import dev.framing.cli.Look.Style;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Real traffic through real sockets, cut four ways. */
@Command(
        name = "demo",
        description = {
            "Starts a server on the loopback interface, sends it the recorded streams of real programs cut four ways, and compares what a"
                    + " program would get that takes one read() for one message with the frames that framing cuts. Then shows a few bytes"
                    + " with the boundaries of frames and reads.",
            ""
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {"0:every frame was as recorded", "1:something was not", "2:the command line is wrong"})
final class DemoCommand implements Callable<Integer> {
    /** A stretch of a stream worth looking at. */
    private record Excerpt(String stream, int from, int to, String about) {}

    /** One with heads and payloads, one with payloads and tails. */
    private static final List<Excerpt> EXCERPTS = List.of(
            new Excerpt("mqtt311-sub s2c", 0, 80, "MQTT: type and length, then the rest"),
            new Excerpt("smtp s2c", 208, 272, "Replies: no head, the tail is CR LF"));

    private final Streams streams;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--only",
            paramLabel = "NAME",
            description = "Only the streams whose names contain this, as in lsp.")
    private String only = "";

    DemoCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<Matrix.Row> rows = new ArrayList<>();
        for (Captures.Entry entry : Captures.ALL) {
            if (entry.name().contains(only)) rows.add(new Matrix.Row(Recording.of(entry), entry.framing()));
        }
        if (rows.isEmpty()) throw new ParameterException(spec.commandLine(), "no stream is called '" + only + "'");
        return run(rows);
    }

    /** The demo over these streams; the exit status. */
    int run(List<Matrix.Row> rows) throws IOException, InterruptedException {
        PrintStream out = new PrintStream(streams.out(), false, StandardCharsets.UTF_8);
        Look look = streams.outLook();
        Matrix matrix = new Matrix(streams, out);
        Map<String, Receipt> seen;
        try (Transport blocking = new BlockingTransport();
                Transport selector = new SelectorTransport();
                Transport netty = new NettyTransport()) {
            out.println("Recorded traffic through sockets on "
                    + blocking.address().getAddress().getHostAddress() + ".");
            out.println();
            seen = matrix.run(
                    List.of(blocking, selector, netty),
                    rows,
                    EXCERPTS.stream().map(Excerpt::stream).toList());
        }
        matrix.totals(rows.size());
        if (rows.size() == Captures.ALL.size()) {
            out.println("\nNot replayed yet, because their codecs come later:");
            for (Captures.Later later : Captures.LATER) out.printf("  %-25s %s%n", later.name(), later.reason());
        }
        for (Excerpt excerpt : EXCERPTS) {
            Receipt receipt = seen.get(excerpt.stream());
            if (receipt == null) continue;
            Recording recording = rows.stream()
                    .map(Matrix.Row::recording)
                    .filter(r -> r.name().equals(excerpt.stream()))
                    .findFirst()
                    .orElseThrow();
            out.println();
            out.println(look.paint(Style.BOLD, excerpt.stream() + ", random cut") + ". " + excerpt.about() + ".");
            out.println(Dump.legend(look));
            out.print(new Dump(look, recording.bytes(), excerpt.from(), excerpt.to(), receipt.frames(), receipt.reads())
                    .render());
        }
        out.flush();
        if (out.checkError()) throw new UnheardException(new IOException("standard output is closed"));
        return matrix.matched() ? Main.CLEAN : Main.BROKEN;
    }
}
