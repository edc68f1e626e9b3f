package dev.framing.netty;

import static dev.framing.netty.Heard.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.Oversize;
import dev.framing.codec.Delimited;
import dev.framing.codec.LengthPrefixed;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.handler.logging.LogLevel;
import io.netty.handler.logging.LoggingHandler;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is told when: autoRead, read(), pause, ends. */
@ExtendWith(Leaks.class)
class ReadingTest {
    /** Counts what reaches the transport. */
    private static final class Reads extends ChannelOutboundHandlerAdapter {
        int count;

        @Override
        public void read(ChannelHandlerContext ctx) throws Exception {
            count++;
            super.read(ctx);
        }

        int take() {
            int n = count;
            count = 0;
            return n;
        }
    }

    private final Reads reads = new Reads();
    private final Heard heard = new Heard();

    private EmbeddedChannel channel(FramingHandler handler) {
        EmbeddedChannel channel = new EmbeddedChannel(reads, handler, heard);
        reads.take();
        return channel;
    }

    private EmbeddedChannel onDemand(FramingHandler handler) {
        EmbeddedChannel channel = channel(handler);
        channel.config().setAutoRead(false);
        return channel;
    }

    private static FramingHandler lines() {
        return FramingHandler.slices(Delimited.lf());
    }

    @Test
    void framesComeAsSlicesThenReadComplete() {
        EmbeddedChannel channel = channel(lines());
        channel.writeInbound(bytes("one\ntwo\nth"));
        assertThat(heard.take()).containsExactly("one", "two", "complete");
        channel.writeInbound(bytes("ree\n"));
        assertThat(heard.take()).containsExactly("three", "complete");
        channel.finish();
        assertThat(heard.take()).containsExactly("inactive");
    }

    @Test
    void withAutoReadOffEachReadBringsOneFrame() {
        EmbeddedChannel channel = onDemand(lines());
        channel.read();
        assertThat(reads.take()).isOne();
        channel.writeInbound(bytes("one\ntwo\nthree\nfo"));
        assertThat(heard.take()).containsExactly("one", "complete");
        assertThat(reads.take()).isZero();
        channel.read();
        assertThat(heard.take()).containsExactly("two", "complete");
        channel.read();
        assertThat(heard.take()).containsExactly("three", "complete");
        assertThat(reads.take())
                .as("the transport was asked for what was buffered")
                .isZero();
        channel.read();
        assertThat(heard.take()).isEmpty();
        assertThat(reads.take()).isOne();
        channel.writeInbound(bytes("ur\n"));
        assertThat(heard.take()).containsExactly("four", "complete");
        channel.finish();
    }

    @Test
    void aReadThatCompletedNoFrameReadsAgain() {
        EmbeddedChannel channel = onDemand(lines());
        channel.read();
        reads.take();
        channel.writeInbound(bytes("o"));
        assertThat(reads.take()).isOne();
        channel.writeInbound(bytes("n"));
        assertThat(reads.take()).isOne();
        channel.writeInbound(bytes("e\n"));
        assertThat(reads.take()).isZero();
        assertThat(heard.take()).containsExactly("complete", "complete", "one", "complete");
        channel.pipeline().fireChannelReadComplete();
        assertThat(reads.take()).as("nothing came, nobody asked").isZero();
        channel.finish();
    }

    /** A million frames in one buffer use one stack frame, also where each channelReadComplete asks for the next. */
    @Test
    void readInsideChannelReadCompleteIsNoRecursion() {
        int[] frames = {0};
        int[] deepest = {0};
        EmbeddedChannel channel = new EmbeddedChannel(lines(), new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object msg) {
                ((ByteBuf) msg).release();
                if (frames[0]++ % 1000 == 0) deepest[0] = Math.max(deepest[0], new Throwable().getStackTrace().length);
            }

            @Override
            public void channelReadComplete(ChannelHandlerContext ctx) {
                ctx.read();
            }
        });
        channel.config().setAutoRead(false);
        channel.read();
        channel.writeInbound(Unpooled.buffer().writeBytes(new byte[0]), bytes("\n".repeat(100_000)));
        assertThat(frames[0]).isEqualTo(100_000);
        assertThat(deepest[0]).isLessThan(200);
        channel.finish();
    }

    @Test
    void readInsideChannelReadIsTheNextDemand() {
        EmbeddedChannel channel = new EmbeddedChannel(reads, lines(), new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
                heard.channelRead(ctx, msg);
                if (heard.events().size() < 3) ctx.read();
            }
        });
        channel.config().setAutoRead(false);
        reads.take();
        channel.read();
        channel.writeInbound(bytes("a\nb\nc\nd\n"));
        assertThat(heard.take()).containsExactly("a", "b", "c");
        channel.finish();
    }

    @Test
    void turningAutoReadOnReleasesEverything() {
        EmbeddedChannel channel = onDemand(lines());
        channel.read();
        channel.writeInbound(bytes("one\ntwo\nthree\n"));
        heard.take();
        reads.take();
        channel.config().setAutoRead(true);
        assertThat(heard.take()).containsExactly("two", "three", "complete");
        assertThat(reads.take()).isOne();
        channel.finish();
    }

    @Test
    void turningAutoReadOffInsideAFrameStopsAfterIt() {
        EmbeddedChannel channel = channel(FramingHandler.builder(Delimited.lf()).callingEach(handler -> frame -> {
            heard.onFrame(frame);
            if (frame.payloadLength() == 3) handler.context().channel().config().setAutoRead(false);
        }));
        channel.writeInbound(bytes("a\none\nb\nc\n"));
        assertThat(heard.take()).containsExactly("a", "one", "complete");
        channel.config().setAutoRead(true);
        assertThat(heard.take()).containsExactly("b", "c", "complete");
        channel.finish();
    }

    @Test
    void turningAutoReadOnInsideAFrameReadsOn() {
        EmbeddedChannel channel =
                onDemand(FramingHandler.builder(Delimited.lf()).callingEach(handler -> frame -> {
                    heard.onFrame(frame);
                    handler.context().channel().config().setAutoRead(true);
                }));
        channel.read();
        reads.take();
        channel.pipeline().fireChannelRead(bytes("a\nb\n"));
        assertThat(heard.take()).containsExactly("a", "b");
        assertThat(reads.take()).isOne();
        channel.finish();
    }

    @Test
    void partsAreMessagesToo() {
        EmbeddedChannel channel = onDemand(
                FramingHandler.builder(LengthPrefixed.builder().width(1).max(4).build())
                        .oversize(Oversize.parts(0, 1000))
                        .slices());
        channel.read();
        channel.writeInbound(bytes("\u0006abc"));
        assertThat(heard.take()).containsExactly("abc", "complete");
        channel.read();
        channel.writeInbound(bytes("def\u0000"));
        assertThat(heard.take()).containsExactly("def", "complete");
        channel.finish();
    }

    @Test
    void pauseHoldsWhateverIsAskedFor() {
        FramingHandler handler = lines();
        EmbeddedChannel channel = onDemand(handler);
        channel.read();
        reads.take();
        handler.pause();
        channel.writeInbound(bytes("one\ntwo\n"));
        channel.read();
        assertThat(heard.take()).containsExactly("complete");
        assertThat(reads.take()).isZero();
        handler.resume();
        assertThat(heard.take()).containsExactly("one", "complete");
        assertThat(reads.take()).isZero();
        channel.read();
        assertThat(heard.take()).containsExactly("two", "complete");
        channel.finish();
    }

    @Test
    void pauseTurnsAutoReadOffAndResumeOnAgain() {
        FramingHandler handler = FramingHandler.builder(Delimited.lf()).calling(heard);
        EmbeddedChannel channel = channel(handler);
        handler.pause();
        assertThat(channel.config().isAutoRead()).isFalse();
        channel.writeInbound(bytes("one\ntwo\n"));
        assertThat(heard.take()).containsExactly("complete");
        handler.resume();
        assertThat(channel.config().isAutoRead()).isTrue();
        assertThat(heard.take()).containsExactly("one", "two", "complete");
        assertThat(reads.take()).isPositive();
        channel.finish();
    }

    @Test
    void pauseAndResumeInsideAFrameLeaveTheDemandAsItWas() {
        FramingHandler[] handler = new FramingHandler[1];
        handler[0] = FramingHandler.calling(Delimited.lf(), frame -> {
            heard.onFrame(frame);
            handler[0].pause();
            handler[0].resume();
        });
        EmbeddedChannel channel = onDemand(handler[0]);
        channel.read();
        channel.writeInbound(bytes("one\ntwo\n"));
        assertThat(heard.take()).containsExactly("one", "complete");
        channel.config().setAutoRead(true);
        channel.writeInbound(bytes("three\n"));
        assertThat(heard.take()).containsExactly("two", "complete", "three", "complete");
        channel.finish();
    }

    @Test
    void outputAboveItsMarkHoldsTheInput() {
        FramingHandler handler = lines();
        EmbeddedChannel channel = channel(handler);
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(1000, 2000));
        channel.write(bytes("x".repeat(3000)));
        assertThat(channel.isWritable()).isFalse();
        channel.writeInbound(bytes("one\n"));
        assertThat(heard.take()).containsExactly("complete");
        assertThat(channel.config().isAutoRead()).isFalse();
        channel.flush();
        assertThat(heard.take()).containsExactly("one", "complete");
        assertThat(channel.config().isAutoRead()).isTrue();
        channel.finishAndReleaseAll();
    }

    @Test
    void otherMessagesPassThrough() {
        EmbeddedChannel channel = channel(lines());
        channel.writeInbound("a message", bytes("one\n"));
        assertThat(heard.take()).containsExactly("a message", "one", "complete");
        channel.writeOutbound("another");
        assertThat(channel.<Object>readOutbound()).isEqualTo("another");
        channel.finish();
    }

    /** The event that says that nothing follows stands behind what came before it. */
    @Test
    void theEndIsToldBehindTheFramesBeforeIt() {
        EmbeddedChannel channel = onDemand(FramingHandler.builder(
                        Delimited.builder().delimiter("\n").lastLine(true).build())
                .stayOpenOnError()
                .slices());
        channel.read();
        channel.pipeline().fireChannelRead(bytes("one\ntwo\nthree"));
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
        assertThat(heard.take()).containsExactly("one");
        channel.read();
        assertThat(heard.take()).containsExactly("two", "complete");
        channel.read();
        assertThat(heard.take()).containsExactly("three", "complete");
        channel.read();
        assertThat(heard.take()).startsWith("ChannelInputShutdownEvent", "ChannelInputShutdownReadComplete");
        channel.finish();
    }

    /** When the channel is closed nobody will be there to ask: what is buffered is told before channelInactive. */
    @Test
    void whatIsBufferedIsToldBeforeTheChannelIsInactive() {
        EmbeddedChannel channel = onDemand(lines());
        channel.read();
        channel.writeInbound(bytes("one\ntwo\nthr"));
        heard.take();
        channel.unsafe().close(channel.newPromise());
        channel.runPendingTasks();
        assertThat(heard.take()).containsExactly("two", "CorruptedFrameException", "complete", "inactive");
    }

    @Test
    void aCallbackThatIsPausedKeepsItsFramesWhenTheChannelIsGone() {
        FramingHandler handler = FramingHandler.builder(Delimited.lf()).calling(heard);
        EmbeddedChannel channel = channel(handler);
        handler.pause();
        channel.writeInbound(bytes("one\ntwo\n"));
        channel.unsafe().close(channel.newPromise());
        channel.runPendingTasks();
        assertThat(heard.take()).doesNotContain("one", "end");
        handler.resume();
        assertThat(heard.take()).containsExactly("one", "two", "end");
        assertThat(handler.heldBytes()).isZero();
    }

    @Test
    void ourOwnCloseTellsNothing() {
        FramingHandler handler = FramingHandler.builder(Delimited.lf()).calling(heard);
        EmbeddedChannel channel = channel(handler);
        channel.writeInbound(bytes("one\ntw"));
        channel.close();
        assertThat(heard.take()).containsExactly("one", "complete", "inactive");
    }

    @Test
    void closingInsideAFrameTellsNothingMore() {
        EmbeddedChannel channel = channel(FramingHandler.builder(Delimited.lf()).callingEach(handler -> frame -> {
            heard.onFrame(frame);
            handler.context().channel().close();
        }));
        channel.writeInbound(bytes("one\ntwo\n"));
        assertThat(heard.take()).startsWith("one", "inactive").doesNotContain("two", "end");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void whatComesInsideACallIsToldAfterIt() {
        EmbeddedChannel channel = channel(FramingHandler.builder(Delimited.lf()).callingEach(handler -> frame -> {
            heard.onFrame(frame);
            if (frame.payloadLength() == 3) handler.context().pipeline().fireChannelRead(bytes("c\n"));
        }));
        channel.writeInbound(bytes("one\nb\n"));
        assertThat(heard.take()).containsExactly("one", "b", "c", "complete");
        channel.finish();
    }

    /** Handlers that live on read() work before and behind it. */
    @Test
    void flowControlAndLoggingAroundIt() {
        EmbeddedChannel channel = new EmbeddedChannel(
                new FlowControlHandler(), new LoggingHandler(LogLevel.TRACE), lines(), new FlowControlHandler(), heard);
        channel.config().setAutoRead(false);
        channel.read();
        channel.writeInbound(bytes("one\ntw"), bytes("o\nthree\n"));
        List<String> all = new ArrayList<>(heard.take());
        assertThat(all).contains("one").doesNotContain("two");
        for (int i = 0; i < 4; i++) channel.read();
        all.addAll(heard.take());
        all.removeIf("complete"::equals);
        assertThat(all).containsExactly("one", "two", "three");
        channel.finishAndReleaseAll();
    }
}
