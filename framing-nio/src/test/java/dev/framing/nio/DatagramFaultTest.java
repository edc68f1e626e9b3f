package dev.framing.nio;

import static dev.framing.nio.Wire.buf;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.framing.codec.LengthPrefixed;
import dev.framing.testkit.CountingAllocator;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A channel that takes nothing, fails, or takes a part: a datagram goes whole or not at all, and the next is unaffected. */
class DatagramFaultTest {
    private static final SocketAddress A = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    private static final SocketAddress B = new InetSocketAddress(InetAddress.getLoopbackAddress(), 2);

    private final CountingAllocator buffers = new CountingAllocator();
    private final Faulty channel = new Faulty();
    private final FramedDatagrams datagrams = FramedDatagrams.builder(LengthPrefixed.uint16())
            .size(10)
            .allocator(buffers)
            .over(channel);

    @AfterEach
    void nothingIsHeld() throws IOException {
        datagrams.close();
        assertThat(channel.isOpen()).isFalse();
        assertThat(buffers.used()).isZero();
    }

    @Test
    void aChannelThatTakesNoMoreGetsTheSameLaterAndInOrder() throws IOException {
        channel.next.addAll(List.of("0", "0", "0", "0"));
        datagrams.write(A, buf("one.."));
        datagrams.write(A, buf("two.."));
        datagrams.write(B, buf("three"));
        assertThat(datagrams.flush()).isFalse();
        assertThat(channel.sent).isEmpty();
        assertThat(datagrams.waiting()).isEqualTo(21);
        assertThat(datagrams.flush()).isFalse();
        assertThat(datagrams.flush()).isTrue();
        assertThat(channel.sent).containsExactly("1:\0\5one..", "1:\0\5two..", "2:\0\5three");
        assertThat(datagrams.waiting()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void oneThatFailsIsLostAndTheNextIsUnaffected(int k) throws IOException {
        for (int i = 0; i < k; i++) channel.next.add("");
        channel.next.add("fail");
        List<Integer> told = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            try {
                datagrams.send(A, buf("number" + i));
            } catch (SocketException e) {
                assertThat(e).hasMessage("No buffer space available");
                told.add(i);
            }
        }
        assertThat(told).containsExactly(k);
        List<String> want = new ArrayList<>();
        for (int i = 0; i < 5; i++) if (i != k) want.add("1:\0\7number" + i);
        assertThat(channel.sent).isEqualTo(want);
    }

    @Test
    void theFrameWhoseWriteShowedItIsNotTheOneThatWasLost() throws IOException {
        channel.next.add("fail");
        datagrams.write(A, buf("first"));
        assertThatThrownBy(() -> datagrams.write(A, buf("second"))).isInstanceOf(SocketException.class);
        assertThat(datagrams.flush()).isTrue();
        assertThat(channel.sent).containsExactly("1:\0\6second");
    }

    @Test
    void whatAnswersAnEarlierOneLosesNothing() throws IOException {
        channel.next.add("unreachable");
        assertThatThrownBy(() -> datagrams.send(A, buf("x"))).isInstanceOf(PortUnreachableException.class);
        assertThat(datagrams.waiting()).isEqualTo(3);
        datagrams.send(A, buf("y"));
        assertThat(channel.sent).containsExactly("1:\0\1x", "1:\0\1y");
        channel.next.add("unreachable");
        datagrams.write(A, buf("z"));
        datagrams.close();
        assertThat(channel.sent).hasSize(3);
    }

    @Test
    void aPartIsNoDatagram() throws IOException {
        channel.next.add("part");
        assertThatThrownBy(() -> datagrams.send(A, buf("abc")))
                .isInstanceOf(IOException.class)
                .hasMessage("only 4 of 5 bytes of a datagram went out");
        datagrams.send(A, buf("d"));
        assertThat(channel.sent).containsExactly("1:\0\1d");
    }

    @Test
    void anAddressOfAnotherFamilyIsTheCallersMistakeAndNothingWaitsForIt() throws IOException {
        channel.next.add("family");
        assertThatThrownBy(() -> datagrams.send(A, buf("abc"))).isInstanceOf(UnsupportedAddressTypeException.class);
        datagrams.send(B, buf("d"));
        assertThat(channel.sent).containsExactly("2:\0\1d");
    }

    @Test
    void closeReleasesWhatCannotBeSent() throws IOException {
        channel.next.addAll(List.of("0", "0"));
        datagrams.write(A, buf("a"));
        assertThat(datagrams.flush()).isFalse();
        datagrams.close();
        assertThat(buffers.used()).isZero();
        assertThat(channel.sent).isEmpty();
        assertThat(datagrams.waiting()).isZero();
    }

    @Test
    void closeSaysWhatWasLost() {
        channel.next.add("fail");
        assertThatThrownBy(() -> {
                    datagrams.write(A, buf("a"));
                    datagrams.close();
                })
                .isInstanceOf(SocketException.class);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void aReceiveThatFailsChangesNothing() throws IOException {
        channel.next.addAll(List.of("fail", "\0\1a"));
        assertThatThrownBy(() -> datagrams.receive((s, f) -> {})).isInstanceOf(SocketException.class);
        List<String> texts = new ArrayList<>();
        assertThat(datagrams.receive((s, f) -> texts.add(f.text(ISO_8859_1)))).isTrue();
        assertThat(texts).containsExactly("a");
        buffers.failAt(1);
        List<ByteBuf> kept = new ArrayList<>();
        channel.next.addAll(List.of("\0\1b", "\0\1c"));
        datagrams.receive((s, f) -> kept.add(f.retain()));
        assertThatThrownBy(() -> datagrams.receive((s, f) -> {})).isInstanceOf(CountingAllocator.OutOfBuffers.class);
        assertThat(datagrams.receive((s, f) -> texts.add(f.text(ISO_8859_1)))).isTrue();
        assertThat(texts).containsExactly("a", "c");
        assertThat(kept.get(0).toString(ISO_8859_1)).isEqualTo("b");
        kept.get(0).release();
    }

    /** Does what stands next in its script; with an empty one it sends everything. */
    private static final class Faulty extends DatagramChannel {
        final ArrayDeque<String> next = new ArrayDeque<>();
        final List<String> sent = new ArrayList<>();

        Faulty() {
            super(SelectorProvider.provider());
        }

        private static void fail(String how) throws IOException {
            switch (how) {
                case "fail" -> throw new SocketException("No buffer space available");
                case "unreachable" -> throw new PortUnreachableException();
                case "family" -> throw new UnsupportedAddressTypeException();
                default -> {}
            }
        }

        @Override
        public int send(ByteBuffer src, SocketAddress target) throws IOException {
            String how = next.isEmpty() ? "" : next.remove();
            fail(how);
            if (how.equals("0")) return 0;
            if (how.equals("part")) return src.remaining() - 1;
            int length = src.remaining();
            byte[] bytes = new byte[length];
            src.get(bytes);
            sent.add(((InetSocketAddress) target).getPort() + ":" + new String(bytes, ISO_8859_1));
            return length;
        }

        @Override
        public SocketAddress receive(ByteBuffer dst) throws IOException {
            String how = next.remove();
            fail(how);
            dst.put(how.getBytes(ISO_8859_1));
            return A;
        }

        @Override
        public SocketAddress getLocalAddress() {
            return B;
        }

        @Override
        public SocketAddress getRemoteAddress() {
            return null;
        }

        @Override
        public boolean isConnected() {
            return false;
        }

        @Override
        protected void implCloseSelectableChannel() {}

        @Override
        protected void implConfigureBlocking(boolean block) {}

        @Override
        public DatagramChannel bind(SocketAddress local) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <T> DatagramChannel setOption(SocketOption<T> name, T value) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <T> T getOption(SocketOption<T> name) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Set<SocketOption<?>> supportedOptions() {
            return Set.of();
        }

        @Override
        public DatagramSocket socket() {
            throw new UnsupportedOperationException();
        }

        @Override
        public DatagramChannel connect(SocketAddress remote) {
            throw new UnsupportedOperationException();
        }

        @Override
        public DatagramChannel disconnect() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int read(ByteBuffer dst) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long read(ByteBuffer[] dsts, int offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int write(ByteBuffer src) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long write(ByteBuffer[] srcs, int offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public MembershipKey join(InetAddress group, NetworkInterface on) {
            throw new UnsupportedOperationException();
        }

        @Override
        public MembershipKey join(InetAddress group, NetworkInterface on, InetAddress source) {
            throw new UnsupportedOperationException();
        }
    }
}
