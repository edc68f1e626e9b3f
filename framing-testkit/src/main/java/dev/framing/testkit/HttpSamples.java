package dev.framing.testkit;

import io.vavr.control.Option;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * HTTP/1.1 messages that are right, in every framing that RFC 9112 6.3 knows, however oddly they may be written: sequences as they
 * stand on one connection, the same for the same seed, each with what a reader must find in it. {@link HttpDamage} breaks them.
 *
 * <pre>{@code
 * List<HttpSamples.Message> sent = HttpSamples.requests(new Random(seed));
 * byte[] stream = HttpSamples.stream(sent);
 * }</pre>
 */
public final class HttpSamples {
    private static final String TOKEN = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final String[] METHODS = {"GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "HEAD", "M-SEARCH"};
    private static final String[] TARGETS = {
        "/", "/index.html?q=1&r=%20", "*", "http://example.org/a;b=c", "/{a}|\"b\"", "example.org:443", "/..//"
    };
    private static final String[] REASONS = {"OK", "", "Not Found", "N\u00fcll\tand void", " blanks "};
    private static final String[] BLANKS = {"", " ", " ", " ", "\t", " \t  "};
    private static final String[] INTERIM = {"100", "102", "103"};
    private static final String[] FINAL = {"200", "201", "299", "302", "404", "500", "599"};

    private final Random random;

    private HttpSamples(Random random) {
        this.random = random;
    }

    /**
     * One message.
     *
     * @param method of the request; of a response: that which it answers
     * @param bytes as they stand on the wire, an empty line before a request included
     * @param startLine its three parts, as they stand there
     * @param fields as {@code name: value}, blanks around the value taken away
     * @param content the chunks joined
     * @param trailers of a chunked message, perhaps none
     * @param last nothing may follow it
     */
    public record Message(
            String method,
            byte[] bytes,
            List<String> startLine,
            List<String> fields,
            byte[] content,
            Option<List<String>> trailers,
            boolean last) {}

    /** One to five requests. */
    public static List<Message> requests(Random random) {
        HttpSamples samples = new HttpSamples(random);
        List<Message> all = new ArrayList<>();
        for (int n = random.nextInt(5); n >= 0; n--) {
            Message message = samples.request(n == 0);
            all.add(message);
            if (message.last) break;
        }
        return all;
    }

    /** Responses to one to five requests; those of 1xx come before the one that is the answer. */
    public static List<Message> responses(Random random) {
        HttpSamples samples = new HttpSamples(random);
        List<Message> all = new ArrayList<>();
        for (int n = random.nextInt(5); n >= 0; n--) {
            String method = samples.any("GET", "GET", "POST", "HEAD", "CONNECT");
            while (random.nextInt(6) == 0) all.add(samples.response(method, samples.any(INTERIM), false));
            Message message = samples.response(method, samples.status(n == 0), n == 0);
            all.add(message);
            if (message.last) break;
        }
        return all;
    }

    /** Responses that each answer this method. */
    public static List<Message> responses(Random random, String method) {
        HttpSamples samples = new HttpSamples(random);
        List<Message> all = new ArrayList<>();
        for (int n = random.nextInt(3); n >= 0; n--) {
            Message message = samples.response(method, samples.status(n == 0), n == 0);
            all.add(message);
            if (message.last) break;
        }
        return all;
    }

    /** Their bytes, one after the other. */
    public static byte[] stream(List<Message> messages) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (Message message : messages) all.writeBytes(message.bytes);
        return all.toByteArray();
    }

    // ------------------------------------------------------------------------------------------------ messages

    private Message request(boolean mayBeLast) {
        boolean connect = mayBeLast && random.nextInt(12) == 0;
        boolean old = random.nextInt(10) == 0;
        Written w = new Written(old);
        boolean emptyLine = random.nextInt(10) == 0;
        List<String> start = List.of(
                connect ? "CONNECT" : random.nextInt(10) == 0 ? token() : any(METHODS),
                connect ? "example.org:443" : any(TARGETS),
                version(old));
        w.field("Host", "example.org");
        boolean last = w.connection(mayBeLast) || connect;
        w.fields();
        int body = random.nextInt(3);
        if (body == 1 && !connect) w.counted(payload());
        if (body == 2 && !connect && !old) w.chunked();
        return w.message(start.get(0), emptyLine ? "\r\n" : "", start, last);
    }

    private Message response(String method, String status, boolean mayBeLast) {
        boolean old = random.nextInt(10) == 0;
        boolean interim = status.startsWith("1") && !status.equals("101");
        boolean finishes = status.equals("101") || method.equals("CONNECT") && status.startsWith("2");
        boolean bodiless = interim
                || finishes
                || method.equals("HEAD")
                || status.equals("101")
                || status.equals("204")
                || status.equals("304");
        Written w = new Written(old && !interim);
        List<String> start = List.of(version(old && !interim), status, reason());
        boolean last = !interim && (w.connection(mayBeLast) || finishes);
        w.fields();
        if (bodiless) {
            if (random.nextInt(4) == 0) w.field(cased("Content-Length"), String.valueOf(random.nextInt(1000)));
            else if (random.nextInt(4) == 0 && !w.old) w.field(cased("Transfer-Encoding"), cased("chunked"));
        } else if (random.nextInt(2) == 0 && !w.old) {
            w.chunked();
        } else if (mayBeLast && random.nextBoolean()) {
            w.body.writeBytes(w.content = payload());
            last = true;
        } else {
            w.counted(payload());
        }
        return w.message(method, "", start, last);
    }

    private String status(boolean mayBeLast) {
        return mayBeLast && random.nextInt(15) == 0 ? "101" : any(any(FINAL), any(FINAL), "204", "304");
    }

    private String reason() {
        return random.nextInt(60) == 0 ? "\u00fcber" : any(REASONS);
    }

    private static String version(boolean old) {
        return old ? "HTTP/1.0" : "HTTP/1.1";
    }

    /** A message in the making. */
    private final class Written {
        private final boolean old;
        private final StringBuilder head = new StringBuilder();
        private final List<String> fields = new ArrayList<>();
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private byte[] content = {};
        private Option<List<String>> trailers = Option.none();

        Written(boolean old) {
            this.old = old;
        }

        void field(String name, String value) {
            fields.add(line(head, name, value));
        }

        private String line(StringBuilder to, String name, String value) {
            to.append(name).append(':').append(any(BLANKS));
            to.append(value).append(random.nextInt(4) == 0 ? any(BLANKS) : "");
            to.append("\r\n");
            return name + ": " + value;
        }

        void fields() {
            for (int n = random.nextInt(random.nextInt(20) == 0 ? 40 : 5); n > 0; n--) field(name(), value());
        }

        private String name() {
            return random.nextBoolean() ? "X-" + token() : any("Accept", "TE", "Content-Lengthy", "Cookie", "Upgrade");
        }

        /** Says, where it is needed, whether the connection goes on. True: it does not. */
        boolean connection(boolean mayBeLast) {
            boolean close = mayBeLast && random.nextInt(3) == 0;
            if (close && old && random.nextBoolean()) return true;
            if (close) field(cased("Connection"), any("close", "Close", "x-other, close", "close,x-other"));
            else if (old) field(cased("Connection"), any("keep-alive", "Keep-Alive"));
            else if (random.nextInt(6) == 0) field("Connection", any("keep-alive", "x-close", "upgrade"));
            return close;
        }

        void counted(byte[] bytes) {
            field(cased("Content-Length"), (random.nextInt(8) == 0 ? "00" : "") + bytes.length);
            body.writeBytes(content = bytes);
        }

        void chunked() {
            field(cased("Transfer-Encoding"), cased("chunked"));
            ByteArrayOutputStream joined = new ByteArrayOutputStream();
            for (int n = random.nextInt(4); n > 0; n--) {
                byte[] chunk = payload();
                if (chunk.length == 0) continue;
                String size = Integer.toHexString(chunk.length);
                chunkLine(random.nextBoolean() ? size : size.toUpperCase(Locale.ROOT));
                body.writeBytes(chunk);
                body.writeBytes(Wire.bytes("\r\n"));
                joined.writeBytes(chunk);
            }
            chunkLine("0");
            content = joined.toByteArray();
            StringBuilder tail = new StringBuilder();
            List<String> after = new ArrayList<>();
            while (random.nextInt(3) == 0) after.add(line(tail, "X-" + token(), value()));
            trailers = Option.of(after);
            body.writeBytes(Wire.bytes(tail + "\r\n"));
        }

        private void chunkLine(String size) {
            StringBuilder line = new StringBuilder(random.nextInt(8) == 0 ? "00" : "").append(size);
            while (random.nextInt(5) == 0) {
                line.append(';').append(token());
                switch (random.nextInt(3)) {
                    case 0 -> line.append('=').append(token());
                    case 1 -> line.append('=').append(any("\"\"", "\"a;b\"", "\"\\\"\\\\\"", "\" \t\u00e9\"", "\"0\""));
                    default -> {}
                }
            }
            body.writeBytes(Wire.bytes(line + "\r\n"));
        }

        Message message(String method, String before, List<String> start, boolean last) {
            String wire = before + String.join(" ", start) + "\r\n" + head + "\r\n";
            byte[] bytes = Streams.join(Wire.bytes(wire), body.toByteArray());
            return new Message(method, bytes, start, fields, content, trailers, last);
        }
    }

    // ------------------------------------------------------------------------------------------------ words

    private byte[] payload() {
        byte[] bytes = new byte[random.nextInt(4) == 0 ? 0 : 1 + random.nextInt(random.nextInt(8) == 0 ? 300 : 24)];
        random.nextBytes(bytes);
        if (random.nextBoolean()) {
            String text = "0\r\n\r\nHTTP/1.1 200 OK\r\nGET / HTTP/1.1\r\n";
            for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) text.charAt(i % text.length());
        }
        return bytes;
    }

    private String value() {
        return random.nextInt(3) > 0
                ? any("", "a", "text/html; charset=\"utf-8\"", "a:b", "\u00e9\u00ff\u0080", "in \t side", ",", "5")
                : token() + " " + token();
    }

    private String token() {
        StringBuilder token = new StringBuilder();
        for (int n = random.nextInt(9); n >= 0; n--) token.append(TOKEN.charAt(random.nextInt(TOKEN.length())));
        return token.toString();
    }

    private String cased(String word) {
        return switch (random.nextInt(4)) {
            case 0 -> word.toLowerCase(Locale.ROOT);
            case 1 -> word.toUpperCase(Locale.ROOT);
            default -> word;
        };
    }

    private String any(String... all) {
        return all[random.nextInt(all.length)];
    }
}
