package dev.framing.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** This library as the server of {@code java.net.http}. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class JavaClientTest {
    private static final BodyPublisher NOTHING = BodyPublishers.noBody();

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Program.PATIENCE)
            .build();

    private HttpResponse<byte[]> send(InetSocketAddress to, String method, String path, BodyPublisher body, boolean ask)
            throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + to.getPort() + path))
                .method(method, body)
                .expectContinue(ask)
                .timeout(Program.PATIENCE)
                .build();
        return client.send(request, BodyHandlers.ofByteArray());
    }

    @ParameterizedTest
    @MethodSource("dev.framing.interop.Http#transportsAndCuts")
    void everyKindOfRequestKeptAlive(Transport.Over over, Cut cut) throws Exception {
        Site site = new Site();
        byte[] large = Nginx.bytes(Http.large(cut));
        try (Transport transport = over.open();
                Cut.Way way = cut.to(transport.listen(site.setup()))) {
            InetSocketAddress to = way.address();
            assertThat(send(to, "GET", "/bytes/0", NOTHING, false).body()).isEmpty();
            assertThat(send(to, "GET", "/bytes/" + large.length, NOTHING, false).body())
                    .isEqualTo(large);
            HttpResponse<byte[]> head = send(to, "HEAD", "/bytes/1234567", NOTHING, false);
            assertThat(head.headers().firstValueAsLong("Content-Length")).hasValue(1_234_567);
            assertThat(head.body()).isEmpty();
            assertThat(send(to, "GET", "/chunked/" + large.length, NOTHING, false)
                            .body())
                    .isEqualTo(large);
            assertThat(send(to, "POST", "/echo", BodyPublishers.ofByteArray(large), false)
                            .body())
                    .isEqualTo(large);
            assertThat(send(to, "PUT", "/echo", BodyPublishers.ofByteArray(large), true)
                            .body())
                    .isEqualTo(large);
            for (boolean ask : new boolean[] {false, true}) {
                BodyPublisher unknownLength = BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large));
                assertThat(send(to, "POST", "/echo", unknownLength, ask).body()).isEqualTo(large);
            }
            assertThat(send(to, "GET", "/none", NOTHING, false).statusCode()).isEqualTo(204);
            assertThat(send(to, "GET", "/not-modified", NOTHING, false).body()).isEmpty();
            assertThat(send(to, "GET", "/last", NOTHING, false).body()).hasSize(3);
            site.awaitEnd();
        }
        // the client may give a connection back to its pool only after it has handed out the response, and open another
        // meanwhile
        assertThat(site.connections.get()).isBetween(1, 4);
        assertThat(site.heard)
                .containsExactly(
                        "GET /bytes/0",
                        "GET /bytes/" + large.length,
                        "HEAD /bytes/1234567",
                        "GET /chunked/" + large.length,
                        "POST /echo",
                        "PUT /echo",
                        "POST /echo",
                        "POST /echo",
                        "GET /none",
                        "GET /not-modified",
                        "GET /last");
    }
}
