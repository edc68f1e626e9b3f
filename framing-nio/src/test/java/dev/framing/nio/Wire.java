package dev.framing.nio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;

/** What the tests of this package share: payloads, bytes, threads, and an allocator that counts. */
final class Wire {
    private Wire() {}

    static UnpooledByteBufAllocator counting() {
        return new UnpooledByteBufAllocator(true);
    }

    static void assertNothingHeld(UnpooledByteBufAllocator buffers) {
        assertThat(buffers.metric().usedDirectMemory()).as("direct bytes held").isZero();
        assertThat(buffers.metric().usedHeapMemory()).as("heap bytes held").isZero();
    }

    static ByteBuf buf(String text) {
        return Unpooled.copiedBuffer(text, UTF_8);
    }

    static byte[] random(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** The payloads as {@link Length4} frames. */
    static byte[] frames(byte[]... payloads) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] payload : payloads) {
            all.writeBytes(ByteBuffer.allocate(4).putInt(payload.length).array());
            all.writeBytes(payload);
        }
        return all.toByteArray();
    }

    static byte[] frames(String... payloads) {
        byte[][] bytes = new byte[payloads.length][];
        for (int i = 0; i < bytes.length; i++) bytes[i] = payloads[i].getBytes(UTF_8);
        return frames(bytes);
    }

    static void write(WritableByteChannel to, byte[] bytes) throws IOException {
        ByteBuffer all = ByteBuffer.wrap(bytes);
        while (all.hasRemaining()) to.write(all);
    }

    static byte[] readToEnd(ReadableByteChannel from) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer some = ByteBuffer.allocate(8192);
        while (from.read(some) >= 0) {
            all.write(some.array(), 0, some.position());
            some.clear();
        }
        return all.toByteArray();
    }

    /** The rest of the input's frames as texts; what ends them otherwise is thrown. */
    static List<String> texts(FramedInput in) throws IOException {
        List<String> texts = new ArrayList<>();
        for (Frame frame = in.receive(); frame != null; frame = in.receive()) texts.add(frame.text(UTF_8));
        return texts;
    }

    static List<String> texts(FramedSocket socket) throws IOException {
        List<String> texts = new ArrayList<>();
        for (Frame frame = socket.receive(); frame != null; frame = socket.receive()) texts.add(frame.text(UTF_8));
        return texts;
    }

    /** A thread that computes something. */
    static <T> Task<T> start(Callable<T> work) {
        Task<T> task = new Task<>(work);
        task.thread.setDaemon(true);
        task.thread.start();
        return task;
    }

    static final class Task<T> {
        private final FutureTask<T> future;
        final Thread thread;

        private Task(Callable<T> work) {
            future = new FutureTask<>(work);
            thread = new Thread(future, "test");
        }

        T join() throws Exception {
            return future.get();
        }

        /** What it threw. */
        Throwable failure() {
            return CompletableFuture.supplyAsync(() -> {
                        try {
                            return new AssertionError("no failure but " + future.get());
                        } catch (Exception e) {
                            return e.getCause();
                        }
                    })
                    .join();
        }

        /** Returns when the thread is inside {@code method} of {@code type}. */
        void awaitInside(Class<?> type, String method) {
            while (thread.isAlive()) {
                for (StackTraceElement e : thread.getStackTrace()) {
                    if (e.getClassName().startsWith(type.getName())
                            && e.getMethodName().equals(method)) return;
                }
                Thread.onSpinWait();
            }
            throw new AssertionError("the thread has ended", failure());
        }
    }
}
