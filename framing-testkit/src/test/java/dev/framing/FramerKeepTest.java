package dev.framing;

import static dev.framing.Heard.buffer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.probe.ChunkedProbe;
import dev.framing.probe.LengthProbe;
import dev.framing.testkit.CountingAllocator;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an application holds is its own. */
class FramerKeepTest {
    private final CountingAllocator engine = new CountingAllocator();

    @Test
    void aKeptFrameOutlivesTheEngine() {
        List<RetainedFrame> kept = new ArrayList<>();
        ByteBuf bytes = buffer("Hxx\0\3abcTT" + "Hyy\0\0TT");
        Framer framer =
                Framer.builder(new LengthProbe(3, 5, 2), 64).allocator(engine).build(frame -> kept.add(frame.keep()));
        framer.offer(bytes);
        framer.end();
        framer.close();
        assertThat(bytes.refCnt()).isEqualTo(2);
        try (RetainedFrame first = kept.get(0);
                RetainedFrame second = kept.get(1)) {
            assertThat(text(first.head())).isEqualTo("Hxx\0\3");
            assertThat(text(first.payload())).isEqualTo("abc");
            assertThat(text(first.tail())).isEqualTo("TT");
            assertThat(first.text(StandardCharsets.ISO_8859_1)).isEqualTo("abc");
            assertThat(first.position()).isZero();
            assertThat(first.length()).isEqualTo(10);
            assertThat(first.part()).isEqualTo(Part.WHOLE);
            assertThat(second.position()).isEqualTo(10);
            assertThat(second.bytes()).isEmpty();
        }
        kept.get(0).close();
        assertThat(bytes.refCnt()).isZero();
    }

    private static String text(ByteBuf bytes) {
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    /** The decoder reuses its detail for the next frame: what was kept is a copy. */
    @Test
    void aBorrowedDetailIsCopied() {
        List<RetainedFrame> kept = new ArrayList<>();
        List<ChunkedProbe.Lines> borrowed = new ArrayList<>();
        Framer framer = Framer.builder(new ChunkedProbe(), 64).allocator(engine).build(frame -> {
            borrowed.add(frame.detail(ChunkedProbe.Lines.class).get());
            kept.add(frame.keep());
        });
        framer.offer(buffer("P\r\nA:b\r\n\r\n2\r\nhi\r\n0\r\n\r\n"));
        framer.offer(buffer("G\r\n\r\n0\r\n\r\n"));
        framer.close();
        assertThat(borrowed.get(0)).isSameAs(borrowed.get(1));
        ChunkedProbe.Lines first = kept.get(0).detail(ChunkedProbe.Lines.class).get();
        assertThat(first).isNotSameAs(borrowed.get(0)).hasToString("lines at [0, 3]");
        assertThat(kept.get(1).detail(ChunkedProbe.Lines.class).get()).hasToString("lines at [0]");
        assertThat(kept.get(0).detail(String.class)).isEmpty();
        assertThat(text(kept.get(0).payload())).isEqualTo("hi");
        kept.forEach(RetainedFrame::close);
        assertThat(engine.used()).isZero();
    }

    @Test
    void aDetailThatCannotBeKeptLeaksNothing() {
        BorrowedDetail broken = (bytes, head, tail) -> {
            throw new UnsupportedOperationException("not kept");
        };
        Framer framer = Framer.builder(
                        (in, index, end, out) -> {
                            out.detail(broken);
                            out.frame(index, 0, end - index, 0);
                        },
                        64)
                .build(frame -> frame.keep().close());
        ByteBuf bytes = buffer("abc");
        try {
            framer.offer(bytes);
        } catch (UnsupportedOperationException e) {
            assertThat(e).hasMessage("not kept");
        }
        assertThat(bytes.refCnt()).isZero();
    }

    /** The engine writes nothing where an application still looks. */
    @Test
    void roomIsNotReusedUnderARetainedPayload() {
        List<ByteBuf> kept = new ArrayList<>();
        Framer framer =
                Framer.builder(new LengthProbe(0, 2, 0), 64).allocator(engine).build(frame -> kept.add(frame.retain()));
        for (int i = 0; i < 100; i++) {
            framer.room(16).writeBytes(Heard.bytes("\0\2" + (char) i));
            framer.received();
            framer.room(16).writeByte(i);
            framer.received();
        }
        framer.close();
        for (int i = 0; i < 100; i++) {
            assertThat(kept.get(i).getByte(kept.get(i).readerIndex())).isEqualTo((byte) i);
            assertThat(kept.get(i).getByte(kept.get(i).readerIndex() + 1)).isEqualTo((byte) i);
            kept.get(i).release();
        }
        assertThat(engine.used()).isZero();
    }
}
