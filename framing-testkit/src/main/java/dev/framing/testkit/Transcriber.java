package dev.framing.testkit;

import dev.framing.Frame;
import dev.framing.FrameHandler;
import dev.framing.FramingError;
import dev.framing.Part;
import io.netty.buffer.ByteBufUtil;
import io.vavr.control.Option;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A handler that writes down what it is told, on whichever transport, and joins the parts of a frame: what a {@link Replay} of the same
 * bytes is compared with. For one thread at a time, as handlers are.
 */
public final class Transcriber implements FrameHandler {
    private final List<Event> events = new ArrayList<>();

    // the frame in parts that is open
    private @Nullable ByteArrayOutputStream payload;
    private byte[] head = {};
    private long position;
    private long length;
    private final List<String> details = new ArrayList<>();

    /** What was told so far. */
    public Transcript transcript() {
        return transcript(-1);
    }

    Transcript transcript(long errorAfter) {
        return new Transcript(events, payload == null ? new byte[0] : payload.toByteArray(), errorAfter);
    }

    /** What was told last. */
    public Option<Event> last() {
        return events.isEmpty() ? Option.none() : Option.some(events.get(events.size() - 1));
    }

    /** A frame in parts is open. */
    boolean inParts() {
        return payload != null;
    }

    long position() {
        return position;
    }

    long length() {
        return length;
    }

    @Override
    public void onFrame(Frame f) {
        List<String> with =
                f.detail(Object.class).map(Transcriber::describe).map(List::of).getOrElse(List.of());
        if (f.part() == Part.WHOLE) {
            events.add(new Event.Framed(f.position(), f.length(), headOf(f), f.bytes(), tailOf(f), with));
            return;
        }
        ByteArrayOutputStream joined = payload;
        if (f.part() == Part.FIRST || joined == null) {
            payload = joined = new ByteArrayOutputStream();
            head = headOf(f);
            position = f.position();
            details.clear();
        }
        length = f.length();
        joined.writeBytes(f.bytes());
        details.addAll(with);
        if (f.part() != Part.LAST) return;
        events.add(new Event.Framed(position, length, head, joined.toByteArray(), tailOf(f), List.copyOf(details)));
        payload = null;
    }

    @Override
    public void onSkipped(long from, long bytes) {
        events.add(new Event.Skipped(from, bytes));
    }

    @Override
    public void onEnd() {
        events.add(new Event.Ended());
    }

    @Override
    public void onError(FramingError error) {
        events.add(new Event.Failed(error));
    }

    static byte[] headOf(Frame f) {
        return ByteBufUtil.getBytes(f.buffer(), f.payloadIndex() - f.headLength(), f.headLength(), true);
    }

    static byte[] tailOf(Frame f) {
        return ByteBufUtil.getBytes(f.buffer(), f.payloadIndex() + f.payloadLength(), f.tailLength(), true);
    }

    /** A detail as text. One that prints its identity only is known by its class. */
    private static String describe(Object detail) {
        String text = String.valueOf(detail);
        String name = detail.getClass().getName();
        return text.startsWith(name + '@') ? name : text;
    }
}
