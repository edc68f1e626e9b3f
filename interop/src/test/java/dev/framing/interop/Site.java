package dev.framing.interop;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.framing.Frame;
import dev.framing.FrameHandler;
import dev.framing.FramingError;
import dev.framing.Oversize;
import dev.framing.Part;
import dev.framing.codec.Delimited;
import dev.framing.codec.Head;
import dev.framing.codec.Headers;
import dev.framing.codec.HttpConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An HTTP server of this library. Requests come in parts, so that it can answer {@code Expect: 100-continue} before the body.
 *
 * <pre>
 *   /bytes/N     N bytes, counted      /none           204
 *   /chunked/N   N bytes in chunks     /not-modified   304, with the length of what is not sent
 *   /echo        what was sent         /moved          301 to /bytes/10
 *   /last        closes afterwards     /upgrade        101, then lines are answered in upper case
 * </pre>
 */
final class Site {
    /** What was heard: each request as "GET /", and what else ended a stream than its end. */
    final Queue<String> heard = new ConcurrentLinkedQueue<>();

    final AtomicInteger connections = new AtomicInteger();

    private final Semaphore ended = new Semaphore(0);

    /** Waits for the end of one connection: before that, who takes the way to it apart would reset it. */
    void awaitEnd() throws InterruptedException {
        if (!ended.tryAcquire(Program.PATIENCE.toSeconds(), TimeUnit.SECONDS))
            throw new AssertionError("no end after " + heard);
    }

    Transport.Setup setup() {
        return new Transport.Setup(HttpConnection.server(), Oversize.parts(0, 64 << 20), this::visit);
    }

    /** A handler for one connection. */
    FrameHandler visit(Connection connection) {
        connections.incrementAndGet();
        return new Visit(connection);
    }

    private final class Visit implements FrameHandler {
        private final Connection connection;
        private final Message.Joiner joiner = new Message.Joiner();
        private final StringBuilder line = new StringBuilder();
        private boolean upgraded;

        Visit(Connection connection) {
            this.connection = connection;
        }

        @Override
        public void onFrame(Frame frame) {
            if (upgraded) {
                line.append(frame.text(US_ASCII));
                if (frame.part() != Part.WHOLE && frame.part() != Part.LAST) return;
                reply(
                        Unpooled.EMPTY_BUFFER,
                        line.toString().toUpperCase(Locale.ROOT).getBytes(US_ASCII));
                line.setLength(0);
                return;
            }
            if (frame.part() == Part.FIRST && frame.detail(Headers.class).get().lists("Expect", "100-continue"))
                reply(Head.response(100, "Continue").bytes(), new byte[0]);
            joiner.add(frame).ifPresent(this::answer);
        }

        private void reply(ByteBuf head, byte[] body) {
            connection.send(head, Unpooled.wrappedBuffer(body));
        }

        private void answer(Message request) {
            heard.add(request.asked());
            String target = request.asked().split(" ")[1];
            String[] path = target.split("/");
            boolean head = request.asked().startsWith("HEAD ");
            switch (path[1]) {
                case "bytes" -> {
                    int n = Integer.parseInt(path[2]);
                    Head ok = Head.response(200, "OK");
                    if (head) ok.field("Content-Length", n);
                    reply(ok.bytes(), head ? new byte[0] : Nginx.bytes(n));
                }
                case "chunked" -> {
                    if (head) reply(Head.response(200, "OK").bytes(), new byte[0]);
                    else chunked(Integer.parseInt(path[2]));
                }
                case "echo" ->
                    reply(
                            Head.response(200, "OK")
                                    .field("X-Trailers", request.trailers().size())
                                    .bytes(),
                            request.body());
                case "none" -> reply(Head.response(204, "No Content").bytes(), new byte[0]);
                case "not-modified" ->
                    reply(
                            Head.response(304, "Not Modified")
                                    .field("Content-Length", 1_000)
                                    .bytes(),
                            new byte[0]);
                case "moved" ->
                    reply(
                            Head.response(301, "Moved Permanently")
                                    .field("Location", "/bytes/10")
                                    .bytes(),
                            "over there".getBytes(US_ASCII));
                case "last" -> {
                    reply(Head.response(200, "OK").field("Connection", "close").bytes(), "bye".getBytes(US_ASCII));
                    connection.end();
                }
                case "upgrade" -> {
                    reply(
                            Head.response(101, "Switching Protocols")
                                    .field("Connection", "upgrade")
                                    .field("Upgrade", "lines")
                                    .bytes(),
                            new byte[0]);
                    upgraded = true;
                    connection.switchTo(Delimited.crlf());
                }
                default -> throw new IllegalArgumentException(target);
            }
        }

        private void chunked(int n) {
            byte[] body = Nginx.bytes(n);
            connection.begin(Head.response(200, "OK").bytes(), -1);
            for (int at = 0; at < n; at += 3_333)
                connection.piece(Unpooled.wrappedBuffer(body, at, Math.min(3_333, n - at)));
            connection.finish(Head.fields().field("X-Sum", sum(body)).bytes());
        }

        @Override
        public void onEnd() {
            ended.release();
        }

        @Override
        public void onError(FramingError error) {
            heard.add(error.message());
            ended.release();
        }
    }

    static long sum(byte[] bytes) {
        long sum = 0;
        for (byte b : bytes) sum += b & 0xFF;
        return sum;
    }
}
