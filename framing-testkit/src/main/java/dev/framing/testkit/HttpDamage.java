package dev.framing.testkit;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Breaks HTTP/1.1 messages where readers disagree about them: at line ends, colons, lengths and codings, chunk lines, versions. Most
 * streams stay right up to the place, many stay right altogether.
 */
public final class HttpDamage {
    /** Where it hurts. */
    private static final Pattern PLACES = Pattern.compile(
            "\r\n|:[ \t]*|HTTP/1\\.[01]|(?i:content-length|transfer-encoding|chunked)|(?<=[:\n\t ])[0-9A-Fa-f]+(?=[ \t;\r])| |;|=|\"|\\\\");

    private static final String[] LINE_ENDS = {
        "\n",
        "\r",
        "\n\r",
        "\r\r\n",
        "\r\n\n",
        "\r\n\r\n",
        "\r\n ",
        "\r\n\t",
        " \r\n",
        "\0\r\n",
        "\r\n\r",
        "",
        "\u000b\r\n"
    };
    private static final String[] COLONS = {" :", "\t:", "", "::", ":\u000b", ":\u00a0", ":\u0085", "\0:", ":\r\n ", "="
    };
    private static final String[] VERSIONS = {
        "HTTP/0.9",
        "HTTP/2.0",
        "HTTP/1.10",
        "HTTP/1.01",
        "http/1.1",
        "HTTP/1.2",
        "HTTP/1.",
        "HTTP/1.0",
        "HTTP/1.1 ",
        " HTTP/1.1",
        "HTTP/11",
        "HTTP /1.1",
        "ICAP/1.0",
        "HTTP/1.1\t",
        "HTTP/1,1",
        ""
    };
    private static final String[] NUMBERS = {
        "+%1$s",
        "-%1$s",
        "0x%1$s",
        "%1$s,%1$s",
        "%1$s, %1$s",
        "%1$s,1%1$s",
        ",%1$s",
        "%1$s,",
        "1%1$s",
        "%1$s0",
        "0%1$s",
        "",
        "%1$s_0",
        "%1$s.0",
        "%1$s %1$s",
        "\"%1$s\"",
        "%1$sz",
        "18446744073709551616",
        "9223372036854775808",
        "10000000000000005",
        "100000000",
        "ffffffff",
        "FFFFFFFFFFFFFFFFF1",
        "\u0661",
        "0",
        "1",
        "%1$s;",
        "%1$s ",
        "%1$s\t"
    };
    private static final String[] CODINGS = {
        "gzip, chunked", "chunked, gzip", "chunked, chunked", "identity", "xchunked", "chunkedx", "chunked;q=1", "",
                ",chunked",
        "chunked,", "\"chunked\"", "chunked\u000b", "\u0085chunked", "gzip", "gzip;a=\"b,c\", Chunked", "chunked ,",
                "chunke", "CHUNKED"
    };
    private static final String[] LINES = {
        "Content-Length: 3",
        "Content-Length: 0",
        "content-length:7",
        "Content-Length: 5, 5",
        "Transfer-Encoding: chunked",
        "transfer-encoding:gzip, chunked",
        "Transfer-Encoding: identity",
        "Transfer-Encoding:",
        "Content-Length:",
        "Content-Length : 3",
        "Transfer-Encoding : chunked",
        " folded",
        "\tfolded",
        "no colon",
        ": no name",
        "Connection: close",
        "Connection: keep-alive",
        "X-Text: \0",
        "X-Text: \u0001",
        "X-Text: a\rb",
        "X-Text: \u007f",
        "X\u00e9: y",
        "X-\"q\": y",
        "Host: b",
        "Trailer: X",
        "Expect: 100-continue",
        "Content-Length: 1_0",
        "Content-Length:\u000b4",
        "X(y): z",
        "Upgrade: h2c",
        "a/b: c"
    };
    private static final String BYTES = "\0\t\n\u000b\f\r \"+,-/0159:;=AFHPax\\\u007f\u0080\u0085\u00a0\u00ff";

    private HttpDamage() {}

    /** The stream with one to three places changed, or its end cut off. */
    public static byte[] damaged(byte[] stream, Random random) {
        StringBuilder text = new StringBuilder(new String(stream, StandardCharsets.ISO_8859_1));
        do {
            change(text, random);
        } while (random.nextInt(3) == 0);
        if (random.nextInt(12) == 0) text.setLength(random.nextInt(text.length() + 1));
        return Wire.bytes(text.toString());
    }

    private static void change(StringBuilder text, Random random) {
        List<MatchResult> places =
                new ArrayList<>(PLACES.matcher(text).results().toList());
        if (places.isEmpty() || random.nextInt(8) == 0) {
            anywhere(text, random.nextInt(text.length() + 1), random);
            return;
        }
        MatchResult at = places.get(random.nextInt(places.size()));
        String is = at.group();
        if (random.nextInt(5) == 0) anywhere(text, random.nextBoolean() ? at.start() : at.end(), random);
        else if (random.nextInt(12) == 0) text.insert(at.end(), is);
        else if (random.nextInt(12) == 0) text.delete(at.start(), at.end());
        else if (is.equals("\r\n") && random.nextInt(3) > 0) text.insert(at.end(), any(LINES, random) + "\r\n");
        else text.replace(at.start(), at.end(), instead(is, random));
    }

    private static String instead(String is, Random random) {
        if (is.equals("\r\n")) return any(LINE_ENDS, random);
        if (is.startsWith(":")) return any(COLONS, random);
        if (is.startsWith("HTTP")) return any(VERSIONS, random);
        if (is.equalsIgnoreCase("chunked")) return any(CODINGS, random);
        if (is.equalsIgnoreCase("content-length"))
            return any(new String[] {"Transfer-Encoding", "Content-Lengt"}, random);
        if (is.equalsIgnoreCase("transfer-encoding"))
            return any(new String[] {"Content-Length", "Transfer-Encodin"}, random);
        if (Character.digit(is.charAt(0), 16) >= 0) return any(NUMBERS, random).formatted(is);
        return is + BYTES.charAt(random.nextInt(BYTES.length()));
    }

    private static void anywhere(StringBuilder text, int at, Random random) {
        char any = BYTES.charAt(random.nextInt(BYTES.length()));
        if (at == text.length() || random.nextInt(3) == 0) text.insert(at, any);
        else if (random.nextBoolean()) text.setCharAt(at, any);
        else text.deleteCharAt(at);
    }

    private static String any(String[] all, Random random) {
        return all[random.nextInt(all.length)];
    }
}
