package dev.framing;

import static dev.framing.Heard.buffer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.framing.probe.ChunkedProbe;
import dev.framing.probe.DelimiterProbe;
import dev.framing.testkit.CountingAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

/** Memory shared by engines: the one that would pass it fails, the others go on, and all of it comes back. */
class FramerBudgetTest {
    private final CountingAllocator buffers = new CountingAllocator();
    private final MemoryBudget budget = MemoryBudget.ofBytes(8192);
    private final Heard first = new Heard();
    private final Heard second = new Heard();

    private Framer lines(Heard heard) {
        return Framer.builder(new DelimiterProbe(-1, "\n"), 1 << 20)
                .allocator(buffers)
                .budget(budget)
                .build(heard);
    }

    @Test
    void theOneOverItFailsAndTheOtherGoesOn() {
        Framer small = lines(first);
        Framer large = lines(second);
        small.offer(buffer("hel"));
        for (int i = 0; i < 300 && !large.isOver(); i++) {
            large.offer(buffer("x".repeat(100)));
            assertThat(budget.used()).isEqualTo(small.heldBytes() + large.heldBytes());
            assertThat(budget.used()).isLessThanOrEqualTo(budget.limit());
        }
        assertThat(second.events).containsExactly("BudgetExceeded at 0");
        FramingError.BudgetExceeded error =
                (FramingError.BudgetExceeded) large.error().get();
        assertThat(error.limit()).isEqualTo(8192);
        assertThat(error.asked()).isPositive();
        assertThat(budget.used()).isEqualTo(small.heldBytes());
        small.offer(buffer("lo\n"));
        small.end();
        assertThat(first.events).containsExactly("0:hello", "end");
        large.close();
        assertThat(budget.used()).isZero();
        assertThat(buffers.used()).isZero();
    }

    @Test
    void itCountsOfferedBuffersHeldWhilePaused() {
        Framer framer = lines(first);
        framer.pause();
        ByteBuf[] offered = new ByteBuf[4];
        for (int i = 0; i < 4; i++) {
            offered[i] = Unpooled.buffer(3000).writeZero(3000);
            framer.offer(offered[i]);
        }
        assertThat(first.events).containsExactly("BudgetExceeded at 0");
        for (ByteBuf bytes : offered) assertThat(bytes.refCnt()).isZero();
        assertThat(budget.used()).isZero();
        framer.close();
    }

    @Test
    void itCountsFramesPutTogether() {
        Framer framer = Framer.builder(new ChunkedProbe(), 1 << 20)
                .allocator(buffers)
                .budget(budget)
                .build(first);
        framer.offer(buffer("P\r\nA:b\r\n\r\n"));
        for (int i = 0; i < 100 && !framer.isOver(); i++) {
            framer.offer(buffer("64\r\n" + "x".repeat(100) + "\r\n"));
            assertThat(budget.used()).isEqualTo(framer.heldBytes()).isLessThanOrEqualTo(budget.limit());
        }
        assertThat(first.events).containsExactly("BudgetExceeded at 0");
        assertThat(budget.used()).isZero();
        assertThat(buffers.used()).isZero();
    }

    @Test
    void roomOverItIsAnError() {
        Framer framer = lines(first);
        assertThatThrownBy(() -> framer.room(10_000))
                .isInstanceOfSatisfying(
                        FramingException.class,
                        e -> assertThat(e.error()).isInstanceOf(FramingError.BudgetExceeded.class));
        assertThat(first.events).containsExactly("BudgetExceeded at 0");
        assertThat(budget.used()).isZero();
        framer.close();
    }

    @Test
    void itComesBackWhereTheHandlerThrows() {
        Framer framer = Framer.builder(new DelimiterProbe(-1, "\n"), 1 << 20)
                .allocator(buffers)
                .budget(budget)
                .build(frame -> {
                    throw new IllegalArgumentException("mine");
                });
        framer.offer(buffer("hel"));
        assertThat(budget.used()).isPositive();
        assertThatThrownBy(() -> framer.offer(buffer("lo\nab"))).hasMessage("mine");
        assertThat(budget.used()).isZero();
        assertThat(buffers.used()).isZero();
    }
}
