package dev.framing.codec;

import dev.framing.Frame;
import dev.framing.FrameCodec;
import dev.framing.FrameHandler;
import dev.framing.Framer;
import dev.framing.FramingError;
import dev.framing.Oversize;
import dev.framing.Part;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Gives one stream to an engine in every way it can be cut, and writes down what comes out, one line for each event. */
final class HeaderRuns {
    enum Way {
        OFFER,
        LEND,
        ROOM
    }

    /** Where a stream is cut and how it goes in. */
    record Feed(Way way, boolean pause, int... cuts) {}

    private final FrameCodec codec;
    private final Oversize oversize;

    HeaderRuns(FrameCodec codec, Oversize oversize) {
        this.codec = codec;
        this.oversize = oversize;
    }

    static byte[] bytes(String wire) {
        return wire.getBytes(StandardCharsets.ISO_8859_1);
    }

    static String text(byte[] wire) {
        return new String(wire, StandardCharsets.ISO_8859_1);
    }

    /** Every cut in two, and into single bytes, each way, with and without a pause at every frame and part. */
    static List<Feed> feeds(int length) {
        int[] single = new int[Math.max(0, length - 1)];
        for (int i = 0; i < single.length; i++) single[i] = i + 1;
        List<Feed> feeds = new ArrayList<>();
        for (Way way : Way.values()) {
            for (boolean pause : new boolean[] {false, true}) {
                feeds.add(new Feed(way, pause));
                feeds.add(new Feed(way, pause, single));
                for (int cut = 1; cut < length; cut++) feeds.add(new Feed(way, pause, cut));
            }
        }
        return feeds;
    }

    List<String> whole(byte[] stream) {
        return run(stream, new Feed(Way.OFFER, false));
    }

    List<String> run(byte[] stream, Feed feed) {
        UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
        Log log = new Log(feed.pause());
        try (Framer framer =
                Framer.builder(codec).oversize(oversize).allocator(allocator).build(log)) {
            log.framer = framer;
            int from = 0;
            for (int i = 0; i <= feed.cuts().length; i++) {
                int to = i < feed.cuts().length ? feed.cuts()[i] : stream.length;
                give(framer, stream, from, to, feed.way());
                from = to;
                log.goOn();
            }
            if (!framer.isOver()) framer.end();
            log.goOn();
        }
        long left = allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory();
        if (left != 0) log.events.add("not released: " + left);
        return log.events;
    }

    private static void give(Framer framer, byte[] stream, int from, int to, Way way) {
        if (framer.isOver()) return;
        if (way == Way.ROOM) {
            for (int at = from; at < to; ) {
                ByteBuf room = framer.room(32);
                int n = Math.min(room.writableBytes(), to - at);
                room.writeBytes(stream, at, n);
                framer.received();
                if (framer.isOver()) return;
                at += n;
            }
            return;
        }
        ByteBuf bytes = Unpooled.buffer(to - from + 5);
        bytes.writeZero(3).readerIndex(3).writeBytes(stream, from, to - from);
        if (way == Way.OFFER) {
            framer.offer(bytes);
        } else {
            framer.lend(bytes);
            bytes.setZero(0, bytes.capacity()).release();
        }
    }

    /** A frame in parts is written down as the one frame it is. */
    private static final class Log implements FrameHandler {
        final List<String> events = new ArrayList<>();
        private final boolean pause;
        private final ByteArrayOutputStream payload = new ByteArrayOutputStream();
        private String first = "";
        Framer framer;

        Log(boolean pause) {
            this.pause = pause;
        }

        void goOn() {
            while (framer.isPaused()) framer.resume();
        }

        @Override
        public void onFrame(Frame frame) {
            Part part = frame.part();
            if (part == Part.WHOLE || part == Part.FIRST) {
                payload.reset();
                first = "frame " + frame.position() + " head " + frame.headLength() + " " + fields(frame);
            } else if (frame.detail(Headers.class).isDefined()) {
                events.add("fields in part " + part);
            }
            payload.writeBytes(frame.bytes());
            if (part == Part.WHOLE || part == Part.LAST)
                events.add(first + " length " + frame.length() + " body " + text(payload.toByteArray()));
            if (pause) framer.pause();
        }

        private static String fields(Frame frame) {
            Headers headers = frame.detail(Headers.class).get();
            List<String> fields = new ArrayList<>();
            for (int i = 0; i < headers.count(); i++) fields.add(headers.name(i) + "=" + headers.value(i));
            return fields.toString();
        }

        @Override
        public void onSkipped(long position, long length) {
            events.add("skipped " + position + " length " + length);
        }

        @Override
        public void onEnd() {
            events.add("end");
        }

        @Override
        public void onError(FramingError error) {
            events.add(describe(error));
        }
    }

    static String describe(FramingError error) {
        if (error instanceof FramingError.Malformed m) return "malformed " + m.position();
        if (error instanceof FramingError.FrameTooLong l)
            return "too long " + l.position() + " length " + l.frameLength() + " limit " + l.limit() + " " + l.unit();
        if (error instanceof FramingError.Truncated t)
            return "truncated " + t.position() + " have " + t.have() + " need " + t.need();
        return error.toString();
    }
}
