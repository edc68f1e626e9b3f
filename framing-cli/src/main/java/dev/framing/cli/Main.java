package dev.framing.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command without a subcommand. */
@Command(
        name = "framing",
        description = "Cuts frames out of byte streams.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND")
public final class Main implements Runnable {
    /** The stream was clean; everything matched. */
    static final int CLEAN = 0;
    /** The stream broke; something did not match. */
    static final int BROKEN = 1;
    /** The command line is wrong, or a file cannot be read or written. */
    static final int USAGE = 2;
    /** Nobody reads our output any more: what a shell reports for SIGPIPE. */
    static final int UNHEARD = 141;
    /** A bug of ours. */
    static final int BUG = 70;

    @Spec
    private CommandSpec spec;

    private Main() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which command? demo or decode");
    }

    /** Runs the command and ends the process with its exit status. */
    public static void main(String[] args) {
        Streams streams = Streams.ofProcess();
        int status = BUG;
        try {
            status = run(streams, args);
            streams.err().flush();
        } finally {
            System.exit(status); // also where memory does not suffice for a message; Java's own status for that means
            // BROKEN here
        }
    }

    /** Runs the command in this process; the exit status, whatever happens. */
    static int run(Streams streams, String... args) {
        try {
            return execute(streams, args);
        } catch (OutOfMemoryError e) { // a frame may be as long as the codec's max
            streams.err().println("framing: out of memory; lower the codec's max, or set JAVA_TOOL_OPTIONS=-Xmx4g");
        } catch (Error e) { // picocli catches exceptions only
            bug(e, streams, "framing");
        }
        return BUG;
    }

    private static int execute(Streams streams, String... args) {
        CommandLine line = new CommandLine(new Main())
                .addSubcommand(new DemoCommand(streams))
                .addSubcommand(new DecodeCommand(streams));
        line.setOut(new PrintWriter(streams.out(), true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(streams.err(), true, StandardCharsets.UTF_8));
        line.setColorScheme(Help.defaultColorScheme(streams.outLook().colour() ? Help.Ansi.ON : Help.Ansi.OFF));
        line.setParameterExceptionHandler((e, words) -> {
            CommandLine at = e.getCommandLine();
            String name = at.getCommandSpec().qualifiedName();
            streams.err().println(name + ": " + e.getMessage());
            streams.err().println("Try: " + name + " --help");
            return USAGE;
        });
        line.setExecutionExceptionHandler((e, at, parsed) -> failed(e, streams, at.getCommandSpec()));
        return line.execute(args);
    }

    private static int failed(Exception e, Streams streams, CommandSpec command) {
        if (e instanceof UnheardException) return UNHEARD;
        String name = command.qualifiedName();
        if (e instanceof IOException) {
            streams.err().println(name + ": " + reason((IOException) e));
            return USAGE;
        }
        bug(e, streams, name);
        return BUG;
    }

    private static void bug(Throwable e, Streams streams, String name) {
        streams.err().println(name + ": a bug in framing, please report it:");
        e.printStackTrace(streams.err());
    }

    /** What went wrong with a file or socket, for people. */
    static String reason(IOException e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }
}
