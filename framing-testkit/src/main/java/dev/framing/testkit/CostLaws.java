package dev.framing.testkit;

import dev.framing.Frame;
import dev.framing.FrameCodec;
import dev.framing.FrameHandler;
import dev.framing.Framer;
import dev.framing.FramingError;
import dev.framing.OutboundQueue;
import dev.framing.Oversize;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** L3 and L4: what a stream costs in memory and in work, counted. */
final class CostLaws {
    /** Capacity in which an engine keeps a head that arrived alone. */
    private static final int BARE_HEAD = 64;

    private static final int LONG = 1 << 16;
    /** Once on arrival; twice at most while the memory it stands in doubles, as often as that may be. */
    private static final int COPIES = 3;

    private static final int READ = 100;

    private final FrameCodec codec;
    private final Function<Random, byte[]> heads;
    private final BiFunction<Random, Integer, byte[]> payloads;
    private final Random random;

    CostLaws(
            FrameCodec codec, Function<Random, byte[]> heads, BiFunction<Random, Integer, byte[]> payloads, long seed) {
        this.codec = codec;
        this.heads = heads;
        this.payloads = payloads;
        random = new Random(seed);
    }

    // ------------------------------------------------------------------------------------------------ memory

    void memoryIsBounded(Streams streams) {
        for (byte[] stream : streams.all()) {
            for (Feed feed : Feed.values()) {
                for (Oversize policy : StreamLaws.policies(codec.maxFrameLength())) {
                    // a replay looks at what is held after each call
                    Replay replay = Replay.of(codec).feed(feed).oversize(policy);
                    replay.cuts(Cuts.oneByte()).run(stream);
                    replay.cuts(Cuts.every(7)).run(stream);
                }
            }
        }
        if (streams.good().isEmpty()) return;
        byte[] wire = frameOf(LONG);
        int head = Replay.of(codec).run(wire).frames().get(0).head().length;
        for (Feed feed : Feed.values()) {
            if (feed != Feed.ROOM && feed != Feed.MIXED && head <= BARE_HEAD) aClaimAllocatesNothing(wire, head, feed);
            memoryFollowsTheBytes(wire, feed);
        }
    }

    /** The head of a long frame, and nothing else. */
    private void aClaimAllocatesNothing(byte[] wire, int head, Feed feed) {
        for (Cuts cuts : List.of(Cuts.whole(), Cuts.oneByte())) {
            CountingAllocator buffers = new CountingAllocator();
            try (Framer framer = engine(Oversize.fail(), buffers)) {
                int from = 0;
                for (int to : cuts.ends(head)) {
                    feed.give(framer, wire, from, to, buffers, false);
                    from = to;
                }
                if (buffers.used() > BARE_HEAD || framer.heldBytes() > BARE_HEAD)
                    throw held(framer, buffers, "for a head of " + head + " bytes, " + feed + ", cut " + cuts, wire);
            }
        }
    }

    private void memoryFollowsTheBytes(byte[] wire, Feed feed) {
        CountingAllocator buffers = new CountingAllocator();
        try (Framer framer = engine(Oversize.fail(), buffers)) {
            for (int from = 0; from < wire.length; from += READ) {
                int to = Math.min(wire.length, from + READ);
                feed.give(framer, wire, from, to, buffers, false);
                if (buffers.used() > Math.max(4096, 2L * to + BARE_HEAD + Feed.READ_SIZE))
                    throw held(framer, buffers, "after " + to + " bytes, " + feed, wire);
            }
        }
        if (buffers.used() != 0) throw new AssertionError(buffers.used() + " bytes not released, " + feed);
    }

    private static AssertionError held(Framer framer, CountingAllocator buffers, String when, byte[] wire) {
        return new AssertionError(buffers.used() + " bytes are allocated, the engine says that it holds "
                + framer.heldBytes() + ", " + when + "\n  bytes " + Transcript.hex(wire));
    }

    // ------------------------------------------------------------------------------------------------ work

    /** @param mark bytes of the longest delimiter */
    void workIsBounded(Streams streams, int mark, LongSupplier examined) {
        if (streams.good().isEmpty()) {
            for (byte[] stream : streams.all()) workIsBounded(stream, mark, examined);
            return;
        }
        workIsBounded(manyFrames(), mark, examined);
        workIsBounded(frameOf(LONG), mark, examined);
    }

    private void workIsBounded(byte[] stream, int mark, LongSupplier examined) {
        long n = stream.length;
        int max = codec.maxFrameLength();
        for (Feed feed : List.of(Feed.HEAP, Feed.LENT, Feed.ROOM)) {
            for (Oversize policy : List.of(Oversize.fail(), Oversize.parts(0, max * 3L / 2))) {
                long before = examined.getAsLong();
                CountingAllocator buffers = new CountingAllocator();
                try (Framer framer = engine(policy, buffers)) {
                    for (int i = 0; i < n && !framer.isOver(); i++) feed.give(framer, stream, i, i + 1, buffers, false);
                    long looked = examined.getAsLong() - before;
                    String what = " in " + n + " reads of one byte, " + feed + ", " + policy + "\n  bytes "
                            + Transcript.hex(stream);
                    if (framer.copiedBytes() > COPIES * n + BARE_HEAD)
                        throw new AssertionError(framer.copiedBytes() + " bytes copied" + what);
                    if (looked > 2 * n + n * (mark - 1)) throw new AssertionError(looked + " bytes examined" + what);
                }
            }
        }
    }

    private byte[] manyFrames() {
        CountingAllocator buffers = new CountingAllocator();
        try (OutboundQueue queue = OutboundQueue.of(codec)) {
            for (int tries = 0; queue.bytes() < LONG && tries < LONG; tries++) {
                try {
                    Wire.write(queue, heads.apply(random), payloads.apply(random, random.nextInt(200)), buffers);
                } catch (IllegalArgumentException refused) {
                    continue; // another one
                }
            }
            return Wire.written(queue);
        }
    }

    /** A frame with the longest payload up to {@code length} bytes, or a little shorter. */
    private byte[] frameOf(int length) {
        for (int n = Math.min(length, codec.maxFrameLength()); ; n = n * 15 / 16) {
            try {
                return Wire.of(codec, heads.apply(random), payloads.apply(random, n));
            } catch (IllegalArgumentException refused) {
                if (n == 0) throw new AssertionError("no payload of payload() is accepted", refused);
            }
        }
    }

    private Framer engine(Oversize policy, CountingAllocator buffers) {
        return Framer.builder(codec).oversize(policy).allocator(buffers).build(new Nobody());
    }

    private static final class Nobody implements FrameHandler {
        @Override
        public void onFrame(Frame frame) {}

        @Override
        public void onError(FramingError error) {} // given streams may be broken ones
    }
}
