package dev.framing.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.FrameCodec;
import dev.framing.testkit.Cuts;
import dev.framing.testkit.Event;
import dev.framing.testkit.Feed;
import dev.framing.testkit.Replay;
import dev.framing.testkit.Transcript;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** However the bytes are cut, the frames that come out are the frames that went in. */
class SplitPropertyTest {
    @Provide
    Arbitrary<FrameCodec> codecs() {
        return Arbitraries.of(
                LengthPrefixed.uint8(),
                LengthPrefixed.uint16(),
                LengthPrefixed.varint(),
                LengthPrefixed.builder().decimal(':').trailer(new byte[] {','}).build(),
                Delimited.lf(),
                Delimited.crlf(),
                Delimited.by("\r", "\r\n", "\n"),
                Delimited.builder().delimiter("\n").escape("\\").unescape(true).build());
    }

    @Provide
    Arbitrary<List<byte[]>> payloads() {
        Arbitrary<Byte> bytes =
                Arbitraries.of((byte) 'a', (byte) '\r', (byte) '\n', (byte) '\\', (byte) 0, (byte) 0x80);
        return bytes.array(byte[].class).ofMaxSize(80).list().ofMaxSize(8);
    }

    @Provide
    Arbitrary<Cuts> cuts() {
        Arbitrary<Cuts> at = Arbitraries.integers()
                .between(0, 500)
                .list()
                .ofMaxSize(12)
                .map(offsets ->
                        Cuts.at(offsets.stream().mapToInt(i -> i).sorted().toArray()));
        return Arbitraries.oneOf(at, Arbitraries.integers().between(1, 9).map(Cuts::every));
    }

    @Property(tries = 1000)
    void framesDoNotDependOnTheSplit(
            @ForAll("codecs") FrameCodec codec,
            @ForAll("payloads") List<byte[]> payloads,
            @ForAll("cuts") Cuts cuts,
            @ForAll Feed feed) {
        List<byte[]> taken = new ArrayList<>(payloads);
        byte[] wire = Exhaustive.encode(codec, taken);
        Transcript told = Replay.of(codec).cuts(cuts).feed(feed).run(wire);
        assertThat(told.frames().stream().map(Event.Framed::payload).toList())
                .usingElementComparator(Arrays::compare)
                .containsExactlyElementsOf(taken);
        assertThat(told.events()).hasSize(taken.size() + 1).last().isEqualTo(new Event.Ended());
    }
}
