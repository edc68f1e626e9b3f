package dev.framing.codec;

import static dev.framing.testkit.Wire.bytes;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.Frame;
import dev.framing.Framer;
import dev.framing.Oversize;
import dev.framing.RetainedFrame;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChunkExtensionsTest {
    private static final String HEAD = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final String STREAM =
            HEAD + "5;a=b;C=\"d \\\" ;=e\";f\r\nhello\r\n1\r\n!\r\n2;x\r\nhi\r\n0;last=1\r\nDigest: y\r\n\r\n" + HEAD
                    + "1\r\nz\r\n0\r\n\r\n";

    /** With the part that a chunk's data begins with, however the bytes are cut; those of the last chunk with the last part. */
    @Test
    void eachChunkHasItsOwn() {
        for (int cut = 0; cut <= STREAM.length(); cut++) {
            List<String> told = new ArrayList<>();
            List<RetainedFrame> kept = new ArrayList<>();
            try (Framer framer = Framer.builder(HttpRequests.strict())
                    .oversize(Oversize.parts(0, 1000))
                    .build(frame -> {
                        frame.detail(ChunkExtensions.class).forEach(e -> told.add(e + " | " + first(frame)));
                        kept.add(frame.keep());
                    })) {
                framer.offer(Unpooled.wrappedBuffer(bytes(STREAM.substring(0, cut))));
                framer.offer(Unpooled.wrappedBuffer(bytes(STREAM.substring(cut))));
            }
            assertThat(told)
                    .as("cut at %d", cut)
                    .containsExactly(";a=b;C=\"d \\\" ;=e\";f | h", ";x | h", ";last=1 | ");
            List<String> later = new ArrayList<>();
            for (RetainedFrame frame : kept) {
                frame.detail(ChunkExtensions.class).forEach(e -> later.add(e.text()));
                frame.close();
            }
            assertThat(later).containsExactly(";a=b;C=\"d \\\" ;=e\";f", ";x", ";last=1");
        }
    }

    private static String first(Frame frame) {
        return frame.text(ISO_8859_1)
                .lines()
                .map(line -> line.substring(0, 1))
                .findFirst()
                .orElse("");
    }

    @Test
    void valuesAreFoundByName() {
        List<ChunkExtensions> kept = new ArrayList<>();
        Framer framer = Framer.builder(HttpRequests.builder()
                        .allow(Leniency.SPACE_IN_EXTENSION)
                        .build())
                .oversize(Oversize.parts(0, 1000))
                .build(frame -> frame.detail(ChunkExtensions.class)
                        .map(ChunkExtensions::copy)
                        .forEach(kept::add));
        framer.offer(Unpooled.wrappedBuffer(bytes(STREAM)));
        ChunkExtensions first = kept.get(0);
        assertThat(first.value("A")).containsExactly("b");
        assertThat(first.value("c")).containsExactly("d \" ;=e");
        assertThat(first.value("f")).containsExactly("");
        assertThat(first.value("e")).isEmpty();
        framer.offer(Unpooled.wrappedBuffer(bytes(HEAD + "1 ; a = b ; c = \"d\" ; e\r\nx\r\n0\r\n\r\n")));
        assertThat(kept.get(3).value("a")).containsExactly("b");
        assertThat(kept.get(3).value("c")).containsExactly("d");
        assertThat(kept.get(3).value("e")).containsExactly("");
        assertThat(kept.get(3).value("x")).isEmpty();
        framer.close();
    }

    /** A message delivered whole has fields and trailers, and no single chunk. */
    @Test
    void aWholeMessageHasNone() {
        List<String> told = new ArrayList<>();
        Framer framer = Framer.of(
                HttpRequests.strict(),
                (Frame frame) -> told.add(frame.detail(ChunkExtensions.class).isDefined()
                        + " " + frame.detail(Trailers.class).isDefined() + " "
                        + frame.detail(Headers.class).isDefined()
                        + " " + frame.text(ISO_8859_1)));
        framer.offer(Unpooled.wrappedBuffer(bytes(STREAM)));
        assertThat(told).containsExactly("false true true hello!hi", "false false true z");
        framer.close();
    }
}
