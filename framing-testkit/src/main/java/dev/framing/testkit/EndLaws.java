package dev.framing.testkit;

import dev.framing.Frame;
import dev.framing.FrameCodec;
import dev.framing.FrameHandler;
import dev.framing.Framer;
import dev.framing.FramingError;
import dev.framing.Leftover;
import dev.framing.Oversize;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.vavr.control.Option;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** L7, L8 and a part of L11: where frames end, and where the stream does. */
final class EndLaws {
    /** A frame around no other, and where it ends: behind what stands inside it, too. */
    private record Outer(Event.Framed frame, int end) {
        int start() {
            return (int) frame.position();
        }
    }

    private final FrameCodec codec;
    private final StreamLaws laws;

    EndLaws(FrameCodec codec, StreamLaws laws) {
        this.codec = codec;
        this.laws = laws;
    }

    private static List<Outer> outer(Transcript told) {
        List<Outer> outer = new ArrayList<>();
        long inside = 0;
        long before = 0; // bytes up to the frame's end that are not its own
        for (Event.Framed f : told.frames()) {
            before = f.position() < inside ? before : 0;
            while (!outer.isEmpty() && outer.get(outer.size() - 1).start() > f.position())
                before += outer.remove(outer.size() - 1).frame().length();
            outer.add(new Outer(f, (int) (f.position() + f.length() + before)));
            inside = f.position();
        }
        return outer;
    }

    // ------------------------------------------------------------------------------------------------ L7

    /** The end of the stream after every byte of it. */
    void theEndTellsTheTruth(byte[] stream, boolean endCompletes) {
        Replay open = Replay.of(codec).withoutEnd();
        Transcript whole = open.cuts(Cuts.oneByte()).run(stream);
        int good = whole.errorAfter() < 0 ? stream.length : (int) whole.errorAfter() - 1;
        List<Outer> frames = outer(whole);
        for (int n = 0; n <= stream.length; n++) {
            byte[] prefix = Arrays.copyOf(stream, n);
            Replay replay = Replay.of(codec);
            Transcript told = replay.run(prefix);
            Option<String> fault = laws.reference()
                    .flatMap(r -> r.read(prefix, true).fault(told, codec.maxFrameLength(), Oversize.fail()));
            if (fault.isEmpty() && n <= good) fault = Option.of(fault(frames, n, told, endCompletes));
            if (fault.isDefined()) throw laws.broken(replay, prefix, fault.get() + "\ntold\n" + told);
        }
    }

    private static @Nullable String fault(List<Outer> frames, int n, Transcript told, boolean endCompletes) {
        Outer cut = null;
        for (Outer f : frames) if (f.start() < n && n < f.end()) cut = f;
        boolean ended = told.error().isEmpty();
        if (cut == null) {
            boolean known = n == 0 || frames.stream().anyMatch(f -> f.end() == n);
            return known && !ended ? "the stream ended between two frames" : null;
        }
        if (endCompletes) return null; // what there is may be a frame, or several: the reference says
        if (ended) return "the stream ended inside " + cut.frame();
        int start = cut.start();
        long length = cut.frame().length();
        boolean right = told.error().get() instanceof FramingError.Truncated t
                && t.position() == start
                && t.have() == n - start
                && (t.need() == -1 || t.need() == length || cut.end() - start > length);
        return right ? null : "have " + (n - start) + " of " + cut.frame();
    }

    // ------------------------------------------------------------------------------------------------ L8

    /** @param lookAhead bytes after a frame that must be there before it is told */
    void notOneByteMore(byte[] stream, int lookAhead) {
        Transcript whole = Replay.of(codec).withoutEnd().cuts(Cuts.oneByte()).run(stream);
        List<Outer> frames = outer(whole);
        for (int k = 0; k < frames.size(); k++) {
            int end = frames.get(k).end();
            if (end + lookAhead <= stream.length) {
                Replay exact = Replay.of(codec).withoutEnd();
                byte[] prefix = Arrays.copyOf(stream, end + lookAhead);
                Transcript told = exact.run(prefix);
                if (!told.frames().contains(frames.get(k).frame()))
                    throw laws.broken(
                            exact,
                            prefix,
                            "waits for what follows " + frames.get(k).frame() + "\n" + told);
            }
            for (Feed feed : Feed.values()) {
                for (Cuts cuts : List.of(Cuts.whole(), Cuts.oneByte(), Cuts.random(31L * k + stream.length))) {
                    for (boolean detach : new boolean[] {false, true}) {
                        byte[] rest = new Leave(k, detach).rest(stream, cuts, feed);
                        if (Arrays.equals(rest, 0, rest.length, stream, end, stream.length)) continue;
                        throw new AssertionError((detach ? "detached" : "switched") + " after "
                                + frames.get(k).frame() + ", cut " + cuts + ", " + feed + "\n  bytes "
                                + Transcript.hex(stream) + "\n  rest " + Transcript.hex(rest));
                    }
                }
            }
        }
    }

    /** Leaves the codec at its k-th frame and reads the rest as it stands. */
    private final class Leave implements FrameHandler {
        private final int at;
        private final boolean detach;
        private final ByteArrayOutputStream rest = new ByteArrayOutputStream();
        private int frames;
        private boolean left;
        private @Nullable Framer framer;

        Leave(int at, boolean detach) {
            this.at = at;
            this.detach = detach;
        }

        @Override
        public void onFrame(Frame frame) {
            Framer engine = java.util.Objects.requireNonNull(framer);
            if (left) {
                rest.writeBytes(frame.bytes());
            } else if (engine.openFrame() < 0 && frames++ == at) {
                left = true;
                if (detach) engine.pause();
                else engine.switchTo(EndLaws::bytes, Integer.MAX_VALUE, Leftover.KEEP);
            }
        }

        @Override
        public void onError(FramingError error) {
            throw new AssertionError(error + " before the frame that was told in reads of one byte");
        }

        byte[] rest(byte[] stream, Cuts cuts, Feed feed) {
            CountingAllocator buffers = new CountingAllocator();
            try (Framer engine = Framer.builder(codec).allocator(buffers).build(this)) {
                framer = engine;
                int from = 0;
                for (int to : cuts.ends(stream.length)) {
                    feed.give(engine, stream, from, to, buffers, false);
                    from = to;
                    if (!left || !detach) continue;
                    ByteBuf handedOver = engine.detach();
                    rest.writeBytes(ByteBufUtil.getBytes(handedOver));
                    handedOver.release();
                    rest.write(stream, to, stream.length - to);
                    break;
                }
            }
            if (buffers.used() != 0) throw new AssertionError(buffers.used() + " bytes not released, " + feed);
            return rest.toByteArray();
        }
    }

    /** Everything there is, as one frame. */
    private static void bytes(ByteBuf in, int index, int end, dev.framing.FrameSink out) {
        if (index < end) out.frame(index, 0, end - index, 0);
    }

    // ------------------------------------------------------------------------------------------------ L11

    /** Once there are more bytes of a frame than it may have, no codec needs another to know. */
    void tooLongIsToldWithTheFirstByteTooMany(byte[] stream, FrameCodec withLimit) {
        int limit = withLimit.maxFrameLength();
        Replay open = Replay.of(codec).withoutEnd();
        Event.Framed tooLong = outer(open.run(stream)).stream()
                .map(Outer::frame)
                .filter(f -> f.length() > limit)
                .findFirst()
                .orElse(null);
        if (tooLong == null) return;
        Replay limited = Replay.of(withLimit).withoutEnd().cuts(Cuts.oneByte());
        Transcript told = limited.run(stream);
        boolean stated = told.error()
                .exists(e -> e instanceof FramingError.FrameTooLong l
                        && l.position() == tooLong.position()
                        && l.frameLength() >= 0);
        int head = tooLong.head().length;
        long latest = tooLong.position() + (stated && head > 0 ? Math.min(head, limit + 1L) : limit + 1L);
        if (told.errorAfter() < 0 || told.errorAfter() > latest)
            throw laws.broken(
                    limited,
                    stream,
                    "told after " + told.errorAfter() + " bytes, not after " + latest + ": " + tooLong);
    }
}
