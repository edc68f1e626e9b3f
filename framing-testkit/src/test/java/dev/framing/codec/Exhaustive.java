package dev.framing.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.FrameCodec;
import dev.framing.FramingError;
import dev.framing.OutboundQueue;
import dev.framing.Oversize;
import dev.framing.testkit.Act;
import dev.framing.testkit.Event;
import dev.framing.testkit.Reading;
import dev.framing.testkit.Reference;
import dev.framing.testkit.Replay;
import dev.framing.testkit.StreamLaws;
import dev.framing.testkit.Transcript;
import dev.framing.testkit.Wire;
import io.netty.buffer.Unpooled;
import io.vavr.control.Option;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;

/** The laws over every stream of a few bytes that matter. */
final class Exhaustive {
    private Exhaustive() {}

    /** Every byte string of 0 to {@code length} bytes of {@code alphabet}. */
    static void everyStream(byte[] alphabet, int length, Consumer<byte[]> test) {
        for (int n = 0; n <= length; n++) {
            long count = 1;
            for (int i = 0; i < n; i++) count *= alphabet.length;
            for (long k = 0; k < count; k++) {
                byte[] stream = new byte[n];
                long rest = k;
                for (int i = 0; i < n; i++, rest /= alphabet.length)
                    stream[i] = alphabet[(int) (rest % alphabet.length)];
                test.accept(stream);
            }
        }
    }

    /** L1 under every policy, against a naive twin: for streams that are many. */
    static void sameHoweverCut(FrameCodec codec, Reference naive, byte[] stream, int... limits) {
        StreamLaws laws = StreamLaws.of(codec).reference(naive).acts(Act.NONE, Act.PAUSE);
        for (int max : limits) {
            long total = max * 3L / 2;
            laws.framesDoNotDependOnTheSplit(stream, max, Oversize.fail());
            laws.framesDoNotDependOnTheSplit(stream, max, Oversize.skip());
            laws.framesDoNotDependOnTheSplit(stream, max, Oversize.parts(0, total));
            laws.framesDoNotDependOnTheSplit(stream, max, Oversize.parts(Math.min(max, 5), total));
        }
    }

    // ------------------------------------------------------------------------------------------------ L11

    /**
     * The error is told at the first byte after which no continuation made of {@code alphabet} could avoid one, for every stream of
     * up to {@code length} such bytes.
     */
    static void earliestVerdict(FrameCodec codec, Reference naive, byte[] alphabet, int length, int max) {
        everyStream(alphabet, length, stream -> {
            Option<FramingError> told =
                    Replay.of(codec::newDecoder, max).withoutEnd().run(stream).error();
            assertThat(told.isDefined())
                    .as("%s max %d after %s: %s", codec, max, HexFormat.of().formatHex(stream), told)
                    .isEqualTo(doomed(naive, stream, alphabet, max, max + 2));
        });
    }

    private static boolean doomed(Reference naive, byte[] prefix, byte[] alphabet, int max, int more) {
        Reading reading = naive.read(prefix, true);
        Option<Boolean> broken = reading.isBroken(max, Oversize.fail());
        if (broken.isDefined()) return broken.get();
        if (prefix.length - reading.openFrame() > max || more == 0) return true;
        byte[] longer = Arrays.copyOf(prefix, prefix.length + 1);
        for (byte b : alphabet) {
            longer[prefix.length] = b;
            if (!doomed(naive, longer, alphabet, max, more - 1)) return false;
        }
        return true;
    }

    // ------------------------------------------------------------------------------------------------ L2

    /** What the encoder writes for these payloads, the refused ones left out of them. */
    static byte[] encode(FrameCodec codec, List<byte[]> payloads) {
        try (OutboundQueue queue = OutboundQueue.of(codec)) {
            payloads.removeIf(payload -> {
                try {
                    queue.frame(Unpooled.wrappedBuffer(payload));
                    return false;
                } catch (IllegalArgumentException refused) {
                    return true;
                }
            });
            return Wire.written(queue);
        }
    }

    /** The payloads that the stream is decoded to. */
    static List<byte[]> decode(FrameCodec codec, byte[] stream) {
        Transcript told = Replay.of(codec).run(stream);
        assertThat(told.error())
                .as("decoding %s", HexFormat.of().formatHex(stream))
                .isEmpty();
        return told.frames().stream().map(Event.Framed::payload).toList();
    }

    /** Every payload is refused, or comes back as it was. Returns how many came back. */
    static int decodeInvertsEncode(FrameCodec codec, List<byte[]> payloads) {
        List<byte[]> taken = new ArrayList<>(payloads);
        byte[] wire = encode(codec, taken);
        assertThat(decode(codec, wire))
                .as("%s wrote %s", codec, HexFormat.of().formatHex(wire))
                .usingElementComparator(Arrays::compare)
                .containsExactlyElementsOf(taken);
        return taken.size();
    }
}
