package dev.framing.interop;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** This library as the server of curl. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CurlTest {
    @TempDir
    private Path folder;

    /** Transfers of one curl, which reuses its connection unless one of them confuses it. */
    static final class Transfers {
        private final Path folder;
        private final InetSocketAddress server;
        private final List<String> command;
        private int count;

        Transfers(Path folder, InetSocketAddress server) {
            this.folder = folder;
            this.server = server;
            command = new ArrayList<>(List.of(Program.require("curl"), "-q", "-sS")); // -q: no file of the user's
        }

        /** One more. Its result ends up in {@link #body}. */
        Transfers add(String path, String... options) {
            if (count > 0) command.add("--next");
            command.addAll(List.of(
                    "--http1.1",
                    "--noproxy",
                    "*",
                    "--max-time",
                    "20",
                    "--expect100-timeout",
                    "15",
                    "-w",
                    "%{http_code} %{num_connects}\\n",
                    "-o",
                    "body" + count++));
            command.addAll(List.of(options));
            command.add("http://127.0.0.1:" + server.getPort() + path);
            return this;
        }

        /** Status and new connections of each. */
        List<String> run() throws Exception {
            try (Program curl = Program.start(folder, command.toArray(String[]::new))) {
                return new String(curl.result(), US_ASCII).lines().toList();
            }
        }

        byte[] body(int transfer) throws Exception {
            Path file = folder.resolve("body" + transfer);
            return Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
        }
    }

    @ParameterizedTest
    @MethodSource("dev.framing.interop.Http#transportsAndCuts")
    void everyTransferOverOneConnection(Transport.Over over, Cut cut) throws Exception {
        Site site = new Site();
        try (Transport transport = over.open();
                Cut.Way way = cut.to(transport.listen(site.setup()))) {
            converse(folder, way.address(), Http.large(cut));
            site.awaitEnd();
        }
        assertThat(site.connections).hasValue(1);
        assertThat(site.heard)
                .containsExactly(
                        "GET /bytes/0",
                        "GET /bytes/" + Http.large(cut),
                        "HEAD /bytes/" + Http.large(cut),
                        "GET /chunked/" + Http.large(cut),
                        "HEAD /chunked/9",
                        "PUT /echo",
                        "PUT /echo",
                        "POST /echo",
                        "GET /none",
                        "GET /moved",
                        "GET /bytes/10",
                        "GET /not-modified",
                        "GET /last");
    }

    /** Every transfer, and what must come of it. */
    static void converse(Path folder, InetSocketAddress server, int large) throws Exception {
        byte[] bytes = Nginx.bytes(large);
        Files.write(folder.resolve("upload"), bytes);
        Transfers transfers = new Transfers(folder, server)
                .add("/bytes/0")
                .add("/bytes/" + large)
                .add("/bytes/" + large, "--head")
                .add("/chunked/" + large, "-D", "head")
                .add("/chunked/9", "--head")
                .add("/echo", "-T", "upload", "-H", "Expect: 100-continue")
                .add("/echo", "-T", "upload", "-H", "Transfer-Encoding: chunked")
                .add("/echo", "--data-binary", "@upload", "-H", "Expect:")
                .add("/none")
                .add("/moved", "--location")
                .add("/not-modified")
                .add("/last");
        assertThat(transfers.run())
                .containsExactly(
                        "200 1", "200 0", "200 0", "200 0", "200 0", "200 0", "200 0", "200 0", "204 0", "200 0",
                        "304 0", "200 0");
        assertThat(transfers.body(0)).isEmpty();
        assertThat(transfers.body(1)).isEqualTo(bytes);
        assertThat(transfers.body(2)).asString(US_ASCII).containsIgnoringCase("Content-Length: " + large + "\r\n");
        assertThat(transfers.body(3)).isEqualTo(bytes);
        assertThat(folder.resolve("head"))
                .content(US_ASCII)
                .containsIgnoringCase("Transfer-Encoding: chunked\r\n")
                .containsIgnoringCase("\r\nX-Sum: " + Site.sum(bytes) + "\r\n");
        for (int echo = 5; echo <= 7; echo++) assertThat(transfers.body(echo)).isEqualTo(bytes);
        assertThat(transfers.body(8)).isEmpty();
        assertThat(transfers.body(9)).isEqualTo(Nginx.bytes(10));
        assertThat(transfers.body(10)).isEmpty();
        assertThat(transfers.body(11)).asString(US_ASCII).isEqualTo("bye");
    }
}
