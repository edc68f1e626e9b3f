package dev.framing.codec;

import dev.framing.FrameEncoder;
import dev.framing.FrameWriter;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Gives each frame to the encoder of the format that its head begins with. */
final class FirstByteEncoder implements FrameEncoder {
    private final FrameEncoder[] encoders;
    private final byte[] choices;
    /** Of the frame begun. */
    private @Nullable FrameEncoder begun;

    FirstByteEncoder(FirstByte codec) {
        encoders = codec.codecs().map(c -> c.newEncoder()).toJavaArray(FrameEncoder[]::new);
        choices = codec.choices();
    }

    @Override
    public void encode(ByteBuf head, ByteBuf payload, FrameWriter out) {
        if (begun != null) throw new IllegalStateException("the frame begun has not ended");
        of(head).encode(head, payload, out);
    }

    @Override
    public void begin(ByteBuf head, long length, FrameWriter out) {
        if (begun != null) throw new IllegalStateException("the frame begun has not ended");
        FrameEncoder encoder = of(head);
        encoder.begin(head, length, out);
        begun = encoder;
    }

    @Override
    public void piece(ByteBuf payload, FrameWriter out) {
        open().piece(payload, out);
    }

    @Override
    public void end(FrameWriter out) {
        open().end(out);
        begun = null;
    }

    @Override
    public void end(ByteBuf tail, FrameWriter out) {
        open().end(tail, out);
        begun = null;
    }

    private FrameEncoder of(ByteBuf head) {
        if (!head.isReadable())
            throw new IllegalArgumentException(
                    "no head: its first byte says which format is written; for one format only, see Directions");
        byte first = head.getByte(head.readerIndex());
        int choice = choices[first & 0xFF];
        if (choice < 0) throw new IllegalArgumentException("no frame begins with " + TextForm.quoted(first));
        return encoders[choice];
    }

    private FrameEncoder open() {
        FrameEncoder encoder = begun;
        if (encoder == null) throw new IllegalStateException("no frame was begun");
        return encoder;
    }
}
