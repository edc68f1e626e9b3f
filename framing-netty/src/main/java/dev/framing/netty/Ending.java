package dev.framing.netty;

import dev.framing.Deadline;
import dev.framing.FramingError;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundHandler;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.DuplexChannelConfig;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How a connection ends.
 *
 * <pre>
 *   end()     flush ─▶ FIN ─▶ (the peer has ended? close)
 *   close()   flush ─▶ FIN ─▶ read and drop until the peer ends, too much came, or the time is up ─▶ close
 *   abort()   RST
 * </pre>
 */
final class Ending {
    private final ChannelHandlerContext ctx;
    private final FramingHandler handler;
    private final boolean halfOpen;
    private final boolean staysOpen;
    private final Duration flushTimeout;
    private final Duration drainTimeout;

    /** The peer's end was told. */
    private boolean peerEnded;
    /** Its end was seen by the transport. */
    private boolean inputShut;
    /** Our end waits for the frame begun. */
    private boolean endSoon;

    private @Nullable ChannelPromise end;
    private boolean finSent;
    /** The output was shut by somebody else. */
    private boolean outputShut;

    private @Nullable ChannelPromise closing;
    private boolean draining;
    private long drained;
    private boolean passedOn;
    private @Nullable Future<?> alarm;

    Ending(
            ChannelHandlerContext ctx,
            FramingHandler handler,
            boolean halfOpen,
            boolean staysOpen,
            Duration flushTimeout,
            Duration drainTimeout) {
        this.ctx = ctx;
        this.handler = handler;
        this.halfOpen = halfOpen;
        this.staysOpen = staysOpen;
        this.flushTimeout = flushTimeout;
        this.drainTimeout = drainTimeout;
    }

    // ------------------------------------------------------------------------------------------------ what led to it

    /** The stream has ended, broken, or a handler threw. */
    void inputIsOver(@Nullable FramingError error, boolean threw) {
        if (error instanceof FramingError.TimedOut late && late.deadline() == Deadline.OUTPUT) {
            abort(); // it would not take our end either
        } else if (error instanceof FramingError.Reset) {
            abort();
        } else if (threw && !staysOpen) {
            abort();
        } else if (error != null && (!staysOpen || error instanceof FramingError.TimedOut)) {
            close(ctx.newPromise());
        } else if (inputShut) {
            peerEnded = true;
            if (!halfOpen) endSoon();
            if (finSent || outputShut) close(ctx.newPromise());
        }
    }

    /** Not by us: a write has failed, perhaps one whose promise is void and tells nobody. With the peer's end, both directions are over. */
    void outputIsShut() {
        if (finSent || closing != null) return;
        outputShut = true;
        if (peerEnded) close(ctx.newPromise());
    }

    /** The transport has seen the peer's end, told or not. */
    void inputIsShut() {
        inputShut = true;
        if (draining) closeNow();
    }

    /** A frame was ended. */
    void frameEnded() {
        if (endSoon) endSoon();
    }

    private void endSoon() {
        endSoon = handler.outbound().isFrameBegun();
        if (!endSoon) close(ctx.newPromise());
    }

    void inactive() {
        if (alarm != null) alarm.cancel(false);
        ChannelPromise promise = closing;
        if (promise != null && !passedOn) closeNow();
    }

    // ------------------------------------------------------------------------------------------------ one direction

    void end(ChannelPromise promise) {
        if (closing != null || !ctx.channel().isActive()) {
            promise.trySuccess();
        } else if (end != null) {
            end.addListener(f -> promise.trySuccess());
        } else if (handler.outbound().isFrameBegun()) {
            promise.tryFailure(new IllegalStateException("a frame was begun and not ended"));
        } else {
            end = promise;
            handler.outbound().refuse("this side has ended");
            flushAll(() -> fin(() -> {
                promise.trySuccess();
                if (peerEnded) close(ctx.newPromise());
            }));
        }
    }

    /** Everything written before has left. */
    private void flushAll(Runnable then) {
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(f -> then.run());
    }

    private void fin(Runnable then) {
        Channel channel = ctx.channel();
        if (finSent || !channel.isActive()) {
            then.run();
        } else if (channel instanceof DuplexChannel duplex) {
            finSent = true;
            handler.inbound().release(Inbound.BY_OUTPUT);
            Tls.end(ctx, () -> duplex.shutdownOutput().addListener(f -> then.run()));
        } else {
            ctx.close().addListener(f -> then.run());
        }
    }

    // ------------------------------------------------------------------------------------------------ both

    void close(ChannelPromise promise) {
        if (closing != null) {
            if (!promise.isVoid()) ctx.channel().closeFuture().addListener(f -> promise.trySuccess());
            return;
        }
        closing = promise;
        handler.inbound().dismiss();
        handler.outbound().refuse("the channel is being closed");
        if (!ctx.channel().isActive()) {
            closeNow();
        } else if (mayLinger()) {
            after(flushTimeout, this::abort);
            readOn();
            flushAll(() -> fin(this::drain));
        } else if (handler.outbound().isWaiting()) {
            after(flushTimeout, this::abort);
            flushAll(this::closeNow);
        } else {
            closeNow();
        }
    }

    /** Nobody between us and the socket has something of its own to say at the end. */
    private boolean mayLinger() {
        if (!(ctx.channel() instanceof DuplexChannel)) return false;
        for (Map.Entry<String, ChannelHandler> entry : ctx.pipeline()) {
            if (isHandler(entry.getValue())) return true;
            if (entry.getValue() instanceof ChannelOutboundHandler) return false;
        }
        return false;
    }

    @SuppressWarnings("ReferenceEquality") // the very handler
    private boolean isHandler(ChannelHandler other) {
        return other == handler;
    }

    private void drain() {
        if (passedOn) return;
        if (inputShut
                || drained > FramingHandler.DRAINED
                || drainTimeout.isZero()
                || !ctx.channel().isActive()) {
            closeNow();
            return;
        }
        draining = true;
        after(drainTimeout, this::closeNow);
        readOn();
    }

    /**
     * What comes is dropped, also while we flush: a peer that reads nothing until it has sent all would never take the rest. Its end
     * closes nothing before that is flushed.
     */
    private void readOn() {
        ChannelConfig config = ctx.channel().config();
        if (config instanceof DuplexChannelConfig duplex) duplex.setAllowHalfClosure(true);
        config.setAutoRead(true);
        ctx.read();
    }

    /** Our end was told: nothing will make the channel writable again. */
    boolean hasEnded() {
        return finSent;
    }

    /** Are bytes that come dropped here? */
    boolean isClosing() {
        return closing != null;
    }

    void dropped(int bytes) {
        drained += bytes;
        if (drained <= FramingHandler.DRAINED) return;
        if (draining) closeNow();
        else ctx.channel().config().setAutoRead(false);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // it is the promise given
    private void closeNow() {
        if (passedOn) return;
        passedOn = true;
        draining = false;
        if (alarm != null) alarm.cancel(false);
        ChannelPromise promise = closing;
        closing = promise == null ? ctx.newPromise() : promise;
        ctx.close(closing);
    }

    void abort() {
        ChannelPromise promise = closing == null || passedOn ? ctx.newPromise() : closing;
        closing = promise;
        passedOn = true;
        if (alarm != null) alarm.cancel(false);
        handler.inbound().dismiss();
        handler.outbound().refuse("the connection was aborted");
        reset(promise);
    }

    /** Resets the connection and leaves it to the channel to tell. */
    void cut() {
        reset(ctx.newPromise());
    }

    /** Past the handlers before us: what they have to say at the end would not be sent. */
    private void reset(ChannelPromise promise) {
        Channel channel = ctx.channel();
        if (!channel.eventLoop().inEventLoop()) {
            channel.eventLoop().execute(() -> reset(promise));
            return;
        }
        try { // never on a closed channel: a native one would set it on whoever has that descriptor now
            if (channel.isOpen()) channel.config().setOption(ChannelOption.SO_LINGER, 0);
        } catch (ChannelException e) {
            // reset by the peer
        }
        channel.unsafe().close(promise);
    }

    private void after(Duration time, Runnable what) {
        if (alarm != null) alarm.cancel(false);
        alarm = ctx.executor().schedule(what, nanos(time), TimeUnit.NANOSECONDS);
    }

    private static long nanos(Duration time) {
        Duration ever = Duration.ofDays(365);
        return (time.compareTo(ever) < 0 ? time : ever).toNanos();
    }
}
