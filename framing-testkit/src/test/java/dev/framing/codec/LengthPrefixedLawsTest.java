package dev.framing.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.Oversize;
import dev.framing.codec.LengthPrefixed.Counts;
import dev.framing.testkit.Act;
import dev.framing.testkit.StreamLaws;
import dev.framing.testkit.Transcript;
import dev.framing.testkit.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/** Any format that can be said, over any stream: whole, cut everywhere, under every policy, against the slow reference. */
class LengthPrefixedLawsTest {
    private static final String[] KINDS = {"binary", "binary", "binary", "varint", "quic", "ber", "decimal"};

    @Property(tries = 1000)
    void framesDoNotDependOnTheSplitAndAgreeWithTheReference(@ForAll long seed) {
        Random random = new Random(seed);
        LengthReference format = format(random);
        byte[] stream = stream(format, random);
        for (Oversize oversize : policies(format.max(), random)) check(format, stream, oversize, random);
    }

    private static void check(LengthReference format, byte[] stream, Oversize oversize, Random random) {
        LengthPrefixed codec = format.codec();
        String what = codec + " " + oversize + " " + HexFormat.of().formatHex(stream);
        LengthReference.Verdict expected = format.decode(stream, oversize);
        Act act = Act.values()[random.nextInt(Act.values().length)];
        Transcript whole = StreamLaws.of(codec).acts(act).framesDoNotDependOnTheSplit(stream, format.max(), oversize);
        assertThat(Told.events(whole)).as(what).isEqualTo(expected.events());
        int decided = expected.decidedBy();
        if (decided < 0) return;
        String error = expected.events().get(expected.events().size() - 1);
        assertThat(Told.open(codec, oversize, Arrays.copyOf(stream, decided)))
                .as(what + " is told by byte " + decided)
                .contains(error);
        assertThat(Told.open(codec, oversize, Arrays.copyOf(stream, decided - 1)))
                .as(what + " is not told before")
                .doesNotContain(error);
    }

    @Property(tries = 3000)
    void decodeInvertsEncode(@ForAll long seed) {
        Random random = new Random(seed);
        LengthReference format = format(random);
        byte[] payload = new byte[random.nextInt(random.nextInt(10) == 0 ? 300 : 40)];
        random.nextBytes(payload);
        byte @Nullable [] expected = format.write(payload);
        byte @Nullable [] written;
        try {
            written = Wire.of(format.codec(), new byte[0], payload);
        } catch (IllegalArgumentException refused) {
            written = null;
        }
        assertThat(written).as("%s, payload of %d", format, payload.length).isEqualTo(expected);
        if (written == null) return;
        int head = written.length - payload.length - format.trailer();
        assertThat(Told.of(format.codec(), Oversize.fail(), written))
                .as(format.toString())
                .containsExactly(
                        "F 0 " + written.length + " " + head + " " + format.trailer() + " "
                                + HexFormat.of().formatHex(payload),
                        "END");
    }

    /** Of every size, payloads too long to try included. */
    @Property(tries = 3000)
    void numbersAreWrittenInTheirShortestFormAndReadBack(@ForAll long seed) {
        Random random = new Random(seed);
        LengthReference format = format(random);
        LengthField field = format.codec().layout.field();
        long value = random.nextLong() >>> 1 + random.nextInt(63);
        int boundary = random.nextInt(10);
        if (boundary < 8) value = Math.max(0, (1L << random.nextInt(63)) - boundary % 2);
        value = Math.min(value, field.maxValue());
        byte @Nullable [] expected = null;
        for (int w = 1; w <= field.maxWidth() && expected == null; w++) expected = format.spelled(value, w);
        ByteBuf out = Unpooled.buffer(field.maxWidth());
        field.write(out, value);
        byte[] written = ByteBufUtil.getBytes(out);
        assertThat(written).as("%s: %s", format, value).isEqualTo(expected);
        LengthField.Reading reading = new LengthField.Reading();
        assertThat(field.read(out, 0, written.length, Long.MAX_VALUE, reading)).isEqualTo(LengthField.Progress.WHOLE);
        assertThat(reading.value).isEqualTo(value);
        assertThat(reading.seen).isEqualTo(written.length).isEqualTo(field.widthOf(value));
    }

    // ------------------------------------------------------------------------------------------------ what is tried

    static LengthReference format(Random random) {
        for (; ; ) {
            LengthReference format = anyFormat(random);
            try {
                format.codec();
                return format;
            } catch (IllegalArgumentException senseless) {
                continue;
            }
        }
    }

    private static LengthReference anyFormat(Random random) {
        String kind = KINDS[random.nextInt(KINDS.length)];
        boolean binary = kind.equals("binary");
        int width = binary || kind.equals("varint") ? 1 + random.nextInt(8) : 1 + random.nextInt(4);
        long mask = 0;
        if (binary && random.nextInt(4) == 0) {
            int low = random.nextInt(4);
            int bits = 1 + random.nextInt(8 * width - low);
            mask = (bits == 64 ? -1L : (1L << bits) - 1) << low;
        }
        boolean raw = random.nextInt(5) == 0;
        byte[] mark = random.nextInt(3) == 0 ? new byte[1 + random.nextInt(3)] : null;
        if (mark != null) random.nextBytes(mark);
        return new LengthReference(
                kind,
                width,
                binary && random.nextBoolean(),
                mask,
                random.nextInt(2) * random.nextInt(5),
                binary ? random.nextInt(2) * random.nextInt(6) : 0,
                raw ? null : Counts.values()[random.nextInt(binary ? 4 : 2)],
                random.nextInt(9) - 4,
                mark != null ? mark.length : random.nextInt(3),
                mark,
                ": ,x\u00fe".charAt(random.nextInt(5)),
                4 + random.nextInt(random.nextBoolean() ? 20 : 300));
    }

    /** Frames, most of them right, and then perhaps anything. */
    private static byte[] stream(LengthReference format, Random random) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int n = random.nextInt(5); n > 0; n--) {
            byte[] payload = new byte[random.nextInt(30)];
            random.nextBytes(payload);
            byte @Nullable [] frame = format.withMax(1000).write(payload); // some are over the limit
            if (frame == null) continue;
            for (int i = 0; i < format.offset(); i++) frame[i] = (byte) random.nextInt(256);
            if (random.nextInt(8) == 0) frame[random.nextInt(frame.length)] ^= (byte) (1 << random.nextInt(8));
            out.writeBytes(frame);
        }
        if (random.nextInt(3) > 0) out.writeBytes(end(format, random));
        return out.toByteArray();
    }

    private static byte[] end(LengthReference format, Random random) {
        byte[] any = new byte[random.nextInt(30)];
        random.nextBytes(any);
        if (format.kind().equals("decimal")) {
            for (int i = format.offset(); i < any.length; i++)
                if (random.nextInt(12) > 0) any[i] = (byte) ('0' + random.nextInt(10));
            if (any.length > 0 && random.nextBoolean()) any[random.nextInt(any.length)] = (byte) format.until();
        } else {
            for (int i = 0; i < any.length; i++)
                if (random.nextBoolean()) any[i] = (byte) (random.nextBoolean() ? 0 : 0x80 | random.nextInt(8));
        }
        return any;
    }

    private static List<Oversize> policies(int max, Random random) {
        List<Oversize> policies =
                new ArrayList<>(List.of(Oversize.fail(), Oversize.skip(), Oversize.parts(0, 1L << 40)));
        int from = random.nextInt(max + 1);
        policies.add(Oversize.parts(from, from + (long) random.nextInt(2 * max)));
        return policies;
    }
}
