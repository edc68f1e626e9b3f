package dev.framing.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.function.IntPredicate;

/**
 * The head of a message to be sent, made from its parts: what {@link dev.framing.FrameEncoder#encode} takes. Each part is checked when
 * it is given, so that no part of one can pass for another.
 *
 * <pre>
 *   Head.request("GET", "/x").field("Host", "localhost")
 *
 *   | GET SP /x SP HTTP/1.1 CR LF | Host: SP localhost CR LF |
 *   '-------- start line ---------'-------- field -----------'   and no empty line: the encoder ends the head
 * </pre>
 *
 * <pre>{@code
 * socket.send(Head.request("GET", "/x").field("Host", "localhost").bytes(), EMPTY_BUFFER);
 * channel.send(Head.response(200, "OK").field("Content-Type", "text/plain").bytes(), text);
 * Head.request("INVITE", "sip:bob@example.com", "SIP/2.0").field("CSeq", "1 INVITE")
 * Head.command("SEND").field("destination", "/queue/a")
 * Head.fields().field("Digest", sum)                      // further fields of a head without start line; trailers
 * }</pre>
 *
 * <p>What says where the body ends (Content-Length, Transfer-Encoding) is the encoder's to write. Characters are bytes: ISO 8859-1, as
 * {@link Fields} reads them. One thread at a time.
 */
public final class Head {
    /** What a message says that nobody told otherwise. */
    private static final String HTTP = "HTTP/1.1";

    private final StringBuilder text = new StringBuilder();
    private final String colon;

    private Head(String colon) {
        this.colon = colon;
    }

    /** {@code GET /x HTTP/1.1} */
    public static Head request(String method, String target) {
        return request(method, target, HTTP);
    }

    /**
     * A request line. RFC 9112 3, RFC 3261 7.1, RFC 7826 20.2.1.
     *
     * @param method a token: "GET", "INVITE"
     * @param target visible ASCII, anything else percent-encoded
     * @param version as the line says it: "HTTP/1.1", "SIP/2.0", "RTSP/2.0"
     * @throws IllegalArgumentException one of them is nothing of that kind
     */
    public static Head request(String method, String target, String version) {
        token("method", method);
        visible("target", target);
        visible("version", version);
        return new Head(": ").line(method + ' ' + target + ' ' + version);
    }

    /** {@code HTTP/1.1 404 Not Found} */
    public static Head response(int status, String reason) {
        return response(status, reason, HTTP);
    }

    /**
     * A status line. RFC 9112 4, RFC 3261 7.2.
     *
     * @param status 100 to 999
     * @param reason for people, perhaps empty
     * @param version as the line says it: "HTTP/1.1", "SIP/2.0", "RTSP/2.0"
     * @throws IllegalArgumentException one of them is nothing of that kind
     */
    public static Head response(int status, String reason, String version) {
        if (status < 100 || status > 999)
            throw new IllegalArgumentException("status " + status + " has not three digits");
        value("reason", reason);
        visible("version", version);
        return new Head(": ").line(version + ' ' + status + ' ' + reason);
    }

    /** A line of one word. STOMP 1.2, STOMP Frames: a blank behind a colon belongs to the value, so that none is written. */
    public static Head command(String word) {
        token("command", word);
        return new Head(":").line(word);
    }

    /** No start line: further fields of a format that has none, or the trailers of a chunked message. */
    public static Head fields() {
        return new Head(": ");
    }

    /**
     * One more field, behind those before it.
     *
     * @param name a token. RFC 9110 5.1
     * @param value no control byte but HTAB, no whitespace around it, perhaps empty. RFC 9110 5.5
     * @throws IllegalArgumentException one of them is nothing of that kind; this stays as it was
     */
    public Head field(String name, String value) {
        token("field name", name);
        value("value of " + name, value);
        return line(name + colon + value);
    }

    /** The same with a number. */
    public Head field(String name, long value) {
        return field(name, Long.toString(value));
    }

    private Head line(String line) {
        text.append(line).append("\r\n");
        return this;
    }

    /** Bytes so far. */
    public int length() {
        return text.length();
    }

    /** The bytes in an unpooled buffer of their own, the caller's. */
    public ByteBuf bytes() {
        return Unpooled.wrappedBuffer(text.toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Writes the bytes at the writer index of {@code out}. */
    public void writeTo(ByteBuf out) {
        out.writeCharSequence(text, StandardCharsets.ISO_8859_1);
    }

    /** The lines, for people. */
    @Override
    public String toString() {
        return text.toString();
    }

    // ------------------------------------------------------------------------------------------------ the parts

    private static void token(String what, String text) {
        require(what, text, FieldBytes::isToken);
        if (text.isEmpty()) throw new IllegalArgumentException("the " + what + " is empty");
    }

    private static void visible(String what, String text) {
        require(what, text, c -> c > ' ' && c < 0x7F);
        if (text.isEmpty()) throw new IllegalArgumentException("the " + what + " is empty");
    }

    private static void value(String what, String text) {
        require(what, text, FieldBytes.HTTP::isValue);
        if (!text.isEmpty()
                && (HeaderBytes.isBlank(text.charAt(0)) || HeaderBytes.isBlank(text.charAt(text.length() - 1))))
            throw new IllegalArgumentException("the " + what + " has whitespace around it, which nobody would read");
    }

    private static void require(String what, String text, IntPredicate allowed) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c > 0xFF || !allowed.test(c))
                throw new IllegalArgumentException(
                        "the %s has U+%04X at %d, which cannot stand there".formatted(what, (int) c, i));
        }
    }
}
