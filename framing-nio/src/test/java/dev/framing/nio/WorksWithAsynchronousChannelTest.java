package dev.framing.nio;

import static dev.framing.nio.Length4.CODEC;
import static dev.framing.nio.Wire.assertNothingHeld;
import static dev.framing.nio.Wire.frames;
import static dev.framing.nio.Wire.random;
import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.Frame;
import dev.framing.FrameHandler;
import dev.framing.Framer;
import dev.framing.FramingError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An {@code AsynchronousSocketChannel}: the engine is handed from completion handler to completion handler. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WorksWithAsynchronousChannelTest {
    private static final int READ = 4096;
    private final UnpooledByteBufAllocator buffers = Wire.counting();

    @AfterEach
    void nothingIsHeld() {
        assertNothingHeld(buffers);
    }

    /** An application that has one frame in hand at a time. The engine is its own while nothing is being read. */
    private final class Reader implements CompletionHandler<Integer, ByteBuf>, FrameHandler, AutoCloseable {
        private final AsynchronousSocketChannel channel;
        private final Framer in = Framer.builder(CODEC).allocator(buffers).build(this);
        private final Semaphore turn = new Semaphore(0);
        private Object told;
        int reads;

        Reader(AsynchronousSocketChannel channel) {
            this.channel = channel;
        }

        /** A frame's bytes, the error, or "end". What is buffered comes first, then a read. */
        Object next() throws InterruptedException {
            in.resume();
            read();
            assertThat(turn.tryAcquire(50, TimeUnit.SECONDS)).isTrue();
            return told;
        }

        private void read() {
            if (in.isPaused() || in.isOver()) {
                turn.release();
                return;
            }
            reads++;
            ByteBuf room = in.room(READ);
            channel.read(room.nioBuffer(room.writerIndex(), room.writableBytes()), room, this);
        }

        @Override
        public void completed(Integer n, ByteBuf room) {
            if (n >= 0) {
                room.writerIndex(room.writerIndex() + n);
                in.received();
            } else {
                in.end();
            }
            read();
        }

        @Override
        public void failed(Throwable reset, ByteBuf room) {
            in.reset();
            read();
        }

        @Override
        public void onFrame(Frame frame) {
            in.pause();
            told = frame.bytes();
        }

        @Override
        public void onEnd() {
            told = "end";
        }

        @Override
        public void onError(FramingError error) {
            told = error;
        }

        @Override
        public void close() throws IOException {
            in.close();
            channel.close();
        }
    }

    private record Pair(Reader reader, SocketChannel peer) {}

    private Pair open() throws Exception {
        try (AsynchronousServerSocketChannel server = AsynchronousServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            SocketChannel peer = SocketChannel.open();
            peer.setOption(StandardSocketOptions.SO_SNDBUF, READ);
            peer.connect(server.getLocalAddress());
            return new Pair(new Reader(server.accept().get()), peer);
        }
    }

    @Test
    void framesComeOneByOneAndNothingIsReadMeanwhile() throws Exception {
        int frames = 16 * 1024;
        Pair pair = open();
        try (Reader reader = pair.reader();
                SocketChannel peer = pair.peer()) {
            Wire.Task<Void> sending = Wire.start(() -> {
                for (int i = 0; i < frames; i++) Wire.write(peer, frames(random(1020, i)));
                peer.shutdownOutput();
                return null;
            });
            for (int i = 0; i < frames; i++) {
                assertThat((byte[]) reader.next()).isEqualTo(random(1020, i));
                assertThat(reader.in.heldBytes()).isLessThanOrEqualTo(1024 + READ + 1024);
                if (i == 10) {
                    assertThat(reader.reads).as("reads for 11 KiB").isLessThanOrEqualTo(11);
                    assertThat(sending.thread.isAlive())
                            .as("the peer is still at its 16 MiB")
                            .isTrue();
                }
            }
            assertThat(reader.next()).isEqualTo("end");
            sending.join();
        }
    }

    @Test
    void aResetIsToldAfterTheFramesBeforeIt() throws Exception {
        byte[] bytes = frames("one", "two");
        for (int n = 0; n <= bytes.length; n++) {
            Pair pair = open();
            try (Reader reader = pair.reader()) {
                Wire.write(pair.peer(), Arrays.copyOf(bytes, n));
                pair.peer().setOption(StandardSocketOptions.SO_LINGER, 0);
                pair.peer().close();
                for (int whole = 0; whole < n / 7; whole++)
                    assertThat((byte[]) reader.next()).hasSize(3);
                assertThat(reader.next()).isEqualTo(new FramingError.Reset(n / 7 * 7L, n % 7));
            }
        }
    }
}
