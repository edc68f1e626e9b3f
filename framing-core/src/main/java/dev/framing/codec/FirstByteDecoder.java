package dev.framing.codec;

import dev.framing.FrameDecoder;
import dev.framing.FrameSink;
import dev.framing.scan.Examined;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Gives each frame to the decoder of its format. What that tells goes through here: once a frame, or what is dropped between two, is
 * whole, the answer to it is false, so that it returns and the next byte is looked at.
 *
 * <pre>
 *   between   byte read        inside
 *   inside    frame, end, drop of the outermost; pending that leaves an exact rest to the engine      between
 * </pre>
 */
final class FirstByteDecoder implements FrameDecoder, FrameSink {
    private final FrameDecoder[] decoders;
    private final byte[] choices;

    private @Nullable FrameSink out;
    /** The one asked last. */
    private FrameDecoder chosen;
    /** A frame of {@link #chosen} has begun, or may have. */
    private boolean inside;
    /** Frames begun and not ended; the outermost first. */
    private int open;
    /** The engine took bytes of the frame, which goes on. */
    private boolean taken;
    /** Behind what was told last. */
    private int next;
    /** The last answer. */
    private boolean goOn;
    /** The decoder is asked about no byte: whether its stream ends here. */
    private boolean asking;

    private boolean finished;

    FirstByteDecoder(FirstByte codec) {
        decoders = codec.codecs().map(c -> c.newDecoder()).toJavaArray(FrameDecoder[]::new);
        choices = codec.choices();
        chosen = decoders[0];
    }

    @Override
    public boolean announced() {
        return chosen.announced();
    }

    @Override
    public @Nullable String hint(ByteBuf in, int index, int head) {
        return chosen.hint(in, index, head);
    }

    @Override
    public void decode(ByteBuf in, int index, int end, FrameSink sink) {
        out = sink;
        int at = index;
        do {
            if (!inside && !choose(in, at, end, sink)) return;
            next = at;
            goOn = true;
            chosen.decode(in, at, end, this);
            at = next;
        } while (!inside && goOn);
    }

    /** False: there is no next frame. */
    private boolean choose(ByteBuf in, int at, int end, FrameSink sink) {
        asking = true;
        finished = false;
        chosen.decode(in, at, at, this); // it may let go of what it needed, or its stream may end
        asking = false;
        if (finished || at == end) return false;
        int choice = choices[in.getUnsignedByte(at)];
        if (Examined.ON) Examined.add(1);
        if (choice < 0) {
            sink.pending(at, 1, 0, 1, -1);
            sink.malformed(at, "no frame begins with this byte");
            return false;
        }
        chosen = decoders[choice];
        inside = true;
        return true;
    }

    @Override
    public void end(ByteBuf in, int index, int end, FrameSink sink) {
        out = sink;
        next = index;
        if (inside) chosen.end(in, index, end, this);
    }

    private FrameSink out() {
        if (out == null) throw new IllegalStateException("not decoding");
        return out;
    }

    /** The frame ends with what is told now: as a decoder's own state, before it is told. */
    private void isWhole() {
        inside = taken = false;
    }

    private boolean told(int index, int length, boolean answer) {
        next = index + length;
        goOn = answer;
        return inside && answer;
    }

    @Override
    public boolean frame(int index, int head, int payload, int tail) {
        if (open == 0) isWhole();
        return told(index, head + payload + tail, out().frame(index, head, payload, tail));
    }

    @Override
    public boolean begin(int index, int head) {
        open++;
        return told(index, head, out().begin(index, head));
    }

    @Override
    public boolean piece(int index, int length) {
        return told(index, length, out().piece(index, length));
    }

    @Override
    public @Nullable ByteBuf transform(int index, int length) {
        ByteBuf room = out().transform(index, length);
        told(index, length, room != null);
        return room;
    }

    @Override
    public boolean drop(int index, int length) {
        if (open == 0 && !taken) isWhole();
        return told(index, length, out().drop(index, length));
    }

    @Override
    public boolean end(int index, int tail) {
        if (--open == 0) isWhole();
        return told(index, tail, out().end(index, tail));
    }

    @Override
    public int pending(int index, int head, int certain, long least, int tail) {
        if (asking) return 0;
        int bytes = out().pending(index, head, certain, least, tail);
        goOn = false; // no more can be told now
        if (bytes <= 0 || open > 0) return bytes;
        taken = true;
        if (tail >= 0) isWhole(); // the engine moves the rest of it
        return bytes;
    }

    @Override
    public boolean malformed(int index, String reason) {
        goOn = false;
        return out().malformed(index, reason);
    }

    @Override
    public boolean tooLong(long limit, String unit) {
        goOn = false;
        return out().tooLong(limit, unit);
    }

    @Override
    public void detail(Object detail) {
        if (!asking) out().detail(detail);
    }

    @Override
    public void finish() {
        finished = true;
        goOn = false;
        out().finish();
    }
}
