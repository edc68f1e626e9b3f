package dev.framing;

import java.time.Duration;
import java.util.Objects;

/**
 * How long a peer may take. An idle limit alone stops nobody who sends one byte a second; a limit for the whole frame would cut off an
 * honest long upload. So a frame that is put together has a time for its head and a time for all of it, and one in parts a least rate.
 *
 * <pre>
 *   between frames |b y t e s . . .  of the  h e a d | ... of the payload ... | between frames
 *   '--- idle -----'------------- head --------------'                        '--- idle ---
 *                  '----------------------- frame ----------------------------'
 *                                                    '- window '- window -' ...  in parts: rate bytes in each
 * </pre>
 *
 * They stand still while this side has stopped reading. {@link Duration#ZERO}: that one is off. Immutable.
 *
 * @param idle between two frames with nothing received and nothing sent; bytes of no frame (heart-beats, fill) count as received
 * @param head from the first byte of a frame until its head is whole
 * @param frame from the first byte to the last of a frame that is put together
 * @param leastRate bytes that a frame in parts, or one that is skipped, must bring in each {@code window}
 * @param window of {@code leastRate}
 * @param output something waits to be sent, and the peer takes none of it
 */
public record Deadlines(
        Duration idle, Duration head, Duration frame, long leastRate, Duration window, Duration output) {

    /** A head fits into one packet or a few; a packet that was lost four times comes 15 seconds late. */
    public static final Duration HEAD = Duration.ofSeconds(20);

    /** The longest frames that are put together by default, 1 MiB, at 35 kB/s. */
    public static final Duration FRAME = Duration.ofSeconds(30);

    /** Bytes in each {@link #WINDOW}: 500 a second, what Apache's mod_reqtimeout asks of a body. */
    public static final long LEAST_RATE = 5_000;

    /** Long enough that one lost packet does no harm. */
    public static final Duration WINDOW = Duration.ofSeconds(10);

    /** What web servers give a client that does not read (nginx: send_timeout 60 s). */
    public static final Duration OUTPUT = Duration.ofSeconds(60);

    private static final Deadlines NONE =
            new Deadlines(Duration.ZERO, Duration.ZERO, Duration.ZERO, 0, Duration.ZERO, Duration.ZERO);
    private static final Deadlines STANDARD = new Deadlines(Duration.ZERO, HEAD, FRAME, LEAST_RATE, WINDOW, OUTPUT);

    /** @throws IllegalArgumentException one is negative, or a rate has no window */
    public Deadlines {
        notNegative("idle", idle);
        notNegative("head", head);
        notNegative("frame", frame);
        notNegative("window", window);
        notNegative("output", output);
        if (leastRate < 0 || (leastRate > 0) == window.isZero())
            throw new IllegalArgumentException("a least rate of " + leastRate + " bytes in " + window);
    }

    /** No deadline at all. */
    public static Deadlines none() {
        return NONE;
    }

    /** All but {@code idle}, which only the protocol knows: {@link #HEAD}, {@link #FRAME}, {@link #LEAST_RATE}, {@link #OUTPUT}. */
    public static Deadlines standard() {
        return STANDARD;
    }

    /** These with another {@code idle}. */
    public Deadlines withIdle(Duration limit) {
        return new Deadlines(limit, head, frame, leastRate, window, output);
    }

    /** These with another {@code head}. */
    public Deadlines withHead(Duration limit) {
        return new Deadlines(idle, limit, frame, leastRate, window, output);
    }

    /** These with another {@code frame}. */
    public Deadlines withFrame(Duration limit) {
        return new Deadlines(idle, head, limit, leastRate, window, output);
    }

    /** These with at least {@code bytes} in each {@code each} of a frame in parts. */
    public Deadlines withLeastRate(long bytes, Duration each) {
        return new Deadlines(idle, head, frame, bytes, each, output);
    }

    /** These with another {@code output}. */
    public Deadlines withOutput(Duration limit) {
        return new Deadlines(idle, head, frame, leastRate, window, limit);
    }

    private static void notNegative(String name, Duration limit) {
        if (Objects.requireNonNull(limit, name).isNegative())
            throw new IllegalArgumentException(name + " " + limit + " is negative");
    }
}
