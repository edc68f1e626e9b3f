package dev.framing.testkit;

import dev.framing.Frame;
import dev.framing.FrameHandler;
import dev.framing.Framer;
import dev.framing.FramingError;
import dev.framing.Leftover;
import dev.framing.Oversize;
import dev.framing.Part;
import dev.framing.RetainedFrame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The handler of a {@link Replay}: writes down what it is told, acts, and notes which of the engine's promises were broken. */
final class Recorder implements FrameHandler {
    /** Thrown by the handler where a replay says so. */
    static final class Fault extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Fault() {
            super("the handler's own", null, false, false);
        }
    }

    private record Held(@Nullable ByteBuf slice, @Nullable RetainedFrame frame, byte[] bytes, Event.Framed as) {}

    private final Replay replay;
    private final Transcriber heard = new Transcriber();
    private final List<Held> held = new ArrayList<>();
    private final List<String> broken = new ArrayList<>();
    private @Nullable Framer framer;
    private long given;
    private long errorAfter = -1;
    private int calls;
    private @Nullable Fault thrown;
    private boolean closed;

    Recorder(Replay replay) {
        this.replay = replay;
    }

    void of(Framer engine) {
        framer = engine;
    }

    /** Bytes up to here are given by the call that follows. */
    void gives(long upTo) {
        given = upTo;
    }

    Framer framer() {
        return Objects.requireNonNull(framer);
    }

    @Nullable
    Fault thrown() {
        return thrown;
    }

    /** The handler closed the engine. */
    boolean hasClosed() {
        return closed;
    }

    void broke(String promise) {
        if (broken.size() < 4) broken.add(promise);
    }

    List<String> broken() {
        return broken;
    }

    Transcript transcript() {
        return heard.transcript(errorAfter);
    }

    // ------------------------------------------------------------------------------------------------ told

    @Override
    public void onFrame(Frame f) {
        called();
        if (f.part() == Part.WHOLE) whole(f);
        else part(f);
        heard.onFrame(f);
        hold(f);
        if (!closed) act(f);
    }

    @Override
    public void onSkipped(long from, long bytes) {
        called();
        if (!(replay.oversize() instanceof Oversize.Skip)) broke("skipped under " + replay.oversize());
        if (bytes <= replay.maxFrameLength()) broke("skipped a frame of only " + bytes + " bytes");
        heard.onSkipped(from, bytes);
    }

    @Override
    public void onEnd() {
        called();
        if (heard.inParts()) broke("a clean end inside a frame in parts");
        heard.onEnd();
    }

    @Override
    public void onError(FramingError error) {
        called();
        errorAfter = given;
        heard.onError(error);
    }

    private void called() {
        if (thrown != null) broke("called after the handler threw");
        if (closed) broke("called after close()");
        if (framer().isPaused()) broke("called while paused");
        heard.last().filter(Event::endsTheStream).forEach(last -> broke("called after " + last));
        if (++calls == replay.throwingAt()) {
            thrown = new Fault();
            throw thrown;
        }
        if (calls == replay.closingAt()) {
            closed = true;
            framer().close();
        }
    }

    private void whole(Frame f) {
        long bytes = f.length();
        boolean nested = framer().openFrame() >= 0;
        if (bytes > replay.maxFrameLength()) broke("a frame of " + bytes + " bytes, whole");
        if (!nested && replay.oversize() instanceof Oversize.Parts p && bytes > p.from())
            broke("a frame of " + bytes + " bytes came whole, parts begin over " + p.from());
        if (!nested && heard.inParts()) broke("a whole frame while one in parts is open");
    }

    private void part(Frame f) {
        if (!(replay.oversize() instanceof Oversize.Parts p)) {
            broke(f + " under " + replay.oversize());
            return;
        }
        boolean first = f.part() == Part.FIRST;
        if (first == heard.inParts()) broke(f + " out of turn");
        if (!first && f.headLength() != 0) broke("a head in " + f);
        if (f.part() != Part.LAST && f.tailLength() != 0) broke("a tail in " + f);
        if (!first && f.position() != heard.position()) broke(f + " of the frame at " + heard.position());
        if (!first && f.length() < heard.length()) broke(f + " covers less than the part before it");
        if (f.part() != Part.LAST) return;
        long bytes = f.length();
        if (bytes <= p.from()) broke("a frame of " + bytes + " bytes came in parts, they begin over " + p.from());
        if (bytes > p.total()) broke("a frame of " + bytes + " bytes in parts, total is " + p.total());
    }

    // ------------------------------------------------------------------------------------------------ done

    private void hold(Frame f) {
        if (!replay.act().retains() && !replay.act().keeps()) return;
        Event.Framed as = new Event.Framed(
                f.position(), f.length(), Transcriber.headOf(f), f.bytes(), Transcriber.tailOf(f), List.of());
        ByteBuf slice = replay.act().retains() ? f.retain() : null;
        RetainedFrame kept = replay.act().keeps() ? f.keep() : null;
        held.add(new Held(slice, kept, f.bytes(), as));
    }

    /** Compares what the application holds with what it was when it came; releases it. */
    void letGo() {
        for (Held h : held) {
            if (h.slice != null) {
                if (!h.slice.equals(Unpooled.wrappedBuffer(h.bytes))) broke("a retained payload changed: " + h.as);
                h.slice.release();
            }
            RetainedFrame kept = h.frame;
            if (kept != null) {
                Event.Framed now = new Event.Framed(
                        kept.position(),
                        kept.length(),
                        ByteBufUtil.getBytes(kept.head()),
                        ByteBufUtil.getBytes(kept.payload()),
                        ByteBufUtil.getBytes(kept.tail()),
                        List.of());
                if (!now.equals(h.as)) broke("a kept frame changed: " + h.as + " into " + now);
                if (!Arrays.equals(kept.bytes(), h.bytes)) broke("bytes() of a kept frame: " + h.as);
                kept.close();
            }
        }
        held.clear();
    }

    private void act(Frame f) {
        Framer engine = framer();
        Act act = replay.act();
        if (act == Act.PAUSE_AND_RESUME) {
            engine.pause();
            if (!engine.isPaused()) broke("pause() did not");
            engine.resume();
        }
        if (act.switches()) switchIfAllowed(engine, f);
        if (act.pauses()) engine.pause();
    }

    private void switchIfAllowed(Framer engine, Frame f) {
        boolean open = engine.openFrame() >= 0;
        boolean ends = f.part() == Part.WHOLE || f.part() == Part.LAST;
        if (!open && !ends) broke("no frame is open in " + f);
        try {
            engine.switchTo(replay.decoders().get(), replay.maxFrameLength(), Leftover.KEEP);
            if (open) broke("switched while a frame is open: " + f);
        } catch (IllegalStateException e) {
            if (!open) broke("switch refused: " + e.getMessage());
        }
    }
}
