package dev.framing.testkit;

import dev.framing.FrameCodec;
import dev.framing.OutboundQueue;
import dev.framing.Oversize;
import io.netty.util.LeakPresenceDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

/** L5: every buffer is released exactly once, whatever goes wrong. {@link Replay} counts what is left. */
final class FaultLaws {
    private final FrameCodec codec;
    private final StreamLaws laws;

    FaultLaws(FrameCodec codec, StreamLaws laws) {
        this.codec = codec;
        this.laws = laws;
    }

    void everyBufferIsReleasedOnce(Streams streams) {
        for (byte[] stream : streams.all()) {
            for (int n = 0; n < stream.length; n++) {
                Feed feed = Feed.values()[n % Feed.values().length];
                Replay.of(codec).withoutEnd().feed(feed).cuts(Cuts.every(5)).run(Arrays.copyOf(stream, n)); // and close
            }
        }
        for (Streams.Written written : streams.good()) encoded(written);
    }

    /** Somebody else's exception, and a close, wherever there may be one. */
    void faults(byte[] stream) {
        long total = 2L * codec.maxFrameLength();
        for (Oversize policy : List.of(Oversize.fail(), Oversize.skip(), Oversize.parts(0, total)))
            faults(stream, Replay.of(codec).oversize(policy));
    }

    private void faults(byte[] stream, Replay plain) {
        Transcript whole = plain.run(stream);
        int turn = stream.length;
        for (Cuts cuts : List.of(Cuts.whole(), Cuts.at(stream.length / 2), Cuts.oneByte(), Cuts.random(turn))) {
            Act act = laws.acts().get(turn % laws.acts().size());
            Replay replay = plain.cuts(cuts)
                    .feed(Feed.values()[turn++ % Feed.values().length])
                    .act(act);
            everyFault(replay::throwingAt, stream, whole);
            everyFault(replay::closingAt, stream, whole);
            everyFault(replay::failingAt, stream, whole);
        }
    }

    /** At the first call, the second, ... until there are not so many. */
    private void everyFault(IntFunction<Replay> faults, byte[] stream, Transcript whole) {
        for (int k = 1; ; k++) {
            Replay replay = faults.apply(k);
            Transcript told = replay.run(stream);
            if (told.difference(whole).isEmpty()) {
                boolean closedInTheLast = replay.closingAt() == whole.events().size();
                if (!closedInTheLast) return;
                continue;
            }
            int n = told.events().size();
            if (n > whole.events().size()
                    || !told.events().equals(whole.events().subList(0, n)))
                throw laws.broken(replay, stream, "told\n" + told + "without it\n" + whole);
        }
    }

    /** The encoder borrows: what it was given is released when the queue is done with it, and no index of it has moved. */
    private void encoded(Streams.Written written) {
        CountingAllocator buffers = new CountingAllocator();
        try (OutboundQueue queue = OutboundQueue.of(codec, buffers)) {
            for (Streams.Message m : written.messages()) Wire.write(queue, m.head(), m.payload(), buffers);
            Wire.written(queue);
            for (Streams.Message m : written.messages()) Wire.write(queue, m.head(), m.payload(), buffers);
        }
        if (buffers.used() != 0)
            throw new AssertionError("the encoder keeps " + buffers.used() + " bytes of what it was given for\n"
                    + Transcript.hex(written.bytes()));
    }

    // ------------------------------------------------------------------------------------------------ Netty's detector

    /** Whatever leaked before is not this test's. */
    static void forgetLeaks() {
        if (!isInstalled()) return;
        try {
            LeakPresenceDetector.check();
        } catch (IllegalStateException somebodyElses) {
            return; // the count begins at 0 again
        }
    }

    static void nettyFindsNoLeak() {
        if (isInstalled()) LeakPresenceDetector.check();
    }

    private static boolean isInstalled() {
        return ResourceLeakDetectorFactory.instance().newResourceLeakDetector(Object.class)
                instanceof LeakPresenceDetector<?>;
    }
}
