package dev.framing;

import static dev.framing.Heard.buffer;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import org.junit.jupiter.api.Test;

/** A response that cannot be cut without knowing what was asked: the application keeps the decoder, and tells it. */
class RequestContextTest {

    /** {@code status length LF body}; no body where the request was HEAD; a status of 1xx answers no request. */
    private static final class Responses implements FrameDecoder {
        private final ArrayDeque<String> asked = new ArrayDeque<>();

        Responses expect(String method) {
            asked.add(method);
            return this;
        }

        @Override
        public boolean announced() {
            return true;
        }

        @Override
        public void decode(ByteBuf in, int index, int end, FrameSink out) {
            int at = index;
            while (at < end) {
                int lf = in.indexOf(at, end, (byte) '\n');
                if (lf < 0) {
                    out.pending(at, end - at + 1, end - at, end - at + 1L, -1);
                    return;
                }
                int head = lf + 1 - at;
                String[] line =
                        in.toString(at, head - 1, StandardCharsets.US_ASCII).split(" ");
                boolean interim = line[0].startsWith("1");
                int body = interim || "HEAD".equals(asked.peek()) ? 0 : Integer.parseInt(line[1]);
                if (head + body > end - at) {
                    out.pending(at, head, end - at, head + body, -1);
                    return;
                }
                if (!interim) asked.poll();
                if (!out.frame(at, head, body, 0)) return;
                at += head + body;
            }
        }
    }

    @Test
    void theDecoderIsToldWhatWasAsked() {
        String stream = "100 0\n200 5\nhello204 0\n200 5\n200 2\nok";
        for (int cut = 0; cut <= stream.length(); cut++) {
            Heard heard = new Heard();
            Responses responses = new Responses().expect("GET").expect("DELETE").expect("HEAD");
            Framer framer = Framer.builder(responses, 64).build(heard);
            framer.offer(buffer(stream.substring(0, cut)));
            responses.expect("GET");
            framer.offer(buffer(stream.substring(cut)));
            framer.end();
            assertThat(heard.events).as("cut " + cut).containsExactly("0:", "6:hello", "17:", "23:", "29:ok", "end");
        }
    }

    /** As the application does: it asks again when it has the answer. */
    @Test
    void theDecoderIsToldInsideACallback() {
        Heard heard = new Heard();
        Responses responses = new Responses().expect("GET");
        Framer framer = Framer.builder(responses, 64).build(frame -> {
            heard.onFrame(frame);
            if (frame.position() == 0) responses.expect("HEAD").expect("GET");
        });
        framer.offer(buffer("200 1\na200 9\n200 1\nb"));
        assertThat(heard.events).containsExactly("0:a", "7:", "13:b");
        framer.close();
    }
}
