package dev.framing.testkit;

import dev.framing.FramingError;
import java.util.Arrays;
import java.util.List;

/** One thing that a handler was told. Equal by content. */
public sealed interface Event {

    /** {@link Ended} or {@link Failed}: nothing may follow. */
    default boolean endsTheStream() {
        return this instanceof Ended || this instanceof Failed;
    }

    /**
     * A frame, the payloads of its parts joined.
     *
     * @param position bytes from the start of the stream to its first byte
     * @param length stream bytes that it covers
     * @param details what came with it or with its parts, printed
     */
    record Framed(long position, long length, byte[] head, byte[] payload, byte[] tail, List<String> details)
            implements Event {
        @Override
        public boolean equals(Object o) {
            return o instanceof Framed f
                    && position == f.position
                    && length == f.length
                    && Arrays.equals(head, f.head)
                    && Arrays.equals(payload, f.payload)
                    && Arrays.equals(tail, f.tail)
                    && details.equals(f.details);
        }

        @Override
        public int hashCode() {
            return Long.hashCode(position) * 31 + Arrays.hashCode(payload);
        }

        @Override
        public String toString() {
            return "frame at " + position + " of " + length + ": " + Transcript.hex(head) + " | "
                    + Transcript.hex(payload) + " | " + Transcript.hex(tail)
                    + (details.isEmpty() ? "" : " with " + details);
        }
    }

    /** A frame over the limit was dropped. */
    record Skipped(long position, long length) implements Event {
        @Override
        public String toString() {
            return "skipped " + length + " at " + position;
        }
    }

    /** The stream ended between two frames. */
    record Ended() implements Event {
        @Override
        public String toString() {
            return "end";
        }
    }

    /** The stream broke. */
    record Failed(FramingError error) implements Event {
        @Override
        public String toString() {
            return error + " \"" + error.message() + '"';
        }
    }
}
