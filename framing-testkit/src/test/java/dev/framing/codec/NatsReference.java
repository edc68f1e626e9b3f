package dev.framing.codec;

import dev.framing.testkit.Reading;
import dev.framing.testkit.Reference;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Operations of NATS by regular expressions; whether a header block can still get the length it was said to have, by trying. */
record NatsReference(int maxLine, int maxBlock, int maxFields) implements Reference {
    private static final String F = "[ \t]+[\\x21-\\xff&&[^\\x7f]]+";
    private static final String N = "[ \t]+[0-9]+";
    private static final String TEXT = "[\t\\x20-\\xff&&[^\\x7f]]";
    private static final Pattern LINE = Pattern.compile("(?i:(?:PING|PONG|\\+OK|SUB" + F + F + "(?:" + F + ")?|UNSUB"
            + F
            + "(?:" + N + ")?|PUB" + F + "(?:" + F + ")?" + N + "|MSG" + F + F + "(?:" + F + ")?" + N + "|HPUB" + F
            + "(?:" + F + ")?" + N + N + "|HMSG" + F + F + "(?:" + F + ")?" + N + N + ")[ \t]*|(?:INFO|CONNECT)" + F
            + TEXT + "*|-ERR(?:[ \t]" + TEXT + "*)?)\r\n");
    private static final Pattern BLOCK = Pattern.compile(
            "NATS/1\\.0(?: [0-9]{3}(?: " + TEXT + "*)?)?\r\n(?:[\\x21-\\x7e&&[^:]]+:" + TEXT + "*\r\n)*\r\n");
    private static final List<String> BEFORE = before();
    private static final String[] BEHIND = {"", "\n", "\r\n", "\n\r\n", "\r\n\r\n", ":\r\n\r\n"};
    private static final Map<String, Boolean> TRIED = new HashMap<>();

    @Override
    public void read(byte[] stream, boolean ended, Reading out) {
        String wire = HeaderTold.text(stream);
        int at = 0;
        while (at >= 0 && at < wire.length()) at = operation(wire, at, out);
    }

    /** Where the next one begins; -1: this one is not whole. */
    private int operation(String wire, int at, Reading out) {
        int n = 0;
        for (; ; ) {
            n++;
            if (at + n > wire.length()) return open(out, at, n + 1);
            String line = wire.substring(at, at + n);
            Matcher m = LINE.matcher(line);
            if (!m.matches() && !m.hitEnd() || sizesAreWrong(line)) {
                out.malformed(at + n - 1, at, n + 1, n + 1);
                return -1;
            }
            if (line.endsWith("\r")) break;
            if (n + 2 > maxLine) return tooLong(out, at);
        }
        String[] words = wire.substring(at, at + n).strip().split("[ \t]+", -1);
        String operation = words[0].toUpperCase(Locale.ROOT);
        boolean hasBlock = List.of("HPUB", "HMSG").contains(operation);
        boolean hasPayload = hasBlock || List.of("PUB", "MSG").contains(operation);
        int lineEnd = at + n + 1;
        BigInteger total = hasPayload ? new BigInteger(words[words.length - 1]) : BigInteger.ZERO;
        BigInteger block = hasBlock ? new BigInteger(words[words.length - 2]) : BigInteger.ZERO;
        long head = n + 1 + small(block);
        long least = n + 1 + small(total) + (hasPayload ? 2 : 0);
        if (small(block) > maxBlock) return tooLong(out, at);
        if (lineEnd > wire.length()) {
            out.truncated(at, head, least);
            return -1;
        }
        if (wire.charAt(lineEnd - 1) != '\n') {
            out.malformed(lineEnd - 1, at, head, least);
            return -1;
        }
        int blockEnd = lineEnd + (int) small(block);
        for (int i = lineEnd + 1; i <= Math.min(wire.length(), blockEnd); i++) {
            String begun = wire.substring(lineEnd, i);
            if (begun.matches("(?s)[^\r]*\r\n(?:[^\r]+\r\n){" + maxFields + "}[!-9;-~]")) return tooLong(out, at);
            if (!mayGetLength(begun, blockEnd - lineEnd)) {
                out.malformed(i - 1, at, head, least);
                return -1;
            }
        }
        for (int i = 0; hasPayload && i < 2; i++) {
            long end = at + least - 2 + i;
            if (end < wire.length() && wire.charAt((int) end) != "\r\n".charAt(i)) {
                out.malformed((int) end, at, head, least);
                return -1;
            }
        }
        if (at + least > wire.length()) {
            out.truncated(at, head, least);
            return -1;
        }
        out.frame(at, (int) (at + least), (int) head, hasPayload ? 2 : 0);
        return (int) (at + least);
    }

    private static int open(Reading out, int at, long least) {
        out.truncated(at, least, least);
        return -1;
    }

    private static int tooLong(Reading out, int at) {
        out.tooLong(at);
        return -1;
    }

    private static long small(BigInteger number) {
        return number.min(BigInteger.valueOf(Integer.MAX_VALUE)).longValue();
    }

    private static boolean sizesAreWrong(String line) {
        String[] words = line.strip().split("[ \t]+", -1);
        int most = words[0].equalsIgnoreCase("HPUB") ? 5 : words[0].equalsIgnoreCase("HMSG") ? 6 : 0;
        boolean all = line.endsWith("\r") || words.length == most && !line.equals(line.strip());
        if (most == 0 || !all || words.length < most - 1) return false;
        BigInteger block = new BigInteger(words[words.length - 2]);
        boolean none = small(block) < 12 || small(block) > 12 && small(block) < 16;
        return none || block.compareTo(new BigInteger(words[words.length - 1])) > 0;
    }

    /** Is there a block of that length that begins so? */
    private static boolean mayGetLength(String begun, int length) {
        return TRIED.computeIfAbsent(length + begun, k -> {
            for (String before : BEFORE) {
                for (String behind : BEHIND) {
                    int fill = length - begun.length() - before.length() - behind.length();
                    if (fill >= 0
                            && BLOCK.matcher(begun + before + "x".repeat(fill) + behind)
                                    .matches()) return true;
                }
            }
            return false;
        });
    }

    private static List<String> before() {
        List<String> all = new ArrayList<>();
        String start = "NATS/1.0 503 ";
        for (int from = 0; from <= start.length(); from++) {
            for (int to = Math.max(from, 8); to <= start.length(); to++) all.add(start.substring(from, to));
            if (from <= 8) all.add(start.substring(from, 8) + "\r\n");
        }
        all.addAll(List.of("\n", "\na:", "a:", "\r\na:"));
        return all;
    }
}
