package dev.framing.cli;

import io.netty.buffer.ByteBuf;
import java.util.PrimitiveIterator;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * How many bytes come at a time.
 *
 * @param text as {@code --reads} takes it
 * @param start the sizes from the beginning of a stream, each at least 1, without an end
 */
record Reads(String text, Supplier<PrimitiveIterator.OfInt> start) {
    /** Random reads are shorter than this, short ones as frequent as long ones. */
    private static final int RANDOM_BITS = 8;

    static Reads of(int bytes) {
        if (bytes < 1) throw new IllegalArgumentException("reads of " + bytes + " bytes");
        return new Reads(
                Integer.toString(bytes), () -> IntStream.generate(() -> bytes).iterator());
    }

    /** 1 to 255 bytes: a power of two drawn first, then a size below it. The same seed gives the same sizes. */
    static Reads random(long seed) {
        return new Reads("random:" + seed, () -> {
            Random random = new Random(seed);
            return IntStream.generate(() -> {
                        int below = 1 << 1 + random.nextInt(RANDOM_BITS);
                        return 1 + random.nextInt(below - 1);
                    })
                    .iterator();
        });
    }

    /** As the recording proxy's reads returned them; afterwards whatever is left. */
    static Reads recorded(int[] sizes) {
        return new Reads(
                "recorded",
                () -> IntStream.concat(IntStream.of(sizes), IntStream.generate(() -> Integer.MAX_VALUE))
                        .iterator());
    }

    /**
     * @param text {@code 4096}, {@code 64k}, {@code 1m} or {@code random:SEED}
     * @throws IllegalArgumentException it is none of these
     */
    static Reads parse(String text) {
        try {
            if (text.startsWith("random:")) return random(Long.parseLong(text.substring("random:".length())));
            int shift = text.endsWith("k") ? 10 : text.endsWith("m") ? 20 : 0;
            long bytes = Math.multiplyExact(
                    Long.parseLong(shift == 0 ? text : text.substring(0, text.length() - 1)), 1L << shift);
            if (bytes >= 1 && bytes <= 1 << 30) return of((int) bytes);
        } catch (NumberFormatException | ArithmeticException e) {
            // said below
        }
        throw new IllegalArgumentException(
                "'" + text + "' is neither a number of bytes from 1 to 1g (as in 1, 64k, 1m) nor random:SEED");
    }

    PrimitiveIterator.OfInt sizes() {
        return start.get();
    }

    Cutter cutter() {
        return new Cutter(sizes());
    }

    /** Cuts bytes that come in pieces of any size; a read that one piece does not fill goes on in the next. */
    static final class Cutter {
        private final PrimitiveIterator.OfInt sizes;
        private int left;

        private Cutter(PrimitiveIterator.OfInt sizes) {
            this.sizes = sizes;
        }

        /** The next bytes of {@code bytes}, taken from it; not retained. */
        ByteBuf next(ByteBuf bytes) {
            if (left == 0) left = sizes.nextInt();
            int length = Math.min(left, bytes.readableBytes());
            left -= length;
            return bytes.readSlice(length);
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
