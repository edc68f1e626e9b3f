package dev.framing.codec;

import dev.framing.FrameEncoder;
import org.jspecify.annotations.Nullable;

/** Stands for the one that is being written. */
final class MessageEncoder {
    private MessageEncoder() {}

    static FrameEncoder requests(HttpRules rules, @Nullable Asked told) {
        throw new UnsupportedOperationException(rules + ", " + told);
    }

    static FrameEncoder responses(HttpRules rules, @Nullable Asked asked, Asked.Method to) {
        throw new UnsupportedOperationException(rules + ", " + asked + ", " + to);
    }
}
