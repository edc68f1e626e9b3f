package dev.framing.testkit.transport;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * One fault of the network, in one direction of a {@link FaultProxy}. A value with a name.
 *
 * <pre>
 *   slices=3              no packet has more than 3 bytes
 *   merge=5ms             what comes within 5 ms goes out as one packet of at most 16 KiB
 *   delay=5ms             each packet waits 5 ms first
 *   rate=65536            bytes a second
 *   reset-after=12        12 bytes come through, then both ends see a reset
 *   half-close-after=12   12 bytes come through, then the end of this direction; the other goes on
 *   stall-after=12        12 bytes come through, then nothing, for ever
 * </pre>
 */
public final class Toxic {
    /** What a toxic does. */
    enum Kind {
        SLICES("slices"),
        MERGE("merge"),
        DELAY("delay"),
        RATE("rate"),
        RESET_AFTER("reset-after"),
        HALF_CLOSE_AFTER("half-close-after"),
        STALL_AFTER("stall-after");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        boolean cuts() {
            return this == RESET_AFTER || this == HALF_CLOSE_AFTER || this == STALL_AFTER;
        }

        boolean takesTime() {
            return this == DELAY || this == MERGE;
        }
    }

    private final Kind kind;
    /** Bytes; of a delay or merge milliseconds; of a rate bytes a second. */
    private final long amount;

    private Toxic(Kind kind, long amount) {
        if (amount < (kind.cuts() || kind.takesTime() ? 0 : 1))
            throw new IllegalArgumentException(kind.text + " of " + amount);
        this.kind = kind;
        this.amount = amount;
    }

    /** No packet has more than {@code bytes}. */
    public static Toxic slices(int bytes) {
        return new Toxic(Kind.SLICES, bytes);
    }

    /** What comes within {@code time} after a first byte goes out as one packet, of at most 16 KiB. Whole milliseconds. */
    public static Toxic merge(Duration time) {
        return new Toxic(Kind.MERGE, time.toMillis());
    }

    /** Each packet waits {@code time} first. Whole milliseconds. */
    public static Toxic delay(Duration time) {
        return new Toxic(Kind.DELAY, time.toMillis());
    }

    /** So many bytes a second. */
    public static Toxic rate(long bytes) {
        return new Toxic(Kind.RATE, bytes);
    }

    /** After {@code bytes} of this direction both ends see a reset. */
    public static Toxic resetAfter(long bytes) {
        return new Toxic(Kind.RESET_AFTER, bytes);
    }

    /** After {@code bytes} of this direction its end is told; what follows is dropped, the other direction goes on. */
    public static Toxic halfCloseAfter(long bytes) {
        return new Toxic(Kind.HALF_CLOSE_AFTER, bytes);
    }

    /** After {@code bytes} of this direction nothing comes any more, and no end. */
    public static Toxic stallAfter(long bytes) {
        return new Toxic(Kind.STALL_AFTER, bytes);
    }

    /**
     * The toxic of this name.
     *
     * @throws IllegalArgumentException there is none
     */
    public static Toxic parse(String text) {
        int equals = text.indexOf('=');
        String name = equals < 0 ? text : text.substring(0, equals).strip();
        Kind kind = Arrays.stream(Kind.values())
                .filter(k -> k.text.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no toxic is called \"" + name + "\": "
                        + Arrays.stream(Kind.values()).map(k -> k.text).toList()));
        String amount = text.substring(equals + 1).strip();
        if (kind.takesTime()) {
            if (!amount.endsWith("ms"))
                throw new IllegalArgumentException(text + ": milliseconds, as in " + name + "=5ms");
            amount = amount.substring(0, amount.length() - 2);
        }
        if (!amount.matches("[0-9]{1,18}"))
            throw new IllegalArgumentException(text + ": a number, as in " + name + "=12");
        return new Toxic(kind, Long.parseLong(amount));
    }

    /** Several, with commas between them; none in an empty text. */
    public static List<Toxic> parseAll(String text) {
        if (text.isBlank()) return List.of();
        return Arrays.stream(text.split(","))
                .map(String::strip)
                .map(Toxic::parse)
                .toList();
    }

    Kind kind() {
        return kind;
    }

    long amount() {
        return amount;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Toxic other && kind == other.kind && amount == other.amount;
    }

    @Override
    public int hashCode() {
        return Objects.hash(kind, amount);
    }

    /** Its name, as {@link #parse} reads it. */
    @Override
    public String toString() {
        return kind.text + "=" + amount + (kind.takesTime() ? "ms" : "");
    }
}
