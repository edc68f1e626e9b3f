package dev.framing.nio;

import static dev.framing.nio.Length4.CODEC;
import static dev.framing.nio.Wire.assertNothingHeld;
import static dev.framing.nio.Wire.frames;
import static dev.framing.nio.Wire.random;
import static dev.framing.nio.Wire.texts;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.framing.Frame;
import dev.framing.FrameCodec;
import dev.framing.FrameDecoder;
import dev.framing.FrameEncoder;
import dev.framing.FrameHandler;
import dev.framing.FrameSink;
import dev.framing.FramingError;
import dev.framing.FramingException;
import dev.framing.Leftover;
import dev.framing.MemoryBudget;
import dev.framing.Oversize;
import dev.framing.Part;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FramedInputTest {
    private final UnpooledByteBufAllocator buffers = Wire.counting();

    @AfterEach
    void nothingIsHeld() {
        assertNothingHeld(buffers);
    }

    private FramedInput over(byte[] bytes) {
        return FramedInput.builder(CODEC).allocator(buffers).over(new ByteArrayInputStream(bytes));
    }

    private FramedInput over(ReadableByteChannel channel) {
        return FramedInput.builder(CODEC).allocator(buffers).over(channel);
    }

    /** At most {@code step} bytes a read. */
    private static InputStream inSteps(byte[] bytes, int step) {
        return new ByteArrayInputStream(bytes) {
            @Override
            public int read(byte[] into, int offset, int length) {
                return super.read(into, offset, Math.min(length, step));
            }
        };
    }

    // ------------------------------------------------------------------------------------------------ frames

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7, 64, 1 << 20})
    void framesDoNotDependOnTheReads(int step) throws IOException {
        byte[] bytes = frames("one", "", "three", "x".repeat(70));
        List<String> expected = List.of("one", "", "three", "x".repeat(70));
        for (int room : new int[] {1, 8, 64, 65536}) {
            FramedInput.Builder b =
                    FramedInput.builder(CODEC).allocator(buffers).readBuffer(room);
            try (FramedInput in = b.over(inSteps(bytes, step))) {
                assertThat(texts(in)).isEqualTo(expected);
            }
            b = FramedInput.builder(CODEC).allocator(buffers).readBuffer(room);
            try (FramedInput in = b.over(Channels.newChannel(inSteps(bytes, step)))) {
                assertThat(texts(in)).isEqualTo(expected);
                assertThat(in.position()).isEqualTo(bytes.length);
            }
        }
    }

    @Test
    void framesAlreadyReadComeWithoutARead() throws IOException {
        int[] reads = new int[1];
        InputStream stream = new ByteArrayInputStream(frames("one", "two", "three")) {
            @Override
            public int read(byte[] into, int offset, int length) {
                reads[0]++;
                return super.read(into, offset, length);
            }
        };
        try (FramedInput in = FramedInput.builder(CODEC).allocator(buffers).over(stream)) {
            for (int i = 0; i < 3; i++) assertThat(in.receive()).isNotNull();
            assertThat(reads[0]).isOne();
        }
    }

    @Test
    void aFrameIsValidUntilTheNextCall() throws IOException {
        try (FramedInput in = over(frames("one", "two"))) {
            Frame frame = in.receive();
            assertThat(frame.position()).isZero();
            assertThat(frame.headLength()).isEqualTo(4);
            assertThat(frame.text(UTF_8)).isEqualTo("one");
            ByteBuf one = frame.retain();
            assertThat(in.receive().text(UTF_8)).isEqualTo("two");
            assertThat(in.receive()).isNull();
            assertThat(in.receive()).isNull();
            assertThat(one.toString(UTF_8)).isEqualTo("one");
            one.release();
        }
    }

    @Test
    void retainedFramesAreNotOverwrittenByLaterReads() throws IOException {
        byte[][] payloads = new byte[500][];
        for (int i = 0; i < payloads.length; i++) payloads[i] = random(i, i);
        List<ByteBuf> kept = new ArrayList<>();
        try (FramedInput in = FramedInput.builder(CODEC)
                .allocator(buffers)
                .readBuffer(512)
                .over(Channels.newChannel(new ByteArrayInputStream(frames(payloads))))) {
            for (Frame frame : in) kept.add(frame.retain());
        }
        for (int i = 0; i < payloads.length; i++) {
            byte[] bytes = new byte[i];
            kept.get(i).readBytes(bytes).release();
            assertThat(bytes).isEqualTo(payloads[i]);
        }
    }

    @Test
    void iterationWrapsIoErrors() throws IOException {
        try (FramedInput in = over(frames("one", "two"))) {
            List<String> texts = new ArrayList<>();
            in.forEach(frame -> texts.add(frame.text(UTF_8)));
            assertThat(texts).containsExactly("one", "two");
        }
        IOException cause = new IOException("disk on fire");
        try (FramedInput in = FramedInput.of(failing(frames("one"), cause), CODEC)) {
            List<String> texts = new ArrayList<>();
            assertThatThrownBy(() -> in.forEach(frame -> texts.add(frame.text(UTF_8))))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasCause(cause);
            assertThat(texts).containsExactly("one");
        }
    }

    @Test
    void aBigFrameIsCopiedAtMostTwice() throws IOException {
        byte[] payload = random(8 << 20, 1);
        for (boolean stream : new boolean[] {true, false}) {
            InputStream bytes = new ByteArrayInputStream(frames(payload));
            FramedInput.Builder b = FramedInput.builder(CODEC).allocator(buffers);
            try (FramedInput in = stream ? b.over(bytes) : b.over(Channels.newChannel(bytes))) {
                assertThat(Arrays.equals(in.receive().bytes(), payload)).isTrue();
                assertThat(in.framer().copiedBytes()).isLessThanOrEqualTo(2L * payload.length);
                assertThat(in.receive()).isNull();
            }
        }
    }

    @Test
    void nothingIsAllocatedPerFrame() throws IOException {
        int frames = 200_000;
        ByteBuffer bytes = ByteBuffer.allocateDirect(frames * 20);
        for (int i = 0; i < frames; i++) bytes.putInt(16).putLong(i).putLong(i);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long perFrame = Long.MAX_VALUE;
        for (int round = 0; round < 10; round++) {
            bytes.flip();
            try (FramedInput in = over(channel(bytes))) {
                assertThat(in.receive().payloadLength()).isEqualTo(16);
                long before = threads.getCurrentThreadAllocatedBytes();
                int n = 1;
                while (in.receive() != null) n++;
                perFrame = Math.min(perFrame, (threads.getCurrentThreadAllocatedBytes() - before) / frames);
                assertThat(n).isEqualTo(frames);
            }
        }
        assertThat(perFrame).as("bytes allocated per frame").isZero();
    }

    private static ReadableByteChannel channel(ByteBuffer bytes) {
        return new ReadableByteChannel() {
            @Override
            public int read(ByteBuffer into) {
                if (!bytes.hasRemaining()) return -1;
                int n = Math.min(into.remaining(), bytes.remaining());
                into.put(into.position(), bytes, bytes.position(), n);
                into.position(into.position() + n);
                bytes.position(bytes.position() + n);
                return n;
            }

            @Override
            public boolean isOpen() {
                return true;
            }

            @Override
            public void close() {}
        };
    }

    // ------------------------------------------------------------------------------------------------ ends

    @Test
    void theEndIsCleanBetweenFramesAndTruncatedInsideThem() throws IOException {
        byte[] bytes = frames("one", "second", "3");
        List<Integer> boundaries = List.of(0, 7, 17, 22);
        for (int length = 0; length <= bytes.length; length++) {
            List<String> whole = new ArrayList<>();
            try (FramedInput in = over(Arrays.copyOf(bytes, length))) {
                FramingException error = null;
                try {
                    for (Frame f = in.receive(); f != null; f = in.receive()) whole.add(f.text(UTF_8));
                } catch (FramingException e) {
                    error = e;
                    assertThatThrownBy(in::receive)
                            .isInstanceOf(FramingException.class)
                            .hasMessage(e.getMessage());
                }
                int n = length;
                assertThat(whole).hasSize((int)
                        boundaries.stream().filter(b -> b > 0 && b <= n).count());
                if (boundaries.contains(length)) assertThat(error).isNull();
                else assertThat(error.error()).isInstanceOf(FramingError.Truncated.class);
            }
        }
    }

    @Test
    void everyFrameBeforeAnErrorIsReceived() throws IOException {
        byte[] bytes = frames("one", "two", "too long for this");
        try (FramedInput in =
                FramedInput.builder(new Length4(12)).allocator(buffers).over(new ByteArrayInputStream(bytes))) {
            assertThat(in.receive().text(UTF_8)).isEqualTo("one");
            assertThat(in.receive().text(UTF_8)).isEqualTo("two");
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(in::receive)
                        .isInstanceOf(FramingException.class)
                        .hasMessageContaining("frame at byte 14 is too long: 21 bytes, limit 12");
            }
            assertThat(in.framer().heldBytes()).isZero();
        }
    }

    @Test
    void anIoErrorComesAfterTheFramesAndAgain() throws IOException {
        IOException cause = new IOException("disk on fire");
        byte[] bytes = Arrays.copyOf(frames("one", "two"), 9);
        try (FramedInput in = FramedInput.builder(CODEC).allocator(buffers).over(failing(bytes, cause))) {
            assertThat(in.receive().text(UTF_8)).isEqualTo("one");
            assertThatThrownBy(in::receive).isSameAs(cause);
            assertNothingHeld(buffers);
            assertThatThrownBy(in::receive).isSameAs(cause);
        }
    }

    private static InputStream failing(byte[] bytes, IOException cause) {
        return new InputStream() {
            private final InputStream before = new ByteArrayInputStream(bytes);

            @Override
            public int read() {
                throw new AssertionError("a byte at a time");
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                int n = before.read(into, offset, length);
                if (n < 0) throw cause;
                return n;
            }
        };
    }

    // ------------------------------------------------------------------------ zero and blocking mode

    @Test
    void aReadOfNothingIsNoEndAndIsNotRepeatedForEver() throws IOException {
        byte[] bytes = frames("one", "two");
        int[] reads = new int[1];
        InputStream stumbling = new ByteArrayInputStream(bytes) {
            @Override
            public int read(byte[] into, int offset, int length) {
                if (length == 0) throw new AssertionError("a read with no room");
                int most = available() == 9 ? FramedInput.FRUITLESS : 3;
                return ++reads[0] % most != 0 ? 0 : super.read(into, offset, 1);
            }
        };
        try (FramedInput in = FramedInput.builder(CODEC).allocator(buffers).over(stumbling)) {
            assertThat(texts(in)).containsExactly("one", "two");
        }
        int[] fruitless = new int[1];
        InputStream stuck = new ByteArrayInputStream(bytes) {
            @Override
            public int read(byte[] into, int offset, int length) {
                fruitless[0]++;
                return 0;
            }
        };
        try (FramedInput in = FramedInput.builder(CODEC).allocator(buffers).over(stuck)) {
            assertThatThrownBy(in::receive).isInstanceOf(IOException.class).hasMessageContaining("0 bytes");
            assertThat(fruitless[0]).isEqualTo(FramedInput.FRUITLESS);
        }
    }

    @Test
    void aNonBlockingChannelIsRefused() throws IOException {
        Pipe pipe = Pipe.open();
        try (Pipe.SinkChannel sink = pipe.sink();
                Pipe.SourceChannel source = pipe.source()) {
            source.configureBlocking(false);
            assertThatThrownBy(() -> over(source)).isInstanceOf(IllegalBlockingModeException.class);
            source.configureBlocking(true);
            FramedInput in = over(source);
            Wire.write(sink, frames("one"));
            assertThat(in.receive().text(UTF_8)).isEqualTo("one");
            source.configureBlocking(false);
            assertThatThrownBy(in::receive).isInstanceOf(IllegalBlockingModeException.class);
            in.close();
        }
    }

    // ------------------------------------------------------------------------------------------------ transports

    @Test
    void filesAndPipes(@TempDir Path dir) throws IOException {
        Path file = Files.write(dir.resolve("frames"), frames("one", "two"));
        try (FramedInput in = over(FileChannel.open(file))) {
            assertThat(texts(in)).containsExactly("one", "two");
        }
        try (FramedInput in = FramedInput.builder(CODEC).allocator(buffers).over(Files.newInputStream(file))) {
            assertThat(texts(in)).containsExactly("one", "two");
        }
        Pipe pipe = Pipe.open();
        try (FramedInput in = over(pipe.source())) {
            Wire.write(pipe.sink(), frames("one", "two"));
            pipe.sink().close();
            assertThat(texts(in)).containsExactly("one", "two");
        }
    }

    @Test
    void noTimeoutIsSaidClearlyWhereThereIsNone(@TempDir Path dir) throws IOException {
        Path file = Files.write(dir.resolve("frames"), frames("one"));
        Duration timeout = Duration.ofMillis(1);
        try (FramedInput in = over(FileChannel.open(file))) {
            assertThatThrownBy(() -> in.receive(timeout))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("no timeout on")
                    .hasMessageContaining("FileChannel");
            assertThat(in.receive().text(UTF_8)).isEqualTo("one");
        }
        try (FramedInput in = over(frames("one"))) {
            assertThatThrownBy(() -> in.receive(timeout))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("ByteArrayInputStream");
        }
        try (FramedInput in = over(frames("one"))) {
            assertThatThrownBy(() -> in.receive(Duration.ofMillis(-1))).isInstanceOf(IllegalArgumentException.class);
        }
    }

    // ------------------------------------------------------------------------------------------------ callbacks

    @Test
    void runDeliversEverythingAndTellsTheEnd() throws IOException {
        List<String> told = new ArrayList<>();
        FrameHandler handler = new FrameHandler() {
            @Override
            public void onFrame(Frame frame) {
                told.add(frame.text(UTF_8));
            }

            @Override
            public void onEnd() {
                told.add("end");
            }

            @Override
            public void onError(FramingError error) {
                told.add("error");
            }
        };
        try (FramedInput in = over(frames("one", "two", "three"))) {
            assertThat(in.receive().text(UTF_8)).isEqualTo("one");
            in.run(handler);
            assertThat(told).containsExactly("two", "three", "end");
            assertThat(in.receive()).isNull();
            in.run(handler);
            assertThat(told).hasSize(3);
        }
        told.clear();
        try (FramedInput in = over(Arrays.copyOf(frames("one", "two"), 10))) {
            assertThatThrownBy(() -> in.run(handler)).isInstanceOf(FramingException.class);
            assertThat(told).containsExactly("one", "error");
        }
    }

    @Test
    void aHandlerMayPauseSwitchAndClose() throws IOException {
        List<String> told = new ArrayList<>();
        try (FramedInput in = over(frames("one", "two", "three", "four"))) {
            in.run(frame -> {
                told.add(frame.text(UTF_8));
                if (told.size() == 2) in.pause();
            });
            assertThat(told).containsExactly("one", "two");
            assertThat(in.receive().text(UTF_8)).isEqualTo("three");
            assertThatThrownBy(in::pause).isInstanceOf(IllegalStateException.class);
            in.run(frame -> {
                told.add(frame.text(UTF_8));
                assertThatThrownBy(in::receive)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("inside a handler");
                assertThatCode(in::close).doesNotThrowAnyException();
                told.add(frame.text(UTF_8));
            });
            assertThat(told).containsExactly("one", "two", "four", "four");
            assertThatThrownBy(in::receive).isInstanceOf(ClosedChannelException.class);
        }
        told.clear();
        try (FramedInput in = over(frames("switch", "too long for the other"))) {
            assertThatThrownBy(() -> in.run(frame -> {
                        told.add(frame.text(UTF_8));
                        in.switchTo(new Length4(12), Leftover.KEEP);
                    }))
                    .isInstanceOf(FramingException.class);
            assertThat(told).containsExactly("switch");
        }
    }

    @Test
    void whatAHandlerThrowsIsRethrownAndNothingIsHeld() throws IOException {
        RuntimeException bug = new RuntimeException("bug");
        FramedInput in = over(frames("one", "two"));
        assertThatThrownBy(() -> in.run(frame -> {
                    throw bug;
                }))
                .isSameAs(bug);
        assertNothingHeld(buffers);
        assertThatThrownBy(in::receive).isInstanceOf(IllegalStateException.class);
        in.close();
    }

    // ------------------------------------------------------------------------------------------------ policies, codecs

    @Test
    void skippedFramesAreCounted() throws IOException {
        byte[] bytes = frames("one", "much too long", "two", "much too long again");
        try (FramedInput in = FramedInput.builder(new Length4(12))
                .allocator(buffers)
                .oversize(Oversize.skip())
                .over(inSteps(bytes, 5))) {
            assertThat(texts(in)).containsExactly("one", "two");
            assertThat(in.skipped()).isEqualTo(2);
        }
    }

    @Test
    void partsAreFramesOfTheirOwn() throws IOException {
        byte[] payload = random(300_000, 2);
        try (FramedInput in = FramedInput.builder(new Length4(100))
                .allocator(buffers)
                .oversize(Oversize.parts(100, 1 << 20))
                .over(inSteps(frames(payload), 1000))) {
            ByteBuffer all = ByteBuffer.allocate(payload.length);
            List<Part> parts = new ArrayList<>();
            for (Frame frame : in) {
                all.put(frame.bytes());
                if (!parts.contains(frame.part())) parts.add(frame.part());
            }
            assertThat(parts).containsExactly(Part.FIRST, Part.MIDDLE, Part.LAST);
            assertThat(Arrays.equals(all.array(), payload)).isTrue();
        }
    }

    @Test
    void theNextCodecBeginsAtTheNextByte() throws IOException {
        byte[] bytes = frames("one", "two", "three");
        try (FramedInput in = over(bytes)) {
            assertThat(in.receive().text(UTF_8)).isEqualTo("one");
            in.switchTo(new Length4(7), Leftover.KEEP);
            assertThat(in.receive().text(UTF_8)).isEqualTo("two");
            assertThatThrownBy(in::receive).isInstanceOf(FramingException.class);
        }
        try (FramedInput in = over(bytes)) {
            in.receive();
            assertThatThrownBy(() -> in.switchTo(CODEC, Leftover.REQUIRE_EMPTY))
                    .isInstanceOf(FramingException.class)
                    .hasMessageContaining("16 bytes left over at byte 7");
            assertThatThrownBy(in::receive).isInstanceOf(FramingException.class);
        }
        try (FramedInput in = FramedInput.builder(CODEC).allocator(buffers).over(inSteps(bytes, 7))) {
            in.receive();
            in.switchTo(CODEC, Leftover.REQUIRE_EMPTY);
            assertThat(texts(in)).containsExactly("two", "three");
        }
    }

    @Test
    void aCodecThatEndedIsNotReadBeyond() throws IOException {
        int[] reads = new int[1];
        InputStream stream = new ByteArrayInputStream(frames("one", "two")) {
            @Override
            public int read(byte[] into, int offset, int length) {
                reads[0]++;
                return super.read(into, offset, length);
            }
        };
        // tells one frame, then finishes
        boolean[] told = new boolean[1];
        FramedInput.Builder b = FramedInput.builder(
                (in, index, end, out) -> {
                    if (told[0]) {
                        out.finish();
                    } else if (end - index < 7) {
                        out.pending(index, 4, end - index, 7, -1);
                    } else {
                        told[0] = true;
                        if (out.frame(index, 4, 3, 0)) out.finish();
                    }
                },
                100);
        try (FramedInput in = b.allocator(buffers).over(stream)) {
            assertThat(in.receive().text(UTF_8)).isEqualTo("one");
            assertThatThrownBy(in::receive)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("the codec ended at byte 7");
            in.run(frame -> {
                throw new AssertionError();
            });
            assertThat(reads[0]).isOne();
            in.switchTo(CODEC, Leftover.KEEP);
            assertThat(texts(in)).containsExactly("two");
        }
    }

    @Test
    void whatWasNotReceivedCanBeTakenOver() throws IOException {
        byte[] bytes = frames("one", "two");
        boolean[] closed = new boolean[1];
        InputStream stream = new ByteArrayInputStream(bytes) {
            @Override
            public void close() {
                closed[0] = true;
            }
        };
        FramedInput in = FramedInput.builder(CODEC).allocator(buffers).over(stream);
        in.receive();
        ByteBuf rest = in.detach();
        assertThat(rest.readableBytes()).isEqualTo(7);
        rest.release();
        assertThatThrownBy(in::receive).isInstanceOf(ClosedChannelException.class);
        in.close();
        assertThat(closed[0]).isFalse();
    }

    @Test
    void aBudgetIsAnError() throws IOException {
        MemoryBudget budget = MemoryBudget.ofBytes(10_000);
        try (FramedInput in = FramedInput.builder(CODEC)
                .allocator(buffers)
                .budget(budget)
                .over(new ByteArrayInputStream(frames("one")))) {
            for (int i = 0; i < 2; i++)
                assertThatThrownBy(in::receive).hasMessageContaining("more than the shared budget");
        }
        assertThat(budget.used()).isZero();
    }

    // ------------------------------------------------------------------------------------------------ threads

    @Test
    void closingWakesTheReaderAndTheReaderReleases() throws Exception {
        Pipe pipe = Pipe.open();
        FramedInput in = over(pipe.source());
        Wire.write(pipe.sink(), Arrays.copyOf(frames("one", "two"), 10));
        Wire.Task<Frame> reader = Wire.start(() -> {
            in.receive();
            return in.receive();
        });
        reader.awaitInside(Source.class, "read");
        assertThatThrownBy(in::receive)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("another thread");
        in.close();
        assertThat(reader.failure()).isInstanceOf(AsynchronousCloseException.class);
        assertNothingHeld(buffers);
        assertThatThrownBy(in::receive).isInstanceOf(ClosedChannelException.class);
        in.close();
        pipe.sink().close();
    }

    /** Between two frames, inside one, during a read: the reader is told, and one of the two releases. */
    @Test
    void closingAtAnyMomentHoldsNothing() throws Exception {
        byte[] bytes = frames("one", "two", "three");
        for (int round = 0; round < 500; round++) {
            InputStream endless = new ByteArrayInputStream(bytes) {
                @Override
                public synchronized int read(byte[] into, int offset, int length) {
                    if (available() == 0) reset();
                    return super.read(into, offset, length);
                }
            };
            FramedInput in =
                    FramedInput.builder(CODEC).allocator(buffers).readBuffer(64).over(endless);
            long[] received = new long[1];
            Wire.Task<Void> reader = Wire.start(() -> {
                while (in.receive() != null) received[0]++;
                return null;
            });
            for (int spin = 0; spin < round % 100; spin++) Thread.onSpinWait();
            in.close();
            assertThat(reader.failure()).isInstanceOf(ClosedChannelException.class);
            assertNothingHeld(buffers);
        }
    }

    /** The reader is not in the transport but in the decoder. */
    @Test
    void closingWhileAFrameIsDecodedIsToldToTheReader() throws Exception {
        FramedInput[] in = new FramedInput[1];
        in[0] = FramedInput.builder(
                        (bytes, index, end, out) -> {
                            FramedInput closed = in[0];
                            assertThatCode(() -> Wire.start(() -> {
                                                closed.close();
                                                return null;
                                            })
                                            .join())
                                    .doesNotThrowAnyException();
                            out.frame(index, 0, end - index, 0);
                        },
                        100)
                .allocator(buffers)
                .over(new ByteArrayInputStream(new byte[10]));
        assertThatThrownBy(() -> in[0].receive()).isInstanceOf(AsynchronousCloseException.class);
    }

    @Test
    void aStreamThatCannotBeWokenIsLeftAfterItsNextRead() throws Exception {
        PipedInputStream pipe = new PipedInputStream();
        java.io.PipedOutputStream to = new java.io.PipedOutputStream(pipe);
        FramedInput in = FramedInput.builder(CODEC).allocator(buffers).over(pipe);
        Wire.Task<Frame> reader = Wire.start(in::receive);
        reader.awaitInside(Source.class, "read");
        in.refuse();
        to.write(frames("one"));
        to.flush();
        assertThat(reader.failure()).isInstanceOf(AsynchronousCloseException.class);
        assertNothingHeld(buffers);
    }

    @Test
    void aChannelThatIsNotConnectedSaysSo() throws IOException {
        try (FramedInput in = over(SocketChannel.open())) {
            assertThatThrownBy(in::receive).isInstanceOf(java.nio.channels.NotYetConnectedException.class);
        }
    }

    /** A decoder has state: two streams that shared one would each lose what the other's bytes did to it. */
    @Test
    void oneBuilderMakesManyInputsWithADecoderEach() throws IOException {
        FrameCodec lines = new FrameCodec() {
            @Override
            public FrameDecoder newDecoder() {
                return new OneOwner(CODEC.newDecoder());
            }

            @Override
            public FrameEncoder newEncoder() {
                return CODEC.newEncoder();
            }

            @Override
            public int maxFrameLength() {
                return CODEC.maxFrameLength();
            }
        };
        FramedInput.Builder builder = FramedInput.builder(lines).allocator(buffers);
        try (FramedInput one = builder.over(new ByteArrayInputStream(frames("one", "1")));
                FramedInput two = builder.over(new ByteArrayInputStream(frames("two", "2")))) {
            assertThat(one.receive().text(UTF_8)).isEqualTo("one");
            assertThat(two.receive().text(UTF_8)).isEqualTo("two");
            assertThat(texts(one)).containsExactly("1");
            assertThat(texts(two)).containsExactly("2");
        }
        FramedInput.Builder kept =
                FramedInput.builder(CODEC.newDecoder(), CODEC.maxFrameLength()).allocator(buffers);
        kept.over(new ByteArrayInputStream(frames("one"))).close();
        assertThatThrownBy(() -> kept.over(new ByteArrayInputStream(frames("two"))))
                .isInstanceOf(IllegalStateException.class);
    }

    /** Refuses the bytes of a second stream. */
    private static final class OneOwner implements FrameDecoder {
        private final FrameDecoder decoder;
        private FrameSink owner;

        OneOwner(FrameDecoder decoder) {
            this.decoder = decoder;
        }

        @Override
        public void decode(ByteBuf in, int index, int end, FrameSink out) {
            if (owner == null) owner = out;
            assertThat(out).isSameAs(owner);
            decoder.decode(in, index, end, out);
        }

        @Override
        public boolean announced() {
            return decoder.announced();
        }
    }

    @Test
    void aRefusedSwitchLeavesTheEndAsItWas() throws IOException {
        try (FramedInput in =
                FramedInput.builder(CODEC).allocator(buffers).over(new ByteArrayInputStream(frames("one")))) {
            assertThat(texts(in)).containsExactly("one");
            assertThatThrownBy(() -> in.switchTo(CODEC, Leftover.REQUIRE_EMPTY))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(in.receive()).isNull();
            in.run(frame -> {
                throw new AssertionError("after the end");
            });
            ByteBuf rest = in.detach();
            assertThat(rest.isReadable()).isFalse();
            rest.release();
        }
    }
}
