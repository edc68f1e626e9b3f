package dev.framing.netty;

import dev.framing.netty.HttpHeard.End;
import dev.framing.netty.HttpHeard.Said;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpObjectDecoder;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpParser;
import org.eclipse.jetty.http.HttpVersion;

/**
 * Other readers of HTTP/1.1, each driven as its own server or client drives it: told which requests were answered, stopped where the
 * connection becomes another protocol's, not read further after a message that it refused.
 */
final class HttpPeers {
    private HttpPeers() {}

    /** A reader. {@code asked}: the methods that responses answer; null: the stream is of requests. */
    interface Peer {
        HttpHeard read(List<byte[]> reads, List<String> asked);
    }

    // ------------------------------------------------------------------------------------------------ Netty

    static HttpHeard netty(List<byte[]> reads, List<String> asked) {
        NettyRun run = new NettyRun(asked);
        EmbeddedChannel channel = new EmbeddedChannel(run.decoder);
        for (int i = 0; i <= reads.size() && run.end == null; i++) {
            run.atEnd = i == reads.size();
            if (run.atEnd) channel.finish();
            else channel.writeInbound(Unpooled.wrappedBuffer(reads.get(i)));
            for (Object o = channel.readInbound(); o != null; o = channel.readInbound()) {
                if (run.end == null && o instanceof HttpObject object) run.on(object);
                ReferenceCountUtil.release(o);
            }
        }
        channel.finishAndReleaseAll();
        if (run.end == null) run.end(run.startLine == null ? End.CLEAN : End.TRUNCATED, "");
        return new HttpHeard(run.messages, run.end, run.why);
    }

    private static final class NettyRun {
        private final HttpObjectDecoder decoder;
        private final Queue<String> waiting;
        private final List<Said> messages = new ArrayList<>();
        private final List<String> asked;
        private int answered;
        private boolean atEnd;
        private End end;
        private String why = "";
        private List<String> startLine;
        private List<String> fields;
        private final StringBuilder content = new StringBuilder();

        NettyRun(List<String> asked) {
            this.asked = asked;
            waiting = asked == null ? null : new ArrayDeque<>(asked);
            decoder = asked == null ? new HttpRequestDecoder() : new Responses();
        }

        /** As in Netty's HttpClientCodec, which keeps the methods in such a queue. */
        private final class Responses extends HttpResponseDecoder {
            @Override
            protected boolean isContentAlwaysEmpty(HttpMessage message) {
                int status = ((HttpResponse) message).status().code();
                String method = status >= 100 && status < 200 ? waiting.peek() : waiting.poll();
                boolean tunnel = "CONNECT".equals(method) && status / 100 == 2;
                return tunnel || "HEAD".equals(method) || super.isContentAlwaysEmpty(message);
            }
        }

        void on(HttpObject o) {
            DecoderResult result = o.decoderResult();
            if (result.isFailure()) {
                boolean early = atEnd && result.cause() instanceof PrematureChannelClosureException;
                end(early ? End.TRUNCATED : End.BAD, String.valueOf(result.cause()));
                return;
            }
            if (o instanceof HttpMessage m) {
                startLine = m instanceof HttpRequest r
                        ? List.of(
                                r.method().name(), r.uri(), r.protocolVersion().text())
                        : startLine((HttpResponse) m);
                fields = fields(m.headers());
                content.setLength(0);
            }
            if (o instanceof HttpContent c) content.append(text(c.content()));
            if (!(o instanceof LastHttpContent last)) return;
            messages.add(new Said(startLine, fields, content.toString(), fields(last.trailingHeaders())));
            boolean left = leaves(asked, answered, startLine);
            if (asked != null && !isInterim(startLine)) answered++;
            startLine = null;
            if (left) end(End.LEFT, "");
        }

        void end(End how, String reason) {
            end = how;
            why = reason;
        }

        private static List<String> startLine(HttpResponse r) {
            return List.of(
                    r.protocolVersion().text(),
                    r.status().codeAsText().toString(),
                    r.status().reasonPhrase());
        }

        private static List<String> fields(HttpHeaders headers) {
            List<String> fields = new ArrayList<>();
            headers.forEach(field -> fields.add(field.getKey() + ": " + field.getValue()));
            return fields;
        }
    }

    /** Does the connection become another protocol's with this message? */
    private static boolean leaves(List<String> asked, int answered, List<String> startLine) {
        if (asked == null) return startLine.get(0).equals("CONNECT");
        String status = startLine.get(1);
        return status.equals("101")
                || status.startsWith("2") && method(asked, answered).equals("CONNECT");
    }

    private static boolean isInterim(List<String> startLine) {
        return startLine.get(1).startsWith("1");
    }

    /** The method that the next response answers. */
    private static String method(List<String> asked, int answered) {
        return answered < asked.size() ? asked.get(answered) : "GET";
    }

    private static String text(ByteBuf bytes) {
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    // ------------------------------------------------------------------------------------------------ Jetty

    static HttpHeard jetty(List<byte[]> reads, List<String> asked) {
        return new JettyRun(asked).run(reads);
    }

    private static final class JettyRun implements HttpParser.RequestHandler, HttpParser.ResponseHandler {
        private final HttpParser parser;
        private final List<String> asked;
        private int answered;
        private final List<Said> messages = new ArrayList<>();
        private boolean atEnd;
        private boolean whole;
        private End end;
        private String why = "";
        private List<String> startLine;
        private List<String> fields = new ArrayList<>();
        private final StringBuilder content = new StringBuilder();
        private List<String> trailers = new ArrayList<>();

        JettyRun(List<String> asked) {
            this.asked = asked;
            HttpCompliance strict = HttpCompliance.STRICT;
            parser = asked == null
                    ? new HttpParser((HttpParser.RequestHandler) this, 8192, strict)
                    : new HttpParser((HttpParser.ResponseHandler) this, 8192, strict);
            parser.setHeaderCacheCaseSensitive(true);
        }

        HttpHeard run(List<byte[]> reads) {
            next();
            for (byte[] read : reads) parse(ByteBuffer.wrap(Arrays.copyOf(read, read.length)));
            atEnd = true;
            parser.atEOF();
            parse(ByteBuffer.allocate(0));
            if (end == null) end(startLine == null ? End.CLEAN : End.TRUNCATED, "");
            return new HttpHeard(messages, end, why);
        }

        /** Until it makes no progress. */
        private void parse(ByteBuffer bytes) {
            while (end == null) {
                int before = bytes.remaining();
                HttpParser.State state = parser.getState();
                boolean stopped;
                try {
                    stopped = parser.parseNext(bytes);
                } catch (AssertionError e) { // of its own: it refuses with the status of a response that had none yet
                    end(atEnd ? End.TRUNCATED : End.BAD, "asserts");
                    return;
                }
                if (whole) {
                    whole = false;
                    said();
                } else if (!stopped && before == bytes.remaining() && state == parser.getState()) {
                    return;
                }
            }
        }

        private void said() {
            messages.add(new Said(startLine, fields, content.toString(), trailers));
            boolean left = leaves(asked, answered, startLine);
            if (asked != null && !isInterim(startLine)) answered++;
            startLine = null;
            if (left) {
                end(End.LEFT, "");
                return;
            }
            if (parser.isTerminated()) {
                end(End.CLEAN, ""); // a body until close, and the close
                return;
            }
            parser.reset();
            next();
            if (atEnd) parser.atEOF();
        }

        private void next() {
            fields = new ArrayList<>();
            trailers = new ArrayList<>();
            content.setLength(0);
            if (asked != null) parser.setHeadResponse(method(asked, answered).equals("HEAD"));
        }

        private void end(End how, String reason) {
            end = how;
            why = reason;
        }

        @Override
        public void startRequest(String method, String uri, HttpVersion version) {
            startLine = List.of(method, uri, version.asString());
        }

        /** As Jetty's client does. */
        @Override
        public void startResponse(HttpVersion version, int status, String reason) {
            startLine = List.of(version.asString(), String.valueOf(status), reason == null ? "" : reason);
            if (method(asked, answered).equals("CONNECT") && status / 100 == 2) parser.setHeadResponse(true);
        }

        @Override
        public void parsedHeader(HttpField field) {
            fields.add(field.getName() + ": " + (field.getValue() == null ? "" : field.getValue()));
        }

        @Override
        public void parsedTrailer(HttpField field) {
            trailers.add(field.getName() + ": " + (field.getValue() == null ? "" : field.getValue()));
        }

        @Override
        public boolean content(ByteBuffer bytes) {
            content.append(StandardCharsets.ISO_8859_1.decode(bytes.duplicate()));
            return false;
        }

        @Override
        public boolean headerComplete() {
            return false;
        }

        @Override
        public boolean contentComplete() {
            return false;
        }

        @Override
        public boolean messageComplete() {
            whole = true;
            return true;
        }

        @Override
        public void badMessage(HttpException failure) {
            if (end == null)
                end(atEnd ? End.TRUNCATED : End.BAD, failure.getCode() + " " + failure.getReason() + why(failure));
        }

        private static String why(HttpException failure) {
            return failure instanceof Throwable t
                    ? " " + t.getMessage() + (t.getCause() == null ? "" : " " + t.getCause())
                    : "";
        }

        /** Also where a message proves to be bad behind its head. */
        @Override
        public void earlyEOF() {
            if (end == null) end(!atEnd ? End.BAD : startLine == null ? End.CLEAN : End.TRUNCATED, "");
        }
    }
}
