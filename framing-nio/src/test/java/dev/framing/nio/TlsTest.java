package dev.framing.nio;

import static dev.framing.nio.Length4.CODEC;
import static dev.framing.nio.Wire.assertNothingHeld;
import static dev.framing.nio.Wire.buf;
import static dev.framing.nio.Wire.frames;
import static dev.framing.nio.Wire.random;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.framing.Leftover;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An {@code SSLSocket} is a socket. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TlsTest {
    private static SSLContext tls;

    private final UnpooledByteBufAllocator buffers = Wire.counting();

    @BeforeAll
    static void makeKey(@TempDir Path dir) throws Exception {
        tls = TlsKey.context(dir);
    }

    @AfterEach
    void nothingIsHeld() {
        assertNothingHeld(buffers);
    }

    private record Pair(FramedSocket client, FramedSocket server) {}

    private Pair open(String protocol) throws Exception {
        return open(protocol, Duration.ofSeconds(50));
    }

    private Pair open(String protocol, Duration closeTimeout) throws Exception {
        try (ServerSocket listening =
                tls.getServerSocketFactory().createServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            SSLSocket client = (SSLSocket)
                    tls.getSocketFactory().createSocket(listening.getInetAddress(), listening.getLocalPort());
            client.setEnabledProtocols(new String[] {protocol});
            SSLSocket server = (SSLSocket) listening.accept();
            Wire.Task<Void> handshake = Wire.start(() -> {
                server.startHandshake();
                return null;
            });
            client.startHandshake();
            handshake.join();
            FramedSocket.Builder builder =
                    FramedSocket.builder(CODEC).allocator(buffers).closeTimeouts(closeTimeout, closeTimeout);
            return new Pair(
                    builder.over(client),
                    FramedSocket.builder(CODEC).allocator(buffers).over(server));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void framesBothWaysThenAGracefulClose(String protocol) throws Exception {
        byte[] large = random(1 << 20, 1);
        Pair pair = open(protocol);
        Wire.Task<Void> echo = Wire.start(() -> {
            pair.server().run(frame -> {
                try {
                    pair.server().send(frame.retain());
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            pair.server().close();
            return null;
        });
        Wire.Task<Void> writer = Wire.start(() -> {
            pair.client().write(buf("one"));
            pair.client().send(Unpooled.wrappedBuffer(large));
            pair.client().end();
            return null;
        });
        assertThat(pair.client().receive().text(UTF_8)).isEqualTo("one");
        assertThat(Arrays.equals(pair.client().receive().bytes(), large)).isTrue();
        assertThat(pair.client().receive()).isNull();
        writer.join();
        echo.join();
        pair.client().close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aTimeoutKeepsThePartialFrame(String protocol) throws Exception {
        Pair pair = open(protocol);
        byte[] bytes = frames("one", "second");
        for (int i = 0; i < bytes.length; i++) {
            pair.server().raw(Unpooled.wrappedBuffer(bytes, i, 1));
            pair.server().flush();
            if (i == 6 || i == bytes.length - 1) {
                assertThat(pair.client().receive(Duration.ofSeconds(20)).text(UTF_8))
                        .isEqualTo(i == 6 ? "one" : "second");
            } else {
                assertThatThrownBy(() -> pair.client().receive(Duration.ofMillis(5)))
                        .isInstanceOf(SocketTimeoutException.class);
            }
        }
        pair.client().abort();
        pair.server().abort();
    }

    @Test
    void abortWakesTheReader() throws Exception {
        Pair pair = open("TLSv1.3");
        Wire.Task<Object> reader = Wire.start(() -> pair.client().receive());
        reader.awaitInside(Source.class, "read");
        pair.client().abort();
        assertThat(reader.failure()).isInstanceOf(ClosedChannelException.class);
        pair.server().abort();
    }

    /** STARTTLS: frames in clear, then TLS over the same connection, whose first bytes may have been read already. */
    @Test
    void aConnectionInClearBecomesTls() throws Exception {
        try (ServerSocket listening = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Socket clientSocket = new Socket(listening.getInetAddress(), listening.getLocalPort());
            Socket serverSocket = listening.accept();
            Wire.Task<Void> server = Wire.start(() -> {
                FramedSocket clear =
                        FramedSocket.builder(CODEC).allocator(buffers).over(serverSocket);
                assertThat(clear.receive().text(UTF_8)).isEqualTo("STARTTLS");
                clear.switchTo(CODEC, Leftover.REQUIRE_EMPTY);
                clear.send(buf("go ahead"));
                clear.detach().release();
                SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(serverSocket, null, true);
                socket.setUseClientMode(false);
                try (FramedSocket secret =
                        FramedSocket.builder(CODEC).allocator(buffers).over(socket)) {
                    secret.send(secret.receive().retain());
                    assertThat(secret.receive()).isNull();
                }
                return null;
            });
            FramedSocket clear = FramedSocket.builder(CODEC).allocator(buffers).over(clientSocket);
            clear.send(buf("STARTTLS"));
            assertThat(clear.receive().text(UTF_8)).isEqualTo("go ahead");
            ByteBuf rest = clear.detach();
            assertThat(rest.isReadable()).isFalse();
            rest.release();
            SSLSocket socket = (SSLSocket)
                    tls.getSocketFactory().createSocket(clientSocket, "localhost", clientSocket.getPort(), true);
            try (FramedSocket secret =
                    FramedSocket.builder(CODEC).allocator(buffers).over(socket)) {
                secret.send(buf("secret"));
                assertThat(secret.receive().text(UTF_8)).isEqualTo("secret");
            }
            server.join();
        }
    }

    /** The channel of a TLS socket is the one below it: frames written to that would be in clear. */
    @Test
    void tlsOverAChannelsSocketIsNotBypassed() throws Exception {
        try (ServerSocketChannel listening = ServerSocketChannel.open()) {
            listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            SocketChannel channel = SocketChannel.open(listening.getLocalAddress());
            SocketChannel peer = listening.accept();
            FramedSocket.builder(CODEC)
                    .allocator(buffers)
                    .over(channel)
                    .detach()
                    .release();
            SSLSocket socket = (SSLSocket) tls.getSocketFactory()
                    .createSocket(
                            channel.socket(), "localhost", channel.socket().getPort(), true);
            FramedSocket secret = FramedSocket.builder(CODEC).allocator(buffers).over(socket);
            Wire.Task<Void> writer = Wire.start(() -> {
                secret.send(buf("the plaintext"));
                return null;
            });
            ByteBuffer first = ByteBuffer.allocate(4096);
            assertThat(peer.read(first)).isPositive();
            peer.close();
            assertThat(new String(first.array(), 0, first.position(), ISO_8859_1))
                    .doesNotContain("the plaintext")
                    .startsWith("\26\3"); // a TLS record, handshake
            assertThat(writer.failure()).isInstanceOf(IOException.class);
            secret.abort();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void closingIsBoundedWhileAWriterIsBlocked(String protocol) throws Exception {
        Pair pair = open(protocol, Duration.ofSeconds(1));
        Wire.Task<Void> writer = Wire.start(() -> {
            pair.client().send(Unpooled.wrappedBuffer(new byte[32 << 20]));
            return null;
        });
        writer.awaitInside(Sink.class, "write");
        assertThatThrownBy(() -> pair.client().close())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has not taken within PT1S");
        assertThat(writer.failure()).isInstanceOf(AsynchronousCloseException.class);
        pair.server().abort();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void closingIsBoundedWhenThePeerDoesNotEnd(String protocol) throws Exception {
        Pair pair = open(protocol, Duration.ofMillis(50));
        pair.client().send(buf("bye"));
        pair.client().close();
        assertThat(pair.server().receive().text(UTF_8)).isEqualTo("bye");
        pair.server().abort();
    }
}
