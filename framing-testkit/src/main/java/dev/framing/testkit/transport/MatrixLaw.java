package dev.framing.testkit.transport;

import dev.framing.FrameCodec;
import dev.framing.FramingError;
import dev.framing.Oversize;
import dev.framing.codec.Delimited;
import dev.framing.codec.FixedLength;
import dev.framing.codec.HeaderFramed;
import dev.framing.codec.LengthPrefixed;
import dev.framing.codec.Stuffed;
import dev.framing.testkit.Cuts;
import dev.framing.testkit.Event;
import dev.framing.testkit.Replay;
import dev.framing.testkit.Transcript;
import dev.framing.testkit.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** L10: every family, valid, too long, malformed and truncated, however the peer writes it: what an engine in memory tells. */
final class MatrixLaw {
    private static final int MAX = 64;
    private static final int DAMAGED = 5;

    private final Rig rig;
    private final long seed;

    MatrixLaw(Rig rig, long seed) {
        this.rig = rig;
        this.seed = seed;
    }

    private record Case(FrameCodec codec, byte[] stream) {}

    private enum Verdict {
        CLEAN,
        TOO_LONG,
        MALFORMED,
        TRUNCATED;

        static Verdict of(Transcript told) {
            if (told.error().isEmpty()) return CLEAN;
            FramingError error = told.error().get();
            if (error instanceof FramingError.FrameTooLong) return TOO_LONG;
            return error instanceof FramingError.Malformed ? MALFORMED : TRUNCATED;
        }
    }

    private List<Case> cases() {
        byte[] length = bytes(Wire.bytes("a"), new byte[0], Wire.bytes("payload"));
        List<Case> cases = new ArrayList<>();
        add(cases, LengthPrefixed.uint16().toBuilder().max(MAX).build(), length);
        add(cases, LengthPrefixed.varint().toBuilder().max(MAX).build(), length);
        add(cases, LengthPrefixed.decimal(':').toBuilder().max(MAX).build(), length);
        add(cases, Delimited.crlf().toBuilder().max(MAX).build(), length);
        add(cases, Delimited.marks("\u0002", "\u0003").toBuilder().max(MAX).build(), length);
        add(cases, Stuffed.slip().toBuilder().max(MAX).build(), Wire.hex("c0db00610a"));
        add(cases, Stuffed.cobs().toBuilder().max(MAX).build(), Wire.hex("000100610a"));
        add(cases, FixedLength.of(8), Wire.bytes("8 bytes."));
        add(cases, HeaderFramed.contentLength(), length);
        return cases;
    }

    private static byte[] bytes(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) all.writeBytes(part);
        return all.toByteArray();
    }

    /** Valid; cut short; with a frame over the limit; damaged somewhere. */
    private void add(List<Case> cases, FrameCodec codec, byte[] payload) {
        byte[] frame = Wire.of(codec, payload);
        byte[] small =
                codec instanceof FixedLength ? frame : Wire.of(codec, new byte[codec instanceof Stuffed ? 1 : 0]);
        byte[] valid = bytes(frame, small, frame);
        cases.add(new Case(codec, valid));
        cases.add(new Case(codec, Arrays.copyOf(valid, valid.length - 1)));
        byte[] flood = new byte[2 * MAX];
        Arrays.fill(flood, (byte) 'x');
        cases.add(new Case(codec, bytes(frame, flood)));
        cases.add(new Case(codec, bytes(frame, Wire.hex("ffffff7f"), flood)));
        Random random = new Random(seed);
        for (int i = 0; i < DAMAGED; i++) {
            byte[] damaged = valid.clone();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            cases.add(new Case(codec, damaged));
        }
    }

    void framesErrorsAndPositionsAreThoseOfAnEngineInMemory() {
        List<Rig.Trial> trials = new ArrayList<>();
        Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
        for (Case c : cases()) {
            int max = c.codec.maxFrameLength();
            for (Oversize policy : List.of(Oversize.fail(), Oversize.skip(), Oversize.parts(0, 2L * max))) {
                Transcript expected = Replay.of(c.codec).oversize(policy).run(c.stream);
                verdicts.merge(Verdict.of(expected), 1, Integer::sum);
                for (Cuts cuts : List.of(Cuts.whole(), Cuts.oneByte(), Cuts.random(seed), Cuts.random(seed + 1))) {
                    for (Side side : Side.values()) {
                        String name = c.codec + ", " + policy + ", cut " + cuts + ", " + side + ", bytes "
                                + java.util.HexFormat.of().formatHex(c.stream);
                        trials.add(new Rig.Trial(name, () -> run(side, c, policy, cuts, expected)));
                    }
                }
            }
        }
        if (verdicts.size() < Verdict.values().length) throw new AssertionError("of all verdicts only " + verdicts);
        rig.all(trials);
    }

    private void run(Side side, Case c, Oversize policy, Cuts cuts, Transcript expected) throws Exception {
        try (Rig.Pair pair = rig.open(side, rig.settings(c.codec).withOversize(policy))) {
            int from = 0;
            try {
                for (int to : cuts.ends(c.stream.length)) {
                    pair.peer().write(c.stream, from, to);
                    from = to;
                }
                pair.peer().end();
            } catch (IOException closed) {
                // after an error nobody reads the rest
            }
            pair.witness().awaitOver();
            Transcript told = pair.witness().transcript();
            expected.difference(told).forEach(difference -> {
                throw new AssertionError(difference + "\ntold\n" + told + "in memory\n" + expected);
            });
            boolean failed = expected.events().get(expected.events().size() - 1) instanceof Event.Failed;
            if (!failed) PeerFaultLaws.heard(pair, new byte[0]);
            pair.awaitClosed(Rig.SOON);
        }
    }
}
