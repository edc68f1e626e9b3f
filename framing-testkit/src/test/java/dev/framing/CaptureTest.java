package dev.framing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.framing.codec.HttpRequests;
import dev.framing.codec.HttpResponses;
import dev.framing.testkit.Cuts;
import dev.framing.testkit.Event;
import dev.framing.testkit.Feed;
import dev.framing.testkit.Replay;
import dev.framing.testkit.Transcript;
import dev.framing.text.Codecs;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Recorded streams of real programs: the frames that their manifests list, however the bytes are cut. */
class CaptureTest {
    /** The codec of a capture's streams, by the beginning of its name. */
    private static final Map<String, String> CODECS = Map.of(
            "dns-tcp", "dns",
            "lsp", "lsp",
            "memcached-binary", "memcached-binary",
            "mqtt", "mqtt",
            "smtp", "smtp",
            "syslog-lf", "syslog-lf",
            "syslog-octet", "syslog-octet(max=64k)", // one message of 20,000 bytes
            "http1", "http-response"); // and requests from the client

    private static final Feed[] FEEDS = {Feed.HEAP, Feed.LENT, Feed.ROOM};

    /**
     * @param ends where the recording proxy's reads ended
     * @param truncated the stream breaks off behind these frames
     */
    record Recorded(String name, FrameCodec codec, byte[] bytes, int[] ends, long[] frames, boolean truncated) {
        @Override
        public String toString() {
            return name;
        }
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void framesAreThoseOfTheManifest(Recorded stream) {
        for (Cuts cuts : List.of(Cuts.at(stream.ends), Cuts.oneByte(), Cuts.whole(), Cuts.random(1), Cuts.random(2))) {
            for (Feed feed : FEEDS) {
                Transcript told = Replay.of(stream.codec).cuts(cuts).feed(feed).run(stream.bytes);
                long[] frames = told.frames().stream()
                        .flatMapToLong(f -> LongStream.of(f.position(), f.length()))
                        .toArray();
                assertThat(frames).as("%s cut %s, %s", stream, cuts, feed).isEqualTo(stream.frames);
                assertThat(told.events()).hasSize(frames.length / 2 + 1).last().satisfies(last -> {
                    if (stream.truncated)
                        assertThat(last)
                                .isInstanceOfSatisfying(
                                        Event.Failed.class,
                                        failed ->
                                                assertThat(failed.error()).isInstanceOf(FramingError.Truncated.class));
                    else assertThat(last).isEqualTo(new Event.Ended());
                });
            }
        }
    }

    @Test
    void everyCaptureIsReadOrKnownNotToBe() throws IOException, URISyntaxException {
        assertThat(directories().map(CaptureTest::codec)).doesNotContainNull();
        assertThat(recorded()).hasSizeGreaterThan(25);
    }

    static List<Recorded> recorded() throws IOException, URISyntaxException {
        List<Recorded> all = new ArrayList<>();
        for (Path directory : directories().toList()) {
            for (String direction : List.of("c2s", "s2c")) {
                FrameCodec codec = codec(directory, direction);
                Path file = directory.resolve(direction + ".bin");
                // what a client sends after DATA is no line
                boolean mail = directory.getFileName().toString().startsWith("smtp") && direction.equals("c2s");
                if (!mail && Files.exists(file) && Files.size(file) > 0) all.add(read(directory, direction, codec));
            }
        }
        return all;
    }

    private static Stream<Path> directories() throws IOException, URISyntaxException {
        Path root = Path.of(CaptureTest.class.getResource("/captures/README.md").toURI())
                .getParent();
        try (Stream<Path> all = Files.list(root)) {
            return all.filter(Files::isDirectory).sorted().toList().stream();
        }
    }

    private static String codec(Path directory) {
        String name = directory.getFileName().toString();
        return CODECS.keySet().stream()
                .filter(name::startsWith)
                .findFirst()
                .map(CODECS::get)
                .orElse(null);
    }

    private static FrameCodec codec(Path directory, String direction) throws IOException {
        FrameCodec codec = Codecs.parse(codec(directory)).get();
        if (!(codec instanceof HttpResponses responses)) return codec;
        if (direction.equals("c2s")) return HttpRequests.strict();
        List<String> methods = words(directory.resolve("manifest.json"), "c2s", "methods");
        return new FrameCodec() { // where a response ends depends on what was asked
            @Override
            public FrameDecoder newDecoder() {
                HttpResponses.Decoder decoder = responses.decoder();
                methods.forEach(decoder::expect);
                return decoder;
            }

            @Override
            public FrameEncoder newEncoder() {
                return responses.newEncoder();
            }

            @Override
            public int maxFrameLength() {
                return responses.maxFrameLength();
            }
        };
    }

    private static Recorded read(Path directory, String direction, FrameCodec codec) throws IOException {
        byte[] bytes = Files.readAllBytes(directory.resolve(direction + ".bin"));
        long[] reads = numbers(directory.resolve("manifest.json"), direction, "reads");
        int[] ends = new int[reads.length];
        int at = 0;
        for (int i = 0; i < ends.length; i++) ends[i] = at += (int) reads[i];
        assertThat(at).as("bytes of all reads of %s %s", directory, direction).isEqualTo(bytes.length);
        long[] frames = numbers(directory.resolve("manifest.json"), direction, "frames");
        boolean truncated = directory.getFileName().toString().startsWith("http1")
                && words(directory.resolve("manifest.json"), direction, "bodies")
                        .contains("unsent body");
        if (truncated) frames = Arrays.copyOf(frames, frames.length - 2); // the last is what came of one
        return new Recorded(directory.getFileName() + " " + direction, codec, bytes, ends, frames, truncated);
    }

    /** The strings of the array {@code field} of the object {@code direction}. */
    private static List<String> words(Path manifest, String direction, String field) throws IOException {
        try (JsonParser json = new JsonFactory().createParser(manifest.toFile())) {
            json.nextToken();
            enter(json, direction);
            enter(json, field);
            List<String> all = new ArrayList<>();
            while (json.nextToken() != JsonToken.END_ARRAY) all.add(json.getText());
            return all;
        }
    }

    /** All numbers of the array {@code field} of the object {@code direction}, however deep. */
    private static long[] numbers(Path manifest, String direction, String field) throws IOException {
        try (JsonParser json = new JsonFactory().createParser(manifest.toFile())) {
            json.nextToken();
            enter(json, direction);
            enter(json, field);
            long[] all = {};
            for (int depth = 1; depth > 0; ) {
                JsonToken token = json.nextToken();
                if (token == JsonToken.START_ARRAY) depth++;
                else if (token == JsonToken.END_ARRAY) depth--;
                else {
                    all = Arrays.copyOf(all, all.length + 1);
                    all[all.length - 1] = json.getLongValue();
                }
            }
            return all;
        }
    }

    /** To the value of {@code field} of the object that begins here. */
    private static void enter(JsonParser json, String field) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            boolean here = json.currentName().equals(field);
            json.nextToken();
            if (here) return;
            json.skipChildren();
        }
        throw new IOException("no " + field);
    }
}
