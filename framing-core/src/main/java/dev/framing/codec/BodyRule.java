package dev.framing.codec;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where the body of a message ends, by what its head says, and what may follow it. One per stream. */
abstract class BodyRule {
    /** How the end of a body is found. */
    enum Body {
        /** By its length; where there is none, 0. */
        LENGTH,
        /** By its length; a NUL follows. */
        LENGTH_THEN_NUL,
        /** By the first NUL. */
        NUL,
        CHUNKED,
        /** By the end of the stream. */
        UNTIL_CLOSE
    }

    /** What may follow a message. */
    enum Next {
        MESSAGE,
        /** Nothing: the connection ends with it. */
        NOTHING,
        /** Bytes of another protocol. */
        SWITCH
    }

    /** Bytes of the shortest last chunk. */
    static final int LAST_CHUNK = "0\r\n".length();

    /** Bytes of the shortest trailers: the line end behind them. */
    static int leastTrailers(Set<Leniency> allowed) {
        return allowed.contains(Leniency.BARE_LF) ? 1 : 2;
    }

    /** Why no message may begin here; null: it may. */
    @Nullable
    String refusal() {
        return null;
    }

    /** As many messages as may wait for their answer do. */
    boolean isFull() {
        return false;
    }

    /** What is known of the body by as much of the head as was read. */
    abstract Body body(HeadScanner head);

    /** The body's length, as far as it is known; 0 where something else ends it. */
    long length(HeadScanner head) {
        return head.framing().length();
    }

    /** The head is whole: asked once for each message, after {@link #body} and {@link #length}. */
    Next whole(HeadScanner head, Headers headers) {
        return Next.MESSAGE;
    }

    /** Bytes that the body has at least, by as much of the head as was read. */
    final long least(HeadScanner head) {
        return switch (body(head)) {
            case LENGTH -> length(head);
            case LENGTH_THEN_NUL -> LengthLayout.saturatedSum(length(head), 1);
            case NUL -> 1;
            case CHUNKED -> LAST_CHUNK + leastTrailers(head.grammar().allowed());
            case UNTIL_CLOSE -> 0;
        };
    }

    /** The rule of a {@link HeaderFramed}: every message has the same. */
    static BodyRule of(HeaderFramed.Body body) {
        return new BodyRule() {
            @Override
            Body body(HeadScanner head) {
                return switch (body) {
                    case CONTENT_LENGTH, CONTENT_LENGTH_OPTIONAL, NONE -> Body.LENGTH;
                    case CHUNKED -> Body.CHUNKED;
                    case UNTIL_CLOSE -> Body.UNTIL_CLOSE;
                    case NUL -> head.framing().hasLength() ? Body.LENGTH_THEN_NUL : Body.NUL;
                };
            }

            @Override
            Next whole(HeadScanner head, Headers headers) {
                return body == HeaderFramed.Body.UNTIL_CLOSE ? Next.NOTHING : Next.MESSAGE;
            }
        };
    }
}
