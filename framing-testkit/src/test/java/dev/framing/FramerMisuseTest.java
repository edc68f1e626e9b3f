package dev.framing;

import static dev.framing.Heard.buffer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.framing.probe.LengthProbe;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Calls that may not be made: a defined exception each, and nothing else changes. */
class FramerMisuseTest {
    private final Heard heard = new Heard();

    private Framer framer(FrameHandler handler) {
        return Framer.builder(new LengthProbe(0, 2, 0), 64).build(handler);
    }

    @Test
    void bytesOfferedInsideACallbackAreRefusedAndReleased() {
        ByteBuf nested = buffer("\0\1x");
        List<Throwable> thrown = new ArrayList<>();
        Framer[] framer = new Framer[1];
        framer[0] = framer(frame -> {
            heard.onFrame(frame);
            if (nested.refCnt() > 0) thrown.add(catchThrowable(() -> framer[0].offer(nested)));
            thrown.add(catchThrowable(() -> framer[0].end()));
            thrown.add(catchThrowable(() -> framer[0].room(8)));
            thrown.add(catchThrowable(() -> framer[0].detach()));
        });
        framer[0].offer(buffer("\0\1a\0\1b"));
        assertThat(heard.events).containsExactly("0:a", "3:b");
        assertThat(thrown)
                .hasSize(7)
                .allSatisfy(t -> assertThat(t)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("inside a callback"));
        assertThat(nested.refCnt()).isZero();
        framer[0].close();
    }

    @Test
    void aSecondThreadIsRefusedAndTheFirstGoesOn() throws InterruptedException {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch tried = new CountDownLatch(1);
        ByteBuf others = buffer("\0\1x");
        AtomicReference<Throwable> failed = new AtomicReference<>();
        Framer framer = framer(frame -> {
            heard.onFrame(frame);
            inside.countDown();
            failed.compareAndSet(null, catchThrowable(tried::await));
        });
        Thread first = new Thread(() -> framer.offer(buffer("\0\1a\0\1b")));
        first.start();
        inside.await();
        for (Throwable t : List.of(
                catchThrowable(() -> framer.offer(others)),
                catchThrowable(framer::pause),
                catchThrowable(framer::resume),
                catchThrowable(framer::close),
                catchThrowable(() -> framer.switchTo(new LengthProbe(0, 2, 0), 64, Leftover.KEEP)))) {
            assertThat(t).isInstanceOf(IllegalStateException.class).hasMessageContaining("another thread");
        }
        tried.countDown();
        first.join();
        assertThat(failed.get()).isNull();
        assertThat(others.refCnt()).isZero();
        framer.offer(buffer("\0\1c")); // from another thread, one at a time: legal
        assertThat(heard.events).containsExactly("0:a", "3:b", "6:c");
        framer.close();
    }

    @Test
    void afterCloseEveryCallNamesThePosition() {
        Framer framer = framer(heard);
        framer.offer(buffer("\0\1a\0"));
        framer.close();
        framer.close();
        ByteBuf late = buffer("x");
        assertThatIllegalStateException().isThrownBy(() -> framer.offer(late)).withMessageContaining("at byte 3");
        assertThatIllegalStateException().isThrownBy(() -> framer.lend(Unpooled.EMPTY_BUFFER));
        assertThatIllegalStateException().isThrownBy(() -> framer.room(1));
        assertThatIllegalStateException().isThrownBy(framer::end);
        assertThatIllegalStateException().isThrownBy(framer::detach);
        assertThat(late.refCnt()).isZero();
        assertThat(framer.heldBytes()).isZero();
        assertThat(heard.events).containsExactly("0:a");
    }

    @Test
    void afterTheEndEveryCallNamesThePosition() {
        Framer framer = framer(heard);
        framer.offer(buffer("\0\1a"));
        framer.end();
        ByteBuf late = buffer("x");
        assertThatIllegalStateException().isThrownBy(() -> framer.offer(late)).withMessageContaining("at byte 3");
        assertThatIllegalStateException().isThrownBy(framer::end);
        assertThatIllegalStateException().isThrownBy(() -> framer.room(1));
        assertThat(late.refCnt()).isZero();
        assertThat(heard.events).containsExactly("0:a", "end");
        framer.close();
    }

    @Test
    void theEndMayNotBeToldTwiceWhilePaused() {
        Framer framer = framer(heard);
        framer.pause();
        framer.offer(buffer("\0\1a"));
        framer.end();
        ByteBuf late = buffer("x");
        assertThatIllegalStateException().isThrownBy(framer::end);
        assertThatIllegalStateException().isThrownBy(() -> framer.offer(late));
        assertThat(late.refCnt()).isZero();
        assertThat(heard.events).isEmpty();
        framer.resume();
        assertThat(heard.events).containsExactly("0:a", "end");
    }

    @Test
    void afterAnErrorInputIsReleasedUnread() {
        Framer framer = framer(heard);
        framer.offer(buffer("\0\1a\0\377"));
        assertThat(heard.events).containsExactly("0:a", "FrameTooLong at 3");
        ByteBuf late = buffer("\0\1b");
        framer.offer(late);
        assertThat(late.refCnt()).isZero();
        ByteBuf lent = buffer("\0\1b");
        framer.lend(lent);
        assertThat(lent.refCnt()).isOne();
        lent.release();
        assertThatThrownBy(() -> framer.room(8))
                .isInstanceOfSatisfying(
                        FramingException.class,
                        e -> assertThat(e.error()).isSameAs(framer.error().get()));
        framer.end();
        framer.resume();
        framer.switchTo(new LengthProbe(0, 2, 0), 64, Leftover.KEEP);
        assertThat(heard.events).hasSize(2);
        assertThat(framer.heldBytes()).isZero();
        assertThatCode(framer::close).doesNotThrowAnyException();
    }

    @Test
    void closeInsideACallbackIsTheLastThingTold() {
        Framer[] framer = new Framer[1];
        framer[0] = framer(frame -> {
            heard.onFrame(frame);
            framer[0].close();
        });
        ByteBuf bytes = buffer("\0\1a\0\1b");
        framer[0].offer(bytes);
        assertThat(heard.events).containsExactly("0:a");
        assertThat(bytes.refCnt()).isZero();
        assertThatIllegalStateException().isThrownBy(() -> framer[0].end()).withMessageContaining("at byte 3");
    }

    @Test
    void receivedNeedsRoom() {
        Framer framer = framer(heard);
        assertThatIllegalStateException().isThrownBy(framer::received);
        framer.room(16).writeBytes(Heard.bytes("\0\1a"));
        framer.received();
        assertThatIllegalStateException().isThrownBy(framer::received);
        assertThat(heard.events).containsExactly("0:a");
        framer.close();
    }

    @Test
    void roomThatIsNotUsedIsHarmless() {
        Framer framer = framer(heard);
        framer.offer(buffer("\0\1"));
        framer.room(16);
        framer.room(16).writeByte('a');
        framer.received();
        framer.room(16);
        framer.offer(buffer("\0\1b\0\1"));
        framer.offer(buffer("c"));
        framer.end();
        assertThat(heard.events).containsExactly("0:a", "3:b", "6:c", "end");
    }

    @Test
    void roomIsForTheNextCallOnly() {
        Framer framer = framer(heard);
        framer.room(16).writeBytes(Heard.bytes("\0\1x"));
        framer.offer(buffer("\0\1a\0"));
        assertThatIllegalStateException().isThrownBy(framer::received);
        framer.offer(buffer("\1b"));
        assertThat(heard.events).containsExactly("0:a", "3:b");
        framer.close();
    }

    @Test
    void theDecodersMistakesAreNamed() {
        assertMistake("told at index 1", (in, index, end, out) -> out.frame(index + 1, 0, 1, 0));
        assertMistake("the bytes end at", (in, index, end, out) -> out.frame(index, 0, 9, 0));
        assertMistake("the bytes end at", (in, index, end, out) -> out.frame(index, -1, 2, 0));
        assertMistake("the bytes end at", (in, index, end, out) -> {
            out.drop(index, 1);
            out.frame(index + 1, 0, Integer.MAX_VALUE, 0);
        });
        assertMistake("more certain", Oversize.parts(0, 64), (in, index, end, out) -> out.pending(index, 0, 2, 2, 1));
        assertMistake("no bytes", (in, index, end, out) -> out.frame(index, 0, 0, 0));
        assertMistake("no pending", (in, index, end, out) -> {});
        assertMistake("no frame was begun", (in, index, end, out) -> out.piece(index, 1));
        assertMistake("no frame was begun", (in, index, end, out) -> out.end(index, 0));
        assertMistake("outside", (in, index, end, out) -> out.malformed(end, "behind the bytes"));
        assertMistake("nested", (in, index, end, out) -> {
            out.begin(index, 0);
            out.begin(index, 0);
            out.begin(index, 0);
        });
        assertMistake("return at once", (in, index, end, out) -> {
            out.finish();
            out.drop(index, 1);
        });
    }

    private static void assertMistake(String named, FrameDecoder decoder) {
        assertMistake(named, Oversize.fail(), decoder);
    }

    private static void assertMistake(String named, Oversize policy, FrameDecoder decoder) {
        ByteBuf bytes = buffer("abc");
        Framer framer =
                Framer.builder(decoder, Integer.MAX_VALUE).oversize(policy).build(frame -> {});
        assertThatIllegalStateException().isThrownBy(() -> framer.offer(bytes)).withMessageContaining(named);
        assertThat(bytes.refCnt()).isZero();
        assertThat(framer.heldBytes()).isZero();
    }
}
