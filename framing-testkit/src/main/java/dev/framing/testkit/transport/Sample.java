package dev.framing.testkit.transport;

import dev.framing.FrameCodec;
import dev.framing.Framer;
import dev.framing.codec.Delimited;
import dev.framing.codec.LengthPrefixed;
import dev.framing.testkit.Transcriber;
import dev.framing.testkit.Transcript;
import dev.framing.testkit.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** A short stream of three frames: what each fault happens to. */
record Sample(FrameCodec codec, List<byte[]> payloads) {
    static final FrameCodec LENGTHS = LengthPrefixed.uint16();

    /** A short frame, an empty one, and one of 60 bytes: 71 bytes and 62 where the frames differ in how their end is found. */
    static List<Sample> all() {
        List<byte[]> payloads = List.of(Wire.bytes("short"), new byte[0], Wire.bytes("sixty bytes ".repeat(5)));
        return List.of(new Sample(LENGTHS, payloads), new Sample(Delimited.crlf(), payloads));
    }

    byte[] bytes() {
        return frames(payloads.size());
    }

    /** The first {@code count} frames. */
    byte[] frames(int count) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] payload : payloads.subList(0, count)) all.writeBytes(Wire.of(codec, payload));
        return all.toByteArray();
    }

    byte[] prefix(int length) {
        return Arrays.copyOf(bytes(), length);
    }

    /** Frames that are whole in the first {@code length} bytes. */
    int wholeIn(int length) {
        int whole = 0;
        while (whole < payloads.size() && frames(whole + 1).length <= length) whole++;
        return whole;
    }

    boolean isBetweenFrames(int length) {
        return frames(wholeIn(length)).length == length;
    }

    static ByteBuf buffer(byte[] payload) {
        return Unpooled.copiedBuffer(payload);
    }

    /** What an engine in memory tells of the bytes and of what happens then: on every transport it must be the same (L10). */
    static Transcript inMemory(FrameCodec codec, byte[] bytes, Consumer<Framer> then) {
        Transcriber heard = new Transcriber();
        try (Framer framer = Framer.of(codec, heard)) {
            framer.offer(Unpooled.wrappedBuffer(bytes));
            then.accept(framer);
        }
        return heard.transcript();
    }

    Transcript told(int length, Consumer<Framer> then) {
        return inMemory(codec, prefix(length), then);
    }
}
