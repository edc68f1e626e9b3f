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
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.framing.Frame;
import dev.framing.FrameHandler;
import dev.framing.FramingError;
import dev.framing.FramingException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every way in which a connection ends. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FramedSocketEndsTest {
    private static final Duration LONG = Duration.ofSeconds(50);
    private final UnpooledByteBufAllocator buffers = Wire.counting();

    @AfterEach
    void nothingIsHeld() {
        assertNothingHeld(buffers);
    }

    private FramedSocket.Builder builder() {
        return FramedSocket.builder(CODEC).allocator(buffers);
    }

    private static void reset(SocketChannel peer) throws IOException {
        peer.setOption(StandardSocketOptions.SO_LINGER, 0);
        peer.close();
    }

    // ------------------------------------------------------------------------------------------------ the peer ends

    @ParameterizedTest
    @EnumSource
    void thePeersEndIsCleanOnlyBetweenFrames(Transport transport) throws Exception {
        byte[] bytes = frames("one", "2", "three");
        List<Integer> boundaries = List.of(0, 7, 12, 21);
        for (int length = 0; length <= bytes.length; length++) {
            try (Transport.Pair pair = transport.open(builder())) {
                Wire.write(pair.peer(), Arrays.copyOf(bytes, length));
                pair.peer().shutdownOutput();
                List<String> whole = new ArrayList<>();
                if (boundaries.contains(length)) {
                    whole.addAll(texts(pair.ours()));
                    assertThat(pair.ours().receive()).isNull();
                } else {
                    assertThatThrownBy(() -> pair.ours().forEach(f -> whole.add(f.text(UTF_8))))
                            .isInstanceOf(FramingException.class)
                            .satisfies(e -> assertThat(((FramingException) e).error())
                                    .isInstanceOf(FramingError.Truncated.class));
                }
                int n = length;
                assertThat(whole).hasSize((int)
                        boundaries.stream().filter(b -> b > 0 && b <= n).count());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whenThePeerEndsWeFlushAndEndToo(Transport transport) throws Exception {
        try (Transport.Pair pair = transport.open(builder())) {
            pair.ours().write(buf("waits"));
            pair.peer().shutdownOutput();
            assertThat(pair.ours().receive()).isNull();
            assertThat(readToEnd(pair.peer())).isEqualTo(frames("waits"));
            ByteBuf late = buf("late");
            assertThatThrownBy(() -> pair.ours().send(late))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("the peer has ended");
            assertThat(late.refCnt()).isZero();
            assertThat(pair.ours().receive()).isNull();
            pair.ours().end();
            pair.ours().close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void withHalfOpenAllowedWritingGoesOnUntilOurEnd(Transport transport) throws Exception {
        try (Transport.Pair pair = transport.open(builder().allowHalfOpen())) {
            Wire.write(pair.peer(), frames("question"));
            pair.peer().shutdownOutput();
            assertThat(pair.ours().receive().text(UTF_8)).isEqualTo("question");
            for (int i = 0; i < 3; i++) assertThat(pair.ours().receive()).isNull();
            pair.ours().send(buf("answer"));
            assertThat(pair.ours().receive()).isNull();
            pair.ours().write(buf("more"));
            pair.ours().end();
            assertThat(readToEnd(pair.peer())).isEqualTo(frames("answer", "more"));
            ByteBuf late = buf("late");
            assertThatThrownBy(() -> pair.ours().send(late)).isInstanceOf(IllegalStateException.class);
            assertThat(late.refCnt()).isZero();
        }
    }

    /** The reader sees the peer's end while a writer is in the middle of a large frame: the frame is finished, then we end. */
    @ParameterizedTest
    @EnumSource
    void thePeersEndDoesNotWaitForAWriter(Transport transport) throws Exception {
        byte[] large = random(16 << 20, 1);
        try (Transport.Pair pair = transport.open(builder(), 4096)) {
            Wire.Task<Void> writer = Wire.start(() -> {
                pair.ours().send(Unpooled.wrappedBuffer(large));
                return null;
            });
            writer.awaitInside(Sink.class, "write");
            pair.peer().shutdownOutput();
            assertThat(pair.ours().receive()).isNull(); // the writer is blocked still
            assertThat(Arrays.equals(readToEnd(pair.peer()), frames(large))).isTrue();
            writer.join();
            assertThatThrownBy(() -> pair.ours().send(buf("late"))).isInstanceOf(IOException.class);
        }
    }

    // ------------------------------------------------------------------------------------------------ we end

    @ParameterizedTest
    @EnumSource
    void afterOurEndReceivingGoesOn(Transport transport) throws Exception {
        try (Transport.Pair pair = transport.open(builder())) {
            pair.ours().write(buf("question"));
            pair.ours().end();
            pair.ours().end();
            assertThat(readToEnd(pair.peer())).isEqualTo(frames("question"));
            Wire.write(pair.peer(), frames("one", "two"));
            assertThat(pair.ours().receive().text(UTF_8)).isEqualTo("one");
            assertThat(pair.ours().receive().text(UTF_8)).isEqualTo("two");
            assertThatThrownBy(() -> pair.ours().write(buf("late"))).isInstanceOf(IllegalStateException.class);
            pair.peer().shutdownOutput();
            assertThat(pair.ours().receive()).isNull();
        }
    }

    // ------------------------------------------------------------------------------------------------ close

    /** T25: closing with input unread would be a reset, and a reset overtakes what was written last. */
    @ParameterizedTest
    @EnumSource
    void closingWithUnreadInputLosesNothingOfWhatWasWritten(Transport transport) throws Exception {
        byte[] unread = frames(random(100_000, 1));
        byte[] last = random(200_000, 2);
        for (int round = 0; round < 20; round++) {
            try (Transport.Pair pair = transport.open(builder().closeTimeouts(LONG, LONG))) {
                Wire.write(pair.peer(), frames("one"));
                Wire.write(pair.peer(), unread);
                assertThat(pair.ours().receive().text(UTF_8)).isEqualTo("one");
                Wire.Task<Void> closer = Wire.start(() -> {
                    pair.ours().write(Unpooled.wrappedBuffer(last));
                    pair.ours().write(buf("bye"));
                    pair.ours().close();
                    return null;
                });
                Wire.write(pair.peer(), unread); // meets the close, or the drain
                byte[] got = readToEnd(pair.peer());
                assertThat(Arrays.equals(got, frames(last, "bye".getBytes(UTF_8))))
                        .isTrue();
                pair.peer().close();
                closer.join();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void closingDoesNotWaitForEverForThePeersEnd(Transport transport) throws Exception {
        try (Transport.Pair pair = transport.open(builder().closeTimeouts(LONG, Duration.ofMillis(50)))) {
            pair.ours().write(buf("bye"));
            pair.ours().close(); // the peer neither reads nor ends
            ByteBuffer some = ByteBuffer.allocate(7);
            while (some.hasRemaining()) assertThat(pair.peer().read(some)).isPositive();
            assertThat(some.array()).isEqualTo(frames("bye"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void closingSaysWhenThePeerDidNotTakeWhatWaited(Transport transport) throws Exception {
        try (Transport.Pair pair =
                transport.open(builder().writeBuffer(64 << 20).closeTimeouts(Duration.ofMillis(50), LONG), 4096)) {
            ByteBuf large = buffers.directBuffer().writeBytes(random(32 << 20, 1));
            pair.ours().write(large);
            assertThatThrownBy(() -> pair.ours().close())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("has not taken within PT0.05S");
            assertThat(large.refCnt()).isZero();
            pair.ours().close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void closingStopsReadingFromAPeerThatNeverEnds(Transport transport) throws Exception {
        try (Transport.Pair pair = transport.open(builder().closeTimeouts(LONG, LONG))) {
            Wire.Task<Void> peer = Wire.start(() -> {
                byte[] flood = new byte[64 * 1024];
                while (true) Wire.write(pair.peer(), flood);
            });
            pair.ours().close(); // by bytes, not by time
            assertThat(peer.failure()).isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void closingWakesTheReader(Transport transport) throws Exception {
        for (boolean peerEnds : new boolean[] {true, false}) {
            try (Transport.Pair pair =
                    transport.open(builder().closeTimeouts(LONG, peerEnds ? LONG : Duration.ofMillis(50)))) {
                Wire.write(pair.peer(), Arrays.copyOf(frames("partial"), 6));
                Wire.Task<Frame> reader = Wire.start(() -> pair.ours().receive());
                reader.awaitInside(Source.class, "read");
                Wire.Task<byte[]> peer = Wire.start(() -> {
                    byte[] got = readToEnd(pair.peer());
                    if (peerEnds) pair.peer().shutdownOutput();
                    return got;
                });
                pair.ours().write(buf("bye"));
                pair.ours().close();
                assertThat(reader.failure()).isInstanceOf(AsynchronousCloseException.class);
                assertNothingHeld(buffers);
                assertThat(peer.join()).isEqualTo(frames("bye"));
                assertThatThrownBy(() -> pair.ours().receive()).isInstanceOf(ClosedChannelException.class);
                assertThatThrownBy(() -> pair.ours().write(buf("late"))).isInstanceOf(ClosedChannelException.class);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aHandlerMayClose(Transport transport) throws Exception {
        try (Transport.Pair pair = transport.open(builder().closeTimeouts(LONG, LONG))) {
            Wire.write(pair.peer(), frames("one", "two"));
            pair.peer().shutdownOutput();
            List<String> texts = new ArrayList<>();
            pair.ours().run(frame -> {
                texts.add(frame.text(UTF_8));
                assertThatCode(() -> pair.ours().close()).doesNotThrowAnyException();
                texts.add(frame.text(UTF_8));
            });
            assertThat(texts).containsExactly("one", "one");
            assertThat(readToEnd(pair.peer())).isEmpty();
        }
    }

    /** While close() waits for the peer's end: nobody has made a mistake by calling end() first. */
    @ParameterizedTest
    @EnumSource
    void whoSendsWhileAnotherThreadClosesIsToldThatItIsClosed(Transport transport) throws Exception {
        try (Transport.Pair pair = transport.open(builder().closeTimeouts(LONG, LONG))) {
            Wire.Task<Void> closer = Wire.start(() -> {
                pair.ours().close();
                return null;
            });
            closer.awaitInside(FramedInput.class, "drain");
            ByteBuf late = buf("late");
            assertThatThrownBy(() -> pair.ours().send(late)).isInstanceOf(ClosedChannelException.class);
            assertThat(late.refCnt()).isZero();
            pair.peer().close();
            closer.join();
        }
    }

    /** A handler that does not return keeps the memory, not the closer. */
    @ParameterizedTest
    @EnumSource
    void closingDoesNotWaitForAHandlerThatDoesNotReturn(Transport transport) throws Exception {
        try (Transport.Pair pair = transport.open(builder().closeTimeouts(LONG, Duration.ofMillis(50)))) {
            Wire.write(pair.peer(), frames("one", "two"));
            Wire.Task<Void> stuck = Wire.start(() -> {
                pair.ours().run(frame -> {
                    while (!Thread.interrupted()) Thread.onSpinWait();
                    assertThat(frame.text(UTF_8)).isEqualTo("one");
                });
                return null;
            });
            stuck.awaitInside(Intake.class, "onFrame");
            pair.ours().close();
            stuck.thread.interrupt();
            assertThat(stuck.failure()).isInstanceOf(AsynchronousCloseException.class);
            assertNothingHeld(buffers);
        }
    }

    // ------------------------------------------------------------------------------------------------ resets

    @ParameterizedTest
    @EnumSource(names = "UNIX", mode = EnumSource.Mode.EXCLUDE)
    void aResetComesAfterTheFramesBeforeItAndIsNoEnd(Transport transport) throws Exception {
        byte[] bytes = frames("one", "2", "three");
        for (int length = 0; length <= bytes.length; length++) {
            try (Transport.Pair pair = transport.open(builder())) {
                Wire.write(pair.peer(), Arrays.copyOf(bytes, length));
                reset(pair.peer());
                List<String> whole = new ArrayList<>();
                for (int again = 0; again < 2; again++) {
                    assertThatThrownBy(() -> {
                                for (Frame f = pair.ours().receive();
                                        f != null;
                                        f = pair.ours().receive()) whole.add(f.text(UTF_8));
                            })
                            .isInstanceOf(IOException.class)
                            .hasMessageContaining("reset");
                }
                assertThat(whole).hasSize(length < 7 ? 0 : length < 12 ? 1 : length < 21 ? 2 : 3);
                assertThatThrownBy(() -> {
                            pair.ours().send(buf("into the void"));
                            pair.ours().send(buf("and again"));
                        })
                        .isInstanceOf(IOException.class);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = "UNIX", mode = EnumSource.Mode.EXCLUDE)
    void aResetIsToldToTheHandlerOnceAndThenThrown(Transport transport) throws Exception {
        byte[] bytes = frames("one", "2");
        for (int n : new int[] {0, 3, 7, 9, 12}) {
            FramingError.Reset reset = n < 7
                    ? new FramingError.Reset(0, n)
                    : n < 12 ? new FramingError.Reset(7, n - 7) : new FramingError.Reset(12, 0);
            try (Transport.Pair pair = transport.open(builder())) {
                Wire.write(pair.peer(), Arrays.copyOf(bytes, n));
                reset(pair.peer());
                List<FramingError> told = new ArrayList<>();
                for (int again = 0; again < 2; again++) {
                    assertThatThrownBy(() -> pair.ours().run(new Failures(told::add)))
                            .isInstanceOf(IOException.class)
                            .hasMessageStartingWith(reset.message())
                            .cause()
                            .isInstanceOfSatisfying(FramingException.class, e -> {
                                assertThat(e.error()).isEqualTo(reset);
                                assertThat(e).hasCauseInstanceOf(IOException.class);
                            });
                }
                assertThat(told).containsExactly(reset);
            }
            try (Transport.Pair pair = transport.open(builder())) {
                Wire.write(pair.peer(), Arrays.copyOf(bytes, n));
                reset(pair.peer());
                assertThatThrownBy(() -> pair.ours().run(frame -> {}))
                        .as("a handler that does not listen")
                        .isInstanceOf(IOException.class)
                        .hasCauseInstanceOf(FramingException.class);
            }
        }
    }

    private record Failures(Consumer<FramingError> to) implements FrameHandler {
        @Override
        public void onFrame(Frame frame) {}

        @Override
        public void onError(FramingError error) {
            to.accept(error);
        }
    }

    @ParameterizedTest
    @EnumSource(names = "UNIX", mode = EnumSource.Mode.EXCLUDE)
    void aHandlerThatIsToldOfAResetMayClose(Transport transport) throws Exception {
        try (Transport.Pair pair = transport.open(builder())) {
            Wire.write(pair.peer(), new byte[] {0, 0});
            reset(pair.peer());
            List<FramingError> told = new ArrayList<>();
            pair.ours().run(new Failures(error -> {
                told.add(error);
                assertThatCode(() -> pair.ours().abort()).doesNotThrowAnyException();
            }));
            assertThat(told).containsExactly(new FramingError.Reset(0, 2));
            assertThatThrownBy(() -> pair.ours().receive()).isInstanceOf(ClosedChannelException.class);
        }
    }

    /** The kernel tells a reset once. Told to a write, it must not turn into a clean end for the reader. */
    @ParameterizedTest
    @EnumSource(names = "UNIX", mode = EnumSource.Mode.EXCLUDE)
    void aResetThatAWriteWasToldIsNoEndForTheReader(Transport transport) throws Exception {
        try (Transport.Pair pair = transport.open(builder())) {
            Wire.write(pair.peer(), frames("one"));
            reset(pair.peer());
            assertThatThrownBy(() -> {
                        while (true) pair.ours().send(buf("into the void"));
                    })
                    .isInstanceOf(IOException.class);
            assertThat(pair.ours().receive().text(UTF_8)).isEqualTo("one");
            for (int again = 0; again < 2; again++)
                assertThatThrownBy(() -> pair.ours().receive())
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("reset");
        }
    }

    /** The peer sent all it had and closed: that its socket refuses what we send later takes nothing from that. */
    @ParameterizedTest
    @EnumSource
    void aPeerThatClosedAfterItsLastFrameHasEndedCleanly(Transport transport) throws Exception {
        try (Transport.Pair pair = transport.open(builder())) {
            Wire.write(pair.peer(), frames("one"));
            pair.peer().close();
            assertThatThrownBy(() -> {
                        while (true) pair.ours().send(buf("into the void"));
                    })
                    .isInstanceOf(IOException.class);
            assertThat(texts(pair.ours())).containsExactly("one");
        }
    }

    @ParameterizedTest
    @EnumSource
    void abortingResetsThePeer(Transport transport) throws Exception {
        try (Transport.Pair pair = transport.open(builder())) {
            pair.ours().write(buf("never sent"));
            pair.ours().abort();
            pair.ours().abort();
            assertNothingHeld(buffers);
            if (transport.hasReset()) {
                assertThatThrownBy(() -> readToEnd(pair.peer()))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("reset");
            } else {
                assertThat(readToEnd(pair.peer())).isEmpty();
            }
            assertThatThrownBy(() -> pair.ours().receive()).isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(() -> pair.ours().write(buf("late"))).isInstanceOf(ClosedChannelException.class);
            pair.ours().close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void abortingWakesReaderAndWriterAndNothingIsHeld(Transport transport) throws Exception {
        try (Transport.Pair pair = transport.open(builder(), 4096)) {
            Wire.write(pair.peer(), Arrays.copyOf(frames("partial"), 6));
            ByteBuf large = buffers.directBuffer().writeBytes(random(16 << 20, 1));
            Wire.Task<Frame> reader = Wire.start(() -> pair.ours().receive());
            Wire.Task<Void> writer = Wire.start(() -> {
                pair.ours().send(large);
                return null;
            });
            reader.awaitInside(Source.class, "read");
            writer.awaitInside(Sink.class, "write");
            pair.ours().abort();
            assertThat(reader.failure()).isInstanceOf(AsynchronousCloseException.class);
            assertThat(writer.failure()).isInstanceOf(AsynchronousCloseException.class);
            assertThat(large.refCnt()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void abortingEndsAGracefulCloseThatHangs(Transport transport) throws Exception {
        try (Transport.Pair pair = transport.open(builder().closeTimeouts(LONG, LONG))) {
            Wire.Task<Void> closer = Wire.start(() -> {
                pair.ours().close();
                return null;
            });
            closer.awaitInside(FramedInput.class, "drain");
            pair.ours().abort();
            closer.join();
        }
    }

    // ------------------------------------------------------------------------------------------------ churn

    @Test
    void aThousandConnectionsLeaveNoDescriptorOpen() throws Exception {
        File open = new File("/proc/self/fd");
        assumeTrue(open.isDirectory(), "descriptors are counted in /proc/self/fd");
        for (Transport transport : Transport.values()) churn(transport, 10); // what the JDK opens once
        int before = open.list().length;
        for (Transport transport : Transport.values()) churn(transport, 340);
        assertThat(open.list().length).isLessThanOrEqualTo(before + 3);
    }

    private void churn(Transport transport, int connections) throws Exception {
        for (int i = 0; i < connections; i++) {
            Transport.Pair pair = transport.open(builder());
            switch (i % 5) {
                case 0 -> {
                    pair.peer().shutdownOutput();
                    pair.ours().close();
                }
                case 1 -> pair.ours().abort();
                case 2 -> {
                    Wire.write(pair.peer(), new byte[] {0, 0});
                    pair.peer().close();
                    assertThatThrownBy(() -> pair.ours().receive()).isInstanceOf(FramingException.class);
                    pair.ours().close();
                }
                case 3 -> {
                    if (transport.hasReset()) reset(pair.peer());
                    else pair.peer().close();
                    pair.ours().write(buf("into the void"));
                    pair.ours().abort();
                }
                default -> {
                    pair.ours().send(buf("bye"));
                    pair.ours().end();
                    pair.peer().shutdownOutput();
                    assertThat(pair.ours().receive()).isNull();
                    pair.ours().close();
                }
            }
            pair.peer().close();
        }
    }

    // ------------------------------------------------------------------------ frames in pieces

    @ParameterizedTest
    @EnumSource
    void thePeersEndWaitsForTheEndOfAFrameInPieces(Transport transport) throws Exception {
        try (Transport.Pair pair = transport.open(builder())) {
            pair.ours().beginFrame(Unpooled.EMPTY_BUFFER, 6);
            pair.ours().piece(buf("one"));
            pair.peer().shutdownOutput();
            assertThat(pair.ours().receive()).isNull();
            pair.ours().piece(buf("two"));
            pair.ours().endFrame();
            assertThat(readToEnd(pair.peer())).isEqualTo(frames("onetwo"));
            assertThatThrownBy(() -> pair.ours().send(buf("late"))).isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFrameInPiecesCannotBeEndedByTheStreamButCanBeClosed(Transport transport) throws Exception {
        try (Transport.Pair pair = transport.open(builder().closeTimeouts(LONG, Duration.ofMillis(50)))) {
            pair.ours().beginFrame(Unpooled.EMPTY_BUFFER, 6);
            pair.ours().piece(buf("one"));
            assertThatThrownBy(() -> pair.ours().end()).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> pair.ours().detach()).isInstanceOf(IllegalStateException.class);
            pair.ours().close();
            assertThat(readToEnd(pair.peer())).isEqualTo(Arrays.copyOf(frames("onetwo"), 7));
            assertThatThrownBy(() -> pair.ours().endFrame()).isInstanceOf(ClosedChannelException.class);
            ByteBuf tail = buf("tail");
            assertThatThrownBy(() -> pair.ours().endFrame(tail)).isInstanceOf(ClosedChannelException.class);
            assertThat(tail.refCnt()).isZero();
        }
    }

    // ------------------------------------------------------------------------------------------------ closed by others

    /** A channel closes itself when a thread that reads from it is interrupted. */
    @Test
    void closingAfterAnInterruptBlamesNobody() throws Exception {
        try (Transport.Pair pair = Transport.CHANNEL.open(builder())) {
            Wire.Task<Frame> reader = Wire.start(() -> pair.ours().receive());
            reader.awaitInside(Source.class, "read");
            reader.thread.interrupt();
            assertThat(reader.failure()).isInstanceOf(ClosedByInterruptException.class);
            assertThatCode(() -> pair.ours().close()).doesNotThrowAnyException();
        }
    }

    @Test
    void closingWhatSomebodyElseClosedIsQuietUnlessSomethingIsLost() throws Exception {
        for (boolean waits : new boolean[] {false, true}) {
            try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
                Socket socket = new Socket(server.getInetAddress(), server.getLocalPort());
                SocketChannel channel = SocketChannel.open(server.getLocalSocketAddress());
                FramedSocket[] ours = {builder().over(socket), builder().over(channel)};
                if (waits) for (FramedSocket one : ours) one.write(buf("waits"));
                socket.close();
                channel.close();
                for (FramedSocket one : ours) {
                    if (waits) {
                        assertThatThrownBy(one::close)
                                .isInstanceOf(IOException.class)
                                .satisfies(e -> assertThat(String.valueOf(e.getMessage()))
                                        .doesNotContain("has not taken"));
                    } else {
                        assertThatCode(one::close).doesNotThrowAnyException();
                    }
                }
            }
        }
    }
}
