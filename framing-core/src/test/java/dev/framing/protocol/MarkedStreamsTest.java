package dev.framing.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.Decoded;
import dev.framing.FrameCodec;
import dev.framing.RetainedFrame;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What peers send around the marks of the protocols that have them. */
class MarkedStreamsTest {

    @Test
    void mllpPeersMayEndTheLineBetweenMessages() {
        assertThat(read(Protocols.MLLP, "\r\n\u000bone\u001c\r\r\n\u000btwo\u001c\r\n"))
                .containsExactly("one", "two");
        assertThat(read(Protocols.MLLP, "\u000bone\u001c\rx"))
                .containsExactly("one", "malformed at byte 6: no start mark, found 0x78 `x`");
    }

    @Test
    void jsonSeqCutsTextsOfOneLine() {
        assertThat(read(Protocols.JSON_SEQ, "\u001e{\"a\":1}\n\u001e{}\n")).containsExactly("{\"a\":1}", "{}");
        assertThat(read(Protocols.JSON_SEQ, "\u001e{\n }\n").get(1)).startsWith("malformed at byte 3: no start mark");
        assertThat(read(Protocols.JSON_SEQ, "\u001e\u001e{}\n")).containsExactly("\u001e{}");
    }

    private static List<String> read(FrameCodec codec, String stream) {
        List<String> all = new ArrayList<>();
        try (Decoded decoded = Decoded.of(codec, Unpooled.copiedBuffer(stream, StandardCharsets.ISO_8859_1))) {
            for (RetainedFrame f : decoded.frames()) all.add(f.payload().toString(StandardCharsets.ISO_8859_1));
            decoded.error().forEach(e -> all.add(e.message()));
        }
        return all;
    }
}
