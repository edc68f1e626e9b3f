package dev.framing.testkit.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FaultProxyTest {

    /** A client and a server with a proxy between them. */
    private record Line(Socket client, Socket server, FaultProxy proxy) implements AutoCloseable {
        static Line open(String upstream, String downstream) throws IOException {
            try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                FaultProxy proxy = FaultProxy.to((InetSocketAddress) listening.getLocalSocketAddress())
                        .upstream(Toxic.parseAll(upstream))
                        .downstream(Toxic.parseAll(downstream))
                        .start();
                Socket client =
                        new Socket(proxy.address().getAddress(), proxy.address().getPort());
                Socket server = listening.accept();
                client.setSoTimeout(20_000);
                server.setSoTimeout(20_000);
                return new Line(client, server, proxy);
            }
        }

        @Override
        public void close() throws IOException {
            client.close();
            server.close();
            proxy.close();
        }
    }

    private static void write(Socket to, String text) throws IOException {
        to.getOutputStream().write(text.getBytes(US_ASCII));
    }

    private static String readToEnd(Socket from) throws IOException {
        return new String(from.getInputStream().readAllBytes(), US_ASCII);
    }

    private static String read(Socket from, int count) throws IOException {
        return new String(from.getInputStream().readNBytes(count), US_ASCII);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "slices=3",
                "merge=5ms",
                "delay=5ms",
                "rate=65536",
                "reset-after=12",
                "half-close-after=0",
                "stall-after=1"
            })
    void toxicsHaveNames(String name) {
        assertThat(Toxic.parse(name)).hasToString(name).isEqualTo(Toxic.parse(" " + name.replace("=", " = ")));
        assertThat(Toxic.parseAll(name + ", delay=1ms"))
                .containsExactly(Toxic.parse(name), Toxic.delay(Duration.ofMillis(1)));
    }

    @Test
    void factoriesAreTheSameAsNames() {
        assertThat(
                        Toxic.parseAll(
                                "slices=3, merge=4ms, delay=5ms, rate=7, reset-after=0, half-close-after=2, stall-after=9999999999"))
                .containsExactly(
                        Toxic.slices(3),
                        Toxic.merge(Duration.ofMillis(4)),
                        Toxic.delay(Duration.ofMillis(5)),
                        Toxic.rate(7),
                        Toxic.resetAfter(0),
                        Toxic.halfCloseAfter(2),
                        Toxic.stallAfter(9_999_999_999L));
        assertThat(Toxic.parseAll(" ")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "slice=1",
                "slices",
                "slices=",
                "slices=0",
                "slices=-1",
                "rate=0",
                "delay=5",
                "merge=5",
                "delay=5s",
                "stall-after=x"
            })
    void whatIsNoToxicIsRefused(String name) {
        assertThatThrownBy(() -> Toxic.parse(name)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void withoutToxicsItPassesEverythingOnAndEachEndByItself() throws Exception {
        try (Line line = Line.open("", "")) {
            write(line.client, "question");
            line.client.shutdownOutput();
            assertThat(readToEnd(line.server)).isEqualTo("question");
            write(line.server, "answer");
            line.server.shutdownOutput();
            assertThat(readToEnd(line.client)).isEqualTo("answer");
        }
    }

    @Test
    void aResetIsPassedOnAsOne() throws Exception {
        try (Line line = Line.open("", "")) {
            write(line.client, "x");
            assertThat(read(line.server, 1)).isEqualTo("x");
            line.client.setSoLinger(true, 0);
            line.client.close();
            assertThatThrownBy(() -> line.server.getInputStream().read()).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void slicesComeInPackets() throws Exception {
        // the second waits for the first to be read: what is there at once is one packet
        try (Line line = Line.open("slices=3, delay=30ms", "")) {
            write(line.client, "abcdefgh");
            List<String> packets = new ArrayList<>();
            InputStream in = line.server.getInputStream();
            byte[] some = new byte[100];
            for (int got = 0; got < 8; ) {
                int n = in.read(some);
                packets.add(new String(some, 0, n, US_ASCII));
                got += n;
            }
            assertThat(String.join("", packets)).isEqualTo("abcdefgh");
            assertThat(packets).first().isEqualTo("abc");
        }
    }

    @Test
    void whatIsWrittenInAMomentIsOnePacket() throws Exception {
        try (Line line = Line.open("merge=300ms", "")) {
            write(line.client, "abc");
            line.server.setSoTimeout(50);
            assertThatThrownBy(() -> line.server.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
            line.server.setSoTimeout(20_000);
            write(line.client, "def");
            byte[] some = new byte[100];
            assertThat(line.server.getInputStream().read(some)).isEqualTo(6);
            assertThat(new String(some, 0, 6, US_ASCII)).isEqualTo("abcdef");
            write(line.client, "the last");
            line.client.shutdownOutput(); // is waited for by nobody
            assertThat(readToEnd(line.server)).isEqualTo("the last");
        }
    }

    @Test
    void whatIsMergedIsCutWhereAnotherToxicSays() throws Exception {
        try (Line line = Line.open("merge=100ms, half-close-after=5", "")) {
            write(line.client, "abc");
            write(line.client, "defgh");
            assertThat(readToEnd(line.server)).isEqualTo("abcde");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"slices=1, delay=10ms", "slices=4, delay=40ms", "rate=100", "slices=1, rate=100"})
    void delaysAndRatesTakeTheirTime(String toxics) throws Exception {
        try (Line line = Line.open(toxics, toxics)) {
            long start = System.nanoTime();
            write(line.client, "12345678");
            assertThat(read(line.server, 8)).isEqualTo("12345678");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(79));
            write(line.server, "12345678");
            assertThat(read(line.client, 8)).isEqualTo("12345678");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(158));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 7})
    void aResetComesAfterItsBytesAndForBoth(int bytes) throws Exception {
        try (Line line = Line.open("reset-after=" + bytes, "")) {
            write(line.client, "seven b");
            assertThat(read(line.server, bytes)).isEqualTo("seven b".substring(0, bytes));
            assertThatThrownBy(() -> line.server.getInputStream().read()).isInstanceOf(SocketException.class);
            assertThatThrownBy(() -> line.client.getInputStream().read()).isInstanceOf(SocketException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 7})
    void aHalfCloseLeavesTheOtherDirectionOpen(int bytes) throws Exception {
        try (Line line = Line.open("half-close-after=" + bytes, "")) {
            write(line.client, "seven b");
            assertThat(readToEnd(line.server)).isEqualTo("seven b".substring(0, bytes));
            write(line.client, "is dropped");
            write(line.server, "goes on");
            assertThat(read(line.client, 7)).isEqualTo("goes on");
            line.server.close();
            assertThat(readToEnd(line.client)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 7})
    void aStallIsNoEnd(int bytes) throws Exception {
        try (Line line = Line.open("", "stall-after=" + bytes)) {
            write(line.server, "seven b");
            line.server.shutdownOutput();
            assertThat(read(line.client, bytes)).isEqualTo("seven b".substring(0, bytes));
            line.client.setSoTimeout(50);
            assertThatThrownBy(() -> line.client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
            write(line.client, "goes on");
            assertThat(read(line.server, 7)).isEqualTo("goes on");
        }
    }

    @Test
    void aServerThatRefusesIsAReset() throws Exception {
        ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        gone.close();
        try (FaultProxy proxy = FaultProxy.to((InetSocketAddress) gone.getLocalSocketAddress())
                        .start();
                Socket client =
                        new Socket(proxy.address().getAddress(), proxy.address().getPort())) {
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void closingItEndsItsConnectionsAndThreads() throws Exception {
        Line line = Line.open("stall-after=0", "");
        line.proxy.close();
        assertThatThrownBy(() -> line.client.getInputStream().read()).isInstanceOf(SocketException.class);
        assertThatThrownBy(() -> line.server.getInputStream().read()).isInstanceOf(SocketException.class);
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("fault proxy"));
        line.close();
    }
}
