package dev.framing.codec;

import dev.framing.FrameCodec;
import dev.framing.FrameDecoder;
import dev.framing.FrameEncoder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 both ways: where a response ends depends on what was asked, so the two directions of a connection know of each other.
 *
 * <pre>
 *   client   encoder ── requests ──▶ what was asked: GET, HEAD ──▶ decoder of responses
 *   server   decoder of requests ──▶ what was asked: GET, HEAD ──▶ encoder ── responses ──▶
 * </pre>
 *
 * A server, a client, and a server in a Netty pipeline:
 * <pre>{@code
 * loop.listen(address, FramedChannel.builder(HttpConnection.server()), channel -> request ->
 *         channel.send(Head.response(200, "OK").field("Content-Type", "text/plain").bytes(), request.retain()));
 *
 * FramedSocket socket = FramedSocket.connect(address, HttpConnection.client());
 * socket.send(Head.request("GET", "/").field("Host", "localhost").bytes(), EMPTY_BUFFER);
 * Frame response = socket.receive();
 *
 * pipeline.addLast(FramingHandler.frames(HttpConnection.server()), new MyHandler());
 * }</pre>
 *
 * This value is for any number of connections. The decoder and the encoder of one are made by {@link #ofConnection()}, which adapters
 * call; who reads and writes a connection through two adapters calls it once and gives its answer to both:
 * <pre>{@code
 * FrameCodec one = HttpConnection.client().ofConnection();
 * FramedOutput requests = FramedOutput.of(process.getOutputStream(), one);
 * FramedInput responses = FramedInput.of(process.getInputStream(), one);
 * }</pre>
 *
 * <p><b>Order</b>: responses come in the order of their requests (RFC 9112 9.3.2), at most 256 requests wait for theirs. A client's
 * response that answers none is malformed. A server may answer what it could not read: with no request waiting, a response is one to GET.
 *
 * <p><b>Left to a server's handler</b>; {@code headers} is {@code request.detail(Headers.class).get()}:
 * <table>
 *   <caption>What comes, and what to do</caption>
 *   <tr><th>what comes</th><th>what to do</th></tr>
 *   <tr><td>the last request: {@link #endsWith endsWith(headers)}</td><td>answer with {@code Connection: close}, then {@code close()}.
 *       Nothing closes by itself, and bytes behind it are malformed</td></tr>
 *   <tr><td>the answer's length is not known</td><td>{@code beginFrame(head, -1)}, {@code piece}, {@code endFrame}, with trailers
 *       {@code endFrame(Head.fields().field("Digest", sum).bytes())}: chunked. An HTTP/1.0 client must be told
 *       {@code Connection: close} in the head: then the content goes on until {@code close()}; without it -1 is refused</td></tr>
 *   <tr><td>content that shall not be held</td><td>{@code oversize(Oversize.parts(from, total))} of the adapter. Fields come with the
 *       first part, trailers with the last. A Content-Length over a limit is an error before there is a frame: who wants to answer
 *       for each target gives a high {@code total} and looks at {@code headers.number("Content-Length")}</td></tr>
 *   <tr><td>{@code Expect: 100-continue}</td><td>in the first part: send {@code Head.response(100, "Continue")} with no payload, or refuse
 *       and {@code close()}</td></tr>
 *   <tr><td>what is malformed, too long, too slow</td><td>override {@link dev.framing.FrameHandler#onError} (in Netty,
 *       {@code exceptionCaught}) and answer 400, 413, 408 there: it goes out before the connection is closed</td></tr>
 *   <tr><td>{@code Upgrade}</td><td>send the 101, then {@code switchTo(other, Leftover.KEEP)}: what was sent before stays HTTP</td></tr>
 *   <tr><td>CONNECT, refused</td><td>answer, then {@code switchTo(HttpConnection.server(), Leftover.KEEP)} or {@code close()}: until then
 *       nothing that follows is told, and bytes that wait have the deadline of a head</td></tr>
 *   <tr><td>{@code Host}</td><td>is not looked at; in HTTP/1.1 there must be exactly one (RFC 9112 3.2)</td></tr>
 * </table>
 * Out of a configuration file: {@code HttpConnection.server((HttpRequests) Codecs.parse("http-request(max=16m)").get(), responses)}.
 */
public final class HttpConnection implements FrameCodec {
    private final HttpRequests requests;
    private final HttpResponses responses;
    private final boolean server;

    private HttpConnection(HttpRequests requests, HttpResponses responses, boolean server) {
        this.requests = Objects.requireNonNull(requests, "requests");
        this.responses = Objects.requireNonNull(responses, "responses");
        this.server = server;
        if (responses.to() != Asked.Method.OTHER)
            throw new IllegalArgumentException(responses
                    + ": a connection knows itself what each response answers, leave out to=" + responses.to());
    }

    /** Sends requests and receives responses, with default limits. */
    public static HttpConnection client() {
        return client(HttpRequests.strict(), HttpResponses.strict());
    }

    /**
     * Sends {@code requests} and receives {@code responses}.
     *
     * @throws IllegalArgumentException the responses are to one method
     */
    public static HttpConnection client(HttpRequests requests, HttpResponses responses) {
        return new HttpConnection(requests, responses, false);
    }

    /** Receives requests and sends responses, with default limits. */
    public static HttpConnection server() {
        return server(HttpRequests.strict(), HttpResponses.strict());
    }

    /**
     * Receives {@code requests} and sends {@code responses}.
     *
     * @throws IllegalArgumentException the responses are to one method
     */
    public static HttpConnection server(HttpRequests requests, HttpResponses responses) {
        return new HttpConnection(requests, responses, true);
    }

    /**
     * Does the connection end with this message, as its fields say? {@code Connection: close}, or HTTP/1.0 without {@code keep-alive}. RFC
     * 9112 9.3. Who answers it ends the connection then.
     */
    public static boolean endsWith(Headers message) {
        if (message.lists("connection", "close")) return true;
        return message.startLine().version().endsWith(".0") && !message.lists("connection", "keep-alive");
    }

    /** The codec of one connection: gives its decoder once and its encoder once, in either order. */
    @Override
    public FrameCodec ofConnection() {
        return new One();
    }

    /** @throws IllegalStateException always: {@link #ofConnection()} has one */
    @Override
    public FrameDecoder newDecoder() {
        throw shared();
    }

    /** @throws IllegalStateException always: {@link #ofConnection()} has one */
    @Override
    public FrameEncoder newEncoder() {
        throw shared();
    }

    private static IllegalStateException shared() {
        return new IllegalStateException("decoder and encoder of an HTTP connection know of each other: "
                + "call ofConnection() once for each connection, and ask its answer for both");
    }

    /** That of the messages received. */
    @Override
    public int maxFrameLength() {
        return server ? requests.maxFrameLength() : responses.maxFrameLength();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof HttpConnection o
                && server == o.server
                && requests.equals(o.requests)
                && responses.equals(o.responses);
    }

    @Override
    public int hashCode() {
        return Objects.hash(server, requests, responses);
    }

    @Override
    public String toString() {
        return (server ? "server of " : "client of ") + requests + ", " + responses;
    }

    private final class One implements FrameCodec {
        private final Asked asked = new Asked();
        private boolean decodes;
        private boolean encodes;

        @Override
        public FrameDecoder newDecoder() {
            if (decodes) throw again("decoder");
            decodes = true;
            return server
                    ? MessageDecoder.requests(requests.rules(), asked)
                    : MessageDecoder.responses(responses.rules(), asked);
        }

        @Override
        public FrameEncoder newEncoder() {
            if (encodes) throw again("encoder");
            encodes = true;
            return server
                    ? new ResponseEncoder(responses.rules(), asked, Asked.Method.OTHER)
                    : new RequestEncoder(requests.rules(), asked);
        }

        private static IllegalStateException again(String what) {
            return new IllegalStateException(
                    "a second " + what
                            + " for one HTTP connection: give each connection the codec that HttpConnection.ofConnection() makes for it");
        }

        @Override
        public int maxFrameLength() {
            return HttpConnection.this.maxFrameLength();
        }

        @Override
        public String toString() {
            return "one " + HttpConnection.this;
        }
    }
}
