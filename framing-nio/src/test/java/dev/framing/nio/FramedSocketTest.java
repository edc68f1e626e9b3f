package dev.framing.nio;

import static dev.framing.nio.Length4.CODEC;
import static dev.framing.nio.Wire.assertNothingHeld;
import static dev.framing.nio.Wire.buf;
import static dev.framing.nio.Wire.frames;
import static dev.framing.nio.Wire.random;
import static dev.framing.nio.Wire.readToEnd;
import static dev.framing.nio.Wire.texts;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.framing.Frame;
import dev.framing.FramingException;
import dev.framing.Leftover;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Frames over sockets, while the connection is whole; how it ends is {@link FramedSocketEndsTest}'s. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FramedSocketTest {
    private final UnpooledByteBufAllocator buffers = Wire.counting();

    @AfterEach
    void nothingIsHeld() {
        assertNothingHeld(buffers);
    }

    private FramedSocket.Builder builder() {
        return FramedSocket.builder(CODEC).allocator(buffers);
    }

    @ParameterizedTest
    @EnumSource
    void framesHoweverTheyArrive(Transport transport) throws Exception {
        byte[] bytes = frames("one", "", "three", "x".repeat(3000));
        List<String> expected = List.of("one", "", "three", "x".repeat(3000));
        for (int step : new int[] {1, 3, 1000, bytes.length}) {
            try (Transport.Pair pair = transport.open(builder())) {
                Wire.Task<Void> peer = Wire.start(() -> {
                    for (int at = 0; at < bytes.length; at += step)
                        pair.peer().write(ByteBuffer.wrap(bytes, at, Math.min(step, bytes.length - at)));
                    pair.peer().shutdownOutput();
                    return null;
                });
                assertThat(texts(pair.ours())).isEqualTo(expected);
                peer.join();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void iterationAndCallbacks(Transport transport) throws Exception {
        try (Transport.Pair pair = transport.open(builder())) {
            Wire.write(pair.peer(), frames("one", "two", "three"));
            pair.peer().shutdownOutput();
            List<String> texts = new ArrayList<>();
            pair.ours().run(frame -> {
                texts.add(frame.text(UTF_8));
                if (texts.size() == 1) pair.ours().pause();
            });
            assertThat(texts).containsExactly("one");
            for (Frame frame : pair.ours()) texts.add(frame.text(UTF_8));
            assertThat(texts).containsExactly("one", "two", "three");
            assertThat(readToEnd(pair.peer())).isEmpty(); // we have ended too
        }
        try (Transport.Pair pair = transport.open(builder())) {
            Wire.write(pair.peer(), frames("one"));
            pair.peer().shutdownOutput();
            pair.ours().run(frame -> assertThat(frame.text(UTF_8)).isEqualTo("one"));
            assertThat(readToEnd(pair.peer())).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(names = "UNIX", mode = EnumSource.Mode.EXCLUDE)
    void aTimeoutKeepsThePartialFrame(Transport transport) throws Exception {
        byte[] payload = random(100_000, 1);
        byte[] bytes = frames("one".getBytes(UTF_8), payload, new byte[0], "last".getBytes(UTF_8));
        Duration shortly = Duration.ofMillis(5);
        try (Transport.Pair pair = transport.open(builder())) {
            assertThatThrownBy(() -> pair.ours().receive(shortly)).isInstanceOf(SocketTimeoutException.class);
            int[] cuts = {1, 2, 6, 7, 10, 11, 12, 5000, 5001, 100_010, 100_011, 100_012, 100_015, 100_020, bytes.length
            };
            int[] ends = {7, 100_011, 100_015, bytes.length};
            int at = 0;
            int received = 0;
            for (int cut : cuts) {
                Wire.write(pair.peer(), Arrays.copyOfRange(bytes, at, cut));
                at = cut;
                if (received < ends.length && cut >= ends[received]) {
                    Frame frame = pair.ours().receive(Duration.ofSeconds(20));
                    assertThat(frame.position()).isEqualTo(received == 0 ? 0 : ends[received - 1]);
                    assertThat(frame.position() + frame.length()).isEqualTo(ends[received]);
                    if (received == 1)
                        assertThat(Arrays.equals(frame.bytes(), payload)).isTrue();
                    received++;
                } else {
                    long start = System.nanoTime();
                    assertThatThrownBy(() -> pair.ours().receive(shortly)).isInstanceOf(SocketTimeoutException.class);
                    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(shortly.toNanos());
                }
            }
            assertThat(received).isEqualTo(4);
            pair.peer().shutdownOutput();
            assertThat(pair.ours().receive(Duration.ofSeconds(20))).isNull();
            assertThat(pair.ours().receive(Duration.ZERO)).isNull();
        }
    }

    /** Who set SO_TIMEOUT gets it on plain receive(), as safe for the partial frame, and finds it unchanged. */
    @Test
    void theSocketsOwnTimeoutIsKept() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket socket = new Socket(server.getInetAddress(), server.getLocalPort());
                Socket peer = server.accept();
                FramedSocket ours = builder().over(socket)) {
            socket.setSoTimeout(21);
            peer.getOutputStream().write(Arrays.copyOf(frames("one"), 5));
            assertThatThrownBy(ours::receive).isInstanceOf(SocketTimeoutException.class);
            assertThatThrownBy(() -> ours.receive(Duration.ofMillis(1))).isInstanceOf(SocketTimeoutException.class);
            assertThat(socket.getSoTimeout()).isEqualTo(21);
            peer.getOutputStream().write(frames("one"), 5, 2);
            assertThat(ours.receive(Duration.ofSeconds(20)).text(UTF_8)).isEqualTo("one");
            assertThat(socket.getSoTimeout()).isEqualTo(21);
            peer.shutdownOutput();
        }
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            try (SocketChannel channel = SocketChannel.open(server.getLocalAddress());
                    SocketChannel peer = server.accept();
                    FramedSocket ours = builder().over(channel.socket())) {
                channel.socket().setSoTimeout(21);
                assertThatThrownBy(() -> ours.receive(Duration.ofMillis(1))).isInstanceOf(SocketTimeoutException.class);
                assertThat(channel.socket().getSoTimeout()).isEqualTo(21);
                peer.shutdownOutput();
            }
        }
    }

    /** Bytes that trickle in must not push the timeout on. */
    @Test
    void aTimeoutIsForTheWholeFrame() throws Exception {
        byte[] head = ByteBuffer.allocate(4).putInt(60 << 20).array();
        InputStream trickle = new InputStream() {
            private int at;

            @Override
            public int read() {
                return at < head.length ? head[at++] : 0;
            }

            @Override
            public int read(byte[] into, int offset, int length) {
                into[offset] = (byte) read();
                return 1;
            }
        };
        Socket socket = new Socket() {
            @Override
            public InputStream getInputStream() {
                return trickle;
            }
        };
        try (FramedInput in = FramedInput.builder(CODEC).allocator(buffers).over(socket)) {
            assertThatThrownBy(() -> in.receive(Duration.ofMillis(20)))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("no whole frame within PT0.02S");
        }
    }

    @ParameterizedTest
    @EnumSource(names = "UNIX")
    void aUnixSocketSaysThatItHasNoTimeout(Transport transport) throws Exception {
        try (Transport.Pair pair = transport.open(builder())) {
            Wire.write(pair.peer(), frames("one"));
            assertThatThrownBy(() -> pair.ours().receive(Duration.ofMillis(1)))
                    .isInstanceOf(UnsupportedOperationException.class);
            assertThat(pair.ours().receive().text(UTF_8)).isEqualTo("one");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBigFrameIsCopiedAtMostTwice(Transport transport) throws Exception {
        byte[] payload = random(8 << 20, 1);
        try (Transport.Pair pair = transport.open(builder())) {
            Wire.Task<Void> peer = Wire.start(() -> {
                Wire.write(pair.peer(), frames(payload));
                return null;
            });
            assertThat(Arrays.equals(pair.ours().receive().bytes(), payload)).isTrue();
            assertThat(pair.ours().input().framer().copiedBytes()).isLessThanOrEqualTo(2L * payload.length);
            peer.join();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSlowPeerGetsEverything(Transport transport) throws Exception {
        byte[] payload = random(300_000, 1);
        try (Transport.Pair pair = transport.open(builder(), 4096)) {
            Wire.Task<Void> writer = Wire.start(() -> {
                for (int i = 0; i < 10; i++) {
                    pair.ours().write(buf("small"));
                    pair.ours().write(Unpooled.wrappedBuffer(payload));
                    pair.ours().write(buffers.directBuffer().writeBytes(payload));
                }
                pair.ours().end();
                return null;
            });
            ByteArrayOutputStream expected = new ByteArrayOutputStream();
            for (int i = 0; i < 10; i++) expected.writeBytes(frames("small".getBytes(UTF_8), payload, payload));
            ByteArrayOutputStream got = new ByteArrayOutputStream();
            ByteBuffer few = ByteBuffer.allocate(999);
            while (pair.peer().read(few) >= 0) {
                got.write(few.array(), 0, few.position());
                few.clear();
            }
            assertThat(Arrays.equals(got.toByteArray(), expected.toByteArray())).isTrue();
            writer.join();
        }
    }

    @ParameterizedTest
    @EnumSource
    void bothDirectionsWorkAtOnce(Transport transport) throws Exception {
        int frames = 2000;
        byte[] payload = random(1000, 1);
        try (Transport.Pair pair = transport.open(builder());
                FramedSocket peer = builder().over(pair.peer())) {
            Wire.Task<?>[] writers = new Wire.Task<?>[2];
            Wire.Task<?>[] readers = new Wire.Task<?>[2];
            FramedSocket[] sides = {pair.ours(), peer};
            for (int side = 0; side < 2; side++) {
                FramedSocket socket = sides[side];
                writers[side] = Wire.start(() -> {
                    for (int i = 0; i < frames; i++) socket.send(Unpooled.wrappedBuffer(payload));
                    return null;
                });
                readers[side] = Wire.start(() -> {
                    for (int i = 0; i < frames; i++)
                        assertThat(socket.receive().bytes()).isEqualTo(payload);
                    return null;
                });
            }
            for (Wire.Task<?> task : writers) task.join();
            for (Wire.Task<?> task : readers) task.join();
            pair.ours().end();
        }
    }

    @ParameterizedTest
    @EnumSource(names = "UNIX", mode = EnumSource.Mode.EXCLUDE)
    void aBlockedWriterDoesNotHoldUpATimedReader(Transport transport) throws Exception {
        try (Transport.Pair pair = transport.open(builder(), 4096)) {
            byte[] large = random(32 << 20, 1);
            Wire.Task<Void> writer = Wire.start(() -> {
                pair.ours().send(Unpooled.wrappedBuffer(large));
                return null;
            });
            writer.awaitInside(Sink.class, "write");
            assertThatThrownBy(() -> pair.ours().receive(Duration.ofMillis(20)))
                    .isInstanceOf(SocketTimeoutException.class);
            Wire.write(pair.peer(), frames("one"));
            assertThat(pair.ours().receive(Duration.ofSeconds(20)).text(UTF_8)).isEqualTo("one");
            Wire.Task<byte[]> peer = Wire.start(() -> readToEnd(pair.peer()));
            writer.join();
            pair.ours().end();
            assertThat(Arrays.equals(peer.join(), frames(large))).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anotherCodecInBothDirections(Transport transport) throws Exception {
        try (Transport.Pair pair = transport.open(builder())) {
            Wire.write(pair.peer(), frames("upgrade"));
            assertThat(pair.ours().receive().text(UTF_8)).isEqualTo("upgrade");
            pair.ours().write(buf("yes, and this is long"));
            pair.ours().switchTo(new Length4(8), Leftover.REQUIRE_EMPTY);
            assertThatThrownBy(() -> pair.ours().write(buf("fives"))).isInstanceOf(IllegalArgumentException.class);
            pair.ours().send(buf("four"));
            Wire.write(pair.peer(), frames("four", "fives"));
            assertThat(pair.ours().receive().text(UTF_8)).isEqualTo("four");
            assertThatThrownBy(() -> pair.ours().receive()).isInstanceOf(FramingException.class);
            pair.ours().end();
            assertThat(readToEnd(pair.peer())).isEqualTo(frames("yes, and this is long", "four"));
        }
        try (Transport.Pair pair = transport.open(builder())) {
            Wire.write(pair.peer(), frames("upgrade", "smuggled"));
            assertThat(pair.ours().receive().text(UTF_8)).isEqualTo("upgrade");
            assertThatThrownBy(() -> pair.ours().switchTo(CODEC, Leftover.REQUIRE_EMPTY))
                    .isInstanceOf(FramingException.class)
                    .hasMessageContaining("12 bytes left over at byte 11");
        }
    }

    @ParameterizedTest
    @EnumSource
    void theConnectionCanBeHandedOn(Transport transport) throws Exception {
        try (Transport.Pair pair = transport.open(builder())) {
            Wire.write(pair.peer(), frames("one", "two"));
            pair.ours().receive();
            pair.ours().write(buf("mine"));
            ByteBuf rest = pair.ours().detach();
            assertThat(rest.readableBytes()).isEqualTo(7);
            rest.release();
            assertNothingHeld(buffers);
            pair.ours().close(); // does not close what is not its own any more
            ByteBuffer some = ByteBuffer.allocate(8);
            while (some.hasRemaining()) assertThat(pair.peer().read(some)).isPositive();
            Wire.write(pair.peer(), frames("still open"));
        }
    }

    /** Half a switch would leave the directions with different codecs. */
    @ParameterizedTest
    @EnumSource
    void aRefusedSwitchChangesNeitherDirection(Transport transport) throws Exception {
        try (Transport.Pair pair = transport.open(builder())) {
            Wire.write(pair.peer(), frames("upgrade", "smuggled"));
            pair.ours().receive();
            assertThatThrownBy(() -> pair.ours().switchTo(new Length4(8), Leftover.REQUIRE_EMPTY))
                    .isInstanceOf(FramingException.class);
            pair.ours().send(buf("longer than eight"));
        }
        try (Transport.Pair pair = transport.open(builder())) {
            pair.ours().beginFrame(Unpooled.EMPTY_BUFFER, 3);
            assertThatThrownBy(() -> pair.ours().switchTo(new Length4(8), Leftover.REQUIRE_EMPTY))
                    .isInstanceOf(IllegalStateException.class);
            Wire.write(pair.peer(), frames("longer than eight"));
            assertThat(pair.ours().receive().text(UTF_8)).isEqualTo("longer than eight");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatWasReadCanBeHadAfterEitherEnd(Transport transport) throws Exception {
        try (Transport.Pair pair = transport.open(builder())) {
            Wire.write(pair.peer(), frames("one", "two"));
            assertThat(pair.ours().receive().text(UTF_8)).isEqualTo("one");
            pair.ours().write(buf("mine"));
            pair.ours().end();
            ByteBuf rest = pair.ours().detach();
            assertThat(rest.toString(UTF_8)).endsWith("two");
            rest.release();
            assertThat(readToEnd(pair.peer())).isEqualTo(frames("mine"));
        }
        try (Transport.Pair pair = transport.open(builder())) {
            Wire.write(pair.peer(), frames("one"));
            pair.peer().shutdownOutput();
            assertThat(texts(pair.ours())).containsExactly("one");
            ByteBuf rest = pair.ours().detach();
            assertThat(rest.isReadable()).isFalse();
            rest.release();
        }
    }

    @ParameterizedTest
    @EnumSource(names = "CHANNEL")
    void oneBuilderMakesManyConnections(Transport transport) throws Exception {
        FramedSocket.Builder builder = builder();
        try (Transport.Pair one = transport.open(builder);
                Transport.Pair two = transport.open(builder)) {
            byte[] bytes = frames("frame", "last");
            for (int at = 0; at < bytes.length; at++) {
                one.peer().write(ByteBuffer.wrap(bytes, at, 1));
                two.peer().write(ByteBuffer.wrap(bytes, at, 1));
            }
            one.peer().shutdownOutput();
            two.peer().shutdownOutput();
            assertThat(one.ours().receive().text(UTF_8)).isEqualTo("frame");
            assertThat(texts(two.ours())).containsExactly("frame", "last");
            assertThat(texts(one.ours())).containsExactly("last");
        }
    }
}
