package dev.framing.testkit.transport;

import dev.framing.Framer;
import dev.framing.FramingError;
import dev.framing.testkit.Event;
import dev.framing.testkit.Transcript;
import java.util.ArrayList;
import java.util.List;

/** Something happens after each byte of a stream of three frames: every sample, both sides, every offset, many at once. */
final class Offsets {
    private Offsets() {}

    interface Fault {
        void strike(Side side, Sample sample, int offset) throws Exception;
    }

    static void each(Rig rig, Fault fault) {
        List<Rig.Trial> trials = new ArrayList<>();
        for (Sample sample : Sample.all()) {
            for (Side side : Side.values()) {
                for (int n = 0; n <= sample.bytes().length; n++) {
                    int offset = n;
                    trials.add(new Rig.Trial(
                            sample.codec() + ", " + side + ", after byte " + n,
                            () -> fault.strike(side, sample, offset)));
                }
            }
        }
        rig.all(trials);
    }

    static void expect(Transcript expected, Rig.Pair pair) {
        Transcript told = pair.witness().transcript();
        expected.difference(told).forEach(difference -> {
            throw new AssertionError(difference + "\ntold\n" + told);
        });
    }

    /** End between two frames, Truncated inside one: said here once more, so that engine and adapter cannot agree in a mistake. */
    static Transcript end(Sample sample, int offset) {
        Transcript told = sample.told(offset, Framer::end);
        boolean clean = told.last().exists(Event.Ended.class::isInstance);
        boolean truncated = told.error().exists(FramingError.Truncated.class::isInstance);
        if (told.frames().size() != sample.wholeIn(offset) || (sample.isBetweenFrames(offset) ? !clean : !truncated))
            throw new AssertionError("the engine itself tells\n" + told);
        return told;
    }
}
