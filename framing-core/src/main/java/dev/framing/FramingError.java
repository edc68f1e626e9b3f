package dev.framing;

import java.time.Duration;
import java.util.Locale;

/**
 * Why a stream broke. The first one is final. Numbers are fields, {@link #message()} is derived from them, and neither depends on
 * how the stream was cut.
 */
public sealed interface FramingError {

    /** Bytes from the start of the stream to the frame or the byte that is wrong. */
    long position();

    /** One line for people: where, what, the numbers, and what the bytes look like. */
    String message();

    /**
     * A frame is, or must become, longer than its limit.
     *
     * @param position of the frame's first byte
     * @param frameLength bytes that the format states in the head, or -1 (also where a decimal number was too long before its last
     *     digit: Content-Length): never how much happened to have arrived
     * @param limit how many {@code unit} are allowed in the frame
     * @param unit what the limit counts: "bytes" of the whole frame, or a part of it that has a limit of its own ("header fields")
     * @param hint what the bytes look like, or empty
     */
    record FrameTooLong(long position, long frameLength, long limit, String unit, String hint) implements FramingError {
        /** Longer than the limit for the whole frame, in bytes. */
        public FrameTooLong(long position, long frameLength, long limit, String hint) {
            this(position, frameLength, limit, "bytes", hint);
        }

        @Override
        public String message() {
            String what =
                    frameLength < 0 ? "more than " + limit + " " + unit : frameLength + " " + unit + ", limit " + limit;
            return "frame at byte " + position + " is too long: " + what + Sighting.after(hint);
        }
    }

    /**
     * A byte breaks the format.
     *
     * @param position of that byte
     * @param reason what is wrong with it
     * @param found the byte, 0 to 255
     * @param hint what the bytes look like, or empty
     */
    record Malformed(long position, String reason, int found, String hint) implements FramingError {
        @Override
        public String message() {
            return "malformed at byte " + position + ": " + reason + ", found " + Sighting.name(found)
                    + Sighting.after(hint);
        }
    }

    /**
     * The stream ended inside a frame.
     *
     * @param position of the frame's first byte
     * @param have bytes of the frame that arrived
     * @param need bytes that the format states in the head, or -1
     * @param hint what the bytes look like, or empty
     */
    record Truncated(long position, long have, long need, String hint) implements FramingError {
        @Override
        public String message() {
            String what = need < 0 ? have + " bytes of a frame" : have + " of " + need + " bytes";
            return "stream ended inside the frame at byte " + position + ": " + what + " arrived"
                    + Sighting.after(hint);
        }
    }

    /**
     * Bytes stand where none may: before a switch that requires none, or after the last frame of a codec that ended.
     *
     * @param position of the first of them
     * @param bytes how many are there
     */
    record LeftoverBytes(long position, long bytes) implements FramingError {
        @Override
        public String message() {
            return bytes + (bytes == 1 ? " byte" : " bytes") + " left over at byte " + position
                    + ", none may follow here";
        }
    }

    /**
     * The engines that share a {@link MemoryBudget} hold as much as they may.
     *
     * @param position of the frame that needed more
     * @param asked bytes of capacity asked for
     * @param limit bytes of the budget
     */
    record BudgetExceeded(long position, long asked, long limit) implements FramingError {
        @Override
        public String message() {
            return "frame at byte " + position + " needs " + asked + " bytes more than the shared budget of " + limit
                    + " bytes has left";
        }
    }

    /**
     * The connection broke: no end was told, so that nobody knows what else the peer meant to say.
     *
     * @param position of the frame that was open, or of the first byte that did not come
     * @param have bytes of that frame that arrived; 0 between two frames
     */
    record Reset(long position, long have) implements FramingError {
        @Override
        public String message() {
            return "connection reset at byte " + (position + have)
                    + (have == 0 ? "" : ": " + have + " bytes of the frame at byte " + position + " arrived");
        }
    }

    /**
     * The peer took too long.
     *
     * @param position of the frame that was open, or of the first byte that did not come
     * @param deadline what it took too long for
     * @param within the time it had
     * @param bytes of the frame that arrived ({@link Deadline#HEAD}, {@link Deadline#FRAME}); that the last window brought
     *     ({@link Deadline#RATE}); that wait to be sent ({@link Deadline#OUTPUT}); else 0
     */
    record TimedOut(long position, Deadline deadline, Duration within, long bytes) implements FramingError {
        @Override
        public String message() {
            String time = within.toString().substring(2).toLowerCase(Locale.ROOT);
            return switch (deadline) {
                case IDLE -> "nothing came for " + time + " after byte " + position;
                case HEAD ->
                    "the head of the frame at byte " + position + " is not whole after " + time + ": " + bytes
                            + " bytes arrived";
                case FRAME ->
                    "the frame at byte " + position + " is not whole after " + time + ": " + bytes + " bytes arrived";
                case RATE -> "the frame at byte " + position + " brought only " + bytes + " bytes in " + time;
                case OUTPUT -> "the peer has taken nothing for " + time + ": " + bytes + " bytes wait to be sent";
            };
        }
    }
}
