package dev.framing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.framing.codec.Delimited;
import dev.framing.codec.LengthPrefixed;
import dev.framing.codec.Stuffed;
import dev.framing.testkit.CountingAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an engine is between its calls, and what a builder builds twice. */
class FramerStateTest {
    private final CountingAllocator allocator = new CountingAllocator();
    private final Heard heard = new Heard();

    @Test
    void aBuilderGivesEachStreamADecoderOfItsOwn() {
        Framer.Builder builder = Framer.builder(LengthPrefixed.decimal(':')).allocator(allocator);
        try (Framer first = builder.build(heard);
                Framer second = builder.build(heard)) {
            first.offer(Heard.buffer("1"));
            second.offer(Heard.buffer("2:hi"));
            first.offer(Heard.buffer("1:eleven more"));
        }
        assertThat(heard.events).containsExactly("0:hi", "0:eleven more");
    }

    @Test
    void aDecoderTheApplicationKeepsIsForOneStream() {
        Framer.Builder builder = Framer.builder(Delimited.lf().newDecoder(), 100);
        builder.build(heard).close();
        assertThatThrownBy(() -> builder.build(heard)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aSwitchToANegativeLimitIsRefused() {
        try (Framer framer = Framer.of(Delimited.lf(), heard)) {
            assertThatThrownBy(() -> framer.switchTo(Delimited.lf().newDecoder(), -1, Leftover.KEEP))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void trimKeepsWhatItHasNoBudgetToMove() {
        MemoryBudget budget = MemoryBudget.ofBytes(65536);
        try (Framer framer = Framer.builder(Delimited.lf())
                .allocator(allocator)
                .budget(budget)
                .build(heard)) {
            framer.room(65536).writeBytes(Heard.bytes("line\nrest"));
            framer.received();
            framer.trim();
            assertThat(framer.error().isEmpty()).isTrue();
            framer.room(65536).writeBytes(Heard.bytes("!\n"));
            framer.received();
        }
        assertThat(heard.events).containsExactly("0:line", "5:rest!");
        assertThat(budget.used()).isZero();
        assertThat(allocator.used()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 600, 3000})
    void theRestBehindASeamIsKeptInAsLittleAsABareHead(int before) {
        try (Framer framer = Framer.builder(Delimited.lf()).allocator(allocator).build(heard)) {
            framer.offer(Heard.buffer("x".repeat(before)));
            framer.offer(Heard.buffer("y".repeat(100) + "\nabcd"));
            assertThat(framer.heldBytes()).isLessThanOrEqualTo(64);
            assertThat(allocator.used()).isLessThanOrEqualTo(64);
        }
    }

    @Test
    void whatWasConsumedBeforeAnErrorDoesNotDependOnTheSplit() {
        byte[] stream = Heard.bytes("ab\u00c0" + "cd\u00db\u00dcefghijklmnop\u00c0");
        List<Long> consumed = new ArrayList<>();
        for (int each = 1; each <= stream.length; each++) {
            try (Framer framer = Framer.builder(Stuffed.slip().withMax(10))
                    .allocator(allocator)
                    .build(heard)) {
                for (int at = 0; at < stream.length; at += each) {
                    framer.offer(Unpooled.copiedBuffer(stream, at, Math.min(each, stream.length - at)));
                }
                assertThat(framer.error().get()).isInstanceOf(FramingError.FrameTooLong.class);
                consumed.add(framer.position());
            }
        }
        assertThat(consumed).containsOnly(3L);
    }

    @Test
    void aLentBufferThatWasRetainedIsNotTheCallersToWriteUntilItIsReleased() {
        ByteBuf shared = Heard.buffer("kept\n");
        List<ByteBuf> kept = new ArrayList<>();
        try (Framer framer = Framer.of(Delimited.lf(), frame -> kept.add(frame.retain()))) {
            framer.lend(shared);
        }
        assertThat(shared.refCnt()).isEqualTo(2);
        kept.forEach(ByteBuf::release);
        assertThat(shared.refCnt()).isEqualTo(1);
        shared.release();
    }
}
