package dev.framing.testkit;

/** What the application does in {@link dev.framing.FrameHandler#onFrame}, for every frame and every part. */
public enum Act {
    /** Reads it. */
    NONE,
    /** {@code pause()}; the stream's owner resumes after every other read. */
    PAUSE,
    /** {@code pause()} and {@code resume()} at once. */
    PAUSE_AND_RESUME,
    /** {@code switchTo} a fresh decoder of the same codec, where no frame is open. Only for codecs whose frames know nothing of each other. */
    SWITCH,
    /** {@code retain()}, compared and released when the stream is over. */
    RETAIN,
    /** {@code keep()}, compared and closed when the stream is over. */
    KEEP,
    /** {@link #PAUSE} with {@link #RETAIN} and {@link #KEEP}. */
    PAUSE_AND_HOLD,
    /** {@link #SWITCH} with {@link #PAUSE}. */
    SWITCH_AND_PAUSE;

    boolean pauses() {
        return this == PAUSE || this == PAUSE_AND_HOLD || this == SWITCH_AND_PAUSE;
    }

    boolean switches() {
        return this == SWITCH || this == SWITCH_AND_PAUSE;
    }

    boolean retains() {
        return this == RETAIN || this == PAUSE_AND_HOLD;
    }

    boolean keeps() {
        return this == KEEP || this == PAUSE_AND_HOLD;
    }
}
