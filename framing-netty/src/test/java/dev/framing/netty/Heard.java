package dev.framing.netty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.framing.Frame;
import dev.framing.FrameHandler;
import dev.framing.FramingError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;

/** The last handler of a pipeline, or the handler of its frames: writes down what it is told. */
class Heard extends ChannelInboundHandlerAdapter implements FrameHandler {
    final List<String> events = new ArrayList<>();
    final List<Throwable> thrown = new ArrayList<>();

    synchronized void add(String event) {
        events.add(event);
        notifyAll();
    }

    synchronized List<String> events() {
        return List.copyOf(events);
    }

    /** What was heard since the last call. */
    synchronized List<String> take() {
        List<String> all = List.copyOf(events);
        events.clear();
        return all;
    }

    synchronized void await(String event) throws InterruptedException {
        long end = System.nanoTime() + 20_000_000_000L;
        while (!events.contains(event)) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) throw new AssertionError("waited for " + event + ", heard " + events);
            wait(left);
        }
    }

    static ByteBuf bytes(String latin1) {
        return Unpooled.copiedBuffer(latin1, ISO_8859_1);
    }

    // as a FrameHandler

    @Override
    public void onFrame(Frame frame) {
        add(switch (frame.part()) {
                    case WHOLE -> "";
                    case FIRST -> "first ";
                    case MIDDLE -> "middle ";
                    case LAST -> "last ";
                }
                + frame.text(ISO_8859_1));
    }

    @Override
    public void onSkipped(long position, long length) {
        add("skipped " + position + " " + length);
    }

    @Override
    public void onEnd() {
        add("end");
    }

    @Override
    public void onError(FramingError error) {
        add(error.getClass().getSimpleName() + " " + error.position());
    }

    // as a ChannelHandler

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (message instanceof ByteBuf slice) add(slice.toString(ISO_8859_1));
            else if (message instanceof FrameMessage frame) add(frame.frame().text(ISO_8859_1));
            else add(message.toString());
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        add("complete");
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        add(event.getClass().getSimpleName());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        add("inactive");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        thrown.add(cause);
        add(cause.getClass().getSimpleName());
    }
}
