package dev.framing.codec;

import dev.framing.FrameEncoder;
import dev.framing.FrameWriter;
import io.netty.buffer.ByteBuf;

/** Writes length-prefixed frames, whole or in pieces of a length that is known. */
final class LengthEncoder implements FrameEncoder {
    private final LengthLayout layout;
    /** Payload bytes still to come of the frame begun; -1: none is. */
    private long left = -1;

    LengthEncoder(LengthLayout layout) {
        this.layout = layout;
    }

    @Override
    public void encode(ByteBuf head, ByteBuf payload, FrameWriter out) {
        checkBegun(false);
        int length = payload.readableBytes();
        writeHead(head, length, out);
        if (length > 0) out.write(payload, payload.readerIndex(), length);
        writeTrailer(out);
    }

    @Override
    public void begin(ByteBuf head, long length, FrameWriter out) {
        checkBegun(false);
        Refusal.ofBegin(length);
        writeHead(head, length, out);
        left = length;
    }

    @Override
    public void piece(ByteBuf payload, FrameWriter out) {
        checkBegun(true);
        int length = payload.readableBytes();
        if (length > left)
            throw new IllegalStateException("a piece of " + length + " bytes, the frame begun has " + left + " left");
        if (length > 0) out.write(payload, payload.readerIndex(), length);
        left -= length;
    }

    @Override
    public void end(FrameWriter out) {
        checkBegun(true);
        if (left > 0) throw new IllegalStateException("the frame begun lacks " + left + " bytes of payload");
        writeTrailer(out);
        left = -1;
    }

    private void checkBegun(boolean wanted) {
        if (left >= 0 != wanted)
            throw new IllegalStateException(wanted ? "no frame was begun" : "the frame begun lacks its end");
    }

    private void writeHead(ByteBuf given, long payload, FrameWriter out) {
        LengthField field = layout.field();
        int bytes = given.readableBytes();
        int underived = layout.head(0);
        int givenWidth = bytes - underived;
        if (bytes != 0 && givenWidth != 0 && (givenWidth < field.minWidth() || givenWidth > field.maxWidth()))
            throw new IllegalArgumentException(
                    "a head of " + bytes + " bytes: give none, the " + underived + " without the length, or all");
        long number = number(payload);
        ByteBuf room = out.room(layout.head(field.widthOf(number)));
        int from = given.readerIndex();
        if (bytes == 0) room.writeZero(layout.offset());
        else room.writeBytes(given, from, layout.offset());
        if (bytes > underived && field instanceof BinaryField binary && binary.masked()) {
            int at = room.writerIndex();
            room.writeBytes(given, from + layout.offset(), givenWidth); // for the bits beside the mask
            binary.set(room, at, number);
        } else {
            field.write(room, number);
        }
        if (bytes == 0) room.writeZero(layout.after());
        else room.writeBytes(given, from + bytes - layout.after(), layout.after());
    }

    /** What stands in the length field before {@code payload} bytes of payload. */
    private long number(long payload) {
        LengthField field = layout.field();
        if (payload > layout.max()) throw overLimit(payload, payload);
        long number = layout.value(payload);
        if (number < 0 || number > field.maxValue())
            throw new IllegalArgumentException("a payload of " + payload + " bytes needs the length " + number
                    + ", it goes from 0 to " + field.maxValue());
        long total = layout.total(number, field.widthOf(number));
        if (total > layout.max()) throw overLimit(payload, total);
        return number;
    }

    private IllegalArgumentException overLimit(long payload, long total) {
        return new IllegalArgumentException(
                "a payload of " + payload + " bytes makes a frame of at least " + total + ", limit " + layout.max());
    }

    private void writeTrailer(FrameWriter out) {
        if (layout.trailer() == 0) return;
        ByteBuf room = out.room(layout.trailer());
        byte[] mark = layout.mark();
        if (mark == null) room.writeZero(layout.trailer());
        else room.writeBytes(mark);
    }
}
