package dev.framing.nio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.framing.Frame;
import dev.framing.FramingError;
import dev.framing.FramingException;
import dev.framing.codec.LengthPrefixed;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The loop of our own over real sockets. */
@Timeout(30)
class ReadyLoopTest {
    private static final FramedChannel.Builder SETTINGS = FramedChannel.builder(LengthPrefixed.uint16());

    private final BlockingQueue<Throwable> uncaught = new LinkedBlockingQueue<>();

    private ReadyLoop loop(int threads) throws IOException {
        return ReadyLoop.builder()
                .threads(threads)
                .onUncaught((channel, e) -> uncaught.add(e))
                .start();
    }

    private static SocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    /** Notes what it is told. */
    static final class Notes implements FramedChannel.Handler {
        final BlockingQueue<String> told = new LinkedBlockingQueue<>();
        final CompletableFuture<List<String>> closed = new CompletableFuture<>();

        @Override
        public void onFrame(Frame frame) {
            told.add("frame " + frame.text(UTF_8));
        }

        @Override
        public void onEnd() {
            told.add("end");
        }

        @Override
        public void onError(FramingError error) {
            told.add(error.getClass().getSimpleName() + " at " + error.position());
        }

        @Override
        public void onClosed(@Nullable IOException broken) {
            closed.complete(new ArrayList<>(told));
        }
    }

    @Test
    void anEchoEchoesAndEndsWithItsPeer() throws Exception {
        try (ReadyLoop loop = loop(2)) {
            SocketAddress address = loop.listen(anyPort(), SETTINGS, channel -> frame -> channel.send(frame.retain()));
            Notes notes = new Notes();
            FramedChannel client =
                    loop.connect(address, SETTINGS, channel -> notes).get(5, TimeUnit.SECONDS);
            for (int i = 0; i < 1000; i++)
                assertThat(client.send(Unpooled.copiedBuffer("frame " + i, UTF_8)))
                        .isTrue();
            client.end();
            List<String> told = notes.closed.get(5, TimeUnit.SECONDS);
            assertThat(told)
                    .hasSize(1001)
                    .startsWith("frame frame 0", "frame frame 1")
                    .endsWith("frame frame 999", "end");
        }
        assertThat(uncaught).isEmpty();
    }

    @Test
    void closeLosesNothingAlthoughThePeerNeverStopsSending() throws Exception {
        try (ReadyLoop loop = loop(1)) {
            SocketAddress address = loop.listen(anyPort(), SETTINGS, channel -> frame -> {
                for (int i = 0; i < 100; i++) channel.send(Unpooled.wrappedBuffer(new byte[10_000]));
                channel.close();
            });
            try (Socket peer = new Socket()) {
                peer.connect(address);
                peer.getOutputStream().write(new byte[] {0, 1, 'x', 0, 100, 'y'});
                peer.getOutputStream().write(new byte[5000]);
                DataInputStream in = new DataInputStream(peer.getInputStream());
                int bytes = in.readAllBytes().length;
                assertThat(bytes).isEqualTo(100 * 10_002);
            }
        }
    }

    @Test
    void aHandlerThatThrowsResetsItsConnectionOnly() throws Exception {
        try (ReadyLoop loop = loop(1)) {
            SocketAddress address = loop.listen(anyPort(), SETTINGS, channel -> frame -> {
                if (frame.payloadLength() == 1) throw new IllegalArgumentException("mine");
                channel.send(frame.retain());
            });
            Notes good = new Notes();
            Notes bad = new Notes();
            FramedChannel other =
                    loop.connect(address, SETTINGS, channel -> good).get();
            FramedChannel one = loop.connect(address, SETTINGS, channel -> bad).get();
            one.send(Unpooled.wrappedBuffer(new byte[1]));
            assertThat(bad.closed.get(5, TimeUnit.SECONDS)).containsExactly("Reset at 0");
            assertThat(uncaught.poll(5, TimeUnit.SECONDS)).hasMessage("mine");
            other.send(Unpooled.copiedBuffer("still here", UTF_8));
            assertThat(good.told.poll(5, TimeUnit.SECONDS)).isEqualTo("frame still here");
        }
        assertThat(uncaught).isEmpty();
    }

    @Test
    void aStreamThatBreaksIsToldAndClosed() throws Exception {
        try (ReadyLoop loop = loop(1)) {
            SocketAddress address = loop.listen(anyPort(), SETTINGS, channel -> frame -> {});
            try (Socket peer = new Socket()) {
                peer.connect(address);
                peer.getOutputStream().write(new byte[] {0, 5, 'x'});
                peer.shutdownOutput();
                assertThat(peer.getInputStream().read()).isEqualTo(-1);
            }
            Throwable e = uncaught.poll(5, TimeUnit.SECONDS);
            assertThat(e).isInstanceOf(FramingException.class);
            assertThat(((FramingException) e).error()).isInstanceOf(FramingError.Truncated.class);
        }
    }

    @Test
    void stopEndsEveryConnectionAndThread() throws Exception {
        ReadyLoop loop = loop(2);
        SocketAddress address = loop.listen(anyPort(), SETTINGS, channel -> frame -> {});
        List<Notes> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Notes notes = new Notes();
            all.add(notes);
            loop.connect(address, SETTINGS, channel -> notes).get(5, TimeUnit.SECONDS);
        }
        long start = System.nanoTime();
        loop.stop(Duration.ofSeconds(20));
        assertThat(System.nanoTime() - start).as("nobody waited for the grace").isLessThan(10_000_000_000L);
        for (Notes notes : all) assertThat(notes.closed).isCompleted();
        assertThat(loop.connections()).isZero();
    }

    /** A Unix domain socket knows no reset: whoever is aborted at the other end sees an end, in the middle of a frame a truncated one. */
    @Test
    void unixDomainSocketsEchoEndAndAbort(@TempDir Path dir) throws Exception {
        SocketAddress path = UnixDomainSocketAddress.of(dir.resolve("s"));
        try (ReadyLoop loop = loop(2)) {
            assertThat(loop.listen(path, SETTINGS, channel -> frame -> {
                        if (frame.payloadLength() == 0) channel.abort();
                        else channel.send(frame.retain());
                    }))
                    .isEqualTo(path);
            Notes echoed = new Notes();
            FramedChannel one = loop.connect(path, SETTINGS, channel -> echoed).get(5, TimeUnit.SECONDS);
            one.send(Unpooled.copiedBuffer("hello", UTF_8));
            assertThat(echoed.told.poll(5, TimeUnit.SECONDS)).isEqualTo("frame hello");
            byte[] large = new byte[5_000];
            for (int i = 0; i < 20; i++) one.send(Unpooled.wrappedBuffer(large));
            one.end();
            assertThat(echoed.closed.get(5, TimeUnit.SECONDS)).hasSize(21).endsWith("end");
            Notes aborted = new Notes();
            FramedChannel two = loop.connect(path, SETTINGS, channel -> aborted).get(5, TimeUnit.SECONDS);
            two.send(Unpooled.EMPTY_BUFFER);
            assertThat(aborted.closed.get(5, TimeUnit.SECONDS)).hasSize(1);
        }
        assertThat(uncaught).isEmpty();
    }

    @Test
    void connectingToNobodyFails(@TempDir Path dir) throws Exception {
        try (ReadyLoop loop = loop(1)) {
            SocketAddress path = UnixDomainSocketAddress.of(dir.resolve("nobody"));
            assertThat(loop.connect(path, SETTINGS, channel -> frame -> {}))
                    .failsWithin(Duration.ofSeconds(5))
                    .withThrowableOfType(ExecutionException.class)
                    .withCauseInstanceOf(IOException.class);
            assertThat(loop.connections()).isZero();
        }
    }

    /** They waited for each other, and what they had answered was lost to a reset. */
    @Test
    void handlersMayStopTheLoopAndTheirAnswersArrive() throws Exception {
        CyclicBarrier both = new CyclicBarrier(2);
        ReadyLoop loop = loop(2);
        try {
            SocketAddress address = loop.listen(anyPort(), SETTINGS, channel -> frame -> {
                try {
                    both.await(5, TimeUnit.SECONDS);
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
                channel.send(frame.retain());
                loop.stop(Duration.ofSeconds(3));
            });
            try (Socket one = new Socket();
                    Socket other = new Socket()) {
                for (Socket client : List.of(one, other)) {
                    client.connect(address);
                    client.setSoTimeout(10_000);
                }
                for (Socket client : List.of(one, other))
                    client.getOutputStream().write(new byte[] {0, 1, 42});
                for (Socket client : List.of(one, other))
                    assertThat(client.getInputStream().readAllBytes()).containsExactly(0, 1, 42);
            }
        } finally {
            CompletableFuture<Void> stopped = CompletableFuture.runAsync(loop::close);
            stopped.get(10, TimeUnit.SECONDS);
        }
        assertThat(uncaught).isEmpty();
    }

    /** A stop from inside has its grace too: a peer that never ends is reset after it. */
    @Test
    void aStopFromInsideEndsWithItsGrace() throws Exception {
        ReadyLoop loop = loop(1);
        FramedChannel.Builder patient = FramedChannel.builder(LengthPrefixed.uint16())
                .closeTimeouts(Duration.ofMinutes(5), Duration.ofMinutes(5));
        SocketAddress address = loop.listen(anyPort(), patient, channel -> frame -> loop.stop(Duration.ofMillis(200)));
        try (Socket client = new Socket()) {
            client.connect(address);
            client.setSoTimeout(10_000);
            client.getOutputStream().write(new byte[] {0, 0});
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            long start = System.nanoTime();
            while (loop.connections() > 0 && System.nanoTime() - start < 10_000_000_000L) Thread.sleep(10);
            assertThat(loop.connections()).isZero();
        }
        CompletableFuture.runAsync(loop::close).get(10, TimeUnit.SECONDS);
    }

    /** It ended the thread, and every other connection on it was reset. */
    @Test
    void whatOnUncaughtThrowsEndsNoLoop() throws Exception {
        try (ReadyLoop loop = ReadyLoop.builder()
                .onUncaught((channel, e) -> {
                    uncaught.add(e);
                    throw new IllegalStateException("the log is full");
                })
                .start()) {
            SocketAddress address = loop.listen(anyPort(), SETTINGS, channel -> frame -> {
                if (frame.payloadLength() == 0) throw new IllegalArgumentException("mine");
                channel.send(frame.retain());
            });
            try (Socket one = new Socket();
                    Socket other = new Socket()) {
                one.connect(address);
                other.connect(address);
                other.setSoTimeout(5_000);
                one.getOutputStream().write(new byte[] {0, 0});
                assertThat(uncaught.poll(5, TimeUnit.SECONDS)).hasMessage("mine");
                other.getOutputStream().write(new byte[] {0, 1, 42});
                assertThat(other.getInputStream().readNBytes(3)).containsExactly(0, 1, 42);
            }
        }
    }

    /** The limit was looked at twice, the second time on the loop's thread: frames out of the middle of the stream were dropped. */
    @Test
    void whatWasTakenFromAnotherThreadIsSent() throws Exception {
        FramedChannel.Builder limited =
                FramedChannel.builder(LengthPrefixed.uint16()).outboundLimit(100_000);
        CompletableFuture<FramedChannel> made = new CompletableFuture<>();
        try (ReadyLoop loop = loop(1)) {
            SocketAddress address = loop.listen(anyPort(), limited, channel -> {
                made.complete(channel);
                return frame -> {};
            });
            try (Socket client = new Socket()) {
                client.connect(address);
                FramedChannel channel = made.get(5, TimeUnit.SECONDS);
                CountDownLatch enough = new CountDownLatch(1);
                channel.execute(() -> {
                    try {
                        enough.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    channel.send(Unpooled.wrappedBuffer(new byte[30_000])); // in front of those taken
                });
                int taken = 0;
                try {
                    for (; ; taken++) channel.send(Unpooled.wrappedBuffer(new byte[20_000]));
                } catch (IllegalStateException limit) {
                    enough.countDown();
                }
                channel.end();
                assertThat(taken).isEqualTo(5);
                int all = 30_002 + taken * 20_002;
                assertThat(client.getInputStream().readNBytes(all)).hasSize(all);
            }
        }
        assertThat(uncaught).isEmpty();
    }

    /** Sends while it may, and goes on when it is told that it may again. */
    private static final class Stream implements FramedChannel.Handler {
        private final FramedChannel channel;
        private int left;

        Stream(FramedChannel channel, int left) {
            this.channel = channel;
            this.left = left;
        }

        @Override
        public void onFrame(Frame frame) {
            onWritable(true);
        }

        @Override
        public void onWritable(boolean writable) {
            for (; left > 0 && channel.isWritable(); left--) channel.send(Unpooled.wrappedBuffer(new byte[16 * 1024]));
            if (left == 0) channel.end();
        }
    }

    /** It was told only where the socket did not take everything at once: whoever had seen isWritable() false waited for ever. */
    @Test
    void whoeverSawThatItIsNotWritableIsToldThatItIsAgain() throws Exception {
        int frames = 200;
        try (ReadyLoop loop = loop(1)) {
            SocketAddress address = loop.listen(anyPort(), SETTINGS, channel -> new Stream(channel, frames));
            try (Socket client = new Socket()) {
                client.connect(address);
                client.setSoTimeout(5_000);
                client.getOutputStream().write(new byte[] {0, 0});
                assertThat(client.getInputStream().readAllBytes()).hasSize(frames * (2 + 16 * 1024));
            }
        }
        assertThat(uncaught).isEmpty();
    }

    /** It answered true, and the frame was gone. */
    @Test
    void whatIsSentAfterAnEndOrACloseOfThisThreadIsRefused() throws Exception {
        try (ReadyLoop loop = loop(1)) {
            SocketAddress address = loop.listen(anyPort(), SETTINGS, channel -> frame -> {});
            FramedChannel ended =
                    loop.connect(address, SETTINGS, channel -> new Notes()).get();
            ended.end();
            assertThatThrownBy(() -> ended.send(Unpooled.buffer(1))).hasMessageContaining("was ended");
            FramedChannel closed =
                    loop.connect(address, SETTINGS, channel -> new Notes()).get();
            closed.close();
            assertThat(closed.send(Unpooled.buffer(1))).isFalse();
        }
    }

    @Test
    void aLoopThatWasStoppedTakesNothing() throws Exception {
        ReadyLoop loop = loop(1);
        SocketAddress address = loop.listen(anyPort(), SETTINGS, channel -> frame -> {});
        FramedChannel channel =
                loop.connect(address, SETTINGS, it -> new Notes()).get();
        loop.close();
        assertThatThrownBy(() -> loop.listen(anyPort(), SETTINGS, it -> frame -> {}))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> channel.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
        assertThat(channel.peer()).isEqualTo(address); // known for the log, although it is closed
    }

    @Test
    void whatAnotherThreadsFrameFailsWithNamesItsConnection() throws Exception {
        CompletableFuture<FramedChannel> named = new CompletableFuture<>();
        try (ReadyLoop loop = ReadyLoop.builder()
                .onUncaught((channel, e) -> named.complete(channel))
                .start()) {
            SocketAddress address = loop.listen(anyPort(), SETTINGS, channel -> frame -> {});
            FramedChannel client =
                    loop.connect(address, SETTINGS, channel -> new Notes()).get();
            client.send(Unpooled.buffer(70_000).writeZero(70_000)); // more than two bytes of length can say
            assertThat(named.get(5, TimeUnit.SECONDS)).isSameAs(client);
        }
    }
}
