package dev.framing.codec;

import dev.framing.codec.HttpMessageReader.Malformed;
import dev.framing.codec.HttpMessageReader.Short;
import dev.framing.codec.HttpMessageReader.TooLong;
import dev.framing.testkit.Reading;
import dev.framing.testkit.Reference;
import io.vavr.control.Option;
import java.util.ArrayList;
import java.util.List;

/**
 * HTTP/1.1 by other means, slowly: a whole stream is read by recursive descent, one message after the other, nothing kept between two
 * calls ({@link HttpMessageReader}). The mistakes of a message come first, in the order of its bytes; then its limits are asked about the
 * bytes before the first mistake.
 *
 * <p>Where the RFCs leave the byte, or the answer, to the reader:
 * <ul>
 *   <li>A request target is any number of VCHAR, at least one: not obs-text, and no grammar of URIs (RFC 9112 3.2).
 *   <li>A status code is 100 to 599, its first digit decides (RFC 9110 15 calls others invalid; a client SHOULD take them for 5xx).
 *   <li>A reason phrase is any of HTAB, SP, VCHAR, obs-text, blanks at its ends included, whatever is allowed in values (RFC 9112 4).
 *   <li>No empty line stands before a response, whatever is allowed (RFC 9112 2.2 speaks of requests).
 *   <li>Where a response has no body whatever its fields say (RFC 9112 6.3 items 1 and 2), they must still be right, but their numbers
 *       pass no limit. A CONNECT request has the body that its fields announce (RFC 9112 6: framing is independent of the method).
 *   <li>A loose status line may end behind its code; its reason begins behind one blank, also there.
 *   <li>Other transfer codings, where they are allowed, are tokens without parameters.
 *   <li>Behind the message that ends the connection one CR LF may stand, whatever is allowed.
 *   <li>1xx ends no connection, whatever it says: a final response follows (RFC 9110 15.2).
 * </ul>
 */
final class HttpReference implements Reference {
    /** One message. Fields as {@code name: value}; the start line's parts as they stand there. */
    record Message(
            int position,
            int length,
            int head,
            byte[] payload,
            int tail,
            List<String> startLine,
            List<String> fields,
            Option<List<String>> trailers) {
        @Override
        public String toString() {
            return "message at " + position + " of " + length + ": head " + head + ", payload "
                    + HeaderTold.text(payload).length() + " \"" + HeaderTold.text(payload) + "\", tail " + tail + ", "
                    + startLine + " " + fields
                    + trailers.map(t -> ", trailers " + t).getOrElse("");
        }
    }

    enum Kind {
        /** The stream ends between two messages. */
        CLEAN,
        /** HTTP ended with the last message, {@code position} is the first byte behind it. */
        FINISHED,
        MALFORMED,
        TOO_LONG,
        TRUNCATED
    }

    /** How a stream ends: at which byte, in the message that starts at {@code start}, which has {@code least} bytes or more. */
    record Verdict(Kind kind, int position, int start, long leastHead, long least) {
        /** What does not depend on the reader: the lengths do not count. */
        @Override
        public String toString() {
            return switch (kind) {
                case CLEAN -> "end";
                case FINISHED -> "left at " + position;
                case MALFORMED -> "malformed at " + position;
                case TOO_LONG -> "too long at " + start;
                case TRUNCATED -> "truncated at " + start;
            };
        }
    }

    record Told(List<Message> messages, Verdict verdict) {}

    private final boolean requests;
    private final HttpRules rules;
    private final List<String> asked;
    private final boolean always;

    private HttpReference(boolean requests, HttpRules rules, List<String> asked, boolean always) {
        this.requests = requests;
        this.rules = rules;
        this.asked = asked;
        this.always = always;
    }

    static HttpReference requests(HttpRules rules) {
        return new HttpReference(true, rules, List.of(), true);
    }

    /** Every response answers this method. */
    static HttpReference responses(HttpRules rules, String to) {
        return new HttpReference(false, rules, List.of(to), true);
    }

    /** The responses answer these, one after the other. */
    static HttpReference responses(HttpRules rules, List<String> asked) {
        return new HttpReference(false, rules, asked, false);
    }

    boolean requests() {
        return requests;
    }

    HttpRules rules() {
        return rules;
    }

    @Override
    public void read(byte[] stream, boolean ended, Reading out) {
        Told told = tell(stream, ended);
        for (Message m : told.messages) out.frame(m.position, m.length, m.head, m.tail, m.payload);
        Verdict v = told.verdict;
        switch (v.kind) {
            case CLEAN -> {}
            case FINISHED -> out.finished(v.position);
            case MALFORMED -> out.malformed(v.position, v.start, v.leastHead, v.least);
            case TOO_LONG -> out.tooLong(v.start);
            case TRUNCATED -> out.truncated(v.start, v.leastHead, v.least);
        }
    }

    /** Says what {@code stream} is. {@code ended}: no byte will follow. {@link HttpRules#max} is left to whoever asks. */
    Told tell(byte[] stream, boolean ended) {
        List<Message> messages = new ArrayList<>();
        int at = 0;
        int answered = 0;
        boolean closed = false;
        for (; ; ) {
            String method = always ? String.join("", asked) : answered < asked.size() ? asked.get(answered) : null;
            HttpMessageReader read = new HttpMessageReader(this, stream, at, stream.length, ended, method, closed);
            try {
                if (read.nothingMore()) return new Told(messages, new Verdict(Kind.CLEAN, stream.length, at, -1, -1));
                messages.add(read.message());
            } catch (Short e) {
                return new Told(messages, new Verdict(Kind.TRUNCATED, stream.length, at, e.leastHead, e.least));
            } catch (TooLong e) {
                return new Told(messages, new Verdict(Kind.TOO_LONG, at, at, -1, -1));
            } catch (Malformed e) {
                return new Told(messages, malformed(stream, at, e.position, method, closed));
            }
            at = read.at;
            if (!read.interim) answered++;
            closed = read.closes;
            if (read.finishes) return new Told(messages, new Verdict(Kind.FINISHED, at, at, -1, -1));
        }
    }

    /** As if the bytes ended before the one that shows the mistake: then they may have been too many. */
    private Verdict malformed(byte[] stream, int start, int position, String method, boolean closed) {
        HttpMessageReader before = new HttpMessageReader(this, stream, start, position, false, method, closed);
        try {
            if (before.nothingMore()) return new Verdict(Kind.MALFORMED, position, start, 0, (long) position - start);
            before.message();
            throw new AssertionError("a message ends at " + position + ", and that byte is malformed");
        } catch (Short e) {
            return new Verdict(Kind.MALFORMED, position, start, e.leastHead, e.least);
        } catch (TooLong e) {
            return new Verdict(Kind.TOO_LONG, start, start, -1, -1);
        }
    }
}
