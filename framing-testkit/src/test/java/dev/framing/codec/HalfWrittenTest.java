package dev.framing.codec;

import static dev.framing.testkit.Wire.bytes;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.framing.FrameCodec;
import dev.framing.Framer;
import dev.framing.OutboundQueue;
import dev.framing.testkit.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.IllegalReferenceCountException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A message whose payload could not be taken was taken back by the queue: it was never sent, and the encoder knows nothing of it. */
class HalfWrittenTest {
    private static final ByteBuf EMPTY = Unpooled.EMPTY_BUFFER;

    private static ByteBuf released() {
        ByteBuf gone = Unpooled.buffer(5000).writeZero(5000);
        gone.release();
        return gone;
    }

    private static void fails(OutboundQueue queue, ByteBuf head) {
        assertThatThrownBy(() -> queue.frame(head, released())).isInstanceOf(IllegalReferenceCountException.class);
        assertThat(queue.bytes()).isZero();
    }

    /** The response to the next request was read as that to the one never sent: its content was the response after it. */
    @Test
    void nobodyAnswersARequestThatWasNotSent() {
        FrameCodec client = HttpConnection.client().ofConnection();
        List<String> told = new ArrayList<>();
        try (OutboundQueue requests = OutboundQueue.of(client);
                Framer responses = Framer.of(client, frame -> told.add(frame.text(ISO_8859_1)))) {
            fails(requests, Head.request("HEAD", "/").bytes());
            requests.frame(Head.request("GET", "/").bytes(), EMPTY);
            responses.offer(Unpooled.wrappedBuffer(bytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")));
        }
        assertThat(told).containsExactly("hi");
    }

    @Test
    void aResponseThatWasNotSentAnswersNothingAndEndsNothing() {
        FrameCodec server = HttpConnection.server().ofConnection();
        try (OutboundQueue responses = OutboundQueue.of(server);
                Framer requests = Framer.of(server, frame -> {})) {
            requests.offer(Unpooled.wrappedBuffer(bytes("GET / HTTP/1.1\r\n\r\nHEAD / HTTP/1.1\r\n\r\n")));
            fails(
                    responses,
                    Head.response(200, "OK").field("Connection", "close").bytes());
            for (int i = 0; i < 2; i++)
                responses.frame(Head.response(200, "OK").bytes(), Unpooled.wrappedBuffer(bytes("hi")));
            String head = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
            assertThat(Wire.written(responses)).asString(ISO_8859_1).isEqualTo(head + "hi" + head);
        }
    }

    /** Every later frame was refused, because the one before had not ended. */
    @ParameterizedTest
    @EnumSource(value = HeaderFramed.Body.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aBlockThatWasNotSentIsNotBegun(HeaderFramed.Body body) {
        HeaderFramed codec = HeaderFramed.builder().body(body).build();
        try (OutboundQueue queue = OutboundQueue.of(codec)) {
            fails(queue, Head.fields().field("a", "b").bytes());
            queue.frame(Head.fields().field("a", "b").bytes(), Unpooled.wrappedBuffer(bytes("hi")));
            assertThat(Wire.written(queue)).asString(ISO_8859_1).contains("a: b", "hi");
        }
    }
}
