package dev.framing.nio;

import dev.framing.Frame;
import dev.framing.FrameHandler;
import dev.framing.FramingError;
import dev.framing.testkit.transport.Adapter;
import dev.framing.testkit.transport.Link;
import dev.framing.testkit.transport.Settings;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Connections of a {@link ReadyLoop}. */
final class SelectorAdapter implements Adapter {
    private static final Duration FLUSH = Duration.ofSeconds(30);

    private final ReadyLoop loop;

    SelectorAdapter(int threads) throws IOException {
        loop = ReadyLoop.builder()
                .threads(threads)
                .onUncaught((channel, e) -> {}) // a handler's own, which the contract throws on purpose
                .start();
    }

    private static FramedChannel.Builder builder(Settings settings) {
        FramedChannel.Builder builder = FramedChannel.builder(settings.codec())
                .oversize(settings.oversize())
                .allocator(settings.allocator())
                .deadlines(settings.deadlines())
                .marks(settings.lowMark(), settings.highMark())
                .closeTimeouts(FLUSH, settings.drain());
        return settings.halfOpen() ? builder.allowHalfOpen() : builder;
    }

    @Override
    public InetSocketAddress listen(Settings settings, Function<Link, FrameHandler> application) throws IOException {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        return (InetSocketAddress) loop.listen(any, builder(settings), channel -> handler(channel, application));
    }

    @Override
    public Link connect(InetSocketAddress address, Settings settings, Function<Link, FrameHandler> application)
            throws Exception {
        return link(loop.connect(address, builder(settings), channel -> handler(channel, application))
                .get(10, TimeUnit.SECONDS));
    }

    private static FramedChannel.Handler handler(FramedChannel channel, Function<Link, FrameHandler> application) {
        FrameHandler handler = application.apply(link(channel));
        return new FramedChannel.Handler() {
            @Override
            public void onFrame(Frame frame) {
                handler.onFrame(frame);
            }

            @Override
            public void onSkipped(long position, long length) {
                handler.onSkipped(position, length);
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

    private static Link link(FramedChannel channel) {
        return new Link() {
            @Override
            public void send(ByteBuf payload) throws IOException {
                if (!channel.send(payload)) throw new IOException("the connection is over");
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
            public void abort() {
                channel.abort();
            }

            @Override
            public void pause() {
                channel.pause();
            }

            @Override
            public void resume() {
                channel.resume();
            }

            @Override
            public boolean isWritable() {
                return channel.isWritable();
            }

            @Override
            public long heldBytes() {
                return channel.heldBytes();
            }

            @Override
            public boolean isClosed() {
                return channel.isClosed();
            }
        };
    }

    @Override
    public void close() {
        loop.stop(Duration.ZERO);
    }
}
