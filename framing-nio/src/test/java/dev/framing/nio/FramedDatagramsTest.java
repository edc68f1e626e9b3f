package dev.framing.nio;

import static dev.framing.nio.Wire.buf;
import static dev.framing.nio.Wire.start;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.framing.Frame;
import dev.framing.FrameCodec;
import dev.framing.FramingError;
import dev.framing.Oversize;
import dev.framing.codec.Delimited;
import dev.framing.codec.HeaderFramed;
import dev.framing.codec.LengthPrefixed;
import dev.framing.codec.Stuffed;
import dev.framing.nio.Wire.Task;
import dev.framing.testkit.CountingAllocator;
import dev.framing.testkit.Event;
import dev.framing.testkit.Replay;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.UnresolvedAddressException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Over the loopback interface, where no datagram is lost that the receiver has room for. */
@Timeout(30)
class FramedDatagramsTest {
    private static final FrameCodec CODEC =
            LengthPrefixed.uint16().toBuilder().max(100).build();

    private final CountingAllocator buffers = new CountingAllocator();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private DatagramChannel peer;
    private SocketAddress address;

    @BeforeEach
    void open() throws IOException {
        peer = bound();
    }

    @AfterEach
    void nothingIsHeld() throws Exception {
        for (AutoCloseable c : opened) c.close();
        assertThat(buffers.used()).isZero();
    }

    private DatagramChannel bound() throws IOException {
        DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET)
                .setOption(StandardSocketOptions.SO_RCVBUF, 1 << 20)
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        opened.add(channel);
        return channel;
    }

    private FramedDatagrams datagrams(FrameCodec codec) throws IOException {
        return datagrams(FramedDatagrams.builder(codec));
    }

    private FramedDatagrams datagrams(FramedDatagrams.Builder builder) throws IOException {
        DatagramChannel channel = bound();
        address = channel.getLocalAddress();
        FramedDatagrams datagrams = builder.allocator(buffers).over(channel);
        opened.add(datagrams);
        return datagrams;
    }

    private void sends(byte[] datagram) throws IOException {
        assertThat(peer.send(ByteBuffer.wrap(datagram), address)).isEqualTo(datagram.length);
    }

    private void sends(String latin1) throws IOException {
        sends(latin1.getBytes(ISO_8859_1));
    }

    /** Writes down what a replay writes down. */
    private static class Told implements DatagramHandler {
        final List<Event> events = new ArrayList<>();
        final List<SocketAddress> senders = new ArrayList<>();

        @Override
        public void onFrame(SocketAddress sender, Frame f) {
            byte[] head = new byte[f.headLength()];
            byte[] tail = new byte[f.tailLength()];
            f.buffer().getBytes(f.payloadIndex() - head.length, head);
            f.buffer().getBytes(f.payloadIndex() + f.payloadLength(), tail);
            List<String> details = f.detail(Object.class).map(String::valueOf).toJavaList();
            events.add(new Event.Framed(f.position(), f.length(), head, f.bytes(), tail, details));
            senders.add(sender);
        }

        @Override
        public void onSkipped(SocketAddress sender, long position, long length) {
            events.add(new Event.Skipped(position, length));
            senders.add(sender);
        }

        @Override
        public void onEnd(SocketAddress sender) {
            events.add(new Event.Ended());
            senders.add(sender);
        }

        @Override
        public void onError(SocketAddress sender, FramingError error) {
            events.add(new Event.Failed(error));
            senders.add(sender);
        }

        List<String> texts() {
            return events.stream()
                    .map(e -> e instanceof Event.Framed f
                            ? f.position() + ":" + new String(f.payload(), ISO_8859_1)
                            : e instanceof Event.Failed x
                                    ? x.error().getClass().getSimpleName() + " at "
                                            + x.error().position()
                                    : e.toString())
                    .toList();
        }
    }

    // ------------------------------------------------------------------------------------------------ receiving

    @Test
    void oneOrManyFramesInEachNoneCrossing() throws IOException {
        FramedDatagrams datagrams = datagrams(CODEC);
        sends("\0\1a\0\2bc\0\0");
        sends("\0\1d");
        sends(""); // an empty one is clean
        sends("\0\3ef");
        sends("g\0\1h"); // no continuation
        sends("\0\1i\0");
        sends("\0\1j");
        Told told = new Told();
        for (int i = 0; i < 7; i++) assertThat(datagrams.receive(told)).isTrue();
        assertThat(told.texts())
                .containsExactly(
                        "0:a",
                        "3:bc",
                        "7:",
                        "end",
                        "0:d",
                        "end",
                        "end",
                        "Truncated at 0",
                        "FrameTooLong at 0",
                        "0:i",
                        "Truncated at 3",
                        "0:j",
                        "end");
        assertThat(told.senders).containsOnly(peer.getLocalAddress());
        assertThat(datagrams.broken()).isEqualTo(3);
        Event.Failed cut = (Event.Failed) told.events.get(7);
        assertThat(cut.error()).isEqualTo(new FramingError.Truncated(0, 4, 5, ""));
    }

    @Test
    void theEndOfADatagramCompletesWhatTheEndCompletes() throws IOException {
        FramedDatagrams datagrams =
                datagrams(Delimited.lines().toBuilder().lastLine(true).build());
        sends("<34>one message, no line end");
        sends("two\nlines");
        sends("one\n");
        Told told = new Told();
        for (int i = 0; i < 3; i++) datagrams.receive(told);
        assertThat(told.texts())
                .containsExactly("0:<34>one message, no line end", "end", "0:two", "4:lines", "end", "0:one", "end");
    }

    @Test
    void malformedAndTooLongAreErrorsOfThatDatagram() throws IOException {
        FramedDatagrams datagrams =
                datagrams(LengthPrefixed.decimal(':').toBuilder().max(20).build());
        sends("1:a1x");
        sends("1:b99:");
        sends("1:c");
        Told told = new Told();
        for (int i = 0; i < 3; i++) datagrams.receive(told);
        assertThat(told.texts()).containsExactly("0:a", "Malformed at 4", "0:b", "FrameTooLong at 3", "0:c", "end");
    }

    /** L10: what a datagram holds is what the same bytes are on any other transport. */
    @Test
    void aDatagramGivesWhatAStreamOfTheSameBytesGives() throws IOException {
        List<FrameCodec> codecs = List.of(
                CODEC,
                LengthPrefixed.varint().toBuilder().max(60).build(),
                Delimited.lines().withMax(60),
                Delimited.lines().toBuilder().lastLine(true).max(60).build(),
                Delimited.marks("\13", "\34\r").withMax(60),
                Delimited.builder()
                        .delimiter("\n")
                        .escape("\\")
                        .unescape(true)
                        .max(60)
                        .build(),
                Stuffed.slip().withMax(60),
                Stuffed.cobs().withMax(60),
                HeaderFramed.builder().max(120).build());
        Random random = new Random(42);
        for (FrameCodec codec : codecs) {
            for (Oversize policy : List.of(Oversize.fail(), Oversize.skip())) {
                FramedDatagrams datagrams =
                        datagrams(FramedDatagrams.builder(codec).oversize(policy));
                Told told = new Told();
                for (int i = 0; i < 150; i++) {
                    byte[] bytes = stream(codec, random);
                    sends(bytes);
                    told.events.clear();
                    datagrams.receive(told);
                    List<Event> stream =
                            Replay.of(codec).oversize(policy).run(bytes).events();
                    assertThat(named(told.events))
                            .as(codec + " " + HexFormat.of().formatHex(bytes))
                            .isEqualTo(named(stream));
                }
                datagrams.close();
            }
        }
    }

    /** A detail that prints its identity is known by its class. */
    private static List<String> named(List<Event> events) {
        return events.stream()
                .map(e -> e.toString().replaceAll("@[0-9a-f]+", ""))
                .toList();
    }

    private static byte[] stream(FrameCodec codec, Random random) {
        StringBuilder all = new StringBuilder();
        for (int n = random.nextInt(6); n > 0; n--) {
            byte[] payload = new byte[1 + random.nextInt(random.nextInt(8) == 0 ? 80 : 12)];
            for (int k = 0; k < payload.length; k++) payload[k] = (byte) ('a' + random.nextInt(26));
            try {
                all.append(new String(dev.framing.testkit.Wire.of(codec, payload), ISO_8859_1));
            } catch (IllegalArgumentException tooLong) {
                all.append("y".repeat(90));
            }
        }
        byte[] bytes = all.toString().getBytes(ISO_8859_1);
        if (bytes.length > 0 && random.nextInt(3) == 0)
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        return random.nextInt(3) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)) : bytes;
    }

    @Test
    void theLargestDatagramIsNotCut() throws IOException {
        FramedDatagrams datagrams =
                datagrams(LengthPrefixed.uint16().toBuilder().max(65_537).build());
        byte[] bytes = new byte[65_507];
        new Random(7).nextBytes(bytes);
        bytes[0] = (byte) (65_505 >> 8);
        bytes[1] = (byte) 65_505;
        sends(bytes);
        Told told = new Told();
        datagrams.receive(told);
        assertThat(told.events).hasSize(2);
        assertThat(((Event.Framed) told.events.get(0)).payload()).isEqualTo(Arrays.copyOfRange(bytes, 2, bytes.length));
    }

    @Test
    void whatIsKeptOutlivesTheNextDatagrams() throws IOException {
        FramedDatagrams datagrams = datagrams(CODEC);
        List<ByteBuf> kept = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            sends("\0\1" + (char) ('a' + i) + "\0\2--");
            boolean keep = i % 3 == 0;
            datagrams.receive((sender, frame) -> {
                if (keep && frame.position() == 0) kept.add(frame.retain());
            });
        }
        assertThat(kept).hasSize(7);
        for (int k = 0; k < kept.size(); k++) {
            assertThat(kept.get(k).toString(ISO_8859_1)).isEqualTo(String.valueOf((char) ('a' + 3 * k)));
            kept.get(k).release();
        }
        long before = buffers.allocations();
        for (int i = 0; i < 20; i++) {
            sends("\0\1x");
            datagrams.receive((sender, frame) -> frame.retain().release());
        }
        assertThat(buffers.allocations()).isLessThanOrEqualTo(before + 1); // one and the same again
        assertThat(buffers.used()).isEqualTo(DatagramInput.BUFFER);
    }

    @Test
    void nothingIsAllocatedPerFrame() throws IOException {
        FramedDatagrams datagrams = datagrams(CODEC);
        long[] frames = {0};
        DatagramHandler counting = (sender, frame) -> frames[0] += frame.payloadLength();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        byte[] many = "\0\1a".repeat(20_000).getBytes(ISO_8859_1);
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 30; round++) {
            sends(many);
            long before = threads.getCurrentThreadAllocatedBytes();
            datagrams.receive(counting);
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(frames[0]).isEqualTo(30 * 20_000);
        assertThat(least).as("bytes allocated for 20,000 frames").isLessThan(1000);
    }

    @Test
    void aHandlersExceptionIsTheCallersAndTheNextDatagramIsUnaffected() throws IOException {
        FramedDatagrams datagrams = datagrams(CODEC);
        Told told = new Told();
        String[] where = {"frame", "error", "end"};
        for (String at : where) {
            sends("\0\1a\0\1b" + (at.equals("error") ? "\0" : ""));
            sends("\0\1c");
            IllegalStateException own = new IllegalStateException("the handler's own");
            DatagramHandler throwing = new DatagramHandler() {
                @Override
                public void onFrame(SocketAddress sender, Frame frame) {
                    if (at.equals("frame")) throw own;
                }

                @Override
                public void onError(SocketAddress sender, FramingError error) {
                    throw own;
                }

                @Override
                public void onEnd(SocketAddress sender) {
                    throw own;
                }
            };
            assertThatThrownBy(() -> datagrams.run(throwing)).isSameAs(own);
            told.events.clear();
            datagrams.receive(told);
            assertThat(told.texts()).containsExactly("0:c", "end");
            assertThat(buffers.used()).isEqualTo(DatagramInput.BUFFER);
        }
    }

    @Test
    void anErrorDoesNotStopTheLoop() throws IOException {
        FramedDatagrams datagrams = datagrams(CODEC);
        for (int i = 0; i < 10; i++) sends(i % 2 == 0 ? "\377\377" : "\0\1" + i);
        sends("\0\4stop\0\1x");
        List<String> texts = new ArrayList<>();
        datagrams.run((sender, frame) -> {
            texts.add(frame.text(ISO_8859_1));
            if (frame.payloadLength() < 4) return;
            try {
                datagrams.close();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(texts).containsExactly("1", "3", "5", "7", "9", "stop"); // nothing after the close
        assertThat(datagrams.broken()).isEqualTo(5);
        assertThat(buffers.used()).isZero();
        assertThatThrownBy(() -> datagrams.receive((s, f) -> {})).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void closingWakesAReceiverThatWaits() throws Exception {
        FramedDatagrams datagrams = datagrams(CODEC);
        Task<Boolean> receiver = start(() -> datagrams.receive((s, f) -> {}));
        while (receiver.thread.getState() == Thread.State.NEW || buffers.used() == 0) Thread.onSpinWait();
        datagrams.close();
        assertThatThrownBy(receiver::join)
                .rootCause()
                .isInstanceOf(ClosedChannelException.class); // or just before it waits
        receiver.thread.join();
        assertThat(buffers.used()).isZero();
    }

    @Test
    void closedWhileAHandlerRunsItIsTheLastFrame() throws Exception {
        FramedDatagrams datagrams = datagrams(CODEC);
        sends("\0\1a\0\1b");
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        List<String> texts = new ArrayList<>();
        Task<Boolean> receiver = start(() -> datagrams.receive((sender, frame) -> {
            texts.add(frame.text(ISO_8859_1));
            inside.countDown();
            try {
                closed.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            texts.add(frame.text(ISO_8859_1)); // the memory is still there
        }));
        inside.await();
        assertThatIllegalStateException()
                .isThrownBy(() -> datagrams.receive((s, f) -> {}))
                .withMessageContaining("another thread");
        datagrams.close();
        assertThat(buffers.used()).isEqualTo(DatagramInput.BUFFER);
        closed.countDown();
        assertThatThrownBy(receiver::join)
                .rootCause()
                .isInstanceOf(ClosedChannelException.class); // or just before it waits
        receiver.thread.join();
        assertThat(texts).containsExactly("a", "a");
        assertThat(buffers.used()).isZero();
    }

    @Test
    void aHandlerMayAnswerAndMayNotReceive() throws IOException {
        FramedDatagrams server = datagrams(CODEC);
        sends("\0\3one\0\3two");
        List<Throwable> refused = new ArrayList<>();
        server.receive((sender, frame) -> {
            try {
                server.write(sender, frame.retain());
                server.receive((s, f) -> {});
            } catch (IOException | IllegalStateException e) {
                refused.add(e);
            }
        });
        assertThat(refused).hasSize(2).allSatisfy(e -> assertThat(e).hasMessageContaining("inside a handler"));
        assertThat(server.waiting()).isEqualTo(10);
        assertThat(server.flush()).isTrue();
        assertThat(peerReceives()).isEqualTo("\0\3one\0\3two");
    }

    private String peerReceives() throws IOException {
        ByteBuffer into = ByteBuffer.allocate(70_000);
        peer.receive(into);
        return new String(into.array(), 0, into.position(), ISO_8859_1);
    }

    // ------------------------------------------------------------------------------------------------ sending

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void framesArePackedUpToASize(boolean connected) throws IOException {
        FramedDatagrams datagrams = datagrams(FramedDatagrams.builder(CODEC).size(20));
        SocketAddress to = peer.getLocalAddress();
        if (connected) {
            DatagramChannel channel = DatagramChannel.open().connect(to);
            datagrams =
                    FramedDatagrams.builder(CODEC).size(20).allocator(buffers).over(channel);
            opened.add(datagrams);
        }
        for (String text : List.of("eightbyt", "eightby.", "sevenby", "nine-byte", "x", "eighteen-bytes-are")) {
            if (connected) datagrams.write(buf(text));
            else datagrams.write(to, buf(text));
        }
        FramedDatagrams full = datagrams;
        ByteBuf tooLong = buf("nineteen-bytes-are-");
        assertThatThrownBy(() -> full.write(to, tooLong)).isInstanceOf(IllegalArgumentException.class);
        assertThat(tooLong.refCnt()).isZero();
        if (connected) datagrams.send(buf("last"));
        else datagrams.send(to, buf("last"));
        assertThat(peerReceives()).isEqualTo("\0\10eightbyt\0\10eightby.");
        assertThat(peerReceives()).isEqualTo("\0\7sevenby\0\11nine-byte");
        assertThat(peerReceives()).isEqualTo("\0\1x");
        assertThat(peerReceives()).isEqualTo("\0\22eighteen-bytes-are");
        assertThat(peerReceives()).isEqualTo("\0\4last");
        assertThat(datagrams.waiting()).isZero();
    }

    @Test
    void eachDatagramHasOneDestination() throws IOException {
        FramedDatagrams datagrams = datagrams(CODEC);
        DatagramChannel other = bound();
        datagrams.write(peer.getLocalAddress(), buf("a"));
        datagrams.write(peer.getLocalAddress(), buf("b"));
        datagrams.write(other.getLocalAddress(), buf("c"));
        datagrams.write(peer.getLocalAddress(), buf("d"));
        datagrams.close(); // sends what waits
        assertThat(peerReceives()).isEqualTo("\0\1a\0\1b");
        assertThat(peerReceives()).isEqualTo("\0\1d");
        ByteBuffer into = ByteBuffer.allocate(100);
        other.receive(into);
        assertThat(into.position()).isEqualTo(3);
    }

    @Test
    void twoOfThemTalk() throws IOException {
        FramedDatagrams server = datagrams(FramedDatagrams.builder(Delimited.lf()));
        FramedDatagrams client = FramedDatagrams.of(DatagramChannel.open().connect(address), Delimited.lf());
        opened.add(client);
        for (int i = 0; i < 500; i++) client.write(buf("line " + i));
        client.flush();
        Told asked = new Told();
        long frames = 0;
        while (frames < 500) {
            asked.events.clear();
            server.receive(asked);
            frames += asked.events.size() - 1;
            assertThat(asked.events.get(asked.events.size() - 1)).isInstanceOf(Event.Ended.class);
        }
        server.send(asked.senders.get(0), buf("all of it"));
        Told answer = new Told();
        client.receive(answer);
        assertThat(answer.texts()).containsExactly("0:all of it", "end");
        assertThat(answer.senders).containsOnly(address);
    }

    @Test
    void aDestinationThatCannotBeIsRefusedAndReleased() throws IOException {
        FramedDatagrams unconnected = datagrams(CODEC);
        FramedDatagrams connected = FramedDatagrams.of(DatagramChannel.open().connect(peer.getLocalAddress()), CODEC);
        opened.add(connected);
        ByteBuf[] payloads = {buf("a"), buf("b"), buf("c"), buf("d")};
        assertThatThrownBy(() -> unconnected.write(payloads[0])).isInstanceOf(NotYetConnectedException.class);
        assertThatThrownBy(() -> connected.write(address, payloads[1])).isInstanceOf(AlreadyConnectedException.class);
        assertThatThrownBy(
                        () -> unconnected.write(InetSocketAddress.createUnresolved("nowhere.invalid", 1), payloads[2]))
                .isInstanceOf(UnresolvedAddressException.class);
        connected.send(peer.getLocalAddress(), buf("it is its peer"));
        assertThat(peerReceives()).endsWith("peer");
        connected.close();
        assertThatThrownBy(() -> connected.write(payloads[3])).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(connected::flush).isInstanceOf(ClosedChannelException.class);
        for (ByteBuf payload : payloads) assertThat(payload.refCnt()).isZero();
        assertThat(connected.waiting()).isZero();
    }

    @Test
    void aCodecWithoutAnEncoderReceives() throws IOException {
        FramedDatagrams datagrams = datagrams(new FrameCodec() {
            @Override
            public dev.framing.FrameDecoder newDecoder() {
                return CODEC.newDecoder();
            }

            @Override
            public dev.framing.FrameEncoder newEncoder() {
                throw new UnsupportedOperationException("only decodes");
            }

            @Override
            public int maxFrameLength() {
                return 100;
            }
        });
        sends("\0\1a");
        Told told = new Told();
        datagrams.receive(told);
        assertThat(told.texts()).containsExactly("0:a", "end");
        ByteBuf payload = buf("x");
        assertThatThrownBy(() -> datagrams.write(peer.getLocalAddress(), payload))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThat(payload.refCnt()).isZero();
    }

    // ------------------------------------------------------------------------------------------------ non-blocking

    @Test
    void inNonBlockingModeASelectorSaysWhenToReceive() throws IOException {
        DatagramChannel channel = bound();
        channel.configureBlocking(false);
        address = channel.getLocalAddress();
        FramedDatagrams datagrams =
                FramedDatagrams.builder(CODEC).allocator(buffers).over(channel);
        opened.add(datagrams);
        Told told = new Told();
        assertThat(datagrams.receive(told)).isFalse();
        assertThat(told.events).isEmpty();
        assertThatThrownBy(() -> datagrams.run(told)).isInstanceOf(IllegalBlockingModeException.class);
        try (Selector selector = Selector.open()) {
            channel.register(selector, SelectionKey.OP_READ);
            sends("\0\1a");
            sends("");
            sends("\0\1b");
            for (int i = 0; i < 3 && told.events.size() < 5; i++) {
                assertThat(selector.select(5000)).isOne();
                selector.selectedKeys().clear();
                while (datagrams.receive(told)) {}
            }
        }
        assertThat(told.texts()).containsExactly("0:a", "end", "end", "0:b", "end");
        datagrams.send(peer.getLocalAddress(), buf("answer"));
        assertThat(peerReceives()).isEqualTo("\0\6answer");
    }

    @Test
    void aConnectedChannelWhosePeerDoesNotListenSaysSoAndGoesOn() throws IOException {
        SocketAddress gone = peer.getLocalAddress();
        peer.close();
        FramedDatagrams client = FramedDatagrams.builder(CODEC)
                .allocator(buffers)
                .over(DatagramChannel.open(StandardProtocolFamily.INET).connect(gone));
        opened.add(client);
        client.send(buf("lost"));
        assertThatThrownBy(() -> client.receive((s, f) -> {})).isInstanceOf(PortUnreachableException.class);
        try (DatagramChannel back =
                DatagramChannel.open(StandardProtocolFamily.INET).bind(gone)) {
            client.send(buf("lost")); // now it listens
            ByteBuffer into = ByteBuffer.allocate(100);
            SocketAddress from = back.receive(into);
            back.send(ByteBuffer.wrap(new byte[] {0, 1, 'x'}), from);
            Told told = new Told();
            client.receive(told);
            assertThat(told.texts()).containsExactly("0:x", "end");
        }
    }
}
