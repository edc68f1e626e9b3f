package dev.framing.codec;

import static dev.framing.testkit.Wire.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.Frame;
import dev.framing.FrameCodec;
import dev.framing.FrameHandler;
import dev.framing.Framer;
import dev.framing.FramingError;
import dev.framing.Oversize;
import dev.framing.scan.Examined;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages made to cost more than they weigh: refused or bounded, with little memory (L3) and linear work (L4), counted. */
class HttpBombTest {
    private static final int GIB = 1 << 30;
    private static final int READ = 64 * 1024;
    private static final HttpRequests STRICT = HttpRequests.strict();

    /** What a handler was told, and what the engine held at most between two calls. */
    private static final class Told implements FrameHandler {
        final List<String> frames = new ArrayList<>();

        @Nullable
        FramingError error;

        long payload;
        long held;
        long sent;

        @Override
        public void onFrame(Frame frame) {
            payload += frame.payloadLength();
            if (frame.part() == dev.framing.Part.WHOLE || frame.part() == dev.framing.Part.LAST)
                frames.add(frame.part() + " " + frame.length());
        }

        @Override
        public void onError(FramingError first) {
            error = first;
        }
    }

    /** {@code start}, then {@code repeated} until the stream breaks or {@code most} bytes were sent, {@code read} bytes at a time. */
    private static Told send(FrameCodec codec, Oversize policy, String start, String repeated, long most, int read) {
        Told told = new Told();
        byte[] pattern = bytes(repeated.repeat(Math.max(1, read / repeated.length())));
        Examined.reset();
        try (Framer framer = Framer.builder(codec).oversize(policy).build(told)) {
            give(framer, bytes(start), read, told);
            while (told.error == null && told.sent < most) give(framer, pattern, read, told);
        }
        return told;
    }

    private static void give(Framer framer, byte[] bytes, int read, Told told) {
        for (int i = 0; i < bytes.length && told.error == null; i += read) {
            int n = Math.min(read, bytes.length - i);
            framer.lend(Unpooled.wrappedBuffer(bytes, i, n));
            told.sent += n;
            told.held = Math.max(told.held, framer.heldBytes());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, READ})
    void aHundredThousandFieldsAreRefusedAtTheHundredAndFirst(int read) {
        Told told = send(STRICT, Oversize.fail(), "GET / HTTP/1.1\r\n", "A:\r\n", 400_000, read);
        assertThat(told.error).isEqualTo(new FramingError.FrameTooLong(0, -1, 100, "header fields", ""));
        assertThat(told.held).isLessThanOrEqualTo(2 * HttpRequests.DEFAULT_HEAD + 1024);
        assertThat(Examined.bytes()).isLessThan(2 * (16 + 400 + 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1000, READ})
    void aHeaderLineOfAGibibyteIsRefusedWhereItPassesTheHead(int read) {
        for (String start :
                List.of("GET /", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nA: ", "GET / HTTP/1.1\r\nA:   ")) {
            for (String repeated : List.of("x", start.endsWith(": ") ? " " : "y")) {
                Told told = send(STRICT, Oversize.fail(), start, repeated, GIB, read);
                assertThat(told.error).isInstanceOf(FramingError.FrameTooLong.class);
                assertThat(told.sent).isLessThanOrEqualTo(HttpRequests.DEFAULT_HEAD + read);
                assertThat(told.held).isLessThanOrEqualTo(2 * HttpRequests.DEFAULT_HEAD + 1024);
                assertThat(Examined.bytes()).isLessThan(told.sent + 2L * HttpRequests.DEFAULT_HEAD + 2);
            }
        }
    }

    /** Dropped as it comes, so that nothing grows; put together or in parts, it costs what it weighs. */
    @ParameterizedTest
    @ValueSource(ints = {1, 5, READ})
    void aMillionChunksOfOneByte(int read) {
        String head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
        int chunks = read == 1 ? 100_000 : 1_000_000;
        HttpRequests large = STRICT.toBuilder().max(16 << 20).build();
        Told parts = send(large, Oversize.parts(0, 16 << 20), head, "1\r\nx\r\n", 6L * chunks, read);
        assertThat(parts.error).isNull();
        assertThat(parts.payload).isBetween(chunks - 10L, chunks + 20_000L);
        assertThat(parts.held).isLessThanOrEqualTo(1024);
        assertThat(Examined.bytes()).isLessThan(2 * parts.sent);

        Told whole = send(large, Oversize.fail(), head, "1\r\nx\r\n", 6L * chunks, read);
        assertThat(whole.error).isNull();
        assertThat(whole.held).isLessThanOrEqualTo(4L * chunks); // the content, doubled as it grew
        assertThat(Examined.bytes()).isLessThan(2 * whole.sent);

        Told refused = send(STRICT, Oversize.fail(), head, "1\r\nx\r\n", 6L * 1_000_000, READ);
        assertThat(refused.error).isEqualTo(new FramingError.FrameTooLong(0, -1, HttpRequests.DEFAULT_MAX, ""));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, READ})
    void aChunkExtensionWithoutEndIsRefusedAtTheChunkLine(int read) {
        String head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
        for (String start : List.of("1;", "1;a=", "1;a=\"", "0")) {
            String repeated = start.equals("0") ? "0" : "b";
            Told told = send(STRICT, Oversize.parts(0, GIB), head + start, repeated, GIB, read);
            assertThat(told.error)
                    .isEqualTo(new FramingError.FrameTooLong(
                            0, -1, HttpRequests.DEFAULT_CHUNK_LINE, "bytes of a chunk line", ""));
            assertThat(told.sent).isLessThanOrEqualTo(head.length() + HttpRequests.DEFAULT_CHUNK_LINE + read);
            assertThat(told.held).isLessThanOrEqualTo(1024);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, READ})
    void trailersWithoutEndAreRefused(int read) {
        String head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
        Told lines = send(STRICT, Oversize.parts(0, GIB), head, "A: b\r\n", GIB, read);
        assertThat(lines.error).isEqualTo(new FramingError.FrameTooLong(0, -1, 100, "header fields", ""));
        Told line = send(STRICT, Oversize.parts(0, GIB), head + "A: ", "b", GIB, read);
        assertThat(line.error).isInstanceOf(FramingError.FrameTooLong.class);
        assertThat(line.held).isLessThanOrEqualTo(2 * HttpRequests.DEFAULT_TRAILER + 1024);
    }

    /** A head whose length is over the limit, a byte a read, in parts and skipped: looked at twice at most, not once for each read. */
    @Test
    void aHeadThatAnnouncesTooMuchIsReadTwiceAtMost() {
        String message = "POST / HTTP/1.1\r\nContent-Length: 2000000\r\n" + "A: 0123456789\r\n".repeat(90) + "\r\n"
                + "x".repeat(2_000_000);
        for (Oversize policy : List.of(Oversize.skip(), Oversize.parts(0, 1L << 40))) {
            Told told = send(STRICT, policy, message, "GET / HTTP/1.1\r\n\r\n", message.length() + 1, 1);
            assertThat(told.error).isNull();
            assertThat(Examined.bytes()).isLessThan(2L * (message.length() - 2_000_000) + 200);
        }
    }

    /** Requests that nobody answers: a bounded number, then a clear error. */
    @Test
    void requestsWithoutResponseAreBounded() {
        FrameCodec server = HttpConnection.server().ofConnection();
        Told told = send(server, Oversize.fail(), "", "GET / HTTP/1.1\r\n\r\n", GIB, READ);
        assertThat(told.frames).hasSize(256);
        assertThat(told.error)
                .isEqualTo(
                        new FramingError.FrameTooLong(256 * 18, -1, 256, "requests that wait for their response", ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /index.html HTTP/1.1\r\nHost: localhost\r\nUser-Agent: x/1.0\r\nAccept: */*\r\n\r\n",
                "POST / HTTP/1.1\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nhello",
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;a=\"b\"\r\nhello\r\n2\r\nhi\r\n0\r\nDigest: x\r\n\r\n"
            })
    void nothingIsAllocatedPerMessage(String message) {
        byte[] one = bytes(message);
        ByteBuf many = Unpooled.buffer(one.length * 1000);
        for (int i = 0; i < 1000; i++) many.writeBytes(one);
        long[] frames = {0};
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (Oversize policy : List.of(Oversize.fail(), Oversize.parts(0, 4096))) {
            try (Framer framer = Framer.builder(STRICT).oversize(policy).build(f -> frames[0]++)) {
                long least = Long.MAX_VALUE;
                for (int run = 0; run < 20; run++) {
                    long before = threads.getCurrentThreadAllocatedBytes();
                    framer.lend(many.duplicate());
                    least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
                }
                assertThat(least).isLessThan(1000); // less than a byte for each message: what lend itself needs
            }
        }
        assertThat(frames[0]).isGreaterThanOrEqualTo(40_000);
        many.release();
    }
}
