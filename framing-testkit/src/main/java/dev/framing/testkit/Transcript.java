package dev.framing.testkit;

import dev.framing.FramingError;
import io.vavr.control.Option;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/**
 * What a handler was told of one stream, in order: to compare and to print.
 *
 * <pre>
 *   frame at 0 of 7: 0005 | 68656c6c6f |
 *   frame at 7 of 2: 0000 |  |
 *   end
 * </pre>
 */
public final class Transcript {
    private final List<Event> events;
    private final byte[] unfinished;
    private final long errorAfter;

    Transcript(List<Event> events, byte[] unfinished, long errorAfter) {
        this.events = List.copyOf(events);
        this.unfinished = unfinished;
        this.errorAfter = errorAfter;
    }

    /** Everything told; frames in parts as one. */
    public List<Event> events() {
        return events;
    }

    /** The frames among {@link #events()}. */
    public List<Event.Framed> frames() {
        return events.stream()
                .filter(Event.Framed.class::isInstance)
                .map(Event.Framed.class::cast)
                .toList();
    }

    /** Payload bytes told of a frame in parts that never became whole. */
    public byte[] unfinished() {
        return unfinished.clone();
    }

    /** What was told last. */
    public Option<Event> last() {
        return events.isEmpty() ? Option.none() : Option.some(events.get(events.size() - 1));
    }

    /** The error that ended the stream. */
    public Option<FramingError> error() {
        return !events.isEmpty() && events.get(events.size() - 1) instanceof Event.Failed f
                ? Option.some(f.error())
                : Option.none();
    }

    /** Bytes that had been given to the engine when it told the error; -1: it told none. */
    public long errorAfter() {
        return errorAfter;
    }

    /**
     * How {@code other}, the same stream cut otherwise, differs in what law L1 binds: everything, but how much of a frame was told
     * before it proved too long.
     */
    public Option<String> difference(Transcript other) {
        for (int i = 0; i < Math.max(events.size(), other.events.size()); i++) {
            Event mine = i < events.size() ? events.get(i) : null;
            Event theirs = i < other.events.size() ? other.events.get(i) : null;
            if (!Objects.equals(mine, theirs)) return Option.some("event " + i + ": " + mine + "\n  not " + theirs);
        }
        if (Arrays.equals(unfinished, other.unfinished)) return Option.none();
        boolean tooLong = error().exists(FramingError.FrameTooLong.class::isInstance);
        int shared = Math.min(unfinished.length, other.unfinished.length);
        if (tooLong && Arrays.equals(unfinished, 0, shared, other.unfinished, 0, shared)) return Option.none();
        return Option.some("of the frame not whole: " + hex(unfinished) + "\n  not " + hex(other.unfinished));
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Transcript t && events.equals(t.events) && Arrays.equals(unfinished, t.unfinished);
    }

    @Override
    public int hashCode() {
        return events.hashCode();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Event e : events) text.append("  ").append(e).append('\n');
        if (unfinished.length > 0)
            text.append("  not whole: ").append(hex(unfinished)).append('\n');
        return text.toString();
    }

    /** The bytes, all of them unless they are very many. */
    static String hex(byte[] bytes) {
        int shown = Math.min(bytes.length, 4096);
        return HexFormat.of().formatHex(bytes, 0, shown)
                + (shown < bytes.length ? "... (" + bytes.length + " bytes)" : "");
    }
}
