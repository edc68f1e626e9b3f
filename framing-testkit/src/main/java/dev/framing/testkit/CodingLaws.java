package dev.framing.testkit;

import dev.framing.FrameCodec;
import dev.framing.OutboundQueue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.function.Function;

/** L2: what is written is read, and what would not be is not written. */
final class CodingLaws {
    private static final int JUNK = 400;
    /** Limits up to this many bytes are tried with a payload of that length. */
    private static final int LARGEST = 1 << 20;

    private final FrameCodec codec;
    private final Function<Random, byte[]> heads;
    private final Random random;

    CodingLaws(FrameCodec codec, Function<Random, byte[]> heads, long seed) {
        this.codec = codec;
        this.heads = heads;
        random = new Random(seed);
    }

    void decodeInvertsEncode(List<Streams.Written> streams, BiFunction<Random, Integer, byte[]> payloads) {
        for (Streams.Written written : streams) decodes(written);
        if (streams.isEmpty()) return;
        for (int length = Math.min(codec.maxFrameLength(), 1 << 16); length > 0; length /= 4) {
            Streams.Message large = new Streams.Message(heads.apply(random), payloads.apply(random, length));
            if (accepts(large)) decodes(written(List.of(large, large)));
        }
    }

    private void decodes(Streams.Written written) {
        Transcript told = Replay.of(codec).run(written.bytes());
        List<Event.Framed> frames = told.frames();
        boolean same =
                frames.size() == written.messages().size() && told.events().size() == frames.size() + 1;
        for (int i = 0; same && i < frames.size(); i++) {
            Streams.Message message = written.messages().get(i);
            same = Arrays.equals(frames.get(i).payload(), message.payload())
                    && isCarried(message.head(), frames.get(i).head());
        }
        if (same && told.error().isEmpty()) return;
        StringBuilder what = new StringBuilder("what was encoded is not what is decoded:\n");
        for (Streams.Message m : written.messages())
            what.append("  ").append(Transcript.hex(m.head())).append(" | ").append(Transcript.hex(m.payload()));
        throw new AssertionError(what + "\nwritten " + Transcript.hex(written.bytes()) + "\ntold\n" + told);
    }

    /** The bytes that were given stand in the head, in order; those that the encoder derived stand between them. */
    private static boolean isCarried(byte[] given, byte[] head) {
        int found = 0;
        for (int i = 0; i < head.length && found < given.length; i++) if (head[i] == given[found]) found++;
        return found == given.length;
    }

    // ------------------------------------------------------------------------------------------------ refused

    void whatItCannotCarryIsRefused(
            List<Streams.Written> streams, List<byte[]> refused, BiFunction<Random, Integer, byte[]> payloads) {
        for (byte[] payload : refused)
            if (accepts(new Streams.Message(heads.apply(random), payload)))
                throw new AssertionError("not refused: " + Transcript.hex(payload));
        for (Streams.Written written : streams) {
            Streams.Message good = written.messages().get(0);
            for (int i = 0; i < JUNK; i++) {
                Streams.Message any = new Streams.Message(heads.apply(random), junk(written));
                if (!accepts(any)) continue;
                decodes(written(List.of(any)));
                decodes(written(List.of(good, any, good)));
            }
        }
        if (!streams.isEmpty() && codec.maxFrameLength() <= LARGEST) theLimitIsTheDecoders(payloads);
    }

    /** Payloads made of what matters to the format: pieces of its frames, and of anything. */
    private byte[] junk(Streams.Written written) {
        byte[] wire = written.bytes();
        int from = random.nextInt(wire.length + 1);
        byte[] piece = Arrays.copyOfRange(wire, from, from + random.nextInt(wire.length - from + 1));
        int which = random.nextInt(4);
        byte[] any = new byte[random.nextInt(5)];
        random.nextBytes(any);
        if (which == 0) return any;
        if (which == 1) return piece;
        byte[] payload = written.messages()
                .get(random.nextInt(written.messages().size()))
                .payload();
        int at = random.nextInt(payload.length + 1);
        byte[] inside = which == 2 ? any : Arrays.copyOf(piece, Math.min(piece.length, 3));
        return Streams.join(Arrays.copyOf(payload, at), inside, Arrays.copyOfRange(payload, at, payload.length));
    }

    /** The longest payload that is accepted comes back, and one too long is refused. */
    private void theLimitIsTheDecoders(BiFunction<Random, Integer, byte[]> payloads) {
        int max = codec.maxFrameLength();
        byte[] head = heads.apply(random);
        if (payloads.apply(random, max + 1).length <= max) return; // it has no such payloads
        if (accepts(new Streams.Message(head, payloads.apply(random, max + 1))))
            throw new AssertionError("a payload of " + (max + 1) + " bytes is not refused, the limit is " + max);
        int accepted = 0;
        int tooLong = max + 1;
        while (tooLong - accepted > 1) {
            int length = (accepted + tooLong) >>> 1;
            if (accepts(new Streams.Message(head, payloads.apply(random, length)))) accepted = length;
            else tooLong = length;
        }
        Streams.Message longest = new Streams.Message(head, payloads.apply(random, accepted));
        if (accepts(longest)) decodes(written(List.of(longest)));
    }

    /** Is it written? If not, nothing of it is. */
    private boolean accepts(Streams.Message message) {
        try (OutboundQueue queue = OutboundQueue.of(codec)) {
            try {
                Wire.write(queue, message.head(), message.payload(), new CountingAllocator());
                return true;
            } catch (IllegalArgumentException refused) {
                if (queue.bytes() == 0) return false;
                throw new AssertionError(
                        "refused, but " + queue.bytes() + " bytes of it were written: "
                                + Transcript.hex(message.payload()),
                        refused);
            }
        }
    }

    private Streams.Written written(List<Streams.Message> messages) {
        try (OutboundQueue queue = OutboundQueue.of(codec)) {
            List<Streams.Message> taken = new ArrayList<>(messages);
            for (Streams.Message m : taken) Wire.write(queue, m.head(), m.payload(), new CountingAllocator());
            return new Streams.Written(taken, Wire.written(queue));
        }
    }
}
