package dev.framing.codec;

import dev.framing.FrameCodec;
import dev.framing.FrameDecoder;
import dev.framing.FrameEncoder;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 requests (RFC 9112), and HTTP/1.0 ones: one message is one frame.
 *
 * <pre>
 *   | POST /x HTTP/1.1 CR LF | Host: a CR LF | Content-Length: 2 CR LF | CR LF | hi |
 *   '-- start line ----------'-- fields -------------------------------'       '    '
 *   '------------------------------- head ------------------------------------'- payload
 *
 *   | POST /x HTTP/1.1 CR LF | Transfer-Encoding: chunked CR LF | CR LF | 2 CR LF hi CR LF | 0 CR LF | Digest: 1 CR LF | CR LF |
 *   '------------------------------- head -----------------------------'  drop -payload- drop -----------'------- tail ---------'
 * </pre>
 *
 * <pre>{@code
 * Framer framer = Framer.of(HttpRequests.strict(), request -> request.detail(Headers.class).get().startLine().target());
 * }</pre>
 *
 * Start line and fields are told with the frame, {@code frame.detail(Headers.class)}, trailers and chunk extensions with the frame
 * or its last part, {@code frame.detail(Trailers.class)}, {@code frame.detail(ChunkExtensions.class)}. Both directions of a connection: {@link HttpConnection}.
 *
 * <p><b>Grammar</b>: that of RFC 9112, and stricter where it leaves the choice between refusing and guessing; each such strictness is a
 * {@link Leniency} that {@link Builder#allow} switches off. What breaks it is malformed, and the reason names the section. After a
 * message that ends the connection (section 9.6) further bytes are malformed. After a CONNECT request the decoder has ended: what follows
 * waits for {@link dev.framing.Framer#switchTo}. What does not say where a message ends is not looked at: Host (RFC 9112 3.2) is the
 * application's to check.
 *
 * <p><b>Limits</b>: {@code max} bytes for the whole message; {@code head}, {@code line}, {@code chunk-line}, {@code trailer} and {@code
 * body} bytes of its parts, {@code fields} fields. More is {@link dev.framing.FramingError.FrameTooLong}.
 *
 * <p><b>Encoder</b>: its {@code head} is a request line and fields, as {@link Head#request} makes them. Content-Length or
 * Transfer-Encoding it writes itself, trailers are the {@code tail} of the end. What would not be read as it was meant is an {@link
 * IllegalArgumentException}; a request after one that ends the connection is an {@link IllegalStateException}.
 */
public final class HttpRequests implements FrameCodec {
    /** Whole message: content of 1 MiB, what nginx grants ({@code client_max_body_size}), behind a head and before trailers of 8 KiB. */
    public static final int DEFAULT_MAX = (1 << 20) + (16 << 10);
    /** Start line and fields: what Tomcat ({@code maxHttpHeaderSize}) and Netty ({@code maxHeaderSize}) grant; nginx as much to each line. */
    public static final int DEFAULT_HEAD = 8 << 10;
    /** Fields: what Apache httpd ({@code LimitRequestFields}) and Tomcat ({@code maxHeaderCount}) grant. */
    public static final int DEFAULT_FIELDS = 100;
    /**
     * One chunk's size and extensions: 18 bytes say every size, and extensions are hardly seen. Others bound those of the whole body
     * (Tomcat 8 KiB, Node.js 16 KiB), which here {@code max} does.
     */
    public static final int DEFAULT_CHUNK_LINE = 256;
    /** Trailers: what Tomcat grants ({@code maxTrailerSize}). */
    public static final int DEFAULT_TRAILER = 8 << 10;

    /** {@code A / HTTP/1.1}, its line end and the empty line. */
    private static final int SHORTEST = 16;

    private static final HttpRequests STRICT = new HttpRequests(HttpRules.of(DEFAULT_MAX));

    private final HttpRules rules;

    private HttpRequests(HttpRules rules) {
        this.rules = rules;
    }

    /** Default limits, nothing let pass. */
    public static HttpRequests strict() {
        return STRICT;
    }

    /** Everything that can be chosen; starts as {@link #strict()}. */
    public static Builder builder() {
        return STRICT.toBuilder();
    }

    /** A builder that starts as this. */
    public Builder toBuilder() {
        return new Builder(rules);
    }

    HttpRules rules() {
        return rules;
    }

    @Override
    public FrameDecoder newDecoder() {
        return MessageDecoder.requests(rules, null);
    }

    @Override
    public FrameEncoder newEncoder() {
        return new RequestEncoder(rules, null);
    }

    @Override
    public int maxFrameLength() {
        return rules.max();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof HttpRequests o && rules.equals(o.rules);
    }

    @Override
    public int hashCode() {
        return rules.hashCode();
    }

    /** The text form: {@code http-request}, {@code http-request(max=16m, head=16k, allow=bare-lf)}; what is a default is left out. */
    @Override
    public String toString() {
        return rules.text("http-request", "", DEFAULT_MAX);
    }

    /** Chooses limits, and what is let pass. */
    public static final class Builder extends HttpLimits<HttpRequests, Builder> {
        private Builder(HttpRules rules) {
            super(rules);
        }

        @Override
        Builder self() {
            return this;
        }

        @Override
        int shortest() {
            return SHORTEST;
        }

        @Override
        HttpRequests made(HttpRules rules) {
            return new HttpRequests(rules);
        }
    }
}
