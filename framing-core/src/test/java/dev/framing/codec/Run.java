package dev.framing.codec;

import dev.framing.Frame;
import dev.framing.FrameCodec;
import dev.framing.FrameHandler;
import dev.framing.Framer;
import dev.framing.FramingError;
import dev.framing.OutboundQueue;
import dev.framing.Oversize;
import dev.framing.Part;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One stream given to one engine in one way, and what came out of it, written down: frames (parts joined), skipped ones, the end. */
final class Run {
    /** How bytes are given to an engine. */
    enum Feed {
        OFFER,
        LEND,
        ROOM,
        /** Offered, and paused at every frame and part. */
        PAUSE
    }

    /** "F position length head tail payload", "S position length"; last "END", "L position length limit", "M position" or "T position have need". */
    final List<String> events = new ArrayList<>();
    /** What the error says, hints included. */
    String message = "";
    /** Payload of a frame that began in parts and did not end. */
    String unfinished = "";

    private @Nullable ByteArrayOutputStream parts;
    private int partsHead;

    private Run() {}

    /** {@code stream}, cut before each of {@code cuts}, and its end. */
    static Run of(FrameCodec codec, Oversize oversize, Feed feed, byte[] stream, int... cuts) {
        return new Run().feed(codec, oversize, feed, stream, true, cuts);
    }

    /** The same without its end. */
    static Run open(FrameCodec codec, Oversize oversize, byte[] stream) {
        return new Run().feed(codec, oversize, Feed.OFFER, stream, false);
    }

    private Run feed(FrameCodec codec, Oversize oversize, Feed feed, byte[] stream, boolean end, int... cuts) {
        UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
        Framer[] engine = new Framer[1];
        boolean pausing = feed == Feed.PAUSE;
        try (Framer framer =
                Framer.builder(codec).oversize(oversize).allocator(allocator).build(handler(engine, pausing))) {
            engine[0] = framer;
            int at = 0;
            for (int i = 0; i <= cuts.length && framer.error().isEmpty(); i++) {
                int to = i == cuts.length ? stream.length : cuts[i];
                give(framer, feed, stream, at, to);
                at = to;
                while (pausing && i % 2 == 0 && framer.isPaused()) framer.resume();
            }
            while (framer.isPaused()) framer.resume();
            if (end && framer.error().isEmpty()) framer.end();
            while (framer.isPaused()) framer.resume();
        }
        long held = allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory();
        if (held != 0) throw new AssertionError(held + " bytes were not released");
        unfinished = parts == null ? "" : HexFormat.of().formatHex(parts.toByteArray());
        return this;
    }

    private static void give(Framer framer, Feed feed, byte[] stream, int from, int to) {
        ByteBuf chunk = Unpooled.buffer(to - from + 8)
                .writeZero(3)
                .writeBytes(stream, from, to - from)
                .readerIndex(3);
        switch (feed) {
            case OFFER, PAUSE -> framer.offer(chunk);
            case LEND -> framer.lend(chunk);
            case ROOM -> {
                while (chunk.isReadable() && framer.error().isEmpty()) {
                    ByteBuf room = framer.room(32);
                    room.writeBytes(chunk, Math.min(room.writableBytes(), chunk.readableBytes()));
                    framer.received();
                }
            }
        }
    }

    private FrameHandler handler(Framer[] engine, boolean pausing) {
        return new FrameHandler() {
            @Override
            public void onFrame(Frame frame) {
                if (pausing) engine[0].pause();
                Part part = frame.part();
                if (part == Part.WHOLE || part == Part.FIRST) {
                    if (parts != null) throw new AssertionError("a frame begins in another");
                    parts = new ByteArrayOutputStream();
                    partsHead = frame.headLength();
                } else if (parts == null || frame.headLength() != 0) {
                    throw new AssertionError("a part of no frame, or with a head: " + frame);
                }
                parts.writeBytes(frame.bytes());
                if (part == Part.FIRST || part == Part.MIDDLE) return;
                events.add("F " + frame.position() + " " + frame.length() + " " + partsHead + " " + frame.tailLength()
                        + " " + HexFormat.of().formatHex(parts.toByteArray()));
                parts = null;
            }

            @Override
            public void onSkipped(long position, long length) {
                events.add("S " + position + " " + length);
            }

            @Override
            public void onEnd() {
                events.add("END");
            }

            @Override
            public void onError(FramingError error) {
                message = error.message();
                if (error instanceof FramingError.FrameTooLong e)
                    events.add("L " + e.position() + " " + e.frameLength() + " " + e.limit());
                else if (error instanceof FramingError.Malformed e) events.add("M " + e.position());
                else if (error instanceof FramingError.Truncated e)
                    events.add("T " + e.position() + " " + e.have() + " " + e.need());
                else events.add(error.toString());
            }
        };
    }

    /** What must not depend on how the stream was cut. Of a frame that proved too long it is free how much was told. */
    String result() {
        return events + " " + message + (message.contains("too long") ? "" : " " + unfinished);
    }

    /** Every cut before each byte, for one byte at a time. */
    static int[] everyByte(int length) {
        int[] cuts = new int[Math.max(0, length - 1)];
        Arrays.setAll(cuts, i -> i + 1);
        return cuts;
    }

    // ------------------------------------------------------------------------------------------------ the way out

    /** One frame as the codec's encoder writes it. */
    static byte[] encode(FrameCodec codec, byte[] head, byte[] payload) {
        try (OutboundQueue queue = OutboundQueue.of(codec)) {
            queue.frame(Unpooled.wrappedBuffer(head), Unpooled.wrappedBuffer(payload));
            return written(queue);
        }
    }

    /** What a queue holds. */
    static byte[] written(OutboundQueue queue) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (ByteBuf bytes = queue.poll(); bytes != null; bytes = queue.poll()) {
            byte[] some = new byte[bytes.readableBytes()];
            bytes.readBytes(some);
            all.writeBytes(some);
            bytes.release();
        }
        return all.toByteArray();
    }

    /** Bytes from hex, spaces allowed. */
    static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits.replace(" ", ""));
    }

    static byte[] ascii(String text) {
        return text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    }
}
