package dev.framing.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.codec.Head;
import dev.framing.interop.Caller.Exchange;
import dev.framing.interop.Http.Delivery;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** This library as the client of nginx. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NginxTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @MethodSource("dev.framing.interop.Http#clients")
    void everyBodyEndsWhereItEnds(Transport.Over over, Cut cut, Delivery delivery) throws Exception {
        byte[] large = Nginx.bytes(Http.large(cut));
        try (Program nginx = Nginx.start(folder, large.length);
                Cut.Way way = cut.to(nginx.address());
                Transport transport = over.open()) {
            Caller caller = Http.call(transport, way.address(), delivery);
            caller.oneByOne(exchanges(large));
            uploads(caller, large);
            caller.pipelined(exchanges(large));
            caller.pipelined(List.of(
                    Exchange.get("/small", r -> assertThat(r.body()).isEqualTo(Nginx.SMALL)),
                    Exchange.get("/last/small", r -> {
                        assertThat(r.body()).isEqualTo(Nginx.SMALL);
                        assertThat(r.field("Connection")).hasValue("close");
                    })));
            caller.awaitEnd();

            Caller second = Http.call(transport, way.address(), delivery);
            second.oneByOne(List.of(
                    Exchange.get("/empty", r -> assertThat(r.body()).isEmpty()),
                    Exchange.get("/unbounded/page.html", r -> untilTheEnd(r, large))));
            second.awaitEnd();

            Caller old = Http.call(transport, way.address(), delivery);
            Head head = Head.request("GET", "/ssi/page.html", "HTTP/1.0").field("Host", "localhost");
            old.oneByOne(List.of(new Exchange(head, new byte[0], r -> untilTheEnd(r, large))));
            old.awaitEnd();

            Caller refused = Http.call(transport, way.address(), delivery);
            Message no = refused.expecting(
                    Head.request("PUT", "/refused/x").field("Host", "localhost"), large, large.length);
            assertThat(no.status()).isEqualTo(413);
            assertThat(no.field("Connection")).hasValue("close");
            refused.awaitEnd();
        }
    }

    private static List<Exchange> exchanges(byte[] large) {
        return List.of(
                Exchange.get("/small", r -> {
                    assertThat(r.status()).isEqualTo(200);
                    assertThat(r.body()).isEqualTo(Nginx.SMALL);
                }),
                Exchange.head("/small", r -> {
                    assertThat(r.field("Content-Length")).hasValue("" + Nginx.SMALL.length);
                    assertThat(r.body()).isEmpty();
                }),
                Exchange.head("/ssi/page.html", r -> {
                    assertThat(r.status()).isEqualTo(200);
                    assertThat(r.field("Content-Length")).isEmpty();
                    assertThat(r.field("Transfer-Encoding")).isEmpty();
                    assertThat(r.body()).isEmpty();
                }),
                Exchange.get("/empty", r -> {
                    assertThat(r.field("Content-Length")).hasValue("0");
                    assertThat(r.body()).isEmpty();
                }),
                Exchange.get("/large", r -> assertThat(r.body()).isEqualTo(large)),
                Exchange.get("/missing", r -> {
                    assertThat(r.status()).isEqualTo(404);
                    assertThat(r.body()).asString().startsWith("<html>").endsWith("</html>\r\n");
                }),
                Exchange.head("/missing", r -> {
                    assertThat(r.status()).isEqualTo(404);
                    assertThat(r.body()).isEmpty();
                }),
                Exchange.get("/small", r -> {
                            assertThat(r.status()).isEqualTo(304);
                            assertThat(r.body()).isEmpty();
                        })
                        .with("If-None-Match", "*"),
                Exchange.get("/large", r -> {
                            assertThat(r.status()).isEqualTo(206);
                            assertThat(r.body()).isEqualTo(Arrays.copyOfRange(large, 10, 20));
                        })
                        .with("Range", "bytes=10-19"),
                Exchange.get("/large", r -> {
                            assertThat(r.field("Content-Type").orElseThrow()).startsWith("multipart/byteranges;");
                            assertThat(r.body()).asString().startsWith("\r\n--").endsWith("--\r\n");
                        })
                        .with("Range", "bytes=0-1,5-6"),
                Exchange.get("/none", r -> {
                    assertThat(r.status()).isEqualTo(204);
                    assertThat(r.body()).isEmpty();
                }),
                Exchange.get("/moved", r -> {
                    assertThat(r.status()).isEqualTo(301);
                    assertThat(r.body()).asString().endsWith("</html>\r\n");
                }),
                Exchange.get("/ssi/page.html", r -> {
                    assertThat(r.field("Transfer-Encoding")).hasValue("chunked");
                    assertThat(r.body()).isEqualTo(page(large));
                    assertThat(r.trailers()).isEmpty();
                }),
                Exchange.get("/gzip/large", r -> {
                            assertThat(r.field("Transfer-Encoding")).hasValue("chunked");
                            assertThat(unzipped(r.body())).isEqualTo(large);
                        })
                        .with("Accept-Encoding", "gzip"),
                Exchange.get("/trailers/small", r -> {
                    assertThat(r.field("Transfer-Encoding")).hasValue("chunked");
                    assertThat(r.body()).isEqualTo(Nginx.SMALL);
                    assertThat(r.trailers()).containsExactly("X-First: 1", "X-Last: done");
                }));
    }

    private static void uploads(Caller caller, byte[] large) throws InterruptedException {
        caller.oneByOne(List.of(
                Exchange.of("PUT", "/put/a", r -> assertThat(r.status()).isEqualTo(201))
                        .sending(large),
                Exchange.get("/put/a", r -> assertThat(r.body()).isEqualTo(large))));
        for (long length : new long[] {large.length, -1}) {
            String name = length < 0 ? "/put/chunked" : "/put/counted";
            Message made = caller.expecting(Head.request("PUT", name).field("Host", "localhost"), large, length);
            assertThat(made.status()).isEqualTo(201);
            caller.oneByOne(List.of(Exchange.get(name, r -> assertThat(r.body()).isEqualTo(large))));
        }
    }

    private static void untilTheEnd(Message response, byte[] large) {
        assertThat(response.field("Content-Length")).isEmpty();
        assertThat(response.field("Transfer-Encoding")).isEmpty();
        assertThat(response.body()).isEqualTo(page(large));
    }

    private static byte[] page(byte[] large) {
        ByteArrayOutputStream page = new ByteArrayOutputStream();
        page.writeBytes(Nginx.SMALL);
        page.writeBytes(large);
        page.writeBytes(new byte[] {'|', 'e', 'n', 'd'});
        return page.toByteArray();
    }

    private static byte[] unzipped(byte[] bytes) {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
