package dev.framing.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.framing.codec.Head;
import dev.framing.interop.Caller.Exchange;
import dev.framing.interop.Http.Delivery;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** This library as the client of {@code jdk.httpserver}. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class JdkServerTest {

    /** {@code /chunked}, {@code /counted}: that many bytes; {@code /echo}: those of the request; {@code /none}; {@code /last}. */
    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] received = exchange.getRequestBody().readAllBytes();
            String path = exchange.getRequestURI().getPath();
            boolean noBody = exchange.getRequestMethod().equals("HEAD") || path.equals("/none");
            byte[] body = path.equals("/echo") || noBody
                    ? received
                    : Nginx.bytes(Integer.parseInt(exchange.getRequestURI().getQuery()));
            if (path.equals("/last")) exchange.getResponseHeaders().set("Connection", "close");
            if (exchange.getRequestMethod().equals("HEAD"))
                exchange.getResponseHeaders().set("Content-Length", "1234567");
            long length = noBody ? -1 : path.equals("/chunked") ? 0 : body.length;
            exchange.sendResponseHeaders(path.equals("/none") ? 204 : 200, length);
            if (noBody) return;
            for (int at = 0; at < body.length; at += 1_000) {
                exchange.getResponseBody().write(body, at, Math.min(1_000, body.length - at));
                exchange.getResponseBody().flush();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.framing.interop.Http#clients")
    void everyBodyEndsWhereItEnds(Transport.Over over, Cut cut, Delivery delivery) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        ExecutorService threads = Executors.newCachedThreadPool();
        server.setExecutor(threads);
        server.createContext("/", JdkServerTest::answer);
        server.start();
        byte[] large = Nginx.bytes(Http.large(cut) / 2);
        try (Cut.Way way = cut.to(server.getAddress());
                Transport transport = over.open()) {
            Caller caller = Http.call(transport, way.address(), delivery);
            List<Exchange> exchanges = List.of(
                    Exchange.get("/chunked?" + large.length, r -> {
                        assertThat(r.field("Transfer-Encoding")).hasValue("chunked");
                        assertThat(r.body()).isEqualTo(large);
                    }),
                    Exchange.get("/counted?10", r -> assertThat(r.body()).isEqualTo(Nginx.bytes(10))),
                    Exchange.get("/chunked?0", r -> assertThat(r.body()).isEmpty()),
                    Exchange.head("/counted?10", r -> {
                        assertThat(r.field("Content-Length")).hasValue("1234567");
                        assertThat(r.body()).isEmpty();
                    }),
                    Exchange.get("/none", r -> assertThat(r.status()).isEqualTo(204)),
                    Exchange.of("POST", "/echo", r -> assertThat(r.body()).isEqualTo(large))
                            .sending(large));
            caller.oneByOne(exchanges);
            for (long length : new long[] {large.length, -1}) {
                Message echo = caller.expecting(Head.request("PUT", "/echo").field("Host", "localhost"), large, length);
                assertThat(echo.body()).isEqualTo(large);
            }
            caller.pipelined(exchanges);
            caller.oneByOne(
                    List.of(Exchange.get("/last?3", r -> assertThat(r.body()).isEqualTo(Nginx.bytes(3)))));
            caller.awaitEnd();
        } finally {
            server.stop(0);
            threads.shutdown();
        }
    }
}
