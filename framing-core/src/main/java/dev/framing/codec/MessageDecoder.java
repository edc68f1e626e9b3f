package dev.framing.codec;

import dev.framing.FrameDecoder;
import org.jspecify.annotations.Nullable;

/** Stands for the one that is being written. */
final class MessageDecoder {
    private MessageDecoder() {}

    static FrameDecoder requests(HttpRules rules, @Nullable Asked told) {
        throw new UnsupportedOperationException(rules + ", " + told);
    }

    static FrameDecoder responses(HttpRules rules, Asked asked) {
        throw new UnsupportedOperationException(rules + ", " + asked);
    }

    static FrameDecoder responsesTo(HttpRules rules, Asked.Method to) {
        throw new UnsupportedOperationException(rules + ", " + to);
    }
}
