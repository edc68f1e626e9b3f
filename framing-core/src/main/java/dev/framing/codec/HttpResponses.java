package dev.framing.codec;

import dev.framing.FrameCodec;
import dev.framing.FrameDecoder;
import dev.framing.FrameEncoder;
import dev.framing.FrameSink;
import dev.framing.codec.Asked.Method;
import io.netty.buffer.ByteBuf;
import io.vavr.collection.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 responses (RFC 9112), and HTTP/1.0 ones: one message is one frame, interim ones (1xx) too.
 *
 * <pre>
 *   | HTTP/1.1 200 OK CR LF | Content-Length: 2 CR LF | CR LF | hi |
 *   '-- start line ---------'-- fields ---------------'       '    '
 *   '------------------------ head ---------------------------'- payload
 * </pre>
 *
 * <p><b>What was asked decides where a response ends</b> (RFC 9112 6.3): one to HEAD has no content whatever its fields say, after a 2xx
 * to CONNECT follows no HTTP. Three ways to say it:
 * <pre>{@code
 * HttpConnection.client()                                        // both directions know of each other
 * HttpResponses.Decoder responses = HttpResponses.strict().decoder();
 * responses.expect("GET").expect("HEAD");                        // one for each request sent
 * HttpResponses.builder().to("HEAD").build()                     // all of the stream answer the same method; GET unless said otherwise
 * }</pre>
 *
 * <p>A response with neither Content-Length nor Transfer-Encoding has content up to the end of the stream. After 101, and after 2xx to
 * CONNECT, the decoder has ended: what follows waits for {@link dev.framing.Framer#switchTo}. Grammar, limits and details as {@link
 * HttpRequests}.
 *
 * <p><b>Encoder</b>: its {@code head} is a status line and fields, as {@link Head#response} makes them. Content-Length or
 * Transfer-Encoding it writes itself, neither where there is no content (1xx, 204, 2xx to CONNECT). In an answer to HEAD and in 304 a
 * Content-Length may be given, which says what GET would get; the payload stays empty. Where the connection knows what was asked ({@link
 * HttpConnection#server()}) an answer to HEAD is written as one to GET, and its content left out.
 */
public final class HttpResponses implements FrameCodec {
    /** Whole message: as {@link HeaderFramed#DEFAULT_MAX}, who asks wants the answer. */
    public static final int DEFAULT_MAX = HeaderFramed.DEFAULT_MAX;

    /** {@code HTTP/1.1 200 }, its line end and the empty line. */
    private static final int SHORTEST = 17;

    private static final HttpResponses STRICT = new HttpResponses(Method.OTHER, HttpRules.of(DEFAULT_MAX));

    private final Method to;
    private final HttpRules rules;

    private HttpResponses(Method to, HttpRules rules) {
        this.to = to;
        this.rules = rules;
    }

    /** Responses to GET, default limits, nothing let pass. */
    public static HttpResponses strict() {
        return STRICT;
    }

    /** Everything that can be chosen; starts as {@link #strict()}. */
    public static Builder builder() {
        return STRICT.toBuilder();
    }

    /** A builder that starts as this. */
    public Builder toBuilder() {
        return new Builder(to, rules);
    }

    HttpRules rules() {
        return rules;
    }

    /** What all of a stream answer, unless it is said of each. */
    Method to() {
        return to;
    }

    /** A decoder for one stream that is told what was asked; whatever {@link Builder#to} says. */
    public Decoder decoder() {
        return new Decoder(rules);
    }

    @Override
    public FrameDecoder newDecoder() {
        return MessageDecoder.responsesTo(rules, to);
    }

    @Override
    public FrameEncoder newEncoder() {
        return new ResponseEncoder(rules, null, to);
    }

    @Override
    public int maxFrameLength() {
        return rules.max();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof HttpResponses o && to == o.to && rules.equals(o.rules);
    }

    @Override
    public int hashCode() {
        return Objects.hash(to, rules);
    }

    /** The text form: {@code http-response}, {@code http-response(to=HEAD, max=64m)}; what is a default is left out. */
    @Override
    public String toString() {
        return rules.text("http-response", to == Method.OTHER ? "" : "to=" + to, DEFAULT_MAX);
    }

    /** Cuts the responses of one stream, and is told what they answer. */
    public static final class Decoder implements FrameDecoder {
        private final Asked asked = new Asked();
        private final FrameDecoder messages;

        private Decoder(HttpRules rules) {
            messages = MessageDecoder.responses(rules, asked);
        }

        /**
         * A request was sent: the first final response (not 1xx) that none was expected for answers it. One that nobody expects is
         * malformed. Told by one thread at a time, which need not be the one that decodes.
         *
         * @param method as it stands in the request line, in its case
         * @throws IllegalStateException 256 wait for their response already
         */
        public Decoder expect(String method) {
            asked.add(Method.of(method));
            return this;
        }

        @Override
        public void decode(ByteBuf in, int index, int end, FrameSink out) {
            messages.decode(in, index, end, out);
        }

        @Override
        public void end(ByteBuf in, int index, int end, FrameSink out) {
            messages.end(in, index, end, out);
        }

        @Override
        public boolean announced() {
            return messages.announced();
        }

        @Override
        public @Nullable String hint(ByteBuf in, int index, int head) {
            return messages.hint(in, index, head);
        }
    }

    /** Chooses what is answered, limits, and what is let pass. */
    public static final class Builder extends HttpLimits<HttpResponses, Builder> {
        private Method to;
        private @Nullable String wrong;

        private Builder(Method to, HttpRules rules) {
            super(rules);
            this.to = to;
        }

        /** All responses of a stream answer this method. HEAD and CONNECT matter, all others are as GET. */
        public Builder to(String method) {
            to = Method.of(method);
            wrong = isToken(method) ? null : method;
            return this;
        }

        private static boolean isToken(String text) {
            return !text.isEmpty() && text.chars().allMatch(c -> c < 0x80 && FieldBytes.isToken(c));
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
        List<String> reasons() {
            String method = wrong;
            return method == null
                    ? super.reasons()
                    : super.reasons().prepend("to " + TextForm.quoted(method) + " is no method");
        }

        @Override
        HttpResponses made(HttpRules rules) {
            return new HttpResponses(to, rules);
        }
    }
}
