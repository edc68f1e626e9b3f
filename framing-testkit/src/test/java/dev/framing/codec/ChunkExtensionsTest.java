package dev.framing.codec;

import static dev.framing.testkit.Wire.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.framing.FrameCodec;
import dev.framing.Framer;
import dev.framing.Oversize;
import dev.framing.RetainedFrame;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChunkExtensionsTest {
    private static final String HEAD = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final String STREAM = HEAD
            + "5;a=b;C=\"d \\\" ;=e\";f\r\nhello\r\n1\r\n!\r\n2;x\r\nhi\r\n0;last=1\r\n\r\n" + HEAD
            + "1\r\nz\r\n0\r\nDigest: y\r\n\r\n";

    /** Of each message those that were told; in frames that were kept they are the same later. */
    private static List<ChunkExtensions> read(FrameCodec codec, Oversize policy, String stream, int cut) {
        List<ChunkExtensions> told = new ArrayList<>();
        List<RetainedFrame> kept = new ArrayList<>();
        Framer framer = Framer.builder(codec).oversize(policy).build(frame -> {
            frame.detail(ChunkExtensions.class).map(ChunkExtensions::copy).forEach(told::add);
            kept.add(frame.keep());
        });
        framer.offer(Unpooled.wrappedBuffer(bytes(stream.substring(0, cut))));
        framer.offer(Unpooled.wrappedBuffer(bytes(stream.substring(cut))));
        framer.end();
        int n = 0;
        for (RetainedFrame frame : kept) {
            for (ChunkExtensions later : frame.detail(ChunkExtensions.class))
                assertThat(later).hasToString(told.get(n++).toString());
            frame.close();
        }
        assertThat(n).isEqualTo(told.size());
        return told;
    }

    @Test
    void theyComeWithTheEndOfTheirMessageHoweverItIsCut() {
        for (Oversize policy : List.of(Oversize.fail(), Oversize.parts(0, 1000), Oversize.parts(60, 1000))) {
            for (int cut = 0; cut <= STREAM.length(); cut++) {
                List<ChunkExtensions> told = read(HttpRequests.strict(), policy, STREAM, cut);
                assertThat(told).hasSize(1);
                assertThat(told.get(0)).hasToString("0;a=b;C=\"d \\\" ;=e\";f\n6;x\n8;last=1");
                assertThat(told.get(0).isComplete()).isTrue();
            }
        }
    }

    @Test
    void valuesAreFoundByName() {
        ChunkExtensions strict =
                read(HttpRequests.strict(), Oversize.fail(), STREAM, 0).get(0);
        assertThat(strict.count()).isEqualTo(3);
        assertThat(strict.value(0, "A")).containsExactly("b");
        assertThat(strict.value(0, "c")).containsExactly("d \" ;=e");
        assertThat(strict.value(0, "f")).containsExactly("");
        assertThat(strict.value(0, "e")).isEmpty();
        assertThat(strict.value(1, "x")).containsExactly("");
        assertThat(strict.offset(2)).isEqualTo(8);
        assertThatThrownBy(() -> strict.text(3)).isInstanceOf(IndexOutOfBoundsException.class);
        FrameCodec loose =
                HttpRequests.builder().allow(Leniency.SPACE_IN_EXTENSION).build();
        String spaced = HEAD + "1 ; a = b ; c = \"d\" ; e\r\nx\r\n0\r\n\r\n";
        ChunkExtensions blanks = read(loose, Oversize.fail(), spaced, 0).get(0);
        assertThat(blanks.value(0, "a")).containsExactly("b");
        assertThat(blanks.value(0, "c")).containsExactly("d");
        assertThat(blanks.value(0, "e")).containsExactly("");
        assertThat(blanks.value(0, "x")).isEmpty();
    }

    /** What is kept of them is bounded; what came first is whole. */
    @Test
    void asManyAreKeptAsTrailersMayHave() {
        FrameCodec codec = HttpRequests.builder().trailer(20).build();
        String chunk = "1;abc=d\r\nx\r\n"; // 6 bytes of extension
        for (int cut : new int[] {0, 60, 90, 100}) {
            ChunkExtensions told = read(codec, Oversize.fail(), HEAD + chunk.repeat(5) + "0\r\n\r\n", cut)
                    .get(0);
            assertThat(told.isComplete()).isFalse();
            assertThat(told).hasToString("0;abc=d\n1;abc=d\n2;abc=d\n...");
        }
        String first = HEAD + "1;" + "a".repeat(30) + "\r\nx\r\n0\r\n\r\n";
        assertThat(read(codec, Oversize.fail(), first, 0).get(0)).hasToString("\n...");
    }
}
