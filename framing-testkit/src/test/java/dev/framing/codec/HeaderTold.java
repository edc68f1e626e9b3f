package dev.framing.codec;

import dev.framing.FrameCodec;
import dev.framing.FramingError;
import dev.framing.Oversize;
import dev.framing.testkit.Event;
import dev.framing.testkit.Replay;
import dev.framing.testkit.Transcript;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Transcripts of header blocks as {@link HeaderReference} writes them: their fields, and bodies as text. */
final class HeaderTold {
    private HeaderTold() {}

    static List<String> of(FrameCodec codec, Oversize oversize, byte[] stream) {
        return events(Replay.of(codec).oversize(oversize).run(stream));
    }

    static List<String> events(Transcript told) {
        List<String> events = new ArrayList<>();
        for (Event event : told.events()) {
            if (event instanceof Event.Framed f)
                events.add("frame " + f.position() + " head " + f.head().length + " " + fields(f.details()) + " length "
                        + f.length() + " body " + text(f.payload()));
            else if (event instanceof Event.Skipped s) events.add("skipped " + s.position() + " length " + s.length());
            else events.add(event instanceof Event.Failed f ? describe(f.error()) : "end");
        }
        return events;
    }

    /** Once with each frame, in parts or not. */
    private static List<String> fields(List<String> details) {
        if (details.size() != 1) return List.of("not one detail: " + details);
        List<String> fields = new ArrayList<>();
        for (String line : details.get(0).split("\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0) fields.add(line.substring(0, colon) + "=" + line.substring(colon + 2));
        }
        return fields;
    }

    private static String describe(FramingError error) {
        if (error instanceof FramingError.Malformed m) return "malformed " + m.position();
        if (error instanceof FramingError.FrameTooLong l)
            return "too long " + l.position() + " length " + l.frameLength() + " limit " + l.limit() + " " + l.unit();
        if (error instanceof FramingError.Truncated t)
            return "truncated " + t.position() + " have " + t.have() + " need " + t.need();
        return error.toString();
    }

    static String text(byte[] wire) {
        return new String(wire, StandardCharsets.ISO_8859_1);
    }
}
