package dev.framing.protocol;

import dev.framing.FrameCodec;

/**
 * A protocol that a codec cuts.
 *
 * @param name what the text form calls it
 * @param about what it is, and what the codec leaves to the application, in one line
 * @param source where its framing is specified, and where the limit comes from
 */
public record Protocol(String name, FrameCodec codec, String about, String source) {

    /** {@code dns = length(width=2, max=65537)} */
    @Override
    public String toString() {
        return name + " = " + codec;
    }
}
