package dev.framing.netty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.Leftover;
import dev.framing.codec.Delimited;
import dev.framing.codec.Head;
import dev.framing.codec.HttpConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** HTTP in a pipeline: one handler knows both directions. */
@ExtendWith(Leaks.class)
class HttpConnectionTest {
    private static ByteBuf buf(String text) {
        return Unpooled.copiedBuffer(text, UTF_8);
    }

    private static String next(ByteBuf bytes) {
        String text = bytes.toString(UTF_8);
        bytes.release();
        return text;
    }

    private static void asksAndHears(EmbeddedChannel channel) {
        channel.writeOutbound(Outgoing.frame(Head.request("HEAD", "/").bytes(), Unpooled.EMPTY_BUFFER));
        channel.writeOutbound(Outgoing.frame(Head.request("GET", "/").bytes(), Unpooled.EMPTY_BUFFER));
        assertThat(next(channel.readOutbound())).isEqualTo("HEAD / HTTP/1.1\r\n\r\n");
        assertThat(next(channel.readOutbound())).isEqualTo("GET / HTTP/1.1\r\n\r\n");
        channel.writeInbound(
                buf("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"));
        assertThat(next(channel.readInbound())).isEmpty();
        assertThat(next(channel.readInbound())).isEqualTo("hi");
    }

    @Test
    void theDecoderKnowsWhatTheEncoderAsked() {
        HttpConnection both = HttpConnection.client();
        EmbeddedChannel one = new EmbeddedChannel(FramingHandler.slices(both));
        EmbeddedChannel two = new EmbeddedChannel(FramingHandler.slices(both));
        asksAndHears(one);
        asksAndHears(two);
        one.finish();
        two.finish();
    }

    @Test
    void afterASwitchTheFreshPairKnows() {
        EmbeddedChannel channel = new EmbeddedChannel(FramingHandler.slices(Delimited.lf()));
        channel.pipeline().get(FramingHandler.class).switchTo(HttpConnection.client(), Leftover.KEEP);
        asksAndHears(channel);
        channel.finish();
    }

    @Test
    void trailersEndAMessageInPieces() {
        EmbeddedChannel channel = new EmbeddedChannel(FramingHandler.slices(HttpConnection.client()));
        channel.writeOutbound(Outgoing.begin(Head.request("POST", "/").bytes(), -1));
        channel.writeOutbound(Outgoing.piece(buf("abc")));
        channel.writeOutbound(Outgoing.end(Head.fields().field("a", "b").bytes()));
        StringBuilder all = new StringBuilder();
        for (ByteBuf b = channel.readOutbound(); b != null; b = channel.readOutbound()) all.append(next(b));
        assertThat(all.toString())
                .isEqualTo("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\na: b\r\n\r\n");
        channel.finish();
    }
}
