package dev.framing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A handler that writes down what it hears: {@code 7:hello}, {@code skipped 3+20}, {@code end}, an error's class and position. */
class Heard implements FrameHandler {
    final List<String> events = new ArrayList<>();

    @Override
    public void onFrame(Frame frame) {
        String part = frame.part() == Part.WHOLE ? "" : frame.part() + " ";
        events.add(part + frame.position() + ":" + frame.text(StandardCharsets.ISO_8859_1));
    }

    @Override
    public void onSkipped(long position, long length) {
        events.add("skipped " + position + "+" + length);
    }

    @Override
    public void onEnd() {
        events.add("end");
    }

    @Override
    public void onError(FramingError error) {
        events.add(error.getClass().getSimpleName() + " at " + error.position());
    }

    static ByteBuf buffer(String latin1) {
        return Unpooled.buffer().writeBytes(bytes(latin1));
    }

    static byte[] bytes(String latin1) {
        return latin1.getBytes(StandardCharsets.ISO_8859_1);
    }
}
