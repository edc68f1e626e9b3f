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
    /** Fields as STOMP has them: the value begins behind the colon, whitespace belongs to it, LF ends the line. */
    private final boolean stomp;

    private Head(boolean stomp) {
        this.stomp = stomp;
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
        return new Head(false).line(method + ' ' + target + ' ' + version);
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
        return new Head(false).line(version + ' ' + status + ' ' + reason);
    }

    /**
     * A line of one word; its fields are STOMP's: {@code name:value}, whitespace part of either, LF at the end. What must be escaped there
     * ("\\c" for a colon) is the caller's to escape. STOMP 1.2, STOMP Frames, Value Encoding.
     */
    public static Head command(String word) {
        token("command", word);
        return new Head(true).line(word);
    }

    /** No start line: further fields of a format that has none, or the trailers of a chunked message. */
    public static Head fields() {
        return new Head(false);
    }

    /**
     * One more field, behind those before it.
     *
     * @param name a token. RFC 9110 5.1
     * @param value no control byte but HTAB, no whitespace around it, perhaps empty. RFC 9110 5.5
     * @throws IllegalArgumentException one of them is nothing of that kind; this stays as it was
     */
    public Head field(String name, String value) {
        if (stomp) {
            require("field name", name, FieldBytes.STOMP::isName);
            if (name.isEmpty()) throw new IllegalArgumentException("the field name is empty");
            require("value of " + name, value, FieldBytes.STOMP::isValue);
            return line(name + ':' + value);
        }
        token("field name", name);
        value("value of " + name, value);
        return line(name + ": " + value);
    }

    /** The same with a number. */
    public Head field(String name, long value) {
        return field(name, Long.toString(value));
    }

    private Head line(String line) {
        text.append(line).append(stomp ? "\n" : "\r\n");
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
