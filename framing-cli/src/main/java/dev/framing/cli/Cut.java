package dev.framing.cli;

/** The four ways in which the demo cuts a stream into writes. */
enum Cut {
    /** A write for each read of the recording. */
    RECORDED("as recorded", true),
    /** As many writes as bytes; the kernel may join some before they are read. */
    ONE_BYTE("one byte", false),
    /** Everything at once. */
    COALESCED("coalesced", false),
    RANDOM("random", true);

    private final String title;
    private final boolean paced;

    Cut(String title, boolean paced) {
        this.title = title;
        this.paced = paced;
    }

    String title() {
        return title;
    }

    /** A write waits until the one before has been read, as if there were a network with time in between. */
    boolean paced() {
        return paced;
    }

    /** Sizes of the writes; the same each time. */
    Reads reads(Recording recording) {
        return switch (this) {
            case RECORDED -> Reads.recorded(recording.reads());
            case ONE_BYTE -> Reads.of(1);
            case COALESCED -> Reads.of(Integer.MAX_VALUE);
            case RANDOM -> Reads.random(recording.name().hashCode());
        };
    }
}
