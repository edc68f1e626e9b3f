package dev.framing.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.framing.Frame;
import dev.framing.FrameCodec;
import dev.framing.FrameHandler;
import dev.framing.Framer;
import dev.framing.FramingError;
import dev.framing.Leftover;
import dev.framing.OutboundQueue;
import dev.framing.Oversize;
import dev.framing.Part;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/** The laws that every codec keeps, checked against a naive decoder that is given the whole input. */
final class Laws {
    /** What is done at each frame or part. */
    enum Act {
        NONE,
        PAUSE,
        SWITCH,
        RETAIN
    }

    /** A plainly right decoder: the events of a whole stream without any limit, in the form of {@link #run}. */
    interface Naive {
        void decode(byte[] stream, Events out);
    }

    /** What happened, in order, as text. */
    static final class Events {
        final List<String> list = new ArrayList<>();

        void frame(int position, int length, int head, int tail, byte[] payload) {
            list.add("F " + position + " " + length + " " + head + " " + tail + " "
                    + HexFormat.of().formatHex(payload));
        }

        void malformed(int position) {
            list.add("M " + position);
        }

        void truncated(int position) {
            list.add("T " + position);
        }

        void end() {
            list.add("END");
        }
    }

    private static final UnpooledByteBufAllocator ALLOCATOR = new UnpooledByteBufAllocator(false);

    /** Gives what the bytes of a frame that never became whole were, as the last event. */
    static final String UNFINISHED = "U ";

    private Laws() {}

    static byte[] bytes(String latin1) {
        return latin1.getBytes(StandardCharsets.ISO_8859_1);
    }

    // ------------------------------------------------------------------------------------------------ one run

    static List<String> run(FrameCodec codec, byte[] stream, int[] cuts, int max, Oversize oversize, Act act) {
        Recorder r = new Recorder(codec, act, max);
        try {
            feed(codec, stream, cuts, max, oversize, r);
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(
                    "%s max %d %s %s cut at %s bytes %s: %s"
                            .formatted(
                                    codec,
                                    max,
                                    oversize,
                                    act,
                                    Arrays.toString(cuts),
                                    HexFormat.of().formatHex(stream),
                                    e),
                    e);
        }
        r.finish();
        long held = ALLOCATOR.metric().usedHeapMemory() + ALLOCATOR.metric().usedDirectMemory();
        if (held != 0) throw new AssertionError(held + " bytes not released");
        return r.events;
    }

    private static void feed(FrameCodec codec, byte[] stream, int[] cuts, int max, Oversize oversize, Recorder r) {
        try (Framer framer = Framer.builder(codec.newDecoder(), max)
                .oversize(oversize)
                .allocator(ALLOCATOR)
                .build(r)) {
            r.framer = framer;
            int at = 0;
            for (int i = 0; i <= cuts.length; i++) {
                int to = i == cuts.length ? stream.length : cuts[i];
                ByteBuf piece = ALLOCATOR.buffer(to - at + 7).writeZero(3).readerIndex(3);
                framer.offer(piece.writeBytes(stream, at, to - at));
                at = to;
                if ((i & 1) == 0) r.resume(); // sometimes offered while paused
            }
            r.resume();
            framer.end();
            r.resume();
        }
    }

    private static final class Recorder implements FrameHandler {
        final List<String> events = new ArrayList<>();
        final FrameCodec codec;
        final Act act;
        final int max;
        final List<ByteBuf> retained = new ArrayList<>();
        final List<byte[]> copies = new ArrayList<>();
        Framer framer;
        boolean paused;
        ByteArrayOutputStream parts;
        int head;

        Recorder(FrameCodec codec, Act act, int max) {
            this.codec = codec;
            this.act = act;
            this.max = max;
        }

        @Override
        public void onFrame(Frame f) {
            if (paused) throw new AssertionError("delivered while paused");
            if (act == Act.RETAIN) {
                retained.add(f.retain());
                copies.add(f.bytes());
            }
            Part part = f.part();
            if (part == Part.WHOLE || part == Part.FIRST) {
                if (parts != null) throw new AssertionError("a frame in a frame");
                head = f.headLength();
                parts = new ByteArrayOutputStream();
            } else if (f.headLength() != 0) {
                throw new AssertionError("a head in the middle");
            }
            parts.writeBytes(f.bytes());
            if (part == Part.WHOLE || part == Part.LAST) {
                events.add("F " + f.position() + " " + f.length() + " " + head + " " + f.tailLength() + " "
                        + HexFormat.of().formatHex(parts.toByteArray()));
                parts = null;
                if (act == Act.SWITCH && !codec.equals(Stuffed.hdlc()))
                    framer.switchTo(codec.newDecoder(), max, Leftover.KEEP);
            } else if (f.tailLength() != 0) {
                throw new AssertionError("a tail in the middle");
            }
            if (act == Act.PAUSE) {
                framer.pause();
                paused = true;
            }
        }

        void resume() {
            while (paused) {
                paused = false;
                framer.resume();
            }
        }

        @Override
        public void onSkipped(long position, long length) {
            events.add("S " + position + " " + length);
        }

        @Override
        public void onEnd() {
            events.add("END");
        }

        @Override
        public void onError(FramingError error) {
            events.add(error.toString());
        }

        void finish() {
            if (parts != null) events.add(UNFINISHED + HexFormat.of().formatHex(parts.toByteArray()));
            for (int i = 0; i < retained.size(); i++) {
                byte[] now = new byte[retained.get(i).readableBytes()];
                retained.get(i).getBytes(retained.get(i).readerIndex(), now);
                assertThat(now).as("a retained payload changed").isEqualTo(copies.get(i));
                retained.get(i).release();
            }
        }
    }

    // ------------------------------------------------------------------------------------------------ L1

    /** However a stream is cut, the same frames and the same error, and the frames of the naive decoder. */
    static void sameHoweverCut(FrameCodec codec, Naive naive, byte[] stream, int... limits) {
        sameHoweverCut(codec, naive, stream, Act.values(), limits);
    }

    static void sameHoweverCut(FrameCodec codec, Naive naive, byte[] stream, Act[] acts, int... limits) {
        Events want = new Events();
        naive.decode(stream, want);
        for (int max : limits) {
            for (Oversize oversize : policies(max)) {
                List<String> whole = run(codec, stream, new int[0], max, oversize, Act.NONE);
                agree(want.list, whole, max, oversize, stream);
                for (int[] cuts : cuts(stream.length)) {
                    for (Act act : acts) {
                        List<String> got = run(codec, stream, cuts, max, oversize, act);
                        if (!same(whole, got)) {
                            fail("%s max %d %s %s cut at %s%n bytes %s%n whole %s%n got   %s"
                                    .formatted(
                                            codec,
                                            max,
                                            oversize,
                                            act,
                                            Arrays.toString(cuts),
                                            HexFormat.of().formatHex(stream),
                                            whole,
                                            got));
                        }
                    }
                }
            }
        }
    }

    static List<Oversize> policies(int max) {
        return List.of(
                Oversize.fail(),
                Oversize.skip(),
                Oversize.parts(0, max * 3L / 2),
                Oversize.parts(Math.min(max, 5), max * 3L / 2));
    }

    /** For streams that are many. */
    static final Act[] PLAIN = {Act.NONE, Act.PAUSE};

    /** None, every two-way split, one byte at a time, and some at random. */
    static List<int[]> cuts(int length) {
        List<int[]> cuts = new ArrayList<>();
        cuts.add(new int[0]);
        for (int i = 1; i < length; i++) cuts.add(new int[] {i});
        cuts.add(everyByte(length));
        Random random = new Random(length);
        for (int k = 0; k < Math.min(8, length / 2); k++) {
            TreeSet<Integer> at = new TreeSet<>();
            for (int i = 0; i < 4; i++) at.add(1 + random.nextInt(length - 1));
            cuts.add(at.stream().mapToInt(x -> x).toArray());
        }
        return cuts;
    }

    static int[] everyByte(int length) {
        return IntStream.range(1, Math.max(1, length)).toArray();
    }

    /** How much of a frame was told before it proved too long is free; before any other error it is not. */
    private static boolean same(List<String> a, List<String> b) {
        if (a.equals(b)) return true;
        List<String> x = told(a);
        return x.equals(told(b)) && x.get(x.size() - 1).startsWith("FrameTooLong");
    }

    private static List<String> told(List<String> events) {
        int last = events.size() - 1;
        return events.get(last).startsWith(UNFINISHED) ? events.subList(0, last) : events;
    }

    /** The whole run told the naive decoder's events, under this limit. */
    private static void agree(List<String> naive, List<String> whole, int max, Oversize oversize, byte[] stream) {
        long limit = oversize instanceof Oversize.Parts p
                ? p.total()
                : oversize instanceof Oversize.Skip ? Long.MAX_VALUE : max;
        List<String> got = told(whole).stream().map(Laws::brief).toList();
        List<String> want = new ArrayList<>();
        int next = 0;
        for (String event : naive) {
            String e = event;
            String[] words = event.split(" ", -1);
            if (words[0].equals("F")) {
                next = Integer.parseInt(words[1]) + Integer.parseInt(words[2]);
                int length = Integer.parseInt(words[2]);
                if (length > limit) e = "L " + words[1];
                else if (oversize instanceof Oversize.Skip && length > max) e = "S " + words[1] + " " + words[2];
            } else if (!event.equals("END") && want.size() + 1 == got.size()) {
                // a frame that is cut or wrong may have been too long before that
                String last = got.get(want.size());
                if (last.startsWith("L ") && Integer.parseInt(last.substring(2)) >= next) e = last;
            }
            want.add(e);
            if (e.startsWith("L")) break;
        }
        assertThat(got)
                .as("max %d %s bytes %s", max, oversize, HexFormat.of().formatHex(stream))
                .isEqualTo(want);
    }

    private static String brief(String event) {
        String position = event.replaceAll(".*position=(\\d+).*", "$1");
        if (event.startsWith("FrameTooLong")) return "L " + position;
        if (event.startsWith("Malformed")) return "M " + position;
        if (event.startsWith("Truncated")) return "T " + position;
        return event;
    }

    // ------------------------------------------------------------------------------------------------ L11

    /**
     * The error is told at the first byte after which no continuation made of {@code alphabet} could avoid one, for every stream of
     * up to {@code length} such bytes.
     */
    static void earliestVerdict(FrameCodec codec, Naive naive, byte[] alphabet, int length, int max) {
        BiFunction<byte[], Integer, Boolean> isDoomed = (prefix, n) -> doomed(naive, prefix, alphabet, max, n);
        everyStream(alphabet, length, stream -> {
            StringBuilder told = new StringBuilder();
            try (Framer framer = Framer.builder(codec.newDecoder(), max).build(new FrameHandler() {
                @Override
                public void onFrame(Frame frame) {}

                @Override
                public void onError(FramingError error) {
                    told.append(error);
                }
            })) {
                framer.lend(Unpooled.wrappedBuffer(stream));
            }
            boolean must = isDoomed.apply(stream, max + 2);
            assertThat(!told.isEmpty())
                    .as("%s max %d after %s: %s", codec, max, HexFormat.of().formatHex(stream), told)
                    .isEqualTo(must);
        });
    }

    private static boolean doomed(Naive naive, byte[] prefix, byte[] alphabet, int max, int more) {
        Events events = new Events();
        naive.decode(prefix, events);
        for (String event : events.list) {
            String[] words = event.split(" ", -1);
            if (words[0].equals("M")) return true;
            if (words[0].equals("END")) return false;
            if (words[0].equals("T")) {
                if (prefix.length - Integer.parseInt(words[1]) > max) return true;
            } else {
                if (Integer.parseInt(words[2]) > max) return true;
            }
        }
        if (more == 0) return true;
        byte[] longer = Arrays.copyOf(prefix, prefix.length + 1);
        for (byte b : alphabet) {
            longer[prefix.length] = b;
            if (!doomed(naive, longer, alphabet, max, more - 1)) return false;
        }
        return true;
    }

    /** Every byte string of 0 to {@code length} bytes of {@code alphabet}. */
    static void everyStream(byte[] alphabet, int length, java.util.function.Consumer<byte[]> test) {
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

    // ------------------------------------------------------------------------------------------------ L2

    /** What the encoder writes for these payloads, the refused ones left out of them. */
    static byte[] encode(FrameCodec codec, List<byte[]> payloads) {
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        try (OutboundQueue queue = OutboundQueue.of(codec)) {
            payloads.removeIf(payload -> {
                try {
                    queue.frame(Unpooled.wrappedBuffer(new byte[3], payload, new byte[2])
                            .slice(3, payload.length));
                    return false;
                } catch (IllegalArgumentException refused) {
                    return true;
                }
            });
            for (ByteBuf b = queue.poll(); b != null; b = queue.poll()) {
                byte[] some = new byte[b.readableBytes()];
                b.readBytes(some).release();
                wire.writeBytes(some);
            }
        }
        return wire.toByteArray();
    }

    /** The payloads that the stream is decoded to. */
    static List<byte[]> decode(FrameCodec codec, byte[] stream) {
        List<byte[]> payloads = new ArrayList<>();
        List<FramingError> errors = new ArrayList<>();
        try (Framer framer = Framer.of(codec, new FrameHandler() {
            @Override
            public void onFrame(Frame frame) {
                payloads.add(frame.bytes());
            }

            @Override
            public void onError(FramingError error) {
                errors.add(error);
            }
        })) {
            framer.lend(Unpooled.wrappedBuffer(stream));
            if (errors.isEmpty()) framer.end();
        }
        assertThat(errors).as("decoding %s", HexFormat.of().formatHex(stream)).isEmpty();
        return payloads;
    }

    /** Every payload is refused, or comes back as it was. Returns how many came back. */
    static int decodeInvertsEncode(FrameCodec codec, List<byte[]> payloads) {
        List<byte[]> taken = new ArrayList<>(payloads);
        byte[] wire = encode(codec, taken);
        List<byte[]> back = decode(codec, wire);
        assertThat(back)
                .as("%s wrote %s", codec, HexFormat.of().formatHex(wire))
                .usingElementComparator(Arrays::compare)
                .containsExactlyElementsOf(taken);
        return taken.size();
    }
}
