package dev.framing.interop;

import dev.framing.Frame;
import dev.framing.FrameCodec;
import dev.framing.FrameHandler;
import dev.framing.FramingError;
import dev.framing.Leftover;
import dev.framing.nio.FramedChannel;
import dev.framing.nio.ReadyLoop;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Connections of a {@link ReadyLoop}. */
final class SelectorTransport extends Transport {
    private final ReadyLoop loop =
            ReadyLoop.builder().onUncaught((channel, e) -> uncaught.add(e)).start();

    SelectorTransport() throws IOException {}

    private static FramedChannel.Builder builder(Setup setup) {
        return FramedChannel.builder(setup.codec()).oversize(setup.oversize());
    }

    @Override
    InetSocketAddress listen(Setup setup) throws IOException {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        return (InetSocketAddress) loop.listen(any, builder(setup), channel -> told(channel, setup));
    }

    @Override
    Connection connect(InetSocketAddress address, Setup setup) throws Exception {
        return new Held(loop.connect(address, builder(setup), channel -> told(channel, setup))
                .get(Program.PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
    }

    private static FramedChannel.Handler told(FramedChannel channel, Setup setup) {
        FrameHandler handler = setup.application().apply(new Held(channel));
        return new FramedChannel.Handler() {
            @Override
            public void onFrame(Frame frame) {
                handler.onFrame(frame);
            }

            @Override
            public void onEnd() {
                handler.onEnd();
            }

            @Override
            public void onError(FramingError error) {
                handler.onError(error);
            }
        };
    }

    @Override
    void stop() {
        loop.stop(Duration.ZERO);
    }

    private record Held(FramedChannel channel) implements Connection {
        @Override
        public void send(ByteBuf head, ByteBuf payload) {
            channel.send(head, payload);
        }

        @Override
        public void begin(ByteBuf head, long length) {
            channel.beginFrame(head, length);
        }

        @Override
        public void piece(ByteBuf payload) {
            channel.piece(payload);
        }

        @Override
        public void finish(ByteBuf tail) {
            channel.endFrame(tail);
        }

        @Override
        public void raw(ByteBuf plain) {
            channel.raw(plain);
        }

        @Override
        public void switchTo(FrameCodec codec) {
            channel.switchTo(codec, Leftover.KEEP);
        }

        @Override
        public void end() {
            channel.end();
        }

        @Override
        public void close() {
            channel.close();
        }

        @Override
        public void execute(Runnable task) {
            channel.execute(task);
        }
    }
}
