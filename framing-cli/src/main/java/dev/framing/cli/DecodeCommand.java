package dev.framing.cli;

import dev.framing.FrameCodec;
import dev.framing.Framer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.BufferedOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** Frames of a file or of standard input, as they come and in bounded memory: at most one frame, one read and one line are held. */
@Command(
        name = "decode",
        description = {
            "Cuts a file or standard input into frames, one line of JSON for each:",
            "",
            "  {\"position\":0,\"head\":\"0002\",\"payload\":\"6869\",\"tail\":\"\"}",
            "",
            "head, payload and tail are hex; \"start\", \"fields\" and \"trailers\" are there where the frame has them. Where the stream breaks, or ends"
                    + " inside a frame, the last line is",
            "",
            "  {\"error\":\"FrameTooLong|Malformed|Truncated\",\"position\":n,\"message\":\"...\"}",
            ""
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:the stream ended between two frames",
            "1:it broke, or ended inside a frame",
            "2:the command line is wrong, or a file cannot be read"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  framing decode --codec lsp captures/lsp/c2s.bin",
            "  nc -l 5000 | framing decode --codec 'length(width=4, max=1m)'",
            "  framing decode --codec 'delimited(\"\\r\\n\", max=8k)' --reads random:1 lines.txt"
        })
final class DecodeCommand implements Callable<Integer> {
    /** One read; more would not be faster, less would be. */
    private static final int BUFFER = 64 << 10;

    private final Streams streams;

    @Option(
            names = {"-c", "--codec"},
            required = true,
            paramLabel = "TEXT",
            description = "A codec: lsp, dns, 'length(width=2)', 'delimited(\"\\n\", max=1k)', ...")
    private String codec;

    @Option(
            names = "--reads",
            paramLabel = "N|random:SEED",
            defaultValue = "64k",
            converter = ReadsConverter.class,
            description =
                    "Bytes offered to the decoder at a time (${DEFAULT-VALUE}). The output does not depend on it.")
    private Reads reads;

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "What to read; - or nothing: standard input.")
    private String file = "-";

    DecodeCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws IOException {
        FrameCodec parsed = CodecArgument.parse(codec, streams.err());
        if (parsed == null) return Main.USAGE;
        try (BufferedOutputStream out = new BufferedOutputStream(streams.out(), BUFFER);
                FrameLines lines = new FrameLines(out);
                Framer framer = Framer.of(parsed, lines)) {
            if (file.equals("-")) {
                decode(streams.in(), 0, framer, lines);
            } else {
                Path path = path();
                try (InputStream in = open(path)) {
                    decode(in, Files.size(path), framer, lines);
                }
            }
            return lines.error() == null ? Main.CLEAN : Main.BROKEN;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private Path path() throws IOException {
        try {
            return Path.of(file);
        } catch (InvalidPathException e) { // with LC_ALL=C every name that is not ASCII
            throw new IOException(file + ": no file name in this locale (" + e.getReason() + ")", e);
        }
    }

    private InputStream open(Path path) throws IOException {
        try {
            if (Files.isDirectory(path)) throw new IOException(file + " is a directory");
            return Files.newInputStream(path);
        } catch (NoSuchFileException | FileNotFoundException e) {
            throw new IOException(file + ": no such file", e);
        } catch (AccessDeniedException e) {
            throw new IOException(file + ": permission denied", e);
        }
    }

    private void decode(InputStream in, long size, Framer framer, FrameLines lines) throws IOException {
        ByteBuf bytes = Unpooled.buffer(BUFFER, BUFFER);
        Reads.Cutter cutter = reads.cutter();
        try (Progress progress = new Progress(streams)) {
            for (long done = 0; !framer.isOver(); done += bytes.writerIndex()) {
                bytes.clear();
                if (in.available() == 0) lines.flush(); // whoever waits for the answer gets it before the next question
                int n = read(in, bytes.array());
                if (n < 0) {
                    framer.end();
                    break;
                }
                bytes.writerIndex(n);
                while (bytes.isReadable() && !framer.isOver()) framer.lend(cutter.next(bytes));
                progress.at(done, size, lines.frames() + " frames, " + (done >> 20) + " MiB");
            }
        }
    }

    private int read(InputStream in, byte[] to) throws IOException {
        try {
            return in.read(to);
        } catch (IOException e) {
            throw new IOException((file.equals("-") ? "standard input" : file) + ": " + Main.reason(e), e);
        }
    }

    /** See {@link Reads#parse}. */
    static final class ReadsConverter implements ITypeConverter<Reads> {
        @Override
        public Reads convert(String text) {
            try {
                return Reads.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
