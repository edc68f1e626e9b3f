package dev.framing.testkit;

/**
 * A plainly right decoder, slow and given everything at once: what a codec is compared with. It knows the format and no limit.
 *
 * <pre>{@code
 * Reference lines = (stream, ended, out) -> {
 *     int from = 0;
 *     for (int i = 0; i < stream.length; i++) {
 *         if (stream[i] == '\n') {
 *             out.frame(from, i + 1, 0, 1);
 *             from = i + 1;
 *         }
 *     }
 *     if (from < stream.length) out.truncated(from);
 * };
 * }</pre>
 */
@FunctionalInterface
public interface Reference {

    /** Says what {@code stream} is. {@code ended}: no byte will follow. */
    void read(byte[] stream, boolean ended, Reading out);

    /** The same, said. */
    default Reading read(byte[] stream, boolean ended) {
        Reading out = new Reading(stream);
        read(stream, ended, out);
        return out;
    }
}
