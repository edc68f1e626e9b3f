package dev.framing.testkit;

import dev.framing.FrameCodec;
import dev.framing.FrameDecoder;
import dev.framing.FramingError;
import dev.framing.Oversize;
import io.vavr.control.Option;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * The laws that a decoder keeps on any stream, good or broken: for streams that a test has at hand. {@link CodecContract} makes its own.
 *
 * <pre>{@code
 * StreamLaws laws = StreamLaws.of(codec).reference(naive);
 * laws.framesDoNotDependOnTheSplit(stream, codec.maxFrameLength(), Oversize.skip());
 * }</pre>
 *
 * @param name what failures call it
 * @param decoders a fresh decoder for each stream
 * @param reference what its frames are compared with
 * @param acts what the application does meanwhile
 */
public record StreamLaws(
        String name, Supplier<? extends FrameDecoder> decoders, Option<Reference> reference, List<Act> acts) {
    /** Longer streams are cut at random instead of everywhere. */
    private static final int CUT_EVERYWHERE = 192;

    private static final int RANDOM_CUTS = 24;

    /** The decoders of a codec, with every {@link Act}. */
    public static StreamLaws of(FrameCodec codec) {
        return of(codec.toString(), codec::newDecoder);
    }

    /** The same for decoders without a codec. */
    public static StreamLaws of(String name, Supplier<? extends FrameDecoder> decoders) {
        return new StreamLaws(name, decoders, Option.none(), List.of(Act.values()));
    }

    public StreamLaws reference(Reference right) {
        return new StreamLaws(name, decoders, Option.some(right), acts);
    }

    public StreamLaws acts(Act... some) {
        return new StreamLaws(name, decoders, reference, List.of(some));
    }

    /** Its frames know of each other: a fresh decoder cannot go on after any of them. */
    public StreamLaws withoutSwitch() {
        return new StreamLaws(
                name,
                decoders,
                reference,
                acts.stream().filter(a -> !a.switches()).toList());
    }

    /** FAIL, SKIP, every frame in PARTS, and only the longer ones. */
    public static List<Oversize> policies(int max) {
        long total = max * 3L / 2;
        return List.of(
                Oversize.fail(), Oversize.skip(), Oversize.parts(0, total), Oversize.parts(Math.min(16, max), total));
    }

    /** In one read, in reads of one byte, with empty reads, in two at every place (or at many, where that were too many), at random. */
    public static List<Cuts> cuts(int length, long seed) {
        List<Cuts> all = new ArrayList<>();
        if (length <= CUT_EVERYWHERE) all.addAll(Cuts.everyTwoWay(length));
        else for (int i = 0; i < RANDOM_CUTS; i++) all.add(Cuts.at((int) ((i + 1L) * length / (RANDOM_CUTS + 1))));
        all.add(Cuts.whole());
        all.add(Cuts.oneByte());
        all.add(Cuts.oneByte().withEmptyReads());
        all.add(Cuts.every(7));
        for (int i = 0; i < Math.min(RANDOM_CUTS, length / 2); i++) all.add(Cuts.random(31 * seed + i));
        return all;
    }

    /** L1: the same frames and the same error, however the stream is cut and given; those of the reference, if there is one. */
    public Transcript framesDoNotDependOnTheSplit(byte[] stream, int max, Oversize policy) {
        return framesDoNotDependOnTheSplit(stream, max, policy, cuts(stream.length, stream.length), acts.size());
    }

    /** The same for these cuts, each with {@code some} of the acts. */
    Transcript framesDoNotDependOnTheSplit(byte[] stream, int max, Oversize policy, List<Cuts> cuts, int some) {
        Replay plain = Replay.of(decoders, max).oversize(policy);
        Transcript whole = run(plain, stream);
        agrees(plain, stream, whole);
        int turn = stream.length;
        for (Cuts cut : cuts) {
            for (int i = 0; i < some; i++, turn++) {
                Feed feed = feed(turn);
                same(plain.cuts(cut).feed(feed).act(acts.get(turn % acts.size())), stream, whole);
            }
        }
        for (Feed feed : Feed.values()) {
            Act act = acts.get(turn++ % acts.size());
            same(plain.cuts(Cuts.oneByte()).feed(feed).act(act), stream, whole);
        }
        return whole;
    }

    /** Every feed meets every act in time, also where there are as many of one as of the other. */
    private static Feed feed(int turn) {
        int n = Feed.values().length;
        return Feed.values()[(turn + turn / n) % n];
    }

    /** What this replay tells is what {@code whole} was told. */
    public void same(Replay replay, byte[] stream, Transcript whole) {
        Transcript split = run(replay, stream);
        Option<String> difference = split.difference(whole);
        if (difference.isDefined())
            throw broken(replay, stream, difference.get() + "\nsplit\n" + split + "whole\n" + whole);
    }

    private void agrees(Replay plain, byte[] stream, Transcript whole) {
        Option<String> fault = reference.flatMap(
                right -> right.read(stream, true).fault(whole, plain.maxFrameLength(), plain.oversize()));
        if (fault.isDefined()) throw broken(plain, stream, fault.get() + "\nof\n" + whole);
    }

    /** L11: an error is told at the first byte that makes it certain, neither later nor by what follows. */
    public void theVerdictIsTheEarliest(byte[] stream, int max, Oversize policy) {
        Replay whole = Replay.of(decoders, max).oversize(policy).withoutEnd();
        Transcript byteByByte = run(whole.cuts(Cuts.oneByte()), stream);
        long told = byteByByte.errorAfter();
        for (int n = 0; n <= stream.length; n++) {
            byte[] prefix = Arrays.copyOf(stream, n);
            Transcript soFar = run(whole, prefix);
            Option<FramingError> error = soFar.error();
            String which = "after " + n + " of " + stream.length + " bytes\n" + soFar + "byte by byte\n" + byteByByte;
            if (error.isDefined() != (told >= 0 && n >= told))
                throw broken(whole, prefix, "byte by byte the error came after " + told + " bytes, " + which);
            if (error.isDefined() && !error.equals(byteByByte.error()))
                throw broken(whole, prefix, "another error than byte by byte, " + which);
            Option<Boolean> certain =
                    reference.flatMap(r -> r.read(prefix, false).isBroken(max, policy));
            if (certain.isDefined() && certain.get() != error.isDefined())
                throw broken(whole, prefix, "certain by the reference: " + certain.get() + ", " + which);
        }
    }

    private Transcript run(Replay replay, byte[] stream) {
        try {
            return replay.run(stream);
        } catch (AssertionError e) {
            throw new AssertionError(name + ": " + e.getMessage(), e);
        }
    }

    AssertionError broken(Replay replay, byte[] stream, String what) {
        return new AssertionError(name + ": " + replay.describe(stream) + "\n" + what);
    }
}
