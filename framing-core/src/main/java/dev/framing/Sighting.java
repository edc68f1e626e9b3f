package dev.framing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** What a few bytes look like to a person who wonders why a length makes no sense: usually another protocol. */
final class Sighting {
    private record Signature(String bytes, String question) {}

    private static final List<Signature> SIGNATURES = List.of(
            new Signature("GET ", "is an HTTP client talking to this port?"),
            new Signature("POST ", "is an HTTP client talking to this port?"),
            new Signature("PUT ", "is an HTTP client talking to this port?"),
            new Signature("HEAD ", "is an HTTP client talking to this port?"),
            new Signature("DELETE ", "is an HTTP client talking to this port?"),
            new Signature("OPTIONS ", "is an HTTP client talking to this port?"),
            new Signature("CONNECT ", "is an HTTP client talking to this port?"),
            new Signature("PATCH ", "is an HTTP client talking to this port?"),
            new Signature("PRI * HTTP/2", "is an HTTP/2 client talking to this port?"),
            new Signature("HTTP/1.", "is this an HTTP server?"),
            new Signature("SSH-", "is the peer speaking SSH?"),
            new Signature("PROXY ", "is a proxy announcing a client (PROXY v1)?"),
            new Signature("\r\n\r\n\0\r\nQUIT\n", "is a proxy announcing a client (PROXY v2)?"),
            new Signature("\u0016\u0003", "is the peer speaking TLS?"),
            new Signature("\u0015\u0003", "is the peer sending a TLS alert?"),
            new Signature("AMQP", "is the peer speaking AMQP?"),
            new Signature("EHLO ", "is the peer speaking SMTP?"),
            new Signature("HELO ", "is the peer speaking SMTP?"),
            new Signature("220 ", "is this an SMTP or FTP server?"),
            new Signature("220-", "is this an SMTP or FTP server?"),
            new Signature("+OK ", "is this a POP3 server?"),
            new Signature("* OK ", "is this an IMAP server?"),
            new Signature("<?xml", "is the peer sending XML?"));

    private static final byte TLS_HANDSHAKE = 0x16;

    private Sighting() {}

    /** "these 4 bytes are `GET `: is an HTTP client talking to this port?" for a head of a wrong length: at most its first 16 bytes. */
    static String ofHead(ByteBuf in, int index, int head) {
        byte[] bytes = ByteBufUtil.getBytes(in, index, Math.min(head, 16), true);
        String known = known(bytes, bytes.length);
        if (!known.isEmpty()) return known;
        String seen = new String(bytes, StandardCharsets.ISO_8859_1);
        boolean words = head <= 8 && isText(seen) && seen.chars().anyMatch(Character::isLetter);
        return words ? these(bytes) + ": is the peer sending text?" : head <= 16 ? these(bytes) : "";
    }

    /** The same for the first {@code length} bytes of a stream, where they are known to begin another protocol; else empty. */
    static String known(byte[] bytes, int length) {
        byte[] first = Arrays.copyOf(bytes, length);
        if (length == 1 && first[0] == TLS_HANDSHAKE) return these(first) + ": is the peer speaking TLS?";
        String seen = new String(first, StandardCharsets.ISO_8859_1);
        for (Signature s : SIGNATURES) {
            int least = Math.min(s.bytes.length(), 4);
            if (length >= least && (seen.startsWith(s.bytes) || s.bytes.startsWith(seen)))
                return these(first) + ": " + s.question;
        }
        return "";
    }

    private static String these(byte[] bytes) {
        return (bytes.length == 1 ? "this byte is " : "these " + bytes.length + " bytes are ") + show(bytes);
    }

    /** "0x0a", or with its look "0x47 `G`". */
    static String name(int found) {
        String hex = "0x%02x".formatted(found);
        return found > 0x20 && found < 0x7f ? hex + " `" + (char) found + "`" : hex;
    }

    static String after(String hint) {
        return hint.isEmpty() ? "" : " (" + hint + ")";
    }

    private static String show(byte[] bytes) {
        String seen = new String(bytes, StandardCharsets.ISO_8859_1);
        if (isText(seen)) return "`" + seen + "`";
        StringBuilder hex = new StringBuilder();
        for (byte b : bytes) hex.append(hex.isEmpty() ? "" : " ").append("%02x".formatted(b & 0xFF));
        return hex.toString();
    }

    private static boolean isText(String seen) {
        return seen.chars().allMatch(c -> c >= 0x20 && c < 0x7f);
    }
}
