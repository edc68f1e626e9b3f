package dev.framing.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.framing.nio.FramedInput;
import dev.framing.nio.FramedOutput;
import dev.framing.protocol.Protocols;
import io.netty.buffer.Unpooled;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** This library as the client of language servers: lsp4j's, and one of npm. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LspTest {
    @TempDir
    private Path folder;

    /** The servers. */
    enum Server implements LspClient.Speaker {
        LSP4J {
            @Override
            public String document(String text) {
                return text + "\n2 " + text;
            }

            @Override
            public List<String> mistakes(String text) {
                return List.of(text, "2 " + text);
            }

            @Override
            public String question() {
                return "textDocument/hover";
            }

            @Override
            public String answer(JsonElement result) {
                return result.getAsJsonObject()
                        .getAsJsonObject("contents")
                        .get("value")
                        .getAsString();
            }
        },
        NPM {
            @Override
            public String document(String text) {
                return "{\"" + text + "\": 1, \"" + text + "\": 2}";
            }

            @Override
            public List<String> mistakes(String text) {
                return List.of("Duplicate object key", "Duplicate object key");
            }

            @Override
            public String question() {
                return "textDocument/documentSymbol";
            }

            @Override
            public String answer(JsonElement result) {
                JsonObject first = result.getAsJsonArray().get(0).getAsJsonObject();
                return first.get("name").getAsString();
            }
        };

        Program start(Path folder) throws Exception {
            return this == LSP4J
                    ? Program.start(
                            folder,
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Lsp4jServer.class.getName())
                    : Npm.start(folder, "vscode-json-languageserver", "--stdio");
        }
    }

    @ParameterizedTest
    @MethodSource
    void lsp4jOverSockets(Transport.Over over, Cut cut) throws Exception {
        try (Lsp4jServer.Listening server = new Lsp4jServer.Listening();
                Cut.Way way = cut.to(server.address());
                Transport transport = over.open()) {
            CompletableFuture<Connection> made = new CompletableFuture<>();
            LspClient client = new LspClient(payloads -> {
                Connection connection = made.join();
                connection.execute(() -> {
                    for (byte[] payload : payloads)
                        connection.send(Unpooled.EMPTY_BUFFER, Unpooled.wrappedBuffer(payload));
                });
            });
            made.complete(transport.connect(way.address(), Transport.Setup.of(Protocols.LSP, connection -> client)));
            client.converse(Server.LSP4J);
        }
    }

    static Stream<Arguments> lsp4jOverSockets() {
        return Stream.of(Transport.Over.values())
                .flatMap(over -> Stream.of(Cut.values()).map(cut -> Arguments.of(over, cut)));
    }

    @ParameterizedTest
    @MethodSource
    void overStandardInputAndOutput(Server server, Cut cut) throws Exception {
        try (Program program = server.start(folder);
                FramedInput in = FramedInput.of(cut(program.output(), cut), Protocols.LSP);
                FramedOutput out = FramedOutput.of(cut(program.input(), cut), Protocols.LSP)) {
            LspClient client = new LspClient(payloads -> {
                try {
                    for (byte[] payload : payloads) out.write(Unpooled.wrappedBuffer(payload));
                    out.flush();
                } catch (IOException e) {
                    throw program.failure("takes no more: " + e);
                }
            });
            Thread reader = new Thread(() -> read(in, client), "language server's output");
            reader.start();
            client.converse(server);
            reader.join();
            assertThat(program.exitStatus()).isZero();
        }
    }

    static Stream<Arguments> overStandardInputAndOutput() {
        return Stream.of(Server.values())
                .flatMap(server -> Stream.of(Cut.values()).map(cut -> Arguments.of(server, cut)));
    }

    private static void read(FramedInput in, LspClient client) {
        try {
            in.run(client);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A pipe has nobody in between: reads return a byte at a time, or as much as is wanted. */
    private static InputStream cut(InputStream pipe, Cut cut) {
        return switch (cut) {
            case AS_SENT -> pipe;
            case ONE_BYTE ->
                new FilterInputStream(pipe) {
                    @Override
                    public int read(byte[] to, int from, int length) throws IOException {
                        return super.read(to, from, Math.min(1, length));
                    }
                };
            case COALESCED ->
                new FilterInputStream(pipe) {
                    @Override
                    public int read(byte[] to, int from, int length) throws IOException {
                        int n = super.read(to, from, length);
                        while (n > 0 && n < length) {
                            int more = in.available() > 0 ? super.read(to, from + n, length - n) : 0;
                            if (more <= 0) break;
                            n += more;
                        }
                        return n;
                    }
                };
        };
    }

    private static OutputStream cut(OutputStream pipe, Cut cut) {
        if (cut != Cut.ONE_BYTE) return pipe;
        return new FilterOutputStream(pipe) {
            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                for (int i = from; i < from + length; i++) {
                    out.write(bytes[i]);
                    out.flush();
                }
            }
        };
    }
}
