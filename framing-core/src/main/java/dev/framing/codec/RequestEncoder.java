package dev.framing.codec;

import dev.framing.codec.Asked.Method;
import dev.framing.codec.StartLine.Form;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes requests, and tells their methods to whoever reads the responses. */
final class RequestEncoder extends HttpEncoder {
    /** Methods whose meaning is in their content: without any they say so. RFC 9110 8.6. */
    private static final Set<String> WITH_CONTENT = Set.of("POST", "PUT", "PATCH");

    private final @Nullable Asked told;
    private String method = "";

    /** @param told of each method; null: nobody is */
    RequestEncoder(HttpRules rules, @Nullable Asked told) {
        super(rules, Form.REQUEST);
        this.told = told;
    }

    @Override
    void mayWrite() {
        if (told != null && told.isFull())
            throw new IllegalStateException(Asked.MOST + " requests wait for their response");
    }

    /** The answer to CONNECT has come, and was read: had it been 2xx, another protocol would be here. */
    @Override
    boolean goesOn() {
        return told != null && told.isEmpty();
    }

    @Override
    Content content(long length) {
        refuseLength();
        method = headers.startLine().method();
        if (Method.of(method) == Method.CONNECT) {
            if (length != 0) throw new IllegalArgumentException("a CONNECT request has no content (RFC 9110 9.3.6)");
            return Content.NONE;
        }
        return length == 0 && !WITH_CONTENT.contains(method) ? Content.NONE : byLength(length, true);
    }

    @Override
    @Nullable
    String written() {
        Method asked = Method.of(method);
        if (told != null) told.add(asked);
        return asked == Method.CONNECT
                ? "after a CONNECT request another protocol follows, or a response that refuses it: switch the codec"
                : null;
    }
}
