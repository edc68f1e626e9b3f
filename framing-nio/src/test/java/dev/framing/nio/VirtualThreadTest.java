package dev.framing.nio;

import static dev.framing.nio.Length4.CODEC;
import static dev.framing.nio.Wire.assertNothingHeld;
import static dev.framing.nio.Wire.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.framing.Frame;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A thread per connection, many more than the machine has processors: who waits must not hold one. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class VirtualThreadTest {
    private static final int CONNECTIONS = 300;
    private static final int FRAMES = 20;

    @Test
    void aThreadPerConnection() throws Exception {
        UnpooledByteBufAllocator buffers = Wire.counting();
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), CONNECTIONS);
            ExecutorService threads = virtualThreads();
            Future<?> accepting = threads.submit(() -> {
                for (int i = 0; i < CONNECTIONS; i++) {
                    FramedSocket.Builder builder =
                            FramedSocket.builder(CODEC).allocator(buffers).readBuffer(4096);
                    FramedSocket socket = builder.over(server.accept());
                    threads.submit(() -> echo(socket));
                }
                return null;
            });
            List<Future<?>> clients = new ArrayList<>();
            CountDownLatch served = new CountDownLatch(CONNECTIONS);
            for (int i = 0; i < CONNECTIONS; i++) {
                int seed = i;
                clients.add(threads.submit(() -> {
                    FramedSocket.Builder builder =
                            FramedSocket.builder(CODEC).allocator(buffers).readBuffer(4096);
                    try (FramedSocket socket = builder.connect(server.getLocalAddress())) {
                        assertThatThrownBy(() -> socket.receive(Duration.ofMillis(1)))
                                .isInstanceOf(SocketTimeoutException.class);
                        for (int n = 0; n < FRAMES; n++) {
                            byte[] payload = random(n * 397, seed + n);
                            socket.send(Unpooled.wrappedBuffer(payload));
                            assertThat(socket.receive(Duration.ofSeconds(50)).bytes())
                                    .isEqualTo(payload);
                            if (n > 0) continue;
                            served.countDown(); // nobody goes on before all are served: at once, not one after the
                            // other
                            assertThat(served.await(50, TimeUnit.SECONDS)).isTrue();
                        }
                        socket.end();
                        assertThat(socket.receive()).isNull();
                    }
                    return null;
                }));
            }
            accepting.get();
            for (Future<?> client : clients) client.get();
            threads.shutdown();
            assertThat(threads.awaitTermination(50, TimeUnit.SECONDS)).isTrue();
        }
        assertNothingHeld(buffers);
    }

    private static Void echo(FramedSocket socket) throws Exception {
        try (socket) {
            for (Frame frame : socket) socket.send(frame.copy());
        }
        return null;
    }

    /** Compiled for Java 17, which has none. */
    private static ExecutorService virtualThreads() throws ReflectiveOperationException {
        Method factory = null;
        try {
            factory = Executors.class.getMethod("newVirtualThreadPerTaskExecutor");
        } catch (NoSuchMethodException e) {
            assumeTrue(false, "virtual threads came with Java 21, this is " + Runtime.version());
        }
        return (ExecutorService) factory.invoke(null);
    }
}
