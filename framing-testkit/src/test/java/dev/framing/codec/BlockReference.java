package dev.framing.codec;

import static dev.framing.codec.HeaderTold.text;

import dev.framing.testkit.Reading;
import dev.framing.testkit.Reference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Messages with a header block, slowly: a regular expression is asked about every prefix of a block. When none can follow any more, the
 * prefix's last byte is malformed.
 *
 * @param block a whole header block; group "length" is the body's
 * @param empty an empty line between two messages, or null: there are none
 * @param pings two of them are a frame
 * @param nul a NUL ends the body, where it has no length the first one
 */
record BlockReference(Pattern block, Pattern empty, boolean pings, boolean nul) implements Reference {

    @Override
    public void read(byte[] stream, boolean ended, Reading out) {
        String wire = text(stream);
        boolean afterEmpty = false;
        for (int at = 0; at < wire.length(); ) {
            Matcher line = empty == null ? null : empty.matcher(wire).region(at, wire.length());
            if (line != null && line.lookingAt()) {
                if (pings && afterEmpty) out.frame(at, line.end(), 0, line.end() - at);
                afterEmpty = !(pings && afterEmpty);
                at = line.end();
                continue;
            }
            if (line != null && wire.charAt(at) == '\r') {
                if (at + 1 < wire.length()) out.malformed(at + 1, at);
                else out.truncated(at);
                return;
            }
            afterEmpty = false;
            at = message(wire, at, out);
            if (at < 0) return;
        }
    }

    /** Behind the message, or -1. */
    private int message(String wire, int start, Reading out) {
        for (int i = start + 1; i <= wire.length(); i++) {
            Matcher whole = block.matcher(wire.substring(start, i));
            if (whole.matches()) return body(wire, start, i, whole.group("length"), out);
            if (!whole.hitEnd()) {
                out.malformed(i - 1, start);
                return -1;
            }
        }
        out.truncated(start);
        return -1;
    }

    private int body(String wire, int start, int end, String digits, Reading out) {
        long length = digits == null ? 0 : digits.length() > 17 ? Long.MAX_VALUE / 4 : Long.parseLong(digits);
        long bodyEnd = end + length;
        if (nul && digits == null) {
            int found = wire.indexOf('\0', end);
            bodyEnd = found < 0 ? Long.MAX_VALUE / 4 : found;
        }
        long next = bodyEnd + (nul ? 1 : 0);
        if (nul && bodyEnd < wire.length() && wire.charAt((int) bodyEnd) != 0) {
            out.malformed((int) bodyEnd, start);
            return -1;
        }
        if (next > wire.length()) {
            out.truncated(start);
            return -1;
        }
        out.frame(start, (int) next, end - start, nul ? 1 : 0);
        return (int) next;
    }
}
