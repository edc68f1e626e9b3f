package dev.framing.testkit;

import dev.framing.FrameCodec;
import dev.framing.FrameDecoder;
import dev.framing.Framer;
import dev.framing.FramingException;
import dev.framing.Oversize;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * One run of an engine over one stream: what decodes it, how it is cut and given, what the application does meanwhile. Gives the
 * {@link Transcript}, and holds the engine to its promises on the way: nothing is told while paused, parts come in order, whether a
 * frame comes in parts depends on its length only, every buffer is released once, memory stays within law L3.
 *
 * <pre>{@code
 * Replay whole = Replay.of(codec);
 * Transcript expected = whole.run(stream);
 * for (Cuts cuts : Cuts.everyTwoWay(stream.length))
 *     assertThat(whole.cuts(cuts).run(stream)).isEqualTo(expected);
 * }</pre>
 *
 * @param decoders a fresh decoder for each stream
 * @param maxFrameLength bytes of the whole frame
 * @param throwingAt the handler's call that throws, from 1; 0: none
 * @param closingAt the handler's call that closes the engine, from 1; 0: none
 * @param failingAt the engine's allocation that fails, from 1; 0: none
 * @param ends the stream ends after its last byte; else it stays open
 */
public record Replay(
        Supplier<? extends FrameDecoder> decoders,
        int maxFrameLength,
        Oversize oversize,
        Cuts cuts,
        Feed feed,
        Act act,
        int throwingAt,
        int closingAt,
        int failingAt,
        boolean ends) {

    /** The whole stream in one heap buffer, then its end. */
    public static Replay of(FrameCodec codec) {
        return of(codec::newDecoder, codec.maxFrameLength());
    }

    /** The same for decoders without a codec. */
    public static Replay of(Supplier<? extends FrameDecoder> decoders, int maxFrameLength) {
        return new Replay(decoders, maxFrameLength, Oversize.fail(), Cuts.whole(), Feed.HEAP, Act.NONE, 0, 0, 0, true);
    }

    public Replay oversize(Oversize policy) {
        return new Replay(decoders, maxFrameLength, policy, cuts, feed, act, throwingAt, closingAt, failingAt, ends);
    }

    public Replay cuts(Cuts how) {
        return new Replay(decoders, maxFrameLength, oversize, how, feed, act, throwingAt, closingAt, failingAt, ends);
    }

    public Replay feed(Feed how) {
        return new Replay(decoders, maxFrameLength, oversize, cuts, how, act, throwingAt, closingAt, failingAt, ends);
    }

    public Replay act(Act what) {
        return new Replay(decoders, maxFrameLength, oversize, cuts, feed, what, throwingAt, closingAt, failingAt, ends);
    }

    /** The handler throws in its {@code k}-th call. */
    public Replay throwingAt(int k) {
        return new Replay(decoders, maxFrameLength, oversize, cuts, feed, act, k, closingAt, failingAt, ends);
    }

    /** The handler closes the engine in its {@code k}-th call. */
    public Replay closingAt(int k) {
        return new Replay(decoders, maxFrameLength, oversize, cuts, feed, act, throwingAt, k, failingAt, ends);
    }

    /** The engine's {@code k}-th allocation fails. */
    public Replay failingAt(int k) {
        return new Replay(decoders, maxFrameLength, oversize, cuts, feed, act, throwingAt, closingAt, k, ends);
    }

    /** The peer sends no more, but does not end. */
    public Replay withoutEnd() {
        return new Replay(decoders, maxFrameLength, oversize, cuts, feed, act, throwingAt, closingAt, failingAt, false);
    }

    /**
     * Runs it.
     *
     * @throws AssertionError the engine broke a promise, or the decoder the contract
     */
    public Transcript run(byte[] stream) {
        Run run = new Run(this, stream);
        Transcript transcript = run.run();
        List<String> broken = run.broken();
        if (!broken.isEmpty()) {
            AssertionError e =
                    new AssertionError(String.join("\n  ", broken) + "\n" + describe(stream) + "\n" + transcript);
            if (run.cause() != null) e.initCause(run.cause());
            throw e;
        }
        return transcript;
    }

    /** Everything needed to see it again. */
    public String describe(byte[] stream) {
        return "max " + maxFrameLength + ", " + oversize + ", cut " + cuts + ", " + feed + ", " + act
                + (throwingAt > 0 ? ", throwing at call " + throwingAt : "")
                + (closingAt > 0 ? ", closing at call " + closingAt : "")
                + (failingAt > 0 ? ", failing at allocation " + failingAt : "") + (ends ? "" : ", no end")
                + "\n  bytes " + Transcript.hex(stream);
    }

    /** One run: the calls of a transport, and what is looked at after each. */
    private static final class Run {
        private final Replay replay;
        private final byte[] stream;
        private final Recorder recorder;
        private final CountingAllocator engines = new CountingAllocator();
        private final CountingAllocator inputs = new CountingAllocator();
        private final Framer framer;
        private int largestRead;
        private java.lang.@org.jspecify.annotations.Nullable Throwable cause;

        Run(Replay replay, byte[] stream) {
            this.replay = replay;
            this.stream = stream;
            recorder = new Recorder(replay);
            framer = Framer.builder(replay.decoders.get(), replay.maxFrameLength)
                    .oversize(replay.oversize)
                    .allocator(engines)
                    .build(recorder);
            recorder.of(framer);
            engines.failAt(replay.failingAt);
        }

        java.lang.@org.jspecify.annotations.Nullable Throwable cause() {
            return cause;
        }

        List<String> broken() {
            return recorder.broken();
        }

        Transcript run() {
            try {
                give();
            } catch (Recorder.Fault e) {
                if (e != recorder.thrown()) broke("another exception than the handler's", e);
                isClosed("the handler threw");
            } catch (CountingAllocator.OutOfBuffers e) {
                if (replay.failingAt == 0) broke("out of buffers", e);
                isClosed("an allocation failed");
            } catch (FramingException e) {
                broke("thrown, and not by room() after the error was told", e);
            } catch (RuntimeException | AssertionError e) {
                broke(e.toString(), e);
            } finally {
                framer.close();
            }
            recorder.letGo();
            if (framer.heldBytes() != 0) recorder.broke("closed, but holds " + framer.heldBytes() + " bytes");
            if (engines.used() != 0) recorder.broke(engines.used() + " bytes of the engine's buffers not released");
            if (inputs.used() != 0) recorder.broke(inputs.used() + " bytes of input not released");
            return recorder.transcript();
        }

        private void give() {
            boolean held = replay.act.retains() || replay.act.keeps();
            int from = 0;
            boolean pull = true;
            for (int to : replay.cuts.ends(stream.length)) {
                recorder.gives(to);
                replay.feed.give(framer, stream, from, to, inputs, held);
                largestRead = Math.max(largestRead, to - from);
                from = to;
                if (recorder.hasClosed()) return;
                settled(to);
                if (pull) resume(to);
                if (recorder.hasClosed()) return;
                pull = !pull;
            }
            resume(stream.length);
            if (!replay.ends || recorder.hasClosed()) return;
            framer.end();
            resume(stream.length);
            if (!framer.isOver()) recorder.broke("neither an end nor an error was told");
        }

        private void resume(int given) {
            while (framer.isPaused() && !framer.isOver()) {
                framer.resume();
                if (!recorder.hasClosed()) settled(given);
            }
        }

        /** Law L3, and that the engine knows what it holds. */
        private void settled(int given) {
            long holds = framer.heldBytes();
            if (!replay.act.retains() && !replay.act.keeps() && holds != engines.used() + inputs.used())
                recorder.broke("says it holds " + holds + " bytes, holds " + engines.used() + " of its own and "
                        + inputs.used() + " of input");
            if (framer.isOver() && holds != 0) recorder.broke("the stream is over, " + holds + " bytes are held");
            if (framer.isPaused()) return; // what comes meanwhile is held
            boolean readsIn = replay.feed == Feed.ROOM || replay.feed == Feed.MIXED;
            int read = readsIn ? Math.max(Feed.READ_SIZE, largestRead) : largestRead;
            if (holds > (long) replay.maxFrameLength + read + 1024)
                recorder.broke("holds " + holds + " bytes, limit " + replay.maxFrameLength + ", reads of " + read);
            long open = framer.openFrame();
            long frame = open < 0 ? 0 : given - open;
            long bytes = frame > 0 && frame <= replay.maxFrameLength ? frame : given - framer.position();
            long seam = 64L + (readsIn ? Feed.READ_SIZE : 0); // beside a frame in pieces
            if (holds > Math.max(4096, 2 * bytes + seam)) recorder.broke("holds " + holds + " bytes for " + bytes);
        }

        /** After somebody else's exception. */
        private void isClosed(String why) {
            if (framer.heldBytes() != 0) recorder.broke(why + ", " + framer.heldBytes() + " bytes are still held");
            try {
                Feed.HEAP.give(framer, stream, 0, Math.min(1, stream.length), inputs, false);
                // over is not closed: after an error, what comes is released unread
                if (framer.error().isEmpty()) recorder.broke(why + ", and the engine takes more");
            } catch (IllegalStateException e) {
                String message = Objects.requireNonNullElse(e.getMessage(), "");
                if (!message.contains("at byte " + framer.position())) recorder.broke("no position in: " + message);
            }
        }

        private void broke(String what, Throwable by) {
            recorder.broke(what);
            if (cause == null) cause = by;
        }
    }
}
