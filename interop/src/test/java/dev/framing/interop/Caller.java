package dev.framing.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.Frame;
import dev.framing.FrameHandler;
import dev.framing.FramingError;
import dev.framing.codec.Head;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** An HTTP client of this library: sends requests, and hears the responses in their order. */
final class Caller implements FrameHandler {
    private final Message.Joiner joiner = new Message.Joiner();
    private final BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
    private final Connection connection;

    Caller(Connection connection) {
        this.connection = connection;
    }

    @Override
    public void onFrame(Frame frame) {
        joiner.add(frame).ifPresent(heard::add);
    }

    @Override
    public void onEnd() {
        heard.add("end");
    }

    @Override
    public void onError(FramingError error) {
        heard.add(error);
    }

    /** What comes next: a {@link Message}, "end", or a {@link FramingError}. */
    private Object next() throws InterruptedException {
        Object next = heard.poll(Program.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (next == null) throw new AssertionError("nothing comes");
        return next;
    }

    Message response() throws InterruptedException {
        Object next = next();
        assertThat(next).isInstanceOf(Message.class);
        return (Message) next;
    }

    /** Nothing follows, and the stream did not break off. */
    void awaitEnd() throws InterruptedException {
        assertThat(next()).isEqualTo("end");
    }

    void say(Consumer<Connection> what) {
        connection.execute(() -> what.accept(connection));
    }

    /** A request, and what its response must be. */
    record Exchange(Head head, byte[] body, Consumer<Message> check) {
        static Exchange get(String target, Consumer<Message> check) {
            return of("GET", target, check);
        }

        static Exchange head(String target, Consumer<Message> check) {
            return of("HEAD", target, check);
        }

        static Exchange of(String method, String target, Consumer<Message> check) {
            return new Exchange(Head.request(method, target).field("Host", "localhost"), new byte[0], check);
        }

        Exchange with(String name, String value) {
            return new Exchange(head.field(name, value), body, check);
        }

        Exchange sending(byte[] bytes) {
            return new Exchange(head, bytes, check);
        }

        void send(Connection to) {
            to.send(head.bytes(), Unpooled.wrappedBuffer(body));
        }

        void check(Message response) {
            try {
                check.accept(response);
            } catch (AssertionError e) {
                throw new AssertionError(head + "was answered with " + response, e);
            }
        }
    }

    /** Each waits for the response to the one before. */
    void oneByOne(List<Exchange> exchanges) throws InterruptedException {
        for (Exchange exchange : exchanges) {
            say(exchange::send);
            exchange.check(response());
        }
    }

    /** All at once. */
    void pipelined(List<Exchange> exchanges) throws InterruptedException {
        say(to -> exchanges.forEach(exchange -> exchange.send(to)));
        for (Exchange exchange : exchanges) exchange.check(response());
    }

    /** A body of which the server says first whether it wants it: in chunks where {@code length} is -1. */
    Message expecting(Head head, byte[] body, long length) throws InterruptedException {
        say(to -> to.begin(head.field("Expect", "100-continue").bytes(), length));
        Message first = response();
        if (first.status() != 100) return first;
        say(to -> {
            for (int at = 0; at < body.length; at += 7_777)
                to.piece(Unpooled.wrappedBuffer(body, at, Math.min(7_777, body.length - at)));
            to.finish(Unpooled.EMPTY_BUFFER);
        });
        return response();
    }
}
