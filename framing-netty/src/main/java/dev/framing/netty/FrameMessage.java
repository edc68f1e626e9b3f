package dev.framing.netty;

import dev.framing.Part;
import dev.framing.RetainedFrame;
import io.netty.buffer.ByteBuf;
import io.netty.util.AbstractReferenceCounted;
import io.netty.util.ReferenceCounted;
import io.vavr.control.Option;
import org.jspecify.annotations.Nullable;

/**
 * A frame as a message: what {@link FramingHandler#frames} passes on. Counts references as every message of Netty does, so that
 * {@code SimpleChannelInboundHandler} and the end of the pipeline release it.
 */
public final class FrameMessage extends AbstractReferenceCounted {
    private final RetainedFrame frame;

    FrameMessage(RetainedFrame frame) {
        this.frame = frame;
    }

    /** The frame: lives as long as this message, which closes it. */
    public RetainedFrame frame() {
        return frame;
    }

    /** See {@link RetainedFrame#head()}. */
    public ByteBuf head() {
        return frame.head();
    }

    /** See {@link RetainedFrame#payload()}. */
    public ByteBuf payload() {
        return frame.payload();
    }

    /** See {@link RetainedFrame#part()}. */
    public Part part() {
        return frame.part();
    }

    /** See {@link RetainedFrame#detail}. */
    public <T> Option<T> detail(Class<T> type) {
        return frame.detail(type);
    }

    @Override
    public ReferenceCounted touch(@Nullable Object hint) {
        frame.payload().touch(hint);
        return this;
    }

    @Override
    protected void deallocate() {
        frame.close();
    }

    @Override
    public String toString() {
        return frame.toString();
    }
}
