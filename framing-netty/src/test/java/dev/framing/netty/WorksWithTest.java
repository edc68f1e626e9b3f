package dev.framing.netty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.FrameCodec;
import dev.framing.Framer;
import dev.framing.OutboundQueue;
import dev.framing.codec.LengthPrefixed;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Flux;
import reactor.netty.Connection;
import reactor.netty.DisposableServer;
import reactor.netty.tcp.TcpClient;
import reactor.netty.tcp.TcpServer;

/** Frames in frameworks that stand on Netty, over the loopback interface. */
@Timeout(60)
@ExtendWith(Leaks.class)
class WorksWithTest {
    private static final FrameCodec CODEC = LengthPrefixed.uint16();
    private static final List<String> WORDS = IntStream.range(0, 200)
            .mapToObj(i -> i + " " + "x".repeat(i * 37 % 3000))
            .toList();

    /** The handler among the decoders of the connection: each element of the Flux is a frame, asked for one by one. */
    @Test
    void reactorNetty() {
        DisposableServer server = TcpServer.create()
                .host("127.0.0.1")
                .port(0)
                .doOnConnection(connection -> connection.addHandlerLast(FramingHandler.slices(CODEC)))
                .handle((in, out) -> out.send(in.receive().retain(), frame -> true))
                .bindNow();
        try {
            Connection client = TcpClient.create()
                    .host("127.0.0.1")
                    .port(server.port())
                    .doOnConnected(connection -> connection.addHandlerLast(FramingHandler.slices(CODEC)))
                    .connectNow();
            client.outbound()
                    .send(Flux.fromIterable(WORDS).map(word -> Unpooled.copiedBuffer(word, UTF_8)))
                    .then()
                    .subscribe();
            List<String> echoed = client.inbound()
                    .receive()
                    .asString(UTF_8)
                    .take(WORDS.size())
                    .collectList()
                    .block(Duration.ofSeconds(30));
            assertThat(echoed).isEqualTo(WORDS);
            client.disposeNow();
        } finally {
            server.disposeNow();
        }
    }

    /** Vert.x shows buffers, no pipeline: the engine takes them, its pause is the socket's. */
    private static final class Frames {
        final NetSocket socket;
        final Framer in;
        final OutboundQueue out = OutboundQueue.of(CODEC);

        Frames(NetSocket socket, java.util.function.BiConsumer<Frames, String> handler) {
            this.socket = socket;
            in = Framer.of(CODEC, frame -> handler.accept(this, frame.text(UTF_8)));
            socket.handler(buffer -> in.offer(Unpooled.wrappedBuffer(buffer.getBytes())));
            socket.endHandler(end -> {
                in.end();
                in.close();
                out.close();
            });
            socket.exceptionHandler(broken -> in.reset());
        }

        void send(String text) {
            out.frame(Unpooled.copiedBuffer(text, UTF_8));
            for (ByteBuf bytes = out.poll(); bytes != null; bytes = out.poll()) {
                socket.write(Buffer.buffer(io.netty.buffer.ByteBufUtil.getBytes(bytes)));
                bytes.release();
            }
            out.trim();
        }

        void pause() {
            in.pause();
            socket.pause();
        }

        void resume() {
            in.resume();
            if (!in.isPaused()) socket.resume();
        }
    }

    @Test
    void vertx() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            NetServer server = vertx.createNetServer().connectHandler(socket -> {
                new Frames(socket, (frames, text) -> {
                    frames.send(text);
                    if (frames.in.position() % 5 != 0) return; // now and then somebody is slow
                    frames.pause();
                    vertx.setTimer(1, t -> frames.resume());
                });
            });
            int port = server.listen(0, "127.0.0.1")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(20, TimeUnit.SECONDS)
                    .actualPort();
            NetClient client = vertx.createNetClient();
            List<String> echoed = new ArrayList<>();
            CompletableFuture<Void> all = new CompletableFuture<>();
            client.connect(port, "127.0.0.1").onSuccess(socket -> {
                Frames frames = new Frames(socket, (self, text) -> {
                    echoed.add(text);
                    if (echoed.size() == WORDS.size()) all.complete(null);
                });
                WORDS.forEach(frames::send);
            });
            all.get(30, TimeUnit.SECONDS);
            assertThat(echoed).isEqualTo(WORDS);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
    }
}
