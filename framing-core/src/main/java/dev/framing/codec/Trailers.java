package dev.framing.codec;

/**
 * The fields behind a chunked body, a view over the frame's tail; never merged into the head's (RFC 9112 7.1.2). With the whole frame,
 * or with its last part, where there are any:
 *
 * <pre>{@code
 * frame.detail(Trailers.class).flatMap(trailers -> trailers.value("digest"))
 * }</pre>
 */
public final class Trailers extends Fields {
    Trailers() {}
}
