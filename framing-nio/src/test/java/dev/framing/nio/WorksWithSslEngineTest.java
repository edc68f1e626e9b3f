package dev.framing.nio;

import static dev.framing.nio.Length4.CODEC;
import static dev.framing.nio.Wire.assertNothingHeld;
import static dev.framing.nio.Wire.random;
import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.Frame;
import dev.framing.FrameHandler;
import dev.framing.Framer;
import dev.framing.FramingError;
import dev.framing.OutboundQueue;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * An {@code SSLEngine} over a non-blocking channel: what it has decrypted is offered, and it encrypts straight from an
 * {@link OutboundQueue}. ({@link Framer#room} is no place to decrypt into: an engine wants room for a whole TLS record.) An {@code SSLSocket} is {@link TlsTest}'s.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WorksWithSslEngineTest {
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

    /** Echoes frames until the peer's end, then ends too. */
    private final class Echo implements FrameHandler, AutoCloseable {
        private final SocketChannel channel;
        private final SSLEngine engine;
        private final Framer in = Framer.builder(CODEC).allocator(buffers).build(this);
        private final OutboundQueue out = OutboundQueue.of(CODEC, buffers);
        private final ByteBuffer[] waiting = new ByteBuffer[16];
        /** Encrypted, come and not yet decrypted; encrypted, and not yet sent. */
        private final ByteBuffer come;

        private final ByteBuffer going;
        private boolean ended;

        Echo(SocketChannel channel, SSLEngine engine) {
            this.channel = channel;
            this.engine = engine;
            come = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
            going = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        }

        @Override
        public void onFrame(Frame frame) {
            out.frame(frame.retain());
        }

        @Override
        public void onEnd() {
            ended = true;
        }

        @Override
        public void onError(FramingError error) {
            throw new AssertionError(error.message());
        }

        void serve() throws IOException {
            channel.configureBlocking(false);
            try (Selector selector = Selector.open()) {
                SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
                while (!engine.isOutboundDone() || going.position() > 0) {
                    while (progress()) {
                        if (ended && out.isEmpty()) engine.closeOutbound();
                    }
                    if (engine.isOutboundDone() && going.position() == 0) return;
                    key.interestOps(going.position() > 0 ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
                    selector.select();
                }
            }
        }

        /** Decrypts, encrypts and sends what it can. False: only the network can help. */
        private boolean progress() throws IOException {
            Runnable task = engine.getDelegatedTask();
            if (task != null) {
                task.run();
                return true;
            }
            boolean sent = encrypt();
            return (going.position() == 0 && decrypt()) || sent;
        }

        private boolean encrypt() throws IOException {
            if (going.position() == 0) {
                int n = engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_WRAP
                        ? 0
                        : out.gather(waiting);
                boolean needed = n > 0
                        || engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_WRAP
                        || engine.isOutboundDone();
                if (!needed) return false;
                out.sent(engine.wrap(waiting, 0, n, going).bytesConsumed());
            }
            going.flip();
            int sent = channel.write(going);
            going.compact();
            return sent > 0;
        }

        private boolean decrypt() throws IOException {
            if (engine.isInboundDone()) return false;
            int read = channel.read(come);
            come.flip();
            int most = engine.getSession().getApplicationBufferSize();
            ByteBuf plain = buffers.buffer(most);
            SSLEngineResult result = engine.unwrap(come, plain.nioBuffer(0, most));
            come.compact();
            in.offer(plain.writerIndex(result.bytesProduced()));
            if (engine.isInboundDone()) in.end(); // close_notify: without it the end is nobody's word
            assertThat(result.getStatus()).isNotEqualTo(SSLEngineResult.Status.BUFFER_OVERFLOW);
            return read > 0 || result.bytesConsumed() > 0;
        }

        @Override
        public void close() {
            in.close();
            out.close();
        }
    }

    @Test
    void framesBothWaysThroughAnSslEngine() throws Exception {
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            InetSocketAddress address = (InetSocketAddress) server.getLocalAddress();
            Wire.Task<Void> echo = Wire.start(() -> {
                SSLEngine engine = tls.createSSLEngine();
                engine.setUseClientMode(false);
                try (SocketChannel channel = server.accept();
                        Echo one = new Echo(channel, engine)) {
                    one.serve();
                }
                return null;
            });
            SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(address.getAddress(), address.getPort());
            try (FramedSocket client =
                    FramedSocket.builder(CODEC).allocator(buffers).over(socket)) {
                List<byte[]> sent = new ArrayList<>();
                for (int n : new int[] {0, 1, 100, 16_384, 16_385, 200_000, 3}) sent.add(random(n, n));
                Wire.Task<Void> sending = Wire.start(() -> {
                    for (byte[] payload : sent) client.send(Unpooled.wrappedBuffer(payload));
                    client.end();
                    return null;
                });
                for (byte[] payload : sent) assertThat(client.receive().bytes()).isEqualTo(payload);
                sending.join();
                assertThat(client.receive()).isNull();
            }
            echo.join();
        }
    }
}
