package dev.framing.netty;

import java.util.List;

/** What a reader of HTTP/1.1 made of a stream, whoever it was. */
record HttpHeard(List<Said> messages, End end, String why) {
    /** How it ended. */
    enum End {
        /** Between two messages. */
        CLEAN,
        /** HTTP ended, what follows is another protocol's. */
        LEFT,
        /** A message was refused. */
        BAD,
        /** The stream ended inside a message. */
        TRUNCATED
    }

    /** A whole message. Bytes as characters, a field as {@code name: value}. */
    record Said(List<String> startLine, List<String> fields, String content, List<String> trailers) {
        String method() {
            return startLine.get(0);
        }

        /** Of a response. */
        String status() {
            return startLine.get(1);
        }
    }

    /** The same messages, the same end. */
    boolean agrees(HttpHeard other) {
        return end == other.end && messages.equals(other.messages);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Said said : messages) text.append("\n    ").append(said);
        return text.append("\n    ")
                .append(end)
                .append(why.isEmpty() ? "" : ": " + why)
                .toString();
    }
}
