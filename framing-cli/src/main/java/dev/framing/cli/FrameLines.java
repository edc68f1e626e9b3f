package dev.framing.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.framing.Frame;
import dev.framing.FrameHandler;
import dev.framing.FramingError;
import dev.framing.codec.Fields;
import dev.framing.codec.Headers;
import dev.framing.codec.StartLine;
import dev.framing.codec.Trailers;
import io.netty.buffer.ByteBufUtil;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Frames as lines of JSON, bytes as hex:
 *
 * <pre>
 *   {"position":0,"head":"0002","payload":"6869","tail":""}
 *   {"position":4,"head":"...","payload":"...","tail":"","fields":[["Content-Length","142"]]}
 *   {"position":9,"head":"...","payload":"...","tail":"...","length":231,"fields":[...],"trailers":[["X-Sum","7"]]}
 *   {"error":"Truncated","position":42,"message":"stream ended inside the frame at byte 42: ..."}
 * </pre>
 *
 * {@code length} stands where a frame covers more of the stream than what is shown: chunk lines, escapes.
 */
final class FrameLines implements FrameHandler, Closeable {
    private static final JsonFactory JSON = JsonFactory.builder().build();

    private final JsonGenerator json;
    private long frames;
    private @Nullable FramingError error;

    FrameLines(OutputStream out) throws IOException {
        json = JSON.createGenerator(out);
        json.setRootValueSeparator(null);
        json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    }

    @Override
    public void onFrame(Frame frame) {
        frames++;
        int payload = frame.payloadIndex();
        int tail = payload + frame.payloadLength();
        try {
            json.writeStartObject();
            json.writeNumberField("position", frame.position());
            hex("head", frame, payload - frame.headLength(), frame.headLength());
            hex("payload", frame, payload, frame.payloadLength());
            hex("tail", frame, tail, frame.tailLength());
            long shown = (long) frame.headLength() + frame.payloadLength() + frame.tailLength();
            if (frame.length() != shown) json.writeNumberField("length", frame.length());
            Headers headers = frame.detail(Headers.class).getOrNull();
            if (headers != null) {
                startLine(headers.startLine());
                fields("fields", headers);
            }
            Trailers trailers = frame.detail(Trailers.class).getOrNull();
            if (trailers != null) fields("trailers", trailers);
            endLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void hex(String name, Frame frame, int index, int length) throws IOException {
        json.writeStringField(name, ByteBufUtil.hexDump(frame.buffer(), index, length));
    }

    private void startLine(StartLine line) throws IOException {
        if (line.parts() == 0) return;
        json.writeArrayFieldStart("start");
        for (int i = 0; i < line.parts(); i++) json.writeString(line.part(i));
        json.writeEndArray();
    }

    private void fields(String name, Fields fields) throws IOException {
        json.writeArrayFieldStart(name);
        for (int i = 0; i < fields.count(); i++) {
            json.writeStartArray();
            json.writeString(fields.name(i));
            json.writeString(fields.value(i));
            json.writeEndArray();
        }
        json.writeEndArray();
    }

    @Override
    public void onError(FramingError e) {
        error = e;
        try {
            json.writeStartObject();
            json.writeStringField("error", e.getClass().getSimpleName());
            json.writeNumberField("position", e.position());
            json.writeStringField("message", e.message());
            endLine();
        } catch (IOException unwritable) {
            throw new UncheckedIOException(unwritable);
        }
    }

    private void endLine() throws IOException {
        json.writeEndObject();
        json.writeRaw('\n');
    }

    long frames() {
        return frames;
    }

    @Nullable
    FramingError error() {
        return error;
    }

    /** All lines so far become readable. */
    void flush() throws IOException {
        json.flush();
    }

    @Override
    public void close() throws IOException {
        json.close();
    }
}
