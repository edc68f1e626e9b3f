package dev.framing.nio;

import static dev.framing.nio.Length4.CODEC;
import static dev.framing.nio.Wire.assertNothingHeld;
import static dev.framing.nio.Wire.buf;
import static dev.framing.nio.Wire.frames;
import static dev.framing.nio.Wire.random;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.framing.FrameCodec;
import dev.framing.FrameDecoder;
import dev.framing.FrameEncoder;
import dev.framing.FrameWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FramedOutputTest {
    private final UnpooledByteBufAllocator buffers = Wire.counting();
    private final ByteArrayOutputStream sink = new ByteArrayOutputStream();

    @AfterEach
    void nothingIsHeld() {
        assertNothingHeld(buffers);
    }

    private FramedOutput over(OutputStream stream) {
        return FramedOutput.builder(CODEC).allocator(buffers).over(stream);
    }

    private FramedOutput over(WritableByteChannel channel) {
        return FramedOutput.builder(CODEC).allocator(buffers).over(channel);
    }

    /** A channel that takes a few bytes of what it is given. */
    private final class Reluctant implements GatheringByteChannel {
        private final Random random = new Random(7);
        int most;
        int writes;
        int fruitlessBefore;
        int failAt = Integer.MAX_VALUE;

        @Override
        public int write(ByteBuffer from) throws IOException {
            if (++writes >= failAt) throw new IOException("disk on fire");
            if (fruitlessBefore > 0 && writes % fruitlessBefore != 0) return 0;
            int n = Math.min(from.remaining(), 1 + random.nextInt(most));
            for (int i = 0; i < n; i++) sink.write(from.get());
            return n;
        }

        @Override
        public long write(ByteBuffer[] from, int offset, int length) throws IOException {
            long n = 0;
            for (int i = offset; i < offset + length; i++) {
                int before = from[i].remaining();
                int sent = write(from[i]);
                n += sent;
                if (sent < before) break;
            }
            return n;
        }

        @Override
        public long write(ByteBuffer[] from) throws IOException {
            return write(from, 0, from.length);
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    // ------------------------------------------------------------------------------------------------ bytes

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 100, 1 << 20})
    void partialWritesAreFinished(int most) throws IOException {
        byte[][] payloads = {random(0, 1), random(5, 2), random(1500, 3), random(100_000, 4), random(64, 5)};
        Reluctant channel = new Reluctant();
        channel.most = most;
        try (FramedOutput out = over(channel)) {
            for (byte[] payload : payloads) {
                ByteBuf buffer = payload.length % 2 == 0
                        ? Unpooled.wrappedBuffer(payload)
                        : buffers.directBuffer().writeBytes(payload);
                out.write(buffer);
            }
        }
        assertThat(sink.toByteArray()).isEqualTo(frames(payloads));
    }

    @Test
    void aChannelThatTakesNothingForEverIsBroken() throws IOException {
        Reluctant channel = new Reluctant();
        channel.most = 4;
        channel.fruitlessBefore = FramedInput.FRUITLESS;
        try (FramedOutput out = over(channel)) {
            out.send(buf("one"));
        }
        assertThat(sink.toByteArray()).isEqualTo(frames("one"));
        channel.fruitlessBefore = Integer.MAX_VALUE;
        FramedOutput out = over(channel);
        assertThatThrownBy(() -> out.send(buf("two")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("0 bytes");
        out.close();
    }

    @Test
    void streamsGetHeapAndDirectPayloadsOfAllSizes() throws IOException {
        byte[][] payloads = {random(0, 1), random(5, 2), random(1500, 3), random(100_001, 4), random(64, 5)};
        try (FramedOutput out = over(sink)) {
            for (byte[] payload : payloads) {
                out.write(
                        payload.length % 2 == 0
                                ? Unpooled.wrappedBuffer(payload)
                                : buffers.directBuffer().writeBytes(payload));
            }
        }
        assertThat(sink.toByteArray()).isEqualTo(frames(payloads));
    }

    @Test
    void writesWaitForTheFlushButNotInUnboundedMemory() throws IOException {
        int[] writes = new int[1];
        OutputStream stream = new OutputStream() {
            @Override
            public void write(int b) {
                throw new AssertionError("a byte at a time");
            }

            @Override
            public void write(byte[] from, int offset, int length) {
                writes[0]++;
                sink.write(from, offset, length);
            }
        };
        try (FramedOutput out = over(stream)) {
            for (int i = 0; i < 100; i++) out.write(buf("frame"));
            assertThat(writes[0]).isZero();
            out.flush();
            assertThat(writes[0]).isOne();
            sink.reset();
            for (int i = 0; i < 1000; i++) {
                out.write(buf("x".repeat(1000)));
                assertThat(buffers.metric().usedHeapMemory()).isLessThan(FramedOutput.BUFFER + 32 * 1024);
            }
        }
        assertThat(sink.size()).isEqualTo(1000 * 1004);
    }

    @Test
    void channelsOfAllKinds(@TempDir Path dir) throws IOException {
        Path file = dir.resolve("frames");
        try (FramedOutput out = over(FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
            out.write(buf("one"));
            out.send(Unpooled.wrappedBuffer(random(5000, 1)));
        }
        assertThat(Files.readAllBytes(file)).isEqualTo(frames("one".getBytes(UTF_8), random(5000, 1)));
        try (FramedOutput out = over(Channels.newChannel(sink))) {
            out.write(buf("one"));
            out.send(Unpooled.wrappedBuffer(random(5000, 1)));
        }
        assertThat(sink.toByteArray()).isEqualTo(Files.readAllBytes(file));
        Pipe pipe = Pipe.open();
        pipe.sink().configureBlocking(false);
        assertThatThrownBy(() -> over(pipe.sink())).isInstanceOf(IllegalBlockingModeException.class);
        pipe.sink().close();
        pipe.source().close();
    }

    // ------------------------------------------------------------------------------------------------ frames

    @Test
    void framesInPiecesAndRawBytes() throws IOException {
        try (FramedOutput out = over(sink)) {
            out.raw(buf("HELLO"));
            out.beginFrame(Unpooled.EMPTY_BUFFER, 6);
            out.piece(buf("one"));
            assertThatThrownBy(() -> out.write(buf("not now"))).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> out.switchTo(CODEC)).isInstanceOf(IllegalStateException.class);
            out.piece(buf("two"));
            out.endFrame();
            out.switchTo(new Length4(8));
            out.write(buf("four"));
            assertThatThrownBy(() -> out.write(buf("fives"))).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(sink.toByteArray()).startsWith("HELLO".getBytes(UTF_8)).endsWith(frames("onetwo", "four"));
        assertThat(sink.size()).isEqualTo(5 + 10 + 8);
    }

    @Test
    void aRefusedFrameLeavesNothingBehind() throws IOException {
        ByteBuf tooLong = buf("123456789");
        try (FramedOutput out =
                FramedOutput.builder(new Length4(12)).allocator(buffers).over(sink)) {
            out.write(buf("one"));
            assertThatThrownBy(() -> out.write(tooLong)).isInstanceOf(IllegalArgumentException.class);
            assertThat(tooLong.refCnt()).isZero();
            out.send(buf("two"));
        }
        assertThat(sink.toByteArray()).isEqualTo(frames("one", "two"));
    }

    @Test
    void aCodecThatOnlyDecodesStillWritesRawBytes() throws IOException {
        FrameCodec decodeOnly = new FrameCodec() {
            @Override
            public FrameDecoder newDecoder() {
                return CODEC.newDecoder();
            }

            @Override
            public FrameEncoder newEncoder() {
                throw new UnsupportedOperationException("decodes only");
            }

            @Override
            public int maxFrameLength() {
                return 100;
            }
        };
        ByteBuf payload = buf("one");
        try (FramedOutput out = FramedOutput.of(sink, decodeOnly)) {
            out.raw(buf("HELLO"));
            assertThatThrownBy(() -> out.send(payload))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessage("decodes only");
            assertThat(payload.refCnt()).isZero();
        }
        assertThat(sink.toString(UTF_8)).isEqualTo("HELLO");
    }

    // ------------------------------------------------------------------------------------------------ failures

    @Test
    void aBrokenOutputReleasesEverythingAndStaysBroken() throws IOException {
        for (int failAt = 1; failAt < 10; failAt++) {
            Reluctant channel = new Reluctant();
            channel.most = 2000;
            channel.failAt = failAt;
            FramedOutput out = over(channel);
            ByteBuf large = buffers.directBuffer().writeBytes(random(20_000, 1));
            ByteBuf small = buf("small");
            out.write(large);
            assertThatThrownBy(() -> out.send(small))
                    .isInstanceOf(IOException.class)
                    .hasMessage("disk on fire");
            assertThat(large.refCnt()).isZero();
            assertThat(small.refCnt()).isZero();
            assertNothingHeld(buffers);
            ByteBuf later = buf("later");
            assertThatThrownBy(() -> out.write(later))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("broke before: disk on fire");
            assertThat(later.refCnt()).isZero();
            assertThatThrownBy(out::flush).isInstanceOf(IOException.class);
            out.close();
            assertThatThrownBy(out::flush).isInstanceOf(ClosedChannelException.class);
        }
    }

    @Test
    void closingFlushesAndLaterCallsAreRefused() throws IOException {
        FramedOutput out = over(sink);
        out.write(buf("one"));
        out.close();
        out.close();
        assertThat(sink.toByteArray()).isEqualTo(frames("one"));
        ByteBuf head = buf("head");
        ByteBuf payload = buf("payload");
        assertThatThrownBy(() -> out.write(head, payload)).isInstanceOf(ClosedChannelException.class);
        ByteBuf piece = buf("piece");
        assertThatThrownBy(() -> out.piece(piece)).isInstanceOf(ClosedChannelException.class);
        ByteBuf begun = buf("begun");
        assertThatThrownBy(() -> out.beginFrame(begun, 1)).isInstanceOf(ClosedChannelException.class);
        ByteBuf raw = buf("raw");
        assertThatThrownBy(() -> out.raw(raw)).isInstanceOf(ClosedChannelException.class);
        for (ByteBuf refused : new ByteBuf[] {head, payload, piece, begun, raw})
            assertThat(refused.refCnt()).isZero();
    }

    @Test
    void aFailedFlushStillClosesTheTransport() {
        boolean[] closed = new boolean[1];
        OutputStream stream = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("disk on fire");
            }

            @Override
            public void close() {
                closed[0] = true;
            }
        };
        assertThatThrownBy(() -> {
                    try (FramedOutput out = over(stream)) {
                        out.write(buf("one"));
                    }
                })
                .hasMessage("disk on fire");
        assertThat(closed[0]).isTrue();
    }

    @Test
    void abortingWakesTheWriterAndTheWriterReleases() throws Exception {
        Pipe pipe = Pipe.open();
        FramedOutput out = over(pipe.sink());
        ByteBuf large = buffers.directBuffer().writeBytes(random(4 << 20, 1));
        Wire.Task<Void> writer = Wire.start(() -> {
            out.send(large);
            return null;
        });
        writer.awaitInside(Sink.class, "write");
        out.abort();
        assertThat(writer.failure()).isInstanceOf(AsynchronousCloseException.class);
        assertThat(large.refCnt()).isZero();
        pipe.source().close();
    }

    /** The writer is not in the transport but in the encoder: what it writes then must not stay. */
    @Test
    void abortingWhileAFrameIsEncodedReleasesItToo() throws IOException {
        FramedOutput[] out = new FramedOutput[1];
        FrameCodec codec = new FrameCodec() {
            @Override
            public FrameDecoder newDecoder() {
                return CODEC.newDecoder();
            }

            @Override
            public FrameEncoder newEncoder() {
                return (head, payload, to) -> {
                    FramedOutput aborted = out[0];
                    assertThatCode(() -> Wire.start(() -> {
                                        aborted.abort();
                                        return null;
                                    })
                                    .join())
                            .doesNotThrowAnyException();
                    to.write(payload, payload.readerIndex(), payload.readableBytes());
                };
            }

            @Override
            public int maxFrameLength() {
                return 1 << 20;
            }
        };
        out[0] = FramedOutput.builder(codec).allocator(buffers).over(sink);
        out[0].write(buffers.directBuffer().writeBytes(random(10_000, 1)));
        assertNothingHeld(buffers);
        assertThat(sink.size()).isZero();
    }

    @Test
    void framesOfManyWritersAreNotMixed() throws Exception {
        Pipe pipe = Pipe.open();
        int writers = 4;
        int each = 500;
        FramedOutput out = over(pipe.sink());
        Wire.Task<?>[] tasks = new Wire.Task<?>[writers];
        for (int w = 0; w < writers; w++) {
            byte[] payload = random(100 + 700 * w, w);
            tasks[w] = Wire.start(() -> {
                for (int i = 0; i < each; i++) out.send(Unpooled.wrappedBuffer(payload));
                return null;
            });
        }
        int[] seen = new int[writers];
        try (FramedInput in = FramedInput.builder(CODEC).allocator(buffers).over(pipe.source())) {
            for (int i = 0; i < writers * each; i++) {
                byte[] payload = in.receive().bytes();
                int w = (payload.length - 100) / 700;
                assertThat(payload).isEqualTo(random(100 + 700 * w, w));
                seen[w]++;
            }
        }
        for (Wire.Task<?> task : tasks) task.join();
        assertThat(seen).containsOnly(each);
        out.close();
    }

    @Test
    void withoutABufferPiecesGoOutAtOnceToo() throws IOException {
        try (FramedOutput out =
                FramedOutput.builder(new Ended()).allocator(buffers).buffer(0).over(sink)) {
            out.beginFrame(Unpooled.EMPTY_BUFFER, 3);
            assertThat(sink.size()).isEqualTo(4);
            out.piece(buf("one"));
            assertThat(sink.size()).isEqualTo(7);
            ByteBuf tail = buf("!");
            out.endFrame(tail);
            assertThat(sink.toString(UTF_8)).endsWith("one!.");
            assertThat(tail.refCnt()).isZero();
        }
    }

    /** {@link Length4} with a dot behind each frame. */
    private record Ended() implements FrameCodec {
        @Override
        public FrameDecoder newDecoder() {
            throw new UnsupportedOperationException();
        }

        @Override
        public FrameEncoder newEncoder() {
            FrameEncoder encoder = CODEC.newEncoder();
            return new FrameEncoder() {
                @Override
                public void encode(ByteBuf head, ByteBuf payload, FrameWriter out) {
                    encoder.encode(head, payload, out);
                    end(out);
                }

                @Override
                public void begin(ByteBuf head, long length, FrameWriter out) {
                    encoder.begin(head, length, out);
                }

                @Override
                public void piece(ByteBuf payload, FrameWriter out) {
                    encoder.piece(payload, out);
                }

                @Override
                public void end(FrameWriter out) {
                    out.room(1).writeByte('.');
                }

                @Override
                public void end(ByteBuf tail, FrameWriter out) {
                    out.write(tail, tail.readerIndex(), tail.readableBytes());
                    end(out);
                }
            };
        }

        @Override
        public int maxFrameLength() {
            return CODEC.maxFrameLength();
        }
    }

    @Test
    void otherWritersWaitForTheEndOfAFrameInPieces() throws Exception {
        try (FramedOutput out = over(sink)) {
            out.beginFrame(Unpooled.EMPTY_BUFFER, 6);
            Wire.Task<Void> other = Wire.start(() -> {
                out.send(buf("other"));
                return null;
            });
            other.awaitInside(FramedOutput.class, "lockBetweenFrames");
            out.piece(buf("one"));
            ByteBuf stray = buf("stray");
            assertThat(Wire.start(() -> {
                                out.piece(stray);
                                return null;
                            })
                            .failure())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("begun by another thread");
            assertThat(stray.refCnt()).isZero();
            ByteBuf tail = buf("tail");
            assertThat(Wire.start(() -> {
                                out.endFrame(tail);
                                return null;
                            })
                            .failure())
                    .isInstanceOf(IllegalStateException.class);
            assertThat(tail.refCnt()).isZero();
            assertThatThrownBy(() -> out.endFrame(buf("none"))).isInstanceOf(UnsupportedOperationException.class);
            out.flush();
            out.piece(buf("two"));
            out.endFrame();
            other.join();
        }
        assertThat(sink.toByteArray()).isEqualTo(frames("onetwo", "other"));
    }

    @Test
    void whoeverWaitsForAFrameThatNeverEndsIsWokenByTheClose() throws Exception {
        FramedOutput out = over(sink);
        out.beginFrame(Unpooled.EMPTY_BUFFER, 6);
        out.piece(buf("one"));
        ByteBuf payload = buf("other");
        Wire.Task<Void> other = Wire.start(() -> {
            out.send(payload);
            return null;
        });
        other.awaitInside(FramedOutput.class, "lockBetweenFrames");
        out.close(); // ends the stream inside the frame
        assertThat(other.failure()).isInstanceOf(ClosedChannelException.class);
        assertThat(payload.refCnt()).isZero();
        assertThat(sink.size()).isEqualTo(7);
    }

    @Test
    void directPayloadsGoIntoAStreamInLargeWrites() throws IOException {
        int[] writes = new int[1];
        OutputStream stream = new OutputStream() {
            @Override
            public void write(int b) {
                throw new AssertionError("a byte at a time");
            }

            @Override
            public void write(byte[] from, int offset, int length) {
                writes[0]++;
                sink.write(from, offset, length);
            }
        };
        byte[] large = random(80_000, 1);
        try (FramedOutput out =
                FramedOutput.builder(CODEC).allocator(buffers).buffer(1 << 20).over(stream)) {
            out.write(buffers.directBuffer().writeBytes(random(1025, 2))); // just long enough not to be copied
            out.write(buffers.directBuffer().writeBytes(large));
        }
        assertThat(sink.toByteArray()).isEqualTo(frames(random(1025, 2), large));
        assertThat(writes[0]).isLessThanOrEqualTo(3 + 10);
    }

    /** Whoever reads at the other end of an aborted connection must not take it for a clean end. */
    @Test
    void abortingResetsAConnection() throws IOException {
        try (ServerSocketChannel listening = ServerSocketChannel.open()) {
            listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            FramedOutput out = over(SocketChannel.open(listening.getLocalAddress()));
            try (SocketChannel peer = listening.accept()) {
                out.write(buf("never sent"));
                out.abort();
                out.abort();
                assertThatThrownBy(() -> Wire.readToEnd(peer)).isInstanceOf(IOException.class);
            }
            FramedOutput closed = over(SocketChannel.open(listening.getLocalAddress()));
            try (SocketChannel peer = listening.accept()) {
                closed.write(buf("sent"));
                closed.close();
                assertThat(Wire.readToEnd(peer)).isEqualTo(frames("sent"));
            }
        }
    }
}
