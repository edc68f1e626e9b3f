package dev.framing.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.framing.FramingError;
import dev.framing.Oversize;
import dev.framing.testkit.Act;
import dev.framing.testkit.Cuts;
import dev.framing.testkit.Feed;
import dev.framing.testkit.Replay;
import dev.framing.testkit.Transcript;
import io.vavr.control.Option;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract and the engine, by decoders that need all of them. */
class ProbeTest {
    private static final int[] LIMITS = {1 << 20, 64, 40, 24, 12, 7, 1, 0};
    private static final int RANDOM_CUTS = 24;

    static Stream<Probe> probes() {
        return Probe.all().stream();
    }

    private static List<Oversize> policies(int max) {
        return List.of(
                Oversize.fail(),
                Oversize.skip(),
                Oversize.parts(0, max * 3L / 2),
                Oversize.parts(Math.min(16, max), max * 3L / 2));
    }

    private static List<Cuts> cuts(int length, long seed) {
        List<Cuts> all = new ArrayList<>(Cuts.everyTwoWay(length));
        all.add(Cuts.whole());
        all.add(Cuts.oneByte());
        all.add(Cuts.oneByte().withEmptyReads());
        for (int i = 0; i < RANDOM_CUTS; i++) all.add(Cuts.random(31 * seed + i));
        return all;
    }

    /** L1, L5, L6, L7: the same frames, the same error, whatever the cut, the buffers and the application's acts. */
    @ParameterizedTest
    @MethodSource("probes")
    void framesDoNotDependOnTheSplit(Probe probe) {
        int turn = 0;
        for (byte[] stream : probe.streams()) {
            for (int max : LIMITS) {
                for (Oversize policy : policies(max)) {
                    Replay plain = Replay.of(probe.decoders(), max).oversize(policy);
                    Transcript whole = plain.run(stream);
                    Option<String> fault = new Expected(probe.read(stream, true), max, policy).fault(whole);
                    if (fault.isDefined()) fail(plain.describe(stream) + "\n" + fault.get() + "\nof\n" + whole);
                    for (Cuts cuts : cuts(stream.length, turn)) {
                        for (Act act : acts(probe)) {
                            Feed feed = Feed.values()[turn++ % Feed.values().length];
                            same(plain.cuts(cuts).feed(feed).act(act), stream, whole);
                        }
                    }
                }
            }
        }
    }

    static List<Act> acts(Probe probe) {
        return Arrays.stream(Act.values())
                .filter(act -> probe.standAlone() || act != Act.SWITCH && act != Act.SWITCH_AND_PAUSE)
                .toList();
    }

    static void same(Replay replay, byte[] stream, Transcript whole) {
        Transcript split = replay.run(stream);
        Option<String> difference = split.difference(whole);
        if (difference.isDefined())
            fail(replay.describe(stream) + "\n" + difference.get() + "\nsplit\n" + split + "whole\n" + whole);
    }

    /** L11: at the first byte that makes it certain, and neither later nor by what follows. */
    @ParameterizedTest
    @MethodSource("probes")
    void theVerdictIsTheEarliest(Probe probe) {
        for (byte[] stream : probe.streams()) {
            for (int max : LIMITS) {
                for (Oversize policy : policies(max)) theVerdictIsTheEarliest(probe, stream, max, policy);
            }
        }
    }

    static void theVerdictIsTheEarliest(Probe probe, byte[] stream, int max, Oversize policy) {
        Replay whole = Replay.of(probe.decoders(), max).oversize(policy).withoutEnd();
        Transcript byteByByte = whole.cuts(Cuts.oneByte()).run(stream);
        long told = byteByByte.errorAfter();
        for (int n = 0; n <= stream.length; n++) {
            byte[] prefix = Arrays.copyOf(stream, n);
            Transcript soFar = whole.run(prefix);
            Option<FramingError> error = soFar.error();
            String where = whole.describe(prefix) + "\n  of " + stream.length
                    + " bytes; byte by byte, the error came after " + told + "\n" + soFar;
            assertThat(error.isDefined()).as(where).isEqualTo(told >= 0 && n >= told);
            if (error.isDefined()) assertThat(error).as(where).isEqualTo(byteByByte.error());
            Option<Boolean> certain = new Expected(probe.read(prefix, false), max, policy).isBroken();
            if (certain.isDefined())
                assertThat(error.isDefined())
                        .as("certain by the reference\n" + where)
                        .isEqualTo(certain.get());
        }
    }
}
