package dev.framing.nio;

import static dev.framing.nio.Length4.CODEC;
import static dev.framing.nio.Wire.buf;
import static dev.framing.nio.Wire.frames;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.framing.Deadline;
import dev.framing.Deadlines;
import dev.framing.Frame;
import dev.framing.FrameHandler;
import dev.framing.FramingError;
import dev.framing.FramingException;
import java.io.ByteArrayInputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Deadlines of a connection that blocks. An hour passes when the test says so. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FramedSocketDeadlinesTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration SOON = Duration.ofMillis(60);
    private final AtomicLong clock = new AtomicLong();

    private FramedSocket.Builder builder(Deadlines limits) {
        return FramedSocket.builder(CODEC).deadlines(limits).clock(clock::get);
    }

    private static Deadline late(Throwable thrown) {
        assertThat(thrown).isInstanceOf(FramingException.class);
        FramingError error = ((FramingException) thrown).error();
        assertThat(error).isInstanceOf(FramingError.TimedOut.class);
        return ((FramingError.TimedOut) error).deadline();
    }

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    @ParameterizedTest
    @EnumSource(names = "UNIX", mode = EnumSource.Mode.EXCLUDE)
    void aFrameThatComesByteByByteIsTimedOut(Transport transport) throws Exception {
        byte[] bytes = frames("slow");
        for (int n = 1; n < bytes.length; n++) {
            Deadlines limits = Deadlines.none().withHead(HOUR).withFrame(HOUR);
            try (Transport.Pair pair = transport.open(builder(limits))) {
                for (int i = 0; i < n; i++) {
                    Wire.write(pair.peer(), new byte[] {bytes[i]});
                    nothingWholeYet(pair.ours());
                }
                Wire.Task<Frame> reader = Wire.start(() -> pair.ours().receive());
                reader.awaitInside(Source.class, "read");
                pass(HOUR);
                Wire.write(pair.peer(), new byte[] {bytes[n]});
                if (n + 1 == bytes.length) {
                    assertThat(reader.join().text(UTF_8)).isEqualTo("slow"); // late, but whole when anybody looked
                } else {
                    assertThat(late(reader.failure())).isEqualTo(n + 1 < 4 ? Deadline.HEAD : Deadline.FRAME);
                    assertThatThrownBy(() -> pair.ours().receive()).satisfies(e -> late(e));
                }
            }
        }
    }

    private static void nothingWholeYet(FramedSocket socket) {
        assertThatThrownBy(() -> socket.receive(Duration.ofMillis(1))).isInstanceOf(SocketTimeoutException.class);
    }

    @ParameterizedTest
    @EnumSource(names = "UNIX", mode = EnumSource.Mode.EXCLUDE)
    void aSilentPeerIsTimedOutOnceAndTheHandlerIsToldOnce(Transport transport) throws Exception {
        try (Transport.Pair pair = transport.open(
                FramedSocket.builder(CODEC).deadlines(Deadlines.none().withIdle(SOON)))) {
            Wire.write(pair.peer(), frames("one"));
            List<Object> told = new ArrayList<>();
            assertThatThrownBy(() -> pair.ours().run(new FrameHandler() {
                        @Override
                        public void onFrame(Frame frame) {
                            told.add(frame.text(UTF_8));
                        }

                        @Override
                        public void onError(FramingError error) {
                            told.add(error);
                        }
                    }))
                    .satisfies(e -> assertThat(late(e)).isEqualTo(Deadline.IDLE));
            assertThat(told).containsExactly("one", new FramingError.TimedOut(7, Deadline.IDLE, SOON, 0));
        }
    }

    /** What we send is a sign of life of the connection; what happens between two calls of ours is no fault of the peer's. */
    @ParameterizedTest
    @EnumSource(names = "UNIX", mode = EnumSource.Mode.EXCLUDE)
    void ourOwnTimeIsNotThePeers(Transport transport) throws Exception {
        Deadlines limits = Deadlines.none().withIdle(HOUR).withHead(HOUR).withFrame(HOUR);
        try (Transport.Pair pair = transport.open(builder(limits))) {
            Wire.write(pair.peer(), frames("one"));
            Wire.write(pair.peer(), new byte[] {0, 0, 0});
            assertThat(pair.ours().receive().text(UTF_8)).isEqualTo("one");
            pass(HOUR.multipliedBy(5));
            assertThatThrownBy(() -> pair.ours().receive(Duration.ofMillis(1)))
                    .isInstanceOf(SocketTimeoutException.class);
            pass(HOUR.multipliedBy(5));
            Wire.write(pair.peer(), new byte[] {3, 't', 'w', 'o'});
            assertThat(pair.ours().receive().text(UTF_8)).isEqualTo("two");
            pass(HOUR.multipliedBy(5));
            Wire.write(pair.peer(), frames("three"));
            List<String> told = new ArrayList<>();
            pair.peer().shutdownOutput();
            pair.ours().run(frame -> {
                told.add(frame.text(UTF_8));
                pass(HOUR.multipliedBy(5));
            });
            assertThat(told).containsExactly("three");
        }
    }

    @ParameterizedTest
    @EnumSource(names = "UNIX", mode = EnumSource.Mode.EXCLUDE)
    void whoIsSentToIsNotIdle(Transport transport) throws Exception {
        Duration idle = Duration.ofMillis(200);
        CountDownLatch looked = new CountDownLatch(2); // after the wait, and before the next
        FramedSocket.Builder builder = FramedSocket.builder(CODEC)
                .deadlines(Deadlines.none().withIdle(idle))
                .clock(() -> {
                    if (clock.get() > idle.toNanos()) looked.countDown();
                    return clock.get();
                });
        try (Transport.Pair pair = transport.open(builder)) {
            Wire.Task<Frame> reader = Wire.start(() -> pair.ours().receive());
            reader.awaitInside(Source.class, "read");
            pass(idle.minusMillis(50));
            pair.ours().send(buf("still here?"));
            pass(Duration.ofMillis(100));
            assertThat(looked.await(50, TimeUnit.SECONDS)).isTrue();
            Wire.write(pair.peer(), frames("yes"));
            assertThat(reader.join().text(UTF_8)).isEqualTo("yes");
        }
    }

    @Test
    void aTransportWithoutTimeoutsTakesNoDeadlines() {
        FramedInput.Builder builder = FramedInput.builder(CODEC).deadlines(Deadlines.standard());
        assertThatThrownBy(() -> builder.over(new ByteArrayInputStream(new byte[0])))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> Transport.UNIX.open(builder(Deadlines.standard())))
                .isInstanceOf(UnsupportedOperationException.class);
    }
}
