package dev.framing.codec;

import static dev.framing.testkit.Wire.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.FrameCodec;
import dev.framing.Framer;
import dev.framing.Oversize;
import dev.framing.RetainedFrame;
import dev.framing.testkit.Cuts;
import dev.framing.testkit.Event;
import dev.framing.testkit.Replay;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where what was told of a message depended on how its bytes were cut. */
class HttpVerdictTest {

    /** Content up to the end was told as it came: all at once it passed the message's limit, which then was the one that counted. */
    @ParameterizedTest
    @ValueSource(ints = {17 + 2 + 4, 17 + 2 + 5, 1 << 10})
    void contentUpToTheEndIsOverItsOwnLimitFirst(int max) {
        FrameCodec codec = HttpResponses.builder().max(max).body(4).build();
        sameForEverySplit(Replay.of(codec), bytes("HTTP/1.1 200 OK\r\n\r\n" + "x".repeat(40)));
        assertThat(Replay.of(codec)
                        .run(bytes("HTTP/1.1 200 OK\r\n\r\n" + "x".repeat(40)))
                        .toString())
                .contains(max == 17 + 2 + 4 ? "more than 23 bytes\"" : "more than 4 bytes of body");
    }

    @Test
    void contentOverItsLimitIsNotTold() {
        FrameCodec codec = HttpResponses.builder().body(4).build();
        StringBuilder told = new StringBuilder();
        Replay parts = Replay.of(codec).oversize(Oversize.parts(0, 1 << 20));
        byte[] wire = bytes("HTTP/1.1 200 OK\r\n\r\nabcdefgh");
        told.append(parts.run(wire));
        assertThat(told).contains("61626364").doesNotContain("6162636465");
    }

    /** The decoder was behind the message when the engine, which had all of it, asked whether its length was announced. */
    @Test
    void aMessageThatIsThereSaysItsLengthToo() {
        byte[] wire = bytes("GET / HTTP/1.1\r\nContent-Length: 1\r\n\r\nx");
        Replay replay = Replay.of(HttpRequests.strict()).oversize(Oversize.parts(0, wire.length - 1));
        sameForEverySplit(replay, wire);
        assertThat(replay.run(wire).toString()).contains("frameLength=" + wire.length);
    }

    /** A message that only its trailers made too long to come whole: they stood with the first part, over bytes not theirs, and not with the last. */
    @Test
    void trailersComeWithTheLastPart() {
        byte[] head = bytes("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
        byte[] wire = bytes(
                new String(head, java.nio.charset.StandardCharsets.ISO_8859_1) + "2\r\nhi\r\n0\r\nDigest: 1\r\n\r\n");
        for (int from = 0; from <= wire.length; from++) {
            Replay replay = Replay.of(HttpRequests.strict()).oversize(Oversize.parts(from, 1 << 20));
            if (from < wire.length) sameForEverySplit(replay, wire);
            List<String> told = new ArrayList<>();
            List<RetainedFrame> kept = new ArrayList<>();
            try (Framer framer = Framer.builder(HttpRequests.strict())
                    .oversize(Oversize.parts(from, 1 << 20))
                    .build(frame -> {
                        told.add(frame.part() + " "
                                + frame.detail(Trailers.class)
                                        .map(Trailers::toString)
                                        .getOrElse("none"));
                        kept.add(frame.keep());
                    })) {
                framer.offer(Unpooled.wrappedBuffer(wire));
            }
            String last = told.get(told.size() - 1);
            assertThat(last).as("from %d", from).isEqualTo((from < wire.length ? "LAST" : "WHOLE") + " Digest: 1");
            assertThat(told.subList(0, told.size() - 1)).allMatch(t -> t.endsWith("none"));
            assertThat(kept.get(kept.size() - 1).detail(Trailers.class).get()).hasToString("Digest: 1");
            kept.forEach(RetainedFrame::close);
        }
    }

    private static void sameForEverySplit(Replay replay, byte[] wire) {
        List<Event> whole = replay.run(wire).events();
        for (Cuts cuts : Cuts.everyTwoWay(wire.length))
            assertThat(replay.cuts(cuts).run(wire).events()).as("%s", cuts).isEqualTo(whole);
        assertThat(replay.cuts(Cuts.oneByte()).run(wire).events()).isEqualTo(whole);
    }
}
