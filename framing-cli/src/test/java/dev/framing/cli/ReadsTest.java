package dev.framing.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PrimitiveIterator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReadsTest {

    @ParameterizedTest
    @CsvSource({"1, 1", "7, 7", "64k, 65536", "1m, 1048576", "1024m, 1073741824"})
    void sizesMayHaveAUnit(String text, int bytes) {
        assertThat(first(Reads.parse(text), 3)).containsOnly(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-1", "k", "1g", "1025m", "99999999999999999999", "random", "random:", "1.5"})
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> Reads.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'");
    }

    @Test
    void theSameSeedGivesTheSameSizes() {
        Reads reads = Reads.parse("random:42");
        int[] sizes = first(reads, 1000);
        assertThat(first(reads, 1000)).isEqualTo(sizes);
        assertThat(first(Reads.parse("random:43"), 1000)).isNotEqualTo(sizes);
        assertThat(Arrays.stream(sizes).boxed())
                .contains(1)
                .allMatch(n -> n >= 1 && n < 256)
                .anyMatch(n -> n > 128);
    }

    @Test
    void aReadGoesOnInTheNextBytes() {
        Reads.Cutter cutter = Reads.of(4).cutter();
        List<Integer> lengths = new ArrayList<>();
        for (int length : new int[] {10, 3, 1}) {
            ByteBuf bytes = Unpooled.wrappedBuffer(new byte[length]);
            while (bytes.isReadable()) lengths.add(cutter.next(bytes).readableBytes());
        }
        assertThat(lengths).containsExactly(4, 4, 2, 2, 1, 1);
    }

    private static int[] first(Reads reads, int n) {
        PrimitiveIterator.OfInt sizes = reads.sizes();
        return IntStream.range(0, n).map(i -> sizes.nextInt()).toArray();
    }
}
