package dev.framing.codec;

import static dev.framing.codec.HeaderTold.text;
import static dev.framing.testkit.Wire.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.framing.Frame;
import dev.framing.FrameCodec;
import dev.framing.FrameHandler;
import dev.framing.Framer;
import dev.framing.FramingError;
import dev.framing.Oversize;
import dev.framing.codec.HeaderFramed.Body;
import dev.framing.scan.Examined;
import dev.framing.testkit.Act;
import dev.framing.testkit.Cuts;
import dev.framing.testkit.Feed;
import dev.framing.testkit.Replay;
import dev.framing.testkit.StreamLaws;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderFramedTest {
    private static final HeaderFramed LSP = HeaderFramed.contentLength();

    // ------------------------------------------------------------------------------------------------ the laws

    static Stream<String> streams() {
        return Stream.concat(
                Stream.of(
                        "",
                        "Content-Length: 5\r\n\r\nhello",
                        "Content-Length: 2\r\n\r\n{}Content-Length: 0\r\n\r\nContent-Length: 3\r\n\r\nabc",
                        "Content-Length: 4\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\nn\u00fcllA: b\r\nc-l:\r\ncontent-LENGTH:\t007 \t\r\nd:\t e f \t\r\n\r\n\r\n\r\n\r\n\r\n",
                        "a:\r\nContent-Lengthy: 9\r\nContent-Lengt: 8\r\nContent-Length:1\r\n\r\n.",
                        "Content-Length: 40\r\n\r\n0123456789012345678901234567890123456789Content-Length: 1\r\n\r\n!",
                        "Content-Length: 99999999999999999999999999\r\n\r\nabc",
                        "Content-Length: 9223372036854775807\r\n\r\nabc",
                        "Content-Length: 70\r\n\r\nabc",
                        "a: b\r\n\r\n",
                        "a: b\r\n\rx"),
                verdicts().map(row -> ((String) row.get()[1]).replace("»", "")));
    }

    static List<HeaderFramed> limits() {
        return List.of(
                LSP,
                HeaderFramed.builder().max(64).build(),
                HeaderFramed.builder().max(40).fields(2).build(),
                HeaderFramed.builder().max(200).head(30).build(),
                HeaderFramed.builder().max(200).head(21).fields(1).build(),
                HeaderFramed.builder().max(23).build(),
                HeaderFramed.builder().max(20).build(),
                HeaderFramed.builder().fields(1).build(),
                HeaderFramed.builder().body(Body.CONTENT_LENGTH_OPTIONAL).max(6).build(),
                HeaderFramed.builder().body(Body.CONTENT_LENGTH_OPTIONAL).build(),
                HeaderFramed.builder()
                        .body(Body.CONTENT_LENGTH_OPTIONAL)
                        .max(40)
                        .head(26)
                        .fields(2)
                        .build());
    }

    static List<Oversize> policies(int max) {
        return List.of(
                Oversize.fail(),
                Oversize.skip(),
                Oversize.parts(0, max + max / 2L),
                Oversize.parts(Math.min(16, max), max + max / 2L));
    }

    @ParameterizedTest
    @MethodSource("streams")
    void framesDoNotDependOnTheSplit(String wire) {
        byte[] stream = bytes(wire);
        for (HeaderFramed codec : limits()) {
            for (Oversize oversize : policies(codec.maxFrameLength())) {
                StreamLaws.of(codec)
                        .acts(Act.NONE, Act.PAUSE)
                        .framesDoNotDependOnTheSplit(stream, codec.maxFrameLength(), oversize);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("streams")
    void agreesWithTheReference(String wire) {
        for (HeaderFramed codec : limits()) {
            for (Oversize oversize : policies(codec.maxFrameLength())) agree(codec, oversize, bytes(wire));
        }
    }

    @Test
    void agreesWithTheReferenceOnDamagedStreams() {
        Random random = new Random(20261122);
        List<String> good = streams().toList();
        List<HeaderFramed> limits = limits();
        String bytes = "\r\n\t :-aC0159\u0000\u007f\u0080\"";
        for (int run = 0; run < 30_000; run++) {
            StringBuilder wire = new StringBuilder(good.get(random.nextInt(good.size())));
            for (int n = random.nextInt(4); n >= 0; n--) {
                int at = random.nextInt(wire.length() + 1);
                switch (random.nextInt(3)) {
                    case 0 -> wire.insert(at, bytes.charAt(random.nextInt(bytes.length())));
                    case 1 -> wire.delete(at, Math.min(wire.length(), at + 1 + random.nextInt(3)));
                    default -> wire.insert(at, good.get(random.nextInt(good.size())));
                }
                wire.setLength(Math.min(wire.length(), 160));
            }
            byte[] stream = bytes(wire.toString());
            HeaderFramed codec = limits.get(random.nextInt(limits.size()));
            Oversize oversize = policies(codec.maxFrameLength()).get(random.nextInt(4));
            agree(codec, oversize, stream);
            Replay whole = Replay.of(codec).oversize(oversize);
            Replay cut = whole.cuts(Cuts.random(random.nextLong()))
                    .feed(Feed.values()[random.nextInt(Feed.values().length)])
                    .act(Act.values()[random.nextInt(Act.values().length)]);
            StreamLaws.of(codec).same(cut, stream, whole.run(stream));
        }
    }

    private static void agree(HeaderFramed codec, Oversize oversize, byte[] stream) {
        assertThat(HeaderTold.of(codec, oversize, stream))
                .as("%s %s of %s", codec, oversize, text(stream))
                .isEqualTo(new HeaderReference(codec, oversize).run(stream));
    }

    /** With one byte fewer there is no verdict, with it there is: for every stream and limit. */
    @ParameterizedTest
    @MethodSource("streams")
    void theVerdictComesWithTheByteThatMakesItCertain(String wire) {
        byte[] stream = bytes(wire);
        for (HeaderFramed codec : limits()) {
            for (int n = 0; n <= stream.length; n++) {
                byte[] prefix = Arrays.copyOf(stream, n);
                List<String> expected = new HeaderReference(codec, Oversize.fail()).run(prefix);
                assertThat(HeaderTold.of(codec, Oversize.fail(), prefix))
                        .as("%s of %s", codec, text(prefix))
                        .isEqualTo(expected);
            }
        }
    }

    /** The shortest block that a prefix can become is known to the byte: at every limit the same verdict at the same byte. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 1\r\nContent-Length",
                "Content-Length: 1 \r\na: b\r\n\r\n.",
                "a: b\r\nContent-Len: b\r\n\rx",
                "a:b\r\n\r\n",
                ": b",
                "conx: y\r\ncontent-length: 01"
            })
    void everyLimitIsToldAtItsByte(String wire) {
        for (int n = 1; n <= wire.length(); n++) {
            byte[] prefix = bytes(wire.substring(0, n));
            for (int limit = 0; limit < n + 24; limit++) {
                for (Body body : List.of(Body.CONTENT_LENGTH, Body.CONTENT_LENGTH_OPTIONAL)) {
                    if (limit < (body == Body.CONTENT_LENGTH ? 20 : 6)) continue; // the shortest block
                    HeaderFramed.Builder codec =
                            HeaderFramed.builder().body(body).max(limit);
                    agree(codec.build(), Oversize.fail(), prefix);
                    agree(codec.max(100).head(limit).build(), Oversize.fail(), prefix);
                }
            }
        }
    }

    // ------------------------------------------------------------------------------------------------ the table

    static Stream<Arguments> verdicts() {
        String ok = "Content-Length: 1\r\n";
        return Stream.of(
                // accepted
                row("whitespace around a value is trimmed", ok + "a: \t b\tc \t \r\n\r\n."),
                row("no whitespace around a value", "Content-Length:1\r\na:b\r\n\r\n."),
                row("an empty value", ok + "a:\r\nb: \r\n\r\n."),
                row("HTAB and 0x80 to 0xff inside a value", ok + "a: b\tc\u0080\u00ff\r\n\r\n."),
                row("every token character in a name", ok + "!#$%&'*+-.^_`|~09azAZ: b\r\n\r\n."),
                row("Content-Length in any case", "cONTENT-lENGTH: 1\r\n\r\n."),
                row("leading zeros", "Content-Length: 00000000000000000000000000001\r\n\r\n."),
                row("whitespace after Content-Length", "Content-Length: 1 \t\r\n\r\n."),
                row("length zero", "Content-Length: 0\r\n\r\n"),
                row("Content-Length not the first", "a: b\r\n" + ok + "\r\n."),
                // malformed at »
                row("an empty line first", "»\r\n" + ok + "\r\n."),
                row("LF first", "»\n" + ok + "\r\n."),
                row("NUL first", "»\0" + ok + "\r\n."),
                row("a byte order mark first", "»\u00ef\u00bb\u00bf" + ok + "\r\n."),
                row("whitespace first", "» " + ok + "\r\n."),
                row("a start line", "GET» / HTTP/1.1\r\n" + ok + "\r\n."),
                row("a line that ends with bare LF", "Content-Length: 1»\n\r\n."),
                row("another value that ends with bare LF", ok + "a: b»\n\r\n."),
                row("an empty line of bare LF", ok + "»\n."),
                row("bare CR in a name", ok + "a»\rb: c\r\n\r\n."),
                row("bare CR in a value", ok + "a: b\r»c\r\n\r\n."),
                row("bare CR before a value", ok + "a:\r»b\r\n\r\n."),
                row("bare CR in Content-Length", "Content-Length: 1\r»1\r\n\r\n."),
                row("CR CR LF", ok + "a: b\r»\r\n\r\n."),
                row("an empty line of bare CR", ok + "\r»."),
                row("a line folded with SP", ok + "a: b\r\n» c\r\n\r\n."),
                row("a line folded with HTAB", ok + "a: b\r\n»\tc\r\n\r\n."),
                row("SP before the colon", ok + "a» : b\r\n\r\n."),
                row("HTAB before the colon", ok + "a»\t: b\r\n\r\n."),
                row("SP before the colon of Content-Length", "Content-Length» : 1\r\n\r\n."),
                row("a line without colon", ok + "abc»\r\n\r\n."),
                row("an empty name", ok + "»: b\r\n\r\n."),
                row("a name with a separator", ok + "a»(b: c\r\n\r\n."),
                row("a name in quotes", ok + "»\"a\": c\r\n\r\n."),
                row("a name with 0x80", ok + "a»\u0080: c\r\n\r\n."),
                row("NUL in a value", ok + "a: b»\0c\r\n\r\n."),
                row("NUL as a value", ok + "a: »\0\r\n\r\n."),
                row("VT in a value", ok + "a: b»\u000b\r\n\r\n."),
                row("DEL in a value", ok + "a: b»\u007fc\r\n\r\n."),
                row("Content-Length empty", "Content-Length:»\r\n\r\n."),
                row("Content-Length of whitespace", "Content-Length: \t»\r\n\r\n."),
                row("Content-Length with plus", "Content-Length: »+1\r\n\r\n."),
                row("Content-Length with minus", "Content-Length: »-1\r\n\r\n."),
                row("Content-Length in hex", "Content-Length: 0»x1\r\n\r\n."),
                row("Content-Length with fraction", "Content-Length: 1».0\r\n\r\n."),
                row("Content-Length with underscore", "Content-Length: 1»_0\r\n\r\n."),
                row("Content-Length with exponent", "Content-Length: 1»e1\r\n\r\n."),
                row("Content-Length with space inside", "Content-Length: 1 »0\r\n\r\n."),
                row("Content-Length in quotes", "Content-Length: »\"1\"\r\n\r\n."),
                row("Content-Length in other digits", "Content-Length: »\u00b2\r\n\r\n."),
                row("Content-Length followed by VT", "Content-Length: 1»\u000b\r\n\r\n."),
                row("a list of equal lengths", "Content-Length: 1», 1\r\n\r\n."),
                row("a list of different lengths", "Content-Length: 1»,2\r\n\r\n."),
                row("Content-Length twice, equal", ok + "Content-Length»: 1\r\n\r\n."),
                row("Content-Length twice, different", ok + "content-length»: 2\r\n\r\n."),
                row("no Content-Length", "Content-Type: text\r\n\r»\n."));
    }

    /** A block, a '»' before the byte that is malformed; none: the block is right and a body of its length follows. */
    private static Arguments row(String name, String wire) {
        return Arguments.of(name, wire);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("verdicts")
    void theStrictTable(String name, String marked) {
        int malformed = marked.indexOf('»');
        byte[] stream = bytes(marked.replaceFirst("»", ""));
        byte[] prefixed = bytes("Content-Length: 2\r\n\r\n{}" + text(stream));
        for (byte[] wire : List.of(stream, prefixed)) {
            int before = wire.length - stream.length;
            List<String> events = HeaderTold.of(LSP, Oversize.fail(), wire);
            assertThat(events).hasSize(before == 0 ? 1 + (malformed < 0 ? 1 : 0) : 2 + (malformed < 0 ? 1 : 0));
            assertThat(events.get(events.size() - 1))
                    .isEqualTo(malformed < 0 ? "end" : "malformed " + (before + malformed));
        }
    }

    @Test
    void aMessageNamesTheByteAndTheRule() {
        assertThat(error(LSP, "Content-Length: 5\r\nFoo : bar").message())
                .isEqualTo("malformed at byte 22: whitespace before the colon of a header field, found 0x20");
        assertThat(error(HeaderFramed.builder().head(30).build(), "Content-Length: 5\r\nContent-Type: application/json")
                        .message())
                .isEqualTo("frame at byte 0 is too long: more than 30 bytes of header block");
        assertThat(error(
                                HeaderFramed.builder().fields(1).build(),
                                "Content-Length: 5\r\nContent-Type: application/json")
                        .message())
                .isEqualTo("frame at byte 0 is too long: more than 1 header fields");
        assertThat(error(HeaderFramed.builder().max(64).build(), "Content-Length: 100\r\n\r\n")
                        .message())
                .isEqualTo("frame at byte 0 is too long: more than 64 bytes");
        assertThat(error(LSP, "GET / HTTP/1.1\r\n").message()).contains("HTTP client");
    }

    private static FramingError error(FrameCodec codec, String wire) {
        return Replay.of(codec).withoutEnd().run(bytes(wire)).error().get();
    }

    // ------------------------------------------------------------------------ bounded work and memory

    static Stream<String> longBlocks() {
        String ok = "Content-Length: 0\r\n";
        return Stream.of(
                ok + "a: " + "b".repeat(1 << 20) + "\r\n\r\n",
                ok + "a:" + " ".repeat(1 << 20) + "\r\n\r\n",
                ok + "a:b" + " ".repeat(1 << 20) + "c\r\n\r\n",
                ok + "a:b" + " ".repeat(1 << 20) + "\r\n\r\n",
                ok + "a".repeat(1 << 20) + ":\r\n\r\n",
                ok + "a:\r\n".repeat(1 << 18) + "\r\n",
                "Content-Lengt:\r\n".repeat(1 << 16) + ok + "\r\n",
                "Content-Length: " + "0".repeat(1 << 20) + "\r\n\r\n",
                "Content-Length: 1" + " ".repeat(1 << 20) + "\r\n\r\n.",
                "Content-Length: 1048576\r\n\r\n" + " ".repeat(1 << 20));
    }

    @ParameterizedTest
    @MethodSource("longBlocks")
    void oneByteAtATimeIsLinear(String wire) {
        HeaderFramed codec = HeaderFramed.builder()
                .max(4 << 20)
                .head(2 << 20)
                .fields(1 << 20)
                .build();
        byte[] stream = bytes(wire);
        int[] frames = {0};
        assertThat(Examined.ON).isTrue();
        try (Framer framer = Framer.of(codec, frame -> frames[0]++)) {
            Examined.reset();
            for (byte b : stream) {
                framer.room(4096).writeByte(b);
                framer.received();
            }
        }
        assertThat(frames[0]).isOne();
        assertThat(Examined.bytes()).isLessThanOrEqualTo(2L * stream.length);
    }

    @Test
    void aHeaderBombIsRefusedInBoundedMemory() {
        for (String bomb : List.of("a: b\r\n", "a", "Content-Length:", " ")) {
            long[] most = {0};
            FramingError[] error = {null};
            FrameHandler handler = new FrameHandler() {
                @Override
                public void onFrame(Frame frame) {}

                @Override
                public void onError(FramingError first) {
                    error[0] = first;
                }
            };
            int sent = 0;
            try (Framer framer = Framer.of(LSP, handler)) {
                framer.lend(Unpooled.wrappedBuffer(bytes("a: b\r\nc: d")));
                while (error[0] == null && sent < 1 << 20) {
                    framer.lend(Unpooled.wrappedBuffer(bytes(bomb)));
                    sent += bomb.length();
                    most[0] = Math.max(most[0], framer.heldBytes());
                }
            }
            assertThat(error[0]).isNotNull();
            assertThat(most[0]).isLessThanOrEqualTo(2 * HeaderFramed.DEFAULT_HEAD + 1024);
        }
    }

    @Test
    void nothingIsAllocatedPerFrame() {
        byte[] one = bytes("Content-Length: 5\r\nContent-Type: text\r\n\r\nhello");
        ByteBuf many = Unpooled.buffer(one.length * 1000);
        for (int i = 0; i < 1000; i++) many.writeBytes(one);
        long[] frames = {0};
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Framer framer = Framer.of(LSP, frame -> frames[0] += frame.payloadLength())) {
            long least = Long.MAX_VALUE;
            for (int run = 0; run < 20; run++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                framer.lend(many.duplicate());
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertThat(frames[0]).isEqualTo(20L * 1000 * 5);
            assertThat(least).isLessThan(1000); // less than a byte for each frame: what lend itself needs
        } finally {
            many.release();
        }
    }

    /** Whole, put together, in parts, or paused: between two frames no table of fields is held, and the next one is not made anew. */
    @Test
    void anIdleStreamHoldsNoTable() {
        String frame = "a: b\r\n".repeat(50) + "Content-Length: 9\r\n\r\n123456789";
        for (Oversize policy : List.of(Oversize.fail(), Oversize.parts(0, 1000))) {
            for (int cut : new int[] {0, 10, 325, 330}) {
                List<Headers> told = new ArrayList<>();
                Framer framer = Framer.builder(LSP).oversize(policy).build(f -> {
                    Headers headers = f.detail(Headers.class).getOrNull();
                    if (headers == null) return;
                    assertThat(headers.capacity()).isGreaterThanOrEqualTo(51);
                    assertThat(headers.value(50)).isEqualTo("9");
                    told.add(headers);
                });
                framer.offer(Unpooled.wrappedBuffer(bytes(frame.substring(0, cut))));
                framer.offer(Unpooled.wrappedBuffer(bytes(frame.substring(cut))));
                assertThat(told).hasSize(1);
                assertThat(told.get(0).capacity())
                        .as("%s, cut at %d", policy, cut)
                        .isZero();
                framer.close();
            }
        }
    }

    /** Whoever paused in onFrame may look at the fields until the next call. */
    @Test
    void fieldsOutliveTheCallbackThatPaused() {
        List<Frame> told = new ArrayList<>();
        Framer[] framer = new Framer[1];
        framer[0] = Framer.of(LSP, frame -> {
            told.add(frame);
            framer[0].pause();
        });
        framer[0].room(64).writeBytes(bytes("Content-Length: 1\r\nA: b\r\n\r\n."));
        framer[0].received();
        assertThat(told.get(0).detail(Headers.class).get()).hasToString("Content-Length: 1\nA: b");
        framer[0].resume();
        assertThat(told.get(0).detail(Headers.class).isDefined()).isFalse();
        framer[0].close();
    }

    /** Body, chunk line and trailers have limits of their own, whatever the policy. */
    @Test
    void theBodyHasItsLimits() {
        HeaderFramed chunked = HeaderFramed.builder()
                .body(Body.CHUNKED)
                .content(5)
                .chunkLine(8)
                .trailer(10)
                .build();
        assertThat(chunked)
                .hasToString("headers(body=chunked, max=16m, content=5, chunk-line=8, trailer=10)")
                .isEqualTo(chunked.toBuilder().build());
        String head = "a: b\r\n\r\n";
        for (Oversize policy : List.of(Oversize.fail(), Oversize.parts(0, 1 << 20), Oversize.skip())) {
            assertThat(limit(chunked, policy, head + "5;abcd\r\nhello\r\n0\r\nc: def\r\n\r\n"))
                    .isEmpty();
            assertThat(limit(chunked, policy, head + "6")).isEqualTo("more than 5 bytes of body");
            assertThat(limit(chunked, policy, head + "1;abcde")).isEqualTo("more than 8 bytes of a chunk line");
            assertThat(limit(chunked, policy, head + "0\r\nc: defg")).isEqualTo("more than 10 bytes of trailers");
            HeaderFramed counted = HeaderFramed.builder().content(5).build();
            assertThat(limit(counted, policy, "Content-Length: 5\r\n\r\nhello")).isEmpty();
            assertThat(limit(counted, policy, "Content-Length: 6")).isEqualTo("more than 5 bytes of body");
        }
        assertThat(HeaderFramed.builder().chunkLine(8).validate().isInvalid()).isTrue();
    }

    private static String limit(FrameCodec codec, Oversize policy, String stream) {
        FramingError error = Replay.of(codec)
                .oversize(policy)
                .cuts(Cuts.oneByte())
                .withoutEnd()
                .run(bytes(stream))
                .error()
                .getOrNull();
        return error == null ? "" : error.message().replaceAll(".*too long: ", "");
    }

    // ------------------------------------------------------------------------------------------------ the value

    @Test
    void theTextFormSaysWhatIsNotDefault() {
        assertThat(LSP).hasToString("headers(body=content-length, max=16m)");
        HeaderFramed other = HeaderFramed.builder()
                .body(Body.CONTENT_LENGTH_OPTIONAL)
                .max(1000)
                .head(64)
                .fields(7)
                .build();
        assertThat(other).hasToString("headers(body=content-length?, max=1000, head=64, fields=7)");
        assertThat(HeaderFramed.builder().max(65536).head(2048).build())
                .hasToString("headers(body=content-length, max=64k, head=2k)");
    }

    @Test
    void equalConfigurationsAreEqual() {
        for (HeaderFramed codec : limits()) {
            for (HeaderFramed other : limits()) {
                assertThat(codec.equals(other)).isEqualTo(codec.toString().equals(other.toString()));
            }
            assertThat(codec.toBuilder().build()).isEqualTo(codec).hasSameHashCodeAs(codec);
        }
        assertThat(LSP.toBuilder().max(100).build().head()).isEqualTo(100);
    }

    @Test
    void everyReasonIsToldAtOnce() {
        assertThatThrownBy(
                        () -> HeaderFramed.builder().max(30).head(31).fields(-3).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "head 31 is over max 30, which bounds the whole frame; fields -3: a header block has at least 1");
        assertThat(HeaderFramed.builder().validate().isValid()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 21, 22})
    void aLimitIsTheLargestFrameThatPasses(int max) {
        byte[] block = bytes("Content-Length: 0\r\n\r\n");
        List<String> events = HeaderTold.of(HeaderFramed.builder().max(max).build(), Oversize.fail(), block);
        assertThat(events.get(0)).startsWith(max < 21 ? "too long 0" : "frame 0");
    }
}
