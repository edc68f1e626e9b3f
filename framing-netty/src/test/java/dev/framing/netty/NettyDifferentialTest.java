package dev.framing.netty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.Frame;
import dev.framing.FrameCodec;
import dev.framing.FrameHandler;
import dev.framing.Framer;
import dev.framing.FramingError;
import dev.framing.FramingException;
import dev.framing.OutboundQueue;
import dev.framing.codec.Delimited;
import dev.framing.codec.FixedLength;
import dev.framing.codec.LengthPrefixed;
import dev.framing.testkit.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DelimiterBasedFrameDecoder;
import io.netty.handler.codec.FixedLengthFrameDecoder;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.LengthFieldPrepender;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.codec.protobuf.ProtobufVarint32FrameDecoder;
import java.io.ByteArrayOutputStream;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Netty's framers and our codecs over the same bytes. Valid streams: the same frames. Invalid ones: ours are the same, or stricter, and
 * every difference is one of {@link Difference}. More runs: {@code -Dframing.differential=1000000}; a run that fails names its seed.
 */
class NettyDifferentialTest {
    private static final int RUNS = Integer.getInteger("framing.differential", 4000);

    /** How the two may differ, once a stream is invalid. But for one of them we tell no frame that Netty does not tell. */
    private enum Difference {
        /** Both fail with the same exception; Netty goes on with what follows, at a place nobody knows. Ours is final. */
        NETTY_GOES_ON_AFTER_AN_ERROR,
        /** The stream ends inside a frame: Netty drops what is left in silence. */
        NETTY_DROPS_A_TRUNCATED_FRAME,
        /** A number of the top half: a negative length for Netty (corrupted), one that is too long for us. */
        NETTY_READS_NUMBERS_AS_SIGNED,
        /** The number ends the frame inside its head, behind the number: a frame for Netty, which knows no head, malformed for us. */
        NETTY_ENDS_FRAMES_INSIDE_THEIR_HEAD,
        /** Netty's varint decoder has no limit. */
        NETTY_HAS_NO_LIMIT,
        /** Our limit is that of the whole frame, the shortest delimiter counted; a line with a longer one may be too long for us. */
        OUR_LIMIT_COUNTS_THE_DELIMITER,
        /** A varint of more bytes than its number needs, or a negative one: Netty reads the first. */
        NETTY_READS_OVERLONG_NUMBERS,
        /**
         * Half a delimiter counts to the frame until the other half comes, and too long is what has arrived: Netty's answer depends on
         * where the reads were cut (netty issue 13088 and its kin). Over the same bytes in one read it is ours, or differs as above.
         */
        NETTY_JUDGES_BY_WHAT_HAS_ARRIVED
    }

    private static final String END = "end";
    private static final String TOO_LONG = "TooLongFrameException";
    private static final String CORRUPTED = "CorruptedFrameException";
    private static final String TRUNCATED = "Truncated";
    /** See {@link Case#strip}. */
    private static final int VARINT = -2;

    /** What came out: frames as hex, then how it ended. */
    private record Told(List<String> frames, String error) {}

    private final Map<Difference, Integer> seen = new EnumMap<>(Difference.class);
    private int equal;
    private int valid;

    // ------------------------------------------------------------------------ the six

    @Test
    void lengthFieldBasedFrameDecoder() {
        run("LengthFieldBasedFrameDecoder", random -> {
            int width = new int[] {1, 2, 3, 4, 8}[random.nextInt(5)];
            int offset = random.nextInt(4);
            int behind = random.nextInt(3); // head bytes behind the number
            int head = offset + width + behind;
            ByteOrder order = random.nextBoolean() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
            LengthPrefixed.Counts counts = LengthPrefixed.Counts.values()[random.nextInt(4)];
            int adjustment = switch (counts) {
                case PAYLOAD -> behind;
                case REST -> 0;
                case FIELD -> -width;
                case FRAME -> -offset - width;
            };
            int max = head + 20 + random.nextInt(40);
            int strip = random.nextInt(head + 1);
            LengthPrefixed codec = LengthPrefixed.builder()
                    .offset(offset)
                    .width(width)
                    .order(order)
                    .head(head)
                    .counts(counts)
                    .max(max)
                    .build();
            return new Case(
                    codec,
                    () -> new LengthFieldBasedFrameDecoder(order, max, offset, width, adjustment, strip, true),
                    strip,
                    max - head,
                    codec + " strip " + strip);
        });
    }

    @Test
    void delimiterBasedFrameDecoder() {
        run("DelimiterBasedFrameDecoder", random -> {
            String[] one = {"\n", "\r\n", "\0", "ab", "||"};
            List<String> all = new ArrayList<>(List.of(one[random.nextInt(one.length)]));
            if (random.nextBoolean()) all.add(one[random.nextInt(one.length)]);
            if (all.size() == 2 && all.get(0).equals(all.get(1))) all.remove(1);
            boolean keep = random.nextInt(4) == 0;
            int max = 20 + random.nextInt(30);
            int shortest = all.stream().mapToInt(String::length).min().getAsInt();
            Delimited.Builder builder = Delimited.builder().keep(keep).max(max + shortest);
            all.forEach(builder::delimiter);
            ByteBuf[] delimiters =
                    all.stream().map(d -> Unpooled.copiedBuffer(Wire.bytes(d))).toArray(ByteBuf[]::new);
            return new Case(
                    builder.build(),
                    () -> new DelimiterBasedFrameDecoder(max, !keep, true, delimiters),
                    -1,
                    max - 2,
                    all + " keep " + keep + " max " + max);
        });
    }

    @Test
    void lineBasedFrameDecoder() {
        run("LineBasedFrameDecoder", random -> {
            boolean keep = random.nextInt(4) == 0;
            int max = 20 + random.nextInt(30);
            return new Case(
                    Delimited.builder()
                            .delimiter("\r\n")
                            .delimiter("\n")
                            .keep(keep)
                            .max(max + 1)
                            .build(),
                    () -> new LineBasedFrameDecoder(max, !keep, true),
                    -1,
                    max - 2,
                    "lines keep " + keep + " max " + max);
        });
    }

    @Test
    void fixedLengthFrameDecoder() {
        run("FixedLengthFrameDecoder", random -> {
            int length = 1 + random.nextInt(40);
            return new Case(
                    FixedLength.of(length), () -> new FixedLengthFrameDecoder(length), 0, length, "fixed " + length);
        });
    }

    @Test
    void protobufVarint32FrameDecoder() {
        run(
                "ProtobufVarint32FrameDecoder",
                random -> new Case(LengthPrefixed.varint(), ProtobufVarint32FrameDecoder::new, VARINT, 300, "varint"));
    }

    /** The sixth writes: the same bytes for the same payload, or both refuse. */
    @Test
    void lengthFieldPrepender() {
        for (int run = 0; run < RUNS; run++) {
            Random random = new Random(run);
            int width = new int[] {1, 2, 3, 4, 8}[random.nextInt(5)];
            boolean itself = random.nextBoolean();
            ByteOrder order = random.nextBoolean() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
            FrameCodec codec = LengthPrefixed.builder()
                    .width(width)
                    .order(order)
                    .counts(itself ? LengthPrefixed.Counts.FRAME : LengthPrefixed.Counts.PAYLOAD)
                    .max((int) Math.min(1 << 20, (1L << Math.min(8 * width, 40)) - 1 + (itself ? 0 : width)))
                    .build();
            byte[] payload = new byte[random.nextInt(8) == 0 ? 200 + random.nextInt(200) : random.nextInt(60)];
            random.nextBytes(payload);
            String netty = written(new LengthFieldPrepender(order, width, 0, itself), payload);
            String ours = written(FramingHandler.builder(codec).encodeOnly().slices(), payload);
            assertThat(ours).as("seed %d: %s", run, codec).isEqualTo(netty);
        }
        System.out.println("LengthFieldPrepender: " + RUNS + " payloads, equal");
    }

    private static String written(ChannelHandler encoder, byte[] payload) {
        EmbeddedChannel channel = new EmbeddedChannel(encoder);
        try {
            if (channel.writeOneOutbound(Unpooled.wrappedBuffer(payload)).cause() != null) return "refused";
            channel.flushOutbound();
            StringBuilder all = new StringBuilder();
            for (ByteBuf b = channel.readOutbound(); b != null; b = channel.readOutbound()) {
                all.append(hex(b));
                b.release();
            }
            return all.toString();
        } catch (RuntimeException e) {
            return "refused";
        } finally {
            channel.finishAndReleaseAll();
        }
    }

    // ------------------------------------------------------------------------ one run

    /**
     * A configuration in both languages.
     *
     * @param strip bytes that Netty takes off the frame's front; -1: it passes on our payload; -2: the same, and numbers are varints
     * @param longest payload that surely fits both
     */
    private record Case(
            FrameCodec codec, java.util.function.Supplier<ChannelHandler> netty, int strip, int longest, String name) {}

    private void run(String name, java.util.function.Function<Random, Case> cases) {
        for (int seed = 0; seed < RUNS; seed++) {
            Random random = new Random(seed);
            Case c = cases.apply(random);
            boolean wellFormed = random.nextInt(3) > 0;
            byte[] stream = wellFormed ? validStream(c, random) : damaged(c, random);
            List<byte[]> reads = cut(stream, random);
            Told netty = netty(c, reads);
            Told ours = ours(c, reads);
            if (!wellFormed && ours.equals(netty)) {
                equal++;
                continue;
            }
            String context = name + " seed " + seed + " " + c.name + " bytes "
                    + HexFormat.of().formatHex(stream) + "\n netty " + netty + "\n ours  " + ours;
            if (wellFormed) {
                valid++;
                assertThat(ours.error).as(context).isEqualTo(END);
                assertThat(ours.frames).as(context).isEqualTo(netty.frames);
                assertThat(netty.error).as(context).isEqualTo(END);
            } else {
                Difference difference = classify(c, stream, netty, ours);
                assertThat(difference)
                        .as("a difference without a name: " + context)
                        .isNotNull();
                seen.merge(difference, 1, Integer::sum);
            }
        }
        System.out.println(name + ": " + valid + " valid streams, equal; " + (RUNS - valid) + " damaged ones, " + equal
                + " equal, " + seen);
    }

    private static Difference classify(Case c, byte[] stream, Told netty, Told ours) {
        Difference difference = stricter(c, netty, ours);
        if (difference != null || !(c.codec instanceof Delimited)) return difference;
        Told atOnce = netty(c, List.of(stream));
        return ours.equals(atOnce) || stricter(c, atOnce, ours) != null
                ? Difference.NETTY_JUDGES_BY_WHAT_HAS_ARRIVED
                : null;
    }

    /** A prefix of what Netty told, and an error where it stops. */
    private static Difference stricter(Case c, Told netty, Told ours) {
        boolean prefix = ours.frames.size() <= netty.frames.size()
                && netty.frames.subList(0, ours.frames.size()).equals(ours.frames);
        if (!prefix || ours.error.equals(END)) return null;
        boolean tooLong = ours.error.equals(TOO_LONG);
        boolean varint = c.strip == VARINT;
        if (netty.error.equals(ours.error)) return Difference.NETTY_GOES_ON_AFTER_AN_ERROR;
        if (netty.error.equals(CORRUPTED) && tooLong) return Difference.NETTY_READS_NUMBERS_AS_SIGNED;
        if (tooLong && varint) return Difference.NETTY_HAS_NO_LIMIT;
        if (tooLong && c.codec instanceof Delimited) return Difference.OUR_LIMIT_COUNTS_THE_DELIMITER;
        if (ours.error.equals(CORRUPTED) && varint) return Difference.NETTY_READS_OVERLONG_NUMBERS;
        if (ours.error.equals(CORRUPTED)
                && c.strip >= 0
                && (netty.error.equals(END) || netty.frames.size() > ours.frames.size()))
            return Difference.NETTY_ENDS_FRAMES_INSIDE_THEIR_HEAD;
        if (netty.error.equals(END) && ours.error.equals(TRUNCATED) && ours.frames.equals(netty.frames))
            return Difference.NETTY_DROPS_A_TRUNCATED_FRAME;
        return null;
    }

    private static byte[] validStream(Case c, Random random) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int n = random.nextInt(6); n >= 0; n--) all.writeBytes(frame(c, random));
        return all.toByteArray();
    }

    private static byte[] frame(Case c, Random random) {
        FrameCodec writer =
                c.codec instanceof Delimited d ? d.toBuilder().keep(false).build() : c.codec;
        for (; ; ) {
            int length = c.codec instanceof FixedLength ? c.longest : random.nextInt(Math.max(1, c.longest));
            byte[] payload = new byte[length];
            random.nextBytes(payload);
            try (OutboundQueue queue = OutboundQueue.of(writer)) {
                queue.frame(Unpooled.wrappedBuffer(payload));
                return Wire.written(queue);
            } catch (IllegalArgumentException e) {
                // holds the delimiter, or will not fit the number: another one
            }
        }
    }

    /** A valid stream in which bytes were changed, inserted or cut off. */
    private static byte[] damaged(Case c, Random random) {
        byte[] stream = validStream(c, random);
        for (int n = 1 + random.nextInt(3); n > 0; n--) {
            if (stream.length == 0) break;
            int at = random.nextInt(stream.length);
            switch (random.nextInt(4)) {
                case 0 -> stream[at] = (byte) random.nextInt();
                case 1 -> stream[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> stream = Arrays.copyOf(stream, at);
                default -> {
                    byte[] longer = new byte[stream.length + 60];
                    System.arraycopy(stream, 0, longer, 0, at);
                    for (int i = at; i < at + 60; i++) longer[i] = (byte) random.nextInt();
                    System.arraycopy(stream, at, longer, at + 60, stream.length - at);
                    stream = longer;
                }
            }
        }
        return stream;
    }

    private static List<byte[]> cut(byte[] stream, Random random) {
        List<byte[]> reads = new ArrayList<>();
        int most = 1 + random.nextInt(40);
        for (int at = 0; at < stream.length; ) {
            int next = Math.min(stream.length, at + 1 + random.nextInt(most));
            reads.add(Arrays.copyOfRange(stream, at, next));
            at = next;
        }
        return reads;
    }

    private static Told netty(Case c, List<byte[]> reads) {
        EmbeddedChannel channel = new EmbeddedChannel(c.netty.get());
        List<String> frames = new ArrayList<>();
        String error = END;
        for (int i = 0; i <= reads.size(); i++) {
            try {
                if (i < reads.size()) channel.writeInbound(Unpooled.wrappedBuffer(reads.get(i)));
                else channel.finish();
            } catch (Exception e) {
                if (error.equals(END)) error = e.getClass().getSimpleName();
            }
            for (ByteBuf b = channel.readInbound(); b != null; b = channel.readInbound()) {
                frames.add(hex(b));
                b.release();
            }
        }
        channel.releaseInbound();
        return new Told(frames, error);
    }

    private static Told ours(Case c, List<byte[]> reads) {
        List<String> frames = new ArrayList<>();
        String[] end = new String[1];
        Framer framer = Framer.of(c.codec, new FrameHandler() {
            @Override
            public void onFrame(Frame frame) {
                int head = c.strip < 0 ? 0 : frame.headLength() - c.strip;
                frames.add(hex(frame.buffer().slice(frame.payloadIndex() - head, head + frame.payloadLength())));
            }

            @Override
            public void onEnd() {
                end[0] = END;
            }

            @Override
            public void onError(FramingError error) {
                end[0] = error instanceof FramingError.Truncated
                        ? TRUNCATED
                        : Mistakes.inWordsOfNetty(new FramingException(error), null)
                                .getClass()
                                .getSimpleName();
            }
        });
        for (byte[] read : reads) framer.offer(Unpooled.wrappedBuffer(read));
        framer.end();
        return new Told(frames, end[0]);
    }

    private static String hex(ByteBuf bytes) {
        return io.netty.buffer.ByteBufUtil.hexDump(bytes);
    }
}
