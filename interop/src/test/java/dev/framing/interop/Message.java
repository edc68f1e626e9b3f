package dev.framing.interop;

import dev.framing.Frame;
import dev.framing.Part;
import dev.framing.codec.Fields;
import dev.framing.codec.Headers;
import dev.framing.codec.Trailers;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A message of HTTP that was received, copied out of its frame or frames.
 *
 * @param start the start line
 * @param fields each as "Name: value"
 * @param trailers the same, of a chunked message
 */
record Message(String start, List<String> fields, byte[] body, List<String> trailers) {

    /** Of a response. */
    int status() {
        return Integer.parseInt(start.split(" ")[1]);
    }

    /** Of a request: method and target. */
    String asked() {
        return start.substring(0, start.lastIndexOf(' '));
    }

    /** The value of a field. */
    Optional<String> field(String name) {
        return fields.stream()
                .filter(f -> f.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ": "))
                .map(f -> f.substring(name.length() + 2))
                .findFirst();
    }

    @Override
    public String toString() {
        return start + " " + fields + " " + body.length + " bytes " + trailers;
    }

    /** Puts together what comes in parts. One for each stream. */
    static final class Joiner {
        private String start = "";
        private List<String> fields = List.of();
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private int parts;

        /** The message that this frame completes. */
        Optional<Message> add(Frame frame) {
            if (frame.part() == Part.WHOLE || frame.part() == Part.FIRST) {
                if (parts > 0) throw new IllegalStateException(frame + " inside " + start);
                Headers headers = frame.detail(Headers.class).get();
                start = headers.startLine().toString();
                fields = lines(headers);
            } else if (parts == 0) {
                throw new IllegalStateException(frame + " without a first part");
            }
            parts++;
            body.writeBytes(frame.bytes());
            if (frame.part() == Part.FIRST || frame.part() == Part.MIDDLE) return Optional.empty();
            List<String> trailers =
                    frame.detail(Trailers.class).map(Joiner::lines).getOrElse(List.of());
            Message message = new Message(start, fields, body.toByteArray(), trailers);
            body.reset();
            parts = 0;
            return Optional.of(message);
        }

        private static List<String> lines(Fields fields) {
            List<String> lines = new ArrayList<>();
            for (int i = 0; i < fields.count(); i++) lines.add(fields.name(i) + ": " + fields.value(i));
            return lines;
        }
    }
}
