package dev.framing.testkit;

import dev.framing.FrameCodec;
import dev.framing.FrameDecoder;
import dev.framing.FrameEncoder;
import dev.framing.Oversize;
import io.vavr.control.Option;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The laws that every codec keeps, as tests to inherit. They make their own streams by {@link #payload} and the codec's encoder, and
 * damage them; a codec that only decodes says {@link #streams()}.
 *
 * <pre>{@code
 * class PagerTest extends CodecContract {
 *     @Override
 *     protected FrameCodec codec() {
 *         return new Pager(1024);
 *     }
 *
 *     @Override
 *     protected byte[] payload(Random random, int length) {
 *         return "x".repeat(length).getBytes(US_ASCII);   // what its frames can carry
 *     }
 * }
 * }</pre>
 *
 * A failure prints the codec, the seed, the stream in hex, and how it was cut and given. Netty's
 * {@link io.netty.util.LeakPresenceDetector} looks for leaks after each test, where it is installed:
 * {@code -Dio.netty.customResourceLeakDetector=io.netty.util.LeakPresenceDetector}.
 */
public abstract class CodecContract {
    /** Payloads of the streams that are cut everywhere. */
    private static final int SHORT = 24;

    private @Nullable Streams streams;

    // ------------------------------------------------------------------------------------------------ to be said

    /** What is tested. Always an equal one. */
    protected abstract FrameCodec codec();

    /**
     * The same codec with another limit, {@link IllegalArgumentException} where that makes no sense. Its decoders under an engine of
     * that limit, unless overridden: what a codec whose decoders know no limit comes to.
     */
    protected FrameCodec limited(int maxFrameLength) {
        return new Limited(codec(), maxFrameLength);
    }

    /** A payload of {@code length} bytes that the codec carries, or of a length near to it that it does. Random bytes, unless overridden. */
    protected byte[] payload(Random random, int length) {
        byte[] payload = new byte[length];
        random.nextBytes(payload);
        return payload;
    }

    /** Head bytes to give to the encoder, see {@link dev.framing.FrameEncoder#encode}. None, unless overridden. */
    protected byte[] head(Random random) {
        return new byte[0];
    }

    /** Further streams to decode, good ones and broken ones: the verdicts that random damage seldom finds. */
    protected List<byte[]> streams() {
        return List.of();
    }

    /** Payloads that the encoder must refuse. */
    protected List<byte[]> refused() {
        return List.of();
    }

    /** A plainly right decoder to compare with. */
    protected Option<Reference> reference() {
        return Option.none();
    }

    /** Can a fresh decoder go on after any frame? False where frames know of each other. */
    protected boolean framesStandAlone() {
        return true;
    }

    /** Does the end of the stream complete a frame (a last line, a body until close)? */
    protected boolean endCompletesFrames() {
        return false;
    }

    /** Bytes after a frame that must be seen before it is known to be whole: 1 for a lone CR where CRLF is a delimiter too. */
    protected int lookAhead() {
        return 0;
    }

    /** Bytes that each read may have examined again, plus one: the length of the longest delimiter (law L4). */
    protected int longestMark() {
        return 1;
    }

    /** Bytes that decoders have examined so far, by a counter of their own; -1: they do not count. */
    protected long examined() {
        return -1;
    }

    /** Streams made by the encoder. More find more and take longer. */
    protected int rounds() {
        return 3;
    }

    /** Everything random comes from it. */
    protected long seed() {
        return Long.getLong("framing.seed", 20260101L);
    }

    // ------------------------------------------------------------------------------------------------ the laws

    /** L1: however the bytes are cut and given, and whatever the application does meanwhile. */
    @Test
    protected void framesDoNotDependOnTheSplit() {
        law(() -> everyStream((stream, codec) -> {
            int max = codec.maxFrameLength();
            List<Cuts> cuts = StreamLaws.cuts(stream.length, seed());
            for (Oversize policy : StreamLaws.policies(max))
                laws(codec).framesDoNotDependOnTheSplit(stream, max, policy, cuts, 2);
        }));
    }

    /** L2: what was encoded is decoded, payload and given head. */
    @Test
    protected void decodeInvertsEncode() {
        law(() -> new CodingLaws(codec(), this::head, seed()).decodeInvertsEncode(made().good(), this::payload));
    }

    /** L2: what does not come back as it was is refused, and nothing of it is written. */
    @Test
    protected void whatItCannotCarryIsRefused() {
        law(() -> new CodingLaws(codec(), this::head, seed())
                .whatItCannotCarryIsRefused(made().good(), refused(), this::payload));
    }

    /** L3: memory follows the bytes received; a claim allocates nothing. */
    @Test
    protected void memoryIsBounded() {
        law(() -> new CostLaws(codec(), this::head, this::payload, seed()).memoryIsBounded(made()));
    }

    /** L4: each byte is copied and examined a bounded number of times, however it arrives. */
    @Test
    protected void workIsBounded() {
        law(() -> new CostLaws(codec(), this::head, this::payload, seed())
                .workIsBounded(made(), longestMark(), this::examined));
    }

    /** L5: also when the handler throws, when an allocation fails, when the engine is closed. */
    @Test
    protected void everyBufferIsReleasedOnce() {
        law(() -> new FaultLaws(codec(), laws(codec())).everyBufferIsReleasedOnce(made()));
        law(() -> everyStream((stream, codec) -> new FaultLaws(codec, laws(codec)).faults(stream)));
    }

    /** L6: typed, with its position; nothing is told after it, and later input is released unread. */
    @Test
    protected void theFirstErrorIsFinal() {
        law(() -> everyStream((stream, codec) -> {
            for (Feed feed : Feed.values()) new FinalLaw(codec).theFirstErrorIsFinal(stream, feed);
        }));
    }

    /** L7: clean between two frames, truncated inside one. */
    @Test
    protected void theEndTellsTheTruth() {
        law(() -> {
            for (byte[] stream : made().all())
                new EndLaws(codec(), laws(codec()))
                        .theEndTellsTheTruth(stream, endCompletesFrames() || lookAhead() > 0);
        });
    }

    /** L8: what follows a frame is still there for the next codec, and a frame waits for nothing that follows it. */
    @Test
    protected void notOneByteMore() {
        law(() -> {
            for (byte[] stream : made().all()) new EndLaws(codec(), laws(codec())).notOneByteMore(stream, lookAhead());
        });
    }

    /** L11: too long and malformed are told at the first byte that makes them certain. */
    @Test
    protected void theVerdictIsTheEarliest() {
        law(() -> everyStream((stream, codec) -> {
            int max = codec.maxFrameLength();
            for (Oversize policy : StreamLaws.policies(max)) laws(codec).theVerdictIsTheEarliest(stream, max, policy);
            new EndLaws(codec(), laws(codec)).tooLongIsToldWithTheFirstByteTooMany(stream, codec);
        }));
    }

    /** What leaked before is not this test's. */
    @BeforeEach
    protected void nettyForgetsLeaks() {
        FaultLaws.forgetLeaks();
    }

    /** L5, by Netty's own means. */
    @AfterEach
    protected void nettyFindsNoLeak() {
        law(FaultLaws::nettyFindsNoLeak);
    }

    // ------------------------------------------------------------------------------------------------ how

    private record Limited(FrameCodec of, int maxFrameLength) implements FrameCodec {
        @Override
        public FrameDecoder newDecoder() {
            return of.newDecoder();
        }

        @Override
        public FrameEncoder newEncoder() {
            return of.newEncoder();
        }

        @Override
        public String toString() {
            return of + " up to " + maxFrameLength;
        }
    }

    private interface Trial {
        void run(byte[] stream, FrameCodec codec);
    }

    /** Every stream under the codec's own limit, and under limits just below, at and above the length of one of its frames. */
    private void everyStream(Trial trial) {
        Random random = new Random(seed());
        for (byte[] stream : made().all()) {
            int max = codec().maxFrameLength();
            trial.run(stream, codec());
            List<Event.Framed> frames = Replay.of(codec()).run(stream).frames();
            if (frames.isEmpty()) continue;
            long n = frames.get(random.nextInt(frames.size())).length();
            for (long limit : new long[] {n / 2, n - 1, n, n + 1}) {
                FrameCodec limited = limit < max ? limitedIfItCan((int) limit) : null;
                if (limited != null) trial.run(stream, limited);
            }
        }
    }

    private @Nullable FrameCodec limitedIfItCan(int max) {
        try {
            return limited(max);
        } catch (IllegalArgumentException senseless) {
            return null; // below its shortest frame
        }
    }

    private StreamLaws laws(FrameCodec codec) {
        StreamLaws laws = StreamLaws.of(codec);
        if (reference().isDefined()) laws = laws.reference(reference().get());
        return framesStandAlone() ? laws : laws.withoutSwitch();
    }

    private Streams made() {
        if (streams == null) streams = new Streams(codec(), this::message, streams(), rounds(), seed());
        return streams;
    }

    private Streams.Message message(Random random) {
        return new Streams.Message(head(random), payload(random, random.nextInt(SHORT)));
    }

    private void law(Runnable test) {
        try {
            test.run();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(codec() + ", seed " + seed() + ": " + e.getMessage(), e);
        }
    }
}
