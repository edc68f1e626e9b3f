package dev.framing.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One direction of a recorded connection: its bytes and what its manifest says of them.
 *
 * @param reads sizes in which it was recorded
 * @param positions of the frames' first bytes, in order
 * @param lengths of the frames, head and tail included
 * @param sha256 of the frames' bytes, chunk lines left out, hex
 * @param truncated the stream breaks off inside a frame, which is none of those counted
 */
record Recording(
        String name, byte[] bytes, int[] reads, long[] positions, long[] lengths, String sha256, boolean truncated) {
    private static final JsonFactory JSON = JsonFactory.builder().build();
    /** What a manifest says of a body that was announced and did not come. */
    private static final String UNSENT = "unsent body";

    int frames() {
        return positions.length;
    }

    long end(int frame) {
        return positions[frame] + lengths[frame];
    }

    /** Where the last whole frame ends. */
    long wholeBytes() {
        return frames() == 0 ? 0 : end(frames() - 1);
    }

    /** From the captures packed into this program. */
    static Recording of(Captures.Entry entry) throws IOException {
        byte[] bytes;
        try (InputStream in = resource(entry.capture() + "/" + entry.direction() + ".bin")) {
            bytes = in.readAllBytes();
        }
        try (InputStream in = resource(entry.capture() + "/manifest.json");
                JsonParser json = JSON.createParser(in)) {
            json.nextToken();
            enter(json, entry.direction());
            return read(json, entry.name(), bytes);
        }
    }

    /** The methods of a capture's HTTP requests, in order: what is needed to cut the responses. */
    static List<String> methods(String capture) throws IOException {
        try (InputStream in = resource(capture + "/manifest.json");
                JsonParser json = JSON.createParser(in)) {
            json.nextToken();
            enter(json, "c2s");
            enter(json, "methods");
            return words(json);
        }
    }

    private static InputStream resource(String path) throws IOException {
        InputStream in = Recording.class.getResourceAsStream("/captures/" + path);
        if (in == null) throw new FileNotFoundException("captures/" + path + " is not packed into this program");
        return in;
    }

    /** To the value of {@code field} of the object that begins here. */
    private static void enter(JsonParser json, String field) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            boolean here = json.currentName().equals(field);
            json.nextToken();
            if (here) return;
            json.skipChildren();
        }
        throw new IOException("no " + field + " in the manifest");
    }

    private static Recording read(JsonParser json, String name, byte[] bytes) throws IOException {
        int[] reads = {};
        long[] frames = {};
        String sha256 = "";
        String content = "";
        boolean truncated = false;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "reads" ->
                    reads = Arrays.stream(numbers(json))
                            .mapToInt(Math::toIntExact)
                            .toArray();
                case "frames" -> frames = numbers(json);
                case "sha256" -> sha256 = json.getText();
                case "content_sha256" -> content = json.getText();
                case "bodies" -> truncated = words(json).contains(UNSENT);
                default -> json.skipChildren();
            }
        }
        if (truncated) frames = Arrays.copyOf(frames, frames.length - 2); // the last is what came of one
        long[] positions = new long[frames.length / 2];
        long[] lengths = new long[positions.length];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = frames[2 * i];
            lengths[i] = frames[2 * i + 1];
        }
        return new Recording(name, bytes, reads, positions, lengths, content.isEmpty() ? sha256 : content, truncated);
    }

    /** All strings of the array that begins here. */
    private static List<String> words(JsonParser json) throws IOException {
        List<String> all = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) all.add(json.getText());
        return all;
    }

    /** All numbers of the array that begins here, however deep. */
    private static long[] numbers(JsonParser json) throws IOException {
        long[] all = new long[64];
        int n = 0;
        for (int depth = 1; depth > 0; ) {
            JsonToken token = json.nextToken();
            if (token == JsonToken.START_ARRAY) {
                depth++;
            } else if (token == JsonToken.END_ARRAY) {
                depth--;
            } else {
                if (n == all.length) all = Arrays.copyOf(all, 2 * n);
                all[n++] = json.getLongValue();
            }
        }
        return Arrays.copyOf(all, n);
    }
}
