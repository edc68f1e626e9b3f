package dev.framing.testkit;

import dev.framing.FrameCodec;
import dev.framing.OutboundQueue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The streams that a {@link CodecContract} tries: what the encoder wrote, the same damaged, and those that the test gave. */
final class Streams {
    /** About as many bytes a stream: short enough to be cut everywhere. */
    private static final int LENGTH = 110;

    private static final int MOST_FRAMES = 8;
    private static final int TRIES = 200;

    /** A frame as the encoder was given it. */
    record Message(byte[] head, byte[] payload) {}

    /** Frames, and what the encoder made of them. */
    record Written(List<Message> messages, byte[] bytes) {}

    private final List<Written> good = new ArrayList<>();
    private final List<byte[]> all = new ArrayList<>();

    Streams(FrameCodec codec, Function<Random, Message> messages, List<byte[]> given, int count, long seed) {
        for (int i = 0; i < count; i++) {
            Random random = new Random(seed + i);
            Written written = written(codec, messages, random);
            if (written == null) break; // it only decodes
            good.add(written);
            all.add(written.bytes);
            all.add(damaged(written.bytes, random));
            all.add(damaged(damaged(written.bytes, random), random));
        }
        all.addAll(given);
        if (all.isEmpty()) throw new AssertionError(codec + " has no encoder: streams() must give what it decodes");
    }

    /** Several frames by one encoder, or null: there is none. */
    private static @Nullable Written written(FrameCodec codec, Function<Random, Message> messages, Random random) {
        List<Message> taken = new ArrayList<>();
        try (OutboundQueue queue = OutboundQueue.of(codec)) {
            for (int i = 0; i < TRIES && taken.size() < MOST_FRAMES && queue.bytes() < LENGTH; i++) {
                Message message = messages.apply(random);
                try {
                    Wire.write(queue, message.head, message.payload, new CountingAllocator());
                    taken.add(message);
                } catch (IllegalArgumentException refused) {
                    continue; // counted by what is taken
                }
            }
            if (taken.isEmpty()) throw new AssertionError(codec + " refuses everything that payload() makes");
            return new Written(taken, Wire.written(queue));
        } catch (UnsupportedOperationException decodesOnly) {
            return null;
        }
    }

    /** A byte changed, lost, or one too many; or the end missing. */
    private static byte[] damaged(byte[] stream, Random random) {
        if (stream.length == 0) return stream;
        int at = random.nextInt(stream.length);
        byte[] before = Arrays.copyOf(stream, at);
        byte any = random.nextBoolean() ? (byte) random.nextInt(256) : stream[random.nextInt(stream.length)];
        return switch (random.nextInt(4)) {
            case 0 -> before;
            case 1 -> join(before, Arrays.copyOfRange(stream, at + 1, stream.length));
            case 2 -> join(before, new byte[] {any}, Arrays.copyOfRange(stream, at, stream.length));
            default -> join(before, new byte[] {any}, Arrays.copyOfRange(stream, at + 1, stream.length));
        };
    }

    static byte[] join(byte[]... parts) {
        java.io.ByteArrayOutputStream joined = new java.io.ByteArrayOutputStream();
        for (byte[] part : parts) joined.writeBytes(part);
        return joined.toByteArray();
    }

    /** What the encoder wrote. */
    List<Written> good() {
        return good;
    }

    /** All of them. */
    List<byte[]> all() {
        return all;
    }
}
