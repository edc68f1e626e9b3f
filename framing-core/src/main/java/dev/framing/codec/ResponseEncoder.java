package dev.framing.codec;

import dev.framing.codec.Asked.Method;
import dev.framing.codec.StartLine.Form;
import org.jspecify.annotations.Nullable;

/** Writes responses to what was asked. */
final class ResponseEncoder extends HttpEncoder {
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;

    private final @Nullable Asked asked;
    private final Method to;
    /** What the response being written answers, and whether that was asked. */
    private Method answered;

    private boolean wasAsked;
    private boolean leavesOut;

    /**
     * @param asked what the responses answer, one after the other; null: nobody says
     * @param to what a response answers of which nobody says it: it cannot be held back because the request could not be read
     */
    ResponseEncoder(HttpRules rules, @Nullable Asked asked, Method to) {
        super(rules, Form.STATUS);
        this.asked = asked;
        this.to = to;
        answered = to;
    }

    @Override
    void mayWrite() {
        // whenever it is asked
    }

    @Override
    boolean goesOn() {
        return false;
    }

    private boolean opensTunnel() {
        return status() / 100 == 2 && answered == Method.CONNECT;
    }

    /** RFC 9112 6.3 items 1 and 2, RFC 9110 8.6. */
    @Override
    Content content(long length) {
        wasAsked = asked != null && !asked.isEmpty();
        answered = asked != null && wasAsked ? asked.first() : to;
        String kind = withoutContent();
        leavesOut = wasAsked && answered == Method.HEAD && mayHaveContent() && length != 0 && !saysLength();
        boolean knowsChunks = asked == null || !wasAsked || asked.firstKnowsChunks();
        if (leavesOut) return byLength(length, knowsChunks);
        if (kind != null && length > 0) throw new IllegalArgumentException(kind + " has no content");
        boolean mayAnnounce = status() == NOT_MODIFIED || answered == Method.HEAD && mayHaveContent();
        if (!mayAnnounce && kind != null && saysLength())
            throw new IllegalArgumentException(kind + " has no Content-Length (RFC 9110 8.6)");
        if (kind != null) return Content.NONE;
        refuseLength();
        return byLength(length, knowsChunks);
    }

    private boolean mayHaveContent() {
        int status = status();
        return status >= 200 && status != NO_CONTENT && status != NOT_MODIFIED;
    }

    @Override
    boolean leavesOut() {
        return leavesOut;
    }

    private @Nullable String withoutContent() {
        if (!mayHaveContent()) return "a response of status " + status();
        if (answered == Method.HEAD) return "a response to HEAD";
        return opensTunnel() ? "a response that opens a tunnel" : null;
    }

    @Override
    @Nullable
    String written() {
        String next = status() == SWITCHING_PROTOCOLS || opensTunnel()
                ? "after this response another protocol follows: switch the codec (RFC 9110 7.8, 9.3.6)"
                : null;
        if (!isInterim() && wasAsked && asked != null) asked.take();
        return next;
    }
}
