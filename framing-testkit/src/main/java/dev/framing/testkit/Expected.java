package dev.framing.testkit;

import dev.framing.FramingError;
import dev.framing.Oversize;
import io.vavr.control.Option;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the engine must make of a {@link Reading}, under a limit. */
final class Expected {
    private final Reading reading;
    private final int max;
    private final Oversize oversize;

    Expected(Reading reading, int max, Oversize oversize) {
        this.reading = reading;
        this.max = max;
        this.oversize = oversize;
    }

    /** What is wrong with a transcript of the whole stream, its end included. */
    Option<String> fault(Transcript told) {
        List<Event> events = told.events();
        for (int i = 0; i < reading.frames().size(); i++) {
            Event.Framed f = reading.frames().get(i);
            @Nullable Event event = i < events.size() ? events.get(i) : null;
            if (i + 1 == events.size() && isTooLong(event) && mayBeTooLong(event)) return Option.none();
            if (tooLong(f.head().length, f.length(), reading.isNested(i))) return fault(i, event, "too long: " + f);
            if (oversize instanceof Oversize.Skip && f.length() > max) {
                Event.Skipped skipped = new Event.Skipped(f.position(), f.length());
                if (!skipped.equals(event)) return fault(i, event, skipped);
            } else if (!(event instanceof Event.Framed e && f.equals(withoutDetails(e)))) {
                return fault(i, event, f);
            }
        }
        int n = reading.frames().size();
        @Nullable Event last = n < events.size() ? events.get(n) : null;
        if (events.size() != n + 1) return fault(n, last, "the last of " + (n + 1));
        if (reading.end == Reading.End.CLEAN)
            return last instanceof Event.Ended ? Option.none() : fault(n, last, "end");
        if (reading.end == Reading.End.FINISHED) return afterTheLast(n, last);
        if (isTooLong(last)) return mayBeTooLong(last) ? Option.none() : fault(n, last, reading.end);
        if (reading.least >= 0 && tooLong(reading.leastHead, reading.least, false))
            return fault(n, last, "too long at " + reading.start);
        if (reading.end == Reading.End.TRUNCATED) {
            boolean right = last instanceof Event.Failed f
                    && f.error() instanceof FramingError.Truncated t
                    && t.position() == reading.start;
            return right ? Option.none() : fault(n, last, "truncated at " + reading.start);
        }
        boolean right = last instanceof Event.Failed f
                && f.error() instanceof FramingError.Malformed m
                && m.position() == reading.position;
        return right ? Option.none() : fault(n, last, "malformed at " + reading.position);
    }

    /** The codec ended: nothing may follow unread. */
    private Option<String> afterTheLast(int n, @Nullable Event last) {
        int left = reading.streamLength() - reading.position;
        Event right = left == 0
                ? new Event.Ended()
                : new Event.Failed(new FramingError.LeftoverBytes(reading.position, left));
        return right.equals(last) ? Option.none() : fault(n, last, right);
    }

    /** Is it certain that the stream is broken? Truncation aside. Where the reference cannot say, none. */
    Option<Boolean> isBroken() {
        for (int i = 0; i < reading.frames().size(); i++) {
            Event.Framed f = reading.frames().get(i);
            if (tooLong(f.head().length, f.length(), reading.isNested(i))) return Option.some(true);
        }
        if (reading.end == Reading.End.MALFORMED) return Option.some(true);
        if (reading.end == Reading.End.CLEAN || reading.end == Reading.End.FINISHED) return Option.some(false);
        return reading.least < 0 ? Option.none() : Option.some(tooLong(reading.leastHead, reading.least, false));
    }

    private static Option<String> fault(int i, @Nullable Object told, Object expected) {
        return Option.some("event " + i + " is\n  " + told + "\n  the reference says\n  " + expected);
    }

    private static boolean isTooLong(@Nullable Object event) {
        return event instanceof Event.Failed f && f.error() instanceof FramingError.FrameTooLong;
    }

    /** Frames are read as they become whole; one around others may have proved too long before those. */
    private boolean mayBeTooLong(@Nullable Object event) {
        if (!(event instanceof Event.Failed failed)) return false;
        long at = failed.error().position();
        for (int i = 0; i < reading.frames().size(); i++) {
            Event.Framed f = reading.frames().get(i);
            if (f.position() == at && tooLong(f.head().length, f.length(), reading.isNested(i))) return true;
        }
        if (reading.openFrame() < 0) return false;
        boolean open = at == reading.start && (reading.least < 0 || tooLong(reading.leastHead, reading.least, false));
        // the reference does not tell of a nested frame that is not whole
        return open || reading.least < 0 && at > reading.start;
    }

    private boolean tooLong(long head, long length, boolean nested) {
        if (head > max) return true;
        if (oversize instanceof Oversize.Skip) return false;
        return length > (oversize instanceof Oversize.Parts p && !nested ? p.total() : max);
    }

    private static Event.Framed withoutDetails(Event.Framed f) {
        return new Event.Framed(f.position(), f.length(), f.head(), f.payload(), f.tail(), List.of());
    }
}
