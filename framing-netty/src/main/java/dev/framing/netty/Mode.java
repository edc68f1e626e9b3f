package dev.framing.netty;

import dev.framing.Frame;
import dev.framing.FrameHandler;
import dev.framing.FramingError;
import dev.framing.FramingException;
import io.netty.channel.ChannelHandlerContext;
import java.util.function.Function;

/** How frames leave the engine. */
sealed interface Mode {

    FrameHandler open(ChannelHandlerContext ctx);

    /** Can frames be told when the channel is closed and its pipeline gone? */
    default boolean outlivesThePipeline() {
        return false;
    }

    /** Calls: nothing is allocated. */
    record Calls(Function<FramingHandler, FrameHandler> factory) implements Mode {
        @Override
        public FrameHandler open(ChannelHandlerContext ctx) {
            return factory.apply((FramingHandler) ctx.handler());
        }

        @Override
        public boolean outlivesThePipeline() {
            return true;
        }
    }

    /** Messages: the payload of each frame, or part, as a retained slice. */
    record Slices(int maxFrameLength) implements Mode {
        @Override
        public FrameHandler open(ChannelHandlerContext ctx) {
            return new Messages(ctx, maxFrameLength) {
                @Override
                public void onFrame(Frame frame) {
                    ctx.fireChannelRead(frame.retain());
                }
            };
        }
    }

    /** Messages: each frame, or part, as a {@link FrameMessage}. */
    record Frames(int maxFrameLength) implements Mode {
        @Override
        public FrameHandler open(ChannelHandlerContext ctx) {
            return new Messages(ctx, maxFrameLength) {
                @Override
                public void onFrame(Frame frame) {
                    ctx.fireChannelRead(new FrameMessage(frame.keep()));
                }
            };
        }
    }

    /** Errors are thrown, as {@link FrameHandler#onError} does, and fired by whoever called the engine. */
    abstract class Messages implements FrameHandler {
        final ChannelHandlerContext ctx;
        private final int maxFrameLength;

        Messages(ChannelHandlerContext ctx, int maxFrameLength) {
            this.ctx = ctx;
            this.maxFrameLength = maxFrameLength;
        }

        /** As Netty's decoders do without failFast: after the frame, and the next one follows. */
        @Override
        public void onSkipped(long position, long length) {
            FramingError error = new FramingError.FrameTooLong(position, length, maxFrameLength, "");
            ctx.fireExceptionCaught(Mistakes.inWordsOfNetty(new FramingException(error), null));
        }
    }
}
