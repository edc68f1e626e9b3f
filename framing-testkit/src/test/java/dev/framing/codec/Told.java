package dev.framing.codec;

import dev.framing.FrameCodec;
import dev.framing.FramingError;
import dev.framing.Oversize;
import dev.framing.testkit.Event;
import dev.framing.testkit.Replay;
import dev.framing.testkit.Transcript;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Transcripts in short, for tables of what must come of a stream.
 * <pre>
 *   F position length head tail payload     L position length limit
 *   S position length                       M position
 *   END                                     T position have need
 * </pre>
 */
final class Told {
    private Told() {}

    /** Of a stream in one read, and its end. */
    static List<String> of(FrameCodec codec, Oversize oversize, byte[] stream) {
        return events(Replay.of(codec).oversize(oversize).run(stream));
    }

    /** Of a stream that has not ended. */
    static List<String> open(FrameCodec codec, Oversize oversize, byte[] stream) {
        return events(Replay.of(codec).oversize(oversize).withoutEnd().run(stream));
    }

    /** What the error says, hints included; empty: there is none. */
    static String message(FrameCodec codec, byte[] stream) {
        return Replay.of(codec).run(stream).error().map(FramingError::message).getOrElse("");
    }

    static List<String> events(Transcript told) {
        List<String> events = new ArrayList<>();
        for (Event event : told.events()) events.add(text(event));
        return events;
    }

    private static String text(Event event) {
        if (event instanceof Event.Framed f)
            return "F " + f.position() + " " + f.length() + " " + f.head().length + " " + f.tail().length + " "
                    + HexFormat.of().formatHex(f.payload());
        if (event instanceof Event.Skipped s) return "S " + s.position() + " " + s.length();
        return event instanceof Event.Failed f ? text(f.error()) : "END";
    }

    private static String text(FramingError error) {
        if (error instanceof FramingError.FrameTooLong e)
            return "L " + e.position() + " " + e.frameLength() + " " + e.limit();
        if (error instanceof FramingError.Malformed e) return "M " + e.position();
        if (error instanceof FramingError.Truncated e) return "T " + e.position() + " " + e.have() + " " + e.need();
        return error.toString();
    }
}
