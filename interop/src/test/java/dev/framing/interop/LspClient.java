package dev.framing.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.framing.Frame;
import dev.framing.FrameHandler;
import dev.framing.FramingError;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;

/** What an editor says to a language server, and what it is told: each frame is one JSON text. */
final class LspClient implements FrameHandler {
    /** Characters of one, two, three and four bytes; then more than fits one read. */
    private static final List<String> TEXTS =
            List.of("plain", "größe", "漢字", "naïve 😀 приве́т", "é".repeat(20_000) + "end");

    private static final int BURST = 20;

    private final Consumer<List<byte[]>> out;
    private final BlockingQueue<JsonObject> told = new LinkedBlockingQueue<>();
    private final List<JsonObject> notYetAskedFor = new ArrayList<>();
    private int id;

    /** @param out sends payloads, all of a list in one write */
    LspClient(Consumer<List<byte[]>> out) {
        this.out = out;
    }

    /** A server, and how it is asked for what it was told. */
    interface Speaker {
        /** A document that shows {@code text}. */
        String document(String text);

        /** The messages of the diagnostics that this document has. */
        List<String> mistakes(String text);

        String question();

        /** The text in the answer. */
        String answer(JsonElement result);
    }

    // ------------------------------------------------------------------------------------------------ what it is told

    @Override
    public void onFrame(Frame frame) {
        told.add(JsonParser.parseString(frame.text(UTF_8)).getAsJsonObject());
    }

    @Override
    public void onEnd() {
        told.add(event("end"));
    }

    @Override
    public void onError(FramingError error) {
        told.add(event(error.message()));
    }

    private static JsonObject event(String what) {
        JsonObject event = new JsonObject();
        event.addProperty("event", what);
        return event;
    }

    private JsonObject await(String what, Predicate<JsonObject> wanted) throws InterruptedException {
        for (JsonObject message : notYetAskedFor) {
            if (!wanted.test(message)) continue;
            notYetAskedFor.remove(message);
            return message;
        }
        while (true) {
            JsonObject message = told.poll(Program.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            if (message == null) throw new AssertionError("no " + what + "; instead " + notYetAskedFor);
            if (wanted.test(message)) return message;
            if (message.has("event")) throw new AssertionError(message + " before " + what);
            notYetAskedFor.add(message);
        }
    }

    private JsonObject response(int wanted) throws InterruptedException {
        return await(
                "response " + wanted,
                m -> m.has("id") && !m.has("method") && m.get("id").getAsInt() == wanted);
    }

    private JsonObject diagnostics(String uri) throws InterruptedException {
        return await(
                        "diagnostics of " + uri,
                        m -> m.has("method")
                                && m.get("method").getAsString().equals("textDocument/publishDiagnostics")
                                && m.getAsJsonObject("params")
                                        .get("uri")
                                        .getAsString()
                                        .equals(uri))
                .getAsJsonObject("params");
    }

    // ------------------------------------------------------------------------------------------------ what it says

    private static byte[] notification(String method, JsonElement params) {
        JsonObject message = new JsonObject();
        message.addProperty("jsonrpc", "2.0");
        message.addProperty("method", method);
        if (params != null) message.add("params", params);
        return message.toString().getBytes(UTF_8);
    }

    private byte[] request(String method, JsonElement params) {
        JsonObject message = JsonParser.parseString(new String(notification(method, params), UTF_8))
                .getAsJsonObject();
        message.addProperty("id", ++id);
        return message.toString().getBytes(UTF_8);
    }

    private static JsonObject json(String text, Object... arguments) {
        return JsonParser.parseString(text.formatted(arguments)).getAsJsonObject();
    }

    private static String uri(int document) {
        return "file:///" + document + ".json";
    }

    private byte[] question(Speaker speaker, int document) {
        return request(
                speaker.question(),
                json("{textDocument: {uri: '%s'}, position: {line: 0, character: 0}}", uri(document)));
    }

    /** The whole conversation, to the end of the stream. */
    void converse(Speaker speaker) throws InterruptedException {
        out.accept(List.of(request("initialize", json("{processId: null, rootUri: null, capabilities: {}}"))));
        assertThat(response(1).getAsJsonObject("result").has("capabilities")).isTrue();
        out.accept(List.of(notification("initialized", new JsonObject())));

        for (int i = 0; i < TEXTS.size(); i++) {
            JsonObject document = json("{uri: '%s', languageId: 'json', version: 1}", uri(i));
            document.addProperty("text", speaker.document(TEXTS.get(i)));
            JsonObject params = new JsonObject();
            params.add("textDocument", document);
            out.accept(List.of(notification("textDocument/didOpen", params)));
            JsonArray mistakes = diagnostics(uri(i)).getAsJsonArray("diagnostics");
            assertThat(StreamSupport.stream(mistakes.spliterator(), false)
                            .map(m -> m.getAsJsonObject().get("message").getAsString()))
                    .containsExactlyElementsOf(speaker.mistakes(TEXTS.get(i)));
            out.accept(List.of(question(speaker, i)));
            assertThat(speaker.answer(response(id).get("result"))).isEqualTo(TEXTS.get(i));
        }

        List<byte[]> burst = new ArrayList<>();
        int first = id + 1;
        for (int i = 0; i < BURST; i++) burst.add(question(speaker, i % (TEXTS.size() - 1)));
        out.accept(burst);
        for (int i = 0; i < BURST; i++)
            assertThat(speaker.answer(response(first + i).get("result"))).isEqualTo(TEXTS.get(i % (TEXTS.size() - 1)));

        out.accept(List.of(request("no/such/métho∂", new JsonObject())));
        assertThat(response(id).getAsJsonObject("error").get("code").getAsInt()).isEqualTo(-32601);

        out.accept(List.of(request("shutdown", null), notification("exit", null)));
        assertThat(response(id).has("error")).isFalse();
        await("end", m -> m.has("event") && m.get("event").getAsString().equals("end"));
        assertThat(notYetAskedFor).isEmpty();
    }
}
