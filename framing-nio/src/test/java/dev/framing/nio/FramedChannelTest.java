package dev.framing.nio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.framing.Deadline;
import dev.framing.DeadlineWatch;
import dev.framing.Deadlines;
import dev.framing.Frame;
import dev.framing.FramingError;
import dev.framing.Oversize;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A channel in a loop written by hand, over a real selector; its clock is the test's. The peer is a plain blocking channel. */
@Timeout(30)
class FramedChannelTest {
    private static final long SECOND = 1_000_000_000;

    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - SECOND); // wraps
    private final List<String> told = new ArrayList<>();

    private Selector selector;
    private SocketChannel socket;
    private SocketChannel peer;
    private SelectionKey key;
    private FramedChannel channel;

    /** Notes what it is told, and sends "echo" frames back. */
    private final class Notes implements FramedChannel.Handler {
        @Override
        public void onFrame(Frame frame) {
            told.add(frame.part() + " " + frame.text(UTF_8));
            if (frame.text(UTF_8).equals("echo")) channel.send(frame.retain());
        }

        @Override
        public void onEnd() {
            told.add("end");
        }

        @Override
        public void onError(FramingError error) {
            told.add(
                    error instanceof FramingError.TimedOut timeout
                            ? timeout.deadline() + " " + timeout.bytes()
                            : error.getClass().getSimpleName());
        }

        @Override
        public void onWritable(boolean writable) {
            told.add(writable ? "writable" : "not writable");
        }

        @Override
        public void onClosed(@Nullable IOException broken) {
            told.add("closed");
        }
    }

    @BeforeEach
    void connect() throws IOException {
        selector = Selector.open();
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            peer = SocketChannel.open(server.getLocalAddress());
            socket = server.accept();
        }
        socket.configureBlocking(false);
        peer.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    @AfterEach
    void disconnect() throws IOException {
        if (channel != null) channel.abort();
        selector.close();
        socket.close();
        peer.close();
    }

    private void open(FramedChannel.Builder settings) throws IOException {
        channel = settings.clock(clock::get).over(socket, made -> new Notes());
        key = socket.register(selector, channel.interestOps(), channel);
    }

    private void open(Deadlines deadlines) throws IOException {
        open(FramedChannel.builder(Length4.CODEC).deadlines(deadlines));
    }

    private static Duration seconds(long n) {
        return Duration.ofSeconds(n);
    }

    /** One turn of the loop in FramedChannel's documentation. Waits for the network only: time is the test's. */
    private void turn() throws IOException {
        selector.select(5_000);
        for (SelectionKey selected : selector.selectedKeys()) {
            FramedChannel one = (FramedChannel) selected.attachment();
            one.ready(selected.readyOps());
            if (selected.isValid()) selected.interestOps(one.interestOps());
        }
        selector.selectedKeys().clear();
    }

    private void turnUntil(BooleanSupplier done) throws IOException {
        while (!done.getAsBoolean()) turn();
    }

    /** Seconds pass; what is due is done. */
    private void pass(double secondsPassed) {
        clock.addAndGet((long) (secondsPassed * SECOND));
        if (channel.remainingNanos() <= 0) channel.expire();
        if (key.isValid()) key.interestOps(channel.interestOps());
    }

    private void peerSends(String bytes) throws IOException {
        peer.write(ByteBuffer.wrap(bytes.getBytes(UTF_8)));
    }

    private static String frame(String payload) {
        return "\0\0\0" + (char) payload.length() + payload;
    }

    // ------------------------------------------------------------------------------------------------ the loop

    /** As it stands in the documentation of {@link FramedChannel}. */
    private void loopAsDocumented(FramedChannel echo) throws IOException {
        SelectionKey key = socket.register(selector, echo.interestOps(), echo);
        while (!echo.isClosed()) {
            long nanos = Math.max(0, echo.remainingNanos());
            selector.select(NANOSECONDS.toMillis(nanos) + 1);
            if (selector.selectedKeys().remove(key)) echo.ready(key.readyOps());
            if (echo.remainingNanos() <= 0) echo.expire();
            if (key.isValid()) key.interestOps(echo.interestOps());
        }
    }

    @Test
    void theDocumentedLoopEchoes() throws IOException {
        FramedChannel echo = FramedChannel.of(socket, Length4.CODEC, made -> frame -> made.send(frame.retain()));
        peerSends(frame("one") + frame("two"));
        peer.shutdownOutput();
        loopAsDocumented(echo);
        ByteBuffer back = ByteBuffer.allocate(100);
        while (peer.read(back) >= 0) {}
        assertThat(new String(back.array(), 0, back.position(), UTF_8)).isEqualTo(frame("one") + frame("two"));
    }

    /** Less than a millisecond is 0 of them, and that is for ever to a selector. */
    @Test
    void theDocumentedLoopWaitsForNoDeadlineTooLong() throws IOException {
        loopAsDocumented(FramedChannel.builder(Length4.CODEC)
                .deadlines(Deadlines.none().withIdle(Duration.ofNanos(300_000)))
                .over(socket, made -> new Notes()));
        assertThat(told).containsExactly("IDLE 0", "closed");
    }

    @Test
    void aSocketInBlockingModeIsRefused() throws IOException {
        socket.configureBlocking(true);
        assertThatThrownBy(() -> FramedChannel.of(socket, Length4.CODEC, made -> frame -> {}))
                .isInstanceOf(IllegalBlockingModeException.class);
    }

    @Test
    void writingIsAskedForOnlyWhileSomethingWaits() throws IOException {
        open(Deadlines.none());
        assertThat(channel.interestOps()).isEqualTo(SelectionKey.OP_READ);
        ByteBuf megabyte = Unpooled.wrappedBuffer(new byte[1 << 20]);
        int sent = 0;
        while (channel.interestOps() == SelectionKey.OP_READ) {
            channel.send(megabyte.retainedDuplicate());
            sent++;
        }
        megabyte.release();
        assertThat(channel.interestOps()).as("over the high mark").isEqualTo(SelectionKey.OP_WRITE);
        assertThat(channel.isWritable()).isFalse();
        key.interestOps(channel.interestOps());
        ByteBuffer into = ByteBuffer.allocateDirect(1 << 20);
        long all = sent * (4L + (1 << 20));
        for (long got = 0; got < all; ) {
            into.clear();
            got += peer.read(into);
            selector.selectNow();
            if (selector.selectedKeys().remove(key)) channel.ready(key.readyOps());
            key.interestOps(channel.interestOps());
        }
        assertThat(channel.interestOps()).isEqualTo(SelectionKey.OP_READ);
        assertThat(told).containsExactly("not writable", "writable");
        assertThat(channel.heldBytes()).isZero();
    }

    /** A stream to a fast reader, or small questions with large answers, was one event of 200 ms in which nobody else had a turn. */
    @Test
    void whoAlwaysHasMoreToSendLeavesOthersTheirTurn() throws IOException {
        int[] left = {1_000};
        channel = FramedChannel.builder(Length4.CODEC).marks(0, 0).over(socket, made -> {
            made.send(Unpooled.wrappedBuffer(new byte[1]));
            return new FramedChannel.Handler() {
                @Override
                public void onFrame(Frame frame) {}

                @Override
                public void onWritable(boolean writable) {
                    if (writable && left[0]-- > 0) made.send(Unpooled.wrappedBuffer(new byte[1]));
                }
            };
        });
        assertThat(left[0]).as("after one turn").isBetween(900, 999);
        key = socket.register(selector, channel.interestOps(), channel);
        turnUntil(() -> left[0] <= 0);
        turnUntil(() -> channel.interestOps() == SelectionKey.OP_READ);
    }

    @Test
    void detachGivesTheSocketBackWithWhatWasRead() throws IOException {
        open(Deadlines.none());
        peerSends(frame("one") + frame("two"));
        channel.pause();
        channel.resume();
        turnUntil(() -> told.size() == 2);
        channel.pause();
        ByteBuf rest = channel.detach();
        assertThat(rest.readableBytes()).isZero();
        rest.release();
        assertThat(channel.interestOps()).isZero();
        assertThat(channel.remainingNanos()).isEqualTo(DeadlineWatch.NEVER);
        assertThat(socket.isOpen()).isTrue();
        channel.close();
        assertThat(socket.isOpen()).as("it is the caller's").isTrue();
        assertThat(told).doesNotContain("closed");
    }

    // ------------------------------------------------------------------------------------------------ what it does
    // early

    @Test
    void whatIsDoneBeforeThereIsAHandlerIsDoneAfterwards() throws IOException {
        List<FramedChannel> made = new ArrayList<>();
        channel = FramedChannel.builder(Length4.CODEC).marks(0, 0).over(socket, one -> {
            made.add(one);
            one.send(Unpooled.wrappedBuffer(new byte[8 << 20]));
            return new Notes();
        });
        assertThat(told).as("not a NullPointerException").containsExactly("not writable");
        assertThat(made).containsExactly(channel);
    }

    @Test
    void anApplicationThatThrowsLeavesNothingBehind() {
        ByteBuf payload = Unpooled.directBuffer(8 << 20).writeZero(8 << 20);
        List<FramedChannel> made = new ArrayList<>();
        assertThatThrownBy(() -> FramedChannel.of(socket, Length4.CODEC, one -> {
                    made.add(one);
                    one.send(payload);
                    throw new IllegalArgumentException("mine");
                }))
                .hasMessage("mine");
        assertThat(payload.refCnt()).isZero();
        assertThat(socket.isOpen()).as("it is the caller's").isTrue();
        assertThat(made.get(0).send(Unpooled.wrappedBuffer(new byte[1]))).isFalse();
    }

    /** Its pieces were refused once: a frame that cannot be ended is an output that cannot be either. */
    @Test
    void aFrameBegunIsEndedAfterThePeersEnd() throws IOException {
        open(Deadlines.none());
        channel.beginFrame(Unpooled.EMPTY_BUFFER, 5);
        channel.piece(Unpooled.copiedBuffer("he", UTF_8));
        peer.shutdownOutput();
        turnUntil(() -> told.contains("end"));
        assertThat(channel.isClosed()).isFalse();
        assertThat(channel.piece(Unpooled.copiedBuffer("llo", UTF_8))).isTrue();
        ByteBuf tail = Unpooled.copiedBuffer("none", UTF_8);
        assertThatThrownBy(() -> channel.endFrame(tail)).isInstanceOf(UnsupportedOperationException.class);
        assertThat(tail.refCnt()).isZero();
        assertThat(channel.endFrame()).isTrue();
        assertThat(told).containsExactly("end", "closed");
        ByteBuffer all = ByteBuffer.allocate(100);
        while (peer.read(all) >= 0) {}
        assertThat(new String(all.array(), 0, all.position(), UTF_8)).isEqualTo(frame("hello"));
    }

    /** The peer ended, and then it was gone: what cannot be ended any more does not make a reset of that end. */
    @Test
    void anEndThatCameBeforeTheResetStaysAnEnd() throws IOException {
        open(FramedChannel.builder(Length4.CODEC).allowHalfOpen());
        channel.pause();
        peerSends(frame("last"));
        peer.close();
        channel.send(Unpooled.copiedBuffer("answered by a reset", UTF_8));
        channel.end();
        channel.resume();
        key.interestOps(channel.interestOps());
        turnUntil(() -> told.contains("closed"));
        assertThat(told).containsExactly("WHOLE last", "end", "closed");
    }

    // ------------------------------------------------------------------------------------------------ deadlines

    @Test
    void withoutDeadlinesNothingIsEverDue() throws IOException {
        open(Deadlines.none());
        assertThat(channel.remainingNanos()).isEqualTo(DeadlineWatch.NEVER);
        pass(1_000_000);
        assertThat(told).isEmpty();
    }

    @Test
    void anIdleConnectionIsClosedAndBytesInEitherDirectionPutItOff() throws IOException {
        open(Deadlines.none().withIdle(seconds(10)));
        assertThat(channel.remainingNanos()).isEqualTo(10 * SECOND);
        pass(9);
        peerSends(frame("in"));
        turnUntil(() -> told.size() == 1);
        assertThat(channel.remainingNanos()).isEqualTo(10 * SECOND);
        pass(9);
        channel.send(Unpooled.copiedBuffer("out", UTF_8));
        assertThat(channel.remainingNanos()).isEqualTo(10 * SECOND);
        pass(9.5);
        assertThat(told).containsExactly("WHOLE in");
        pass(0.5);
        assertThat(told).containsExactly("WHOLE in", "IDLE 0", "closed");
        assertThat(socket.isOpen()).isFalse();
    }

    @Test
    void aHeadByteByByteIsCutOffAtItsDeadline() throws IOException {
        open(Deadlines.none().withHead(seconds(20)).withFrame(seconds(30)));
        long before = channel.position();
        for (int i = 0; i < 3; i++) {
            peerSends("\0");
            readByte();
            pass(6);
        }
        assertThat(told).isEmpty();
        assertThat(channel.position()).isEqualTo(before);
        pass(2);
        assertThat(told).containsExactly("HEAD 3", "closed");
    }

    @Test
    void aFrameByteByByteIsCutOffThirtySecondsAfterItsFirstByte() throws IOException {
        open(Deadlines.none().withHead(seconds(20)).withFrame(seconds(30)));
        peerSends("\0\0\0\50");
        readByte();
        for (int i = 0; i < 29; i++) {
            pass(1);
            peerSends("x");
            readByte();
        }
        assertThat(told).isEmpty();
        pass(1);
        assertThat(told).containsExactly("FRAME 33", "closed");
    }

    @Test
    void aFrameInPartsMustBringItsRate() throws IOException {
        open(FramedChannel.builder(Length4.CODEC)
                .oversize(Oversize.parts(0, 1000))
                .deadlines(Deadlines.none().withLeastRate(2, seconds(10))));
        peerSends("\0\0\1\0");
        readByte();
        for (int i = 0; i < 5; i++) {
            peerSends("ab");
            readByte();
            pass(10);
        }
        assertThat(told).doesNotContain("closed");
        peerSends("c");
        readByte();
        pass(10);
        assertThat(told).endsWith("RATE 1", "closed");
    }

    @Test
    void deadlinesStandStillWhilePaused() throws IOException {
        open(Deadlines.none().withHead(seconds(20)));
        peerSends("\0");
        readByte();
        pass(15);
        channel.pause();
        assertThat(channel.remainingNanos()).isEqualTo(DeadlineWatch.NEVER);
        pass(1000);
        channel.resume();
        assertThat(channel.remainingNanos()).isEqualTo(5 * SECOND);
        pass(5);
        assertThat(told).containsExactly("HEAD 1", "closed");
    }

    @Test
    void aPeerThatTakesNothingIsReset() throws IOException {
        open(Deadlines.none().withOutput(seconds(60)));
        while (channel.isWritable()) channel.send(Unpooled.wrappedBuffer(new byte[1 << 20]));
        long waiting = channel.outboundBytes();
        assertThat(channel.remainingNanos()).isEqualTo(60 * SECOND);
        pass(60);
        assertThat(told).containsExactly("not writable", "OUTPUT " + waiting, "closed");
        assertThat(channel.heldBytes()).isZero();
    }

    /** A pause was an end told twice once, and the deadline's error was lost. */
    @Test
    void anOutputDeadlineIsToldWhenThePausedApplicationResumes() throws IOException {
        open(Deadlines.none().withOutput(seconds(60)));
        while (channel.isWritable()) channel.send(Unpooled.wrappedBuffer(new byte[1 << 20]));
        channel.pause();
        pass(60);
        assertThat(channel.isClosed()).isTrue();
        assertThat(told).containsExactly("not writable");
        channel.resume();
        assertThat(told).hasSize(3).element(1).asString().startsWith(Deadline.OUTPUT + " ");
        assertThat(told).endsWith("closed");
    }

    @Test
    void closeWaitsForThePeersEndNoLongerThanItMay() throws IOException {
        open(FramedChannel.builder(Length4.CODEC).closeTimeouts(seconds(3), seconds(4)));
        channel.close();
        assertThat(channel.remainingNanos()).isEqualTo(4 * SECOND);
        assertThat(channel.interestOps()).isEqualTo(SelectionKey.OP_READ);
        pass(3.9);
        assertThat(told).isEmpty();
        pass(0.1);
        assertThat(told).containsExactly("closed");
    }

    @Test
    void closeTriesToSendNoLongerThanItMay() throws IOException {
        open(FramedChannel.builder(Length4.CODEC).closeTimeouts(seconds(3), seconds(4)));
        while (channel.isWritable()) channel.send(Unpooled.wrappedBuffer(new byte[1 << 20]));
        channel.close();
        assertThat(channel.remainingNanos()).isEqualTo(3 * SECOND);
        assertThat(channel.interestOps()).isEqualTo(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        pass(3);
        assertThat(told).containsExactly("not writable", "closed");
        assertThat(channel.heldBytes()).isZero();
    }

    /** What was sent has come. */
    private void readByte() throws IOException {
        selector.select(5_000);
        channel.ready(key.readyOps());
        selector.selectedKeys().clear();
        key.interestOps(channel.interestOps());
    }

    /** A peer that sent one frame to a read and took none of its echoes had 64 KiB of memory for each 1,025 bytes that waited. */
    @Test
    void aFrameThatIsKeptKeepsNoReadBufferForItself() throws IOException {
        UnpooledByteBufAllocator buffers = Wire.counting();
        List<ByteBuf> kept = new ArrayList<>();
        channel = FramedChannel.builder(Length4.CODEC)
                .allocator(buffers)
                .clock(clock::get)
                .over(socket, made -> frame -> kept.add(frame.retain()));
        key = socket.register(selector, channel.interestOps(), channel);
        for (int i = 1; i <= 20; i++) {
            Wire.write(peer, Wire.frames(new byte[1_025]));
            int count = i;
            turnUntil(() -> kept.size() == count);
        }
        assertThat(buffers.metric().usedDirectMemory()).isLessThanOrEqualTo(20 * 2 * 1_024);
        kept.forEach(ByteBuf::release);
        Wire.assertNothingHeld(buffers);
    }
}
