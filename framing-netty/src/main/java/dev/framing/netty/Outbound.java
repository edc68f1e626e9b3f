package dev.framing.netty;

import dev.framing.FrameEncoder;
import dev.framing.OutboundQueue;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/** Frames on their way out: encoded at once, each passed on as one message with the promise that it was written with. */
final class Outbound {
    private final ChannelHandlerContext ctx;
    private final OutboundQueue queue;
    /** Why nothing may be written any more. */
    private @Nullable String over;
    /** The last that was passed on. */
    private @Nullable ChannelPromise last;

    private boolean broken;

    Outbound(ChannelHandlerContext ctx, FrameEncoder encoder, ByteBufAllocator allocator) {
        this.ctx = ctx;
        queue = OutboundQueue.over(encoder, allocator);
    }

    boolean isFrameBegun() {
        return queue.isInFrame();
    }

    /** The connection broke under what was written. */
    boolean isBroken() {
        ChannelPromise p = last;
        broken = broken || p != null && Mistakes.breaksTheConnection(p.cause());
        return broken;
    }

    /** Something was passed on and has not left. */
    boolean isWaiting() {
        ChannelPromise p = last;
        return p != null && !p.isDone();
    }

    void write(ByteBuf payload, ChannelPromise promise) {
        if (refused(payload, promise)) return;
        try {
            queue.frame(payload);
        } catch (RuntimeException e) {
            promise.tryFailure(e);
            return;
        }
        pass(promise);
    }

    void write(Outgoing message, ChannelPromise promise) {
        if (refused(message, promise)) return;
        try {
            encode(message);
        } catch (RuntimeException e) {
            promise.tryFailure(e);
            return;
        } finally {
            message.release();
        }
        pass(promise);
    }

    private void encode(Outgoing m) {
        switch (m.kind) {
            case FRAME -> queue.frame(m.head.retain(), m.bytes.retain());
            case BEGIN -> queue.begin(m.head.retain(), m.length);
            case PIECE -> queue.piece(m.bytes.retain());
            case END -> queue.end(m.bytes.retain());
            case RAW -> queue.raw(m.bytes.retain());
        }
    }

    private boolean refused(Object message, ChannelPromise promise) {
        if (over == null) return false;
        ReferenceCountUtil.release(message);
        promise.tryFailure(new ChannelOutputShutdownException(over));
        return true;
    }

    /** One frame, one message, one promise, whatever number of buffers it lies in. */
    @SuppressWarnings("FutureReturnValueIgnored") // it is the promise given
    private void pass(ChannelPromise promise) {
        ByteBuf bytes = queue.poll();
        if (bytes == null) bytes = Unpooled.EMPTY_BUFFER;
        ByteBuf next = queue.poll();
        if (next != null) {
            CompositeByteBuf all = ctx.alloc().compositeBuffer(4);
            all.addComponent(true, bytes);
            for (; next != null; next = queue.poll()) all.addComponent(true, next);
            bytes = all;
        }
        if (!promise.isVoid()) {
            broken = isBroken(); // later ones fail for no reason but that
            last = promise;
        }
        ctx.write(bytes, promise);
    }

    void flush() {
        queue.trim();
        ctx.flush();
    }

    void switchTo(FrameEncoder encoder) {
        queue.switchEncoder(encoder);
    }

    /** Nothing more may be written. */
    void refuse(String reason) {
        over = reason;
    }

    void close() {
        if (over == null) over = "the channel is closed";
        queue.close();
    }
}
