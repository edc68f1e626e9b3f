package dev.framing.codec;

import dev.framing.Oversize;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The same decision by other means, slowly: a regular expression that is asked about every prefix. What a prefix can still become
 * says how long its frame is at least; when it can become nothing more, its last byte is malformed.
 */
final class HeaderReference {
    private static final String NAME = "(?!(?i:content-length):)[-!#$%&'*+.^_`|~0-9A-Za-z]+";
    private static final String OTHER = NAME + ":[\t\\x20-\\x7E\\x80-\\xFF]*\r\n";
    private static final String LENGTH = "(?i:content-length):[ \t]*([0-9]+)[ \t]*\r\n";
    private static final Pattern REQUIRED =
            Pattern.compile("(?:" + OTHER + ")*+" + LENGTH + "(?:" + OTHER + ")*+\r\n", Pattern.DOTALL);
    private static final Pattern OPTIONAL =
            Pattern.compile("(?=[^\r])(?:" + OTHER + ")*+(?:" + LENGTH + "(?:" + OTHER + ")*+)?\r\n", Pattern.DOTALL);
    /** All but the LF that shows that Content-Length is missing. */
    private static final Pattern LACKS_LENGTH = Pattern.compile("(?:" + OTHER + ")+\r", Pattern.DOTALL);

    private static final List<String> COMPLETIONS = completions();

    private static final Pattern LENGTH_SO_FAR =
            Pattern.compile("(?:^|\n)(?i:content-length):[ \t]*([0-9]+)", Pattern.DOTALL);

    /** Asked for again and again. */
    private static final Map<String, Integer> SHORTEST = new ConcurrentHashMap<>();

    private final HeaderFramed codec;
    private final Oversize oversize;
    private final Pattern block;
    private final List<String> events = new ArrayList<>();

    HeaderReference(HeaderFramed codec, Oversize oversize) {
        this.codec = codec;
        this.oversize = oversize;
        block = codec.body() == HeaderFramed.Body.CONTENT_LENGTH ? REQUIRED : OPTIONAL;
    }

    List<String> run(byte[] stream) {
        String wire = HeaderTold.text(stream);
        int at = 0;
        while (at >= 0 && at < wire.length()) at = frame(wire, at);
        if (at >= 0) events.add("end");
        return events;
    }

    /** The index after the frame, or -1. */
    private int frame(String wire, int start) {
        int max = codec.maxFrameLength();
        int least = 0;
        for (int i = start; ; i++) {
            String prefix = wire.substring(start, i);
            Matcher whole = block.matcher(prefix);
            if (whole.matches()) return body(wire, start, i, whole.group(1));
            least = Math.max(least, shortest(prefix));
            if (least > max) return error("too long " + start + " length -1 limit " + max + " bytes");
            if (!(oversize instanceof Oversize.Skip)
                    && stated(prefix).add(BigInteger.valueOf(least)).compareTo(BigInteger.valueOf(limit())) > 0)
                return error("too long " + start + " length -1 limit " + limit() + " bytes");
            if (least > codec.head())
                return error("too long " + start + " length -1 limit " + codec.head() + " bytes of header block");
            if (stated(prefix).equals(BigInteger.valueOf(Long.MAX_VALUE)))
                return error("too long " + start + " length -1 limit " + (Long.MAX_VALUE - 1) + " bytes of body");
            if (i == wire.length()) return error("truncated " + start + " have " + (i - start) + " need -1");
            if (!viable(prefix + wire.charAt(i))) return error("malformed " + i);
            boolean another = prefix.isEmpty() || prefix.endsWith("\n") && wire.charAt(i) != '\r';
            if (another && prefix.chars().filter(c -> c == '\n').count() == codec.fields())
                return error("too long " + start + " length -1 limit " + codec.fields() + " header fields");
        }
    }

    private int body(String wire, int start, int end, String digits) {
        int head = end - start;
        long length = number(digits)
                .add(BigInteger.valueOf(head))
                .min(BigInteger.valueOf(Long.MAX_VALUE))
                .longValue();
        boolean skip = oversize instanceof Oversize.Skip && length > codec.maxFrameLength();
        int have = wire.length() - start;
        if (length > have) return error("truncated " + start + " have " + have + " need " + length);
        int next = start + (int) length;
        List<String> fields = new ArrayList<>();
        for (String line : wire.substring(start, end - 2).split("\r\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0)
                fields.add(line.substring(0, colon) + "="
                        + line.substring(colon + 1).replaceAll("^[ \t]+|[ \t]+\\z", ""));
        }
        events.add(
                skip
                        ? "skipped " + start + " length " + length
                        : "frame " + start + " head " + head + " " + fields + " length " + length + " body "
                                + wire.substring(end, next));
        return next;
    }

    private long limit() {
        return oversize instanceof Oversize.Parts parts ? parts.total() : codec.maxFrameLength();
    }

    private static BigInteger stated(String prefix) {
        Matcher matcher = LENGTH_SO_FAR.matcher(prefix);
        return number(matcher.find() ? matcher.group(1) : null);
    }

    private static BigInteger number(String digits) {
        return new BigInteger(digits == null ? "0" : digits).min(BigInteger.valueOf(Long.MAX_VALUE));
    }

    private int error(String event) {
        events.add(event);
        return -1;
    }

    boolean viable(String prefix) {
        Matcher matcher = block.matcher(prefix);
        return matcher.matches()
                || matcher.hitEnd()
                || LACKS_LENGTH.matcher(prefix).matches();
    }

    /** Bytes of the shortest block that begins so, 0 if none does. */
    int shortest(String prefix) {
        if (SHORTEST.size() > 50_000) SHORTEST.clear();
        return SHORTEST.computeIfAbsent(codec.body() + prefix, key -> {
            for (String more : COMPLETIONS) {
                if (block.matcher(prefix + more).matches()) return prefix.length() + more.length();
            }
            return 0;
        });
    }

    /** Every way to end the line that is open, to add a Content-Length, to end the block: shortest first. */
    private static List<String> completions() {
        List<String> all = new ArrayList<>();
        String length = "content-length:0\r\n";
        for (String blockEnd : new String[] {"a:\r\n\r\n", "a:\r\n" + length + "\r\n", length + "\r\n"}) {
            for (int i = 0; i < blockEnd.length(); i++) all.add(blockEnd.substring(i));
        }
        all.sort(Comparator.comparingInt(String::length));
        return all;
    }
}
