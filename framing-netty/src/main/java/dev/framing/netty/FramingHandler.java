package dev.framing.netty;

import dev.framing.Deadlines;
import dev.framing.FrameCodec;
import dev.framing.FrameEncoder;
import dev.framing.FrameHandler;
import dev.framing.Framer;
import dev.framing.FramingError;
import dev.framing.Leftover;
import dev.framing.MemoryBudget;
import dev.framing.Oversize;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.DuplexChannelConfig;
import io.netty.util.concurrent.EventExecutor;
import io.vavr.control.Option;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Frames in a Netty pipeline, both ways: bytes that come are cut into frames, payloads that are written become frames.
 *
 * <pre>
 *                            FramingHandler
 *   transport ──ByteBuf──▶ | Framer        | ──▶ FrameHandler.onFrame(Frame)    {@link #calling}: nothing is allocated
 *   (TLS)                  |               | ──▶ ByteBuf, a retained slice      {@link #slices}
 *                          |               | ──▶ FrameMessage                   {@link #frames}
 *             ◀──ByteBuf── | OutboundQueue | ◀── ByteBuf, one payload; {@link Outgoing}
 * </pre>
 *
 * <pre>{@code
 * pipeline.addLast(FramingHandler.slices(LengthPrefixed.uint16()), new MyHandler());
 * }</pre>
 *
 * Other messages pass through untouched, both ways. One handler belongs to one pipeline.
 *
 * <p><b>autoRead off: one frame, or part, for each {@code read()}.</b> A {@code read()} first tells what is buffered, and only where
 * that holds no whole frame asks the transport; one that completed no frame is asked again. Each is followed by
 * {@code channelReadComplete}. {@link #pause()} holds everything whatever is asked for, and so does output above the channel's high water
 * mark until it is below the low one.
 *
 * <p><b>How a connection ends.</b>
 * <table>
 *   <caption>What happens, what is told, what follows</caption>
 *   <tr><th>what happens</th><th>told</th><th>then</th></tr>
 *   <tr><td>the peer ends</td><td>onEnd, or Truncated; then ChannelInputShutdownEvent goes on</td><td>what was written is flushed, this
 *       side ends and the channel closes; with {@link Builder#allowHalfOpen()} when {@link #end()} is called</td></tr>
 *   <tr><td>the stream breaks: malformed, too long, truncated, too slow</td><td>the frames before it, then the error</td><td>closed as by
 *       {@code close()}: what is written meanwhile arrives</td></tr>
 *   <tr><td>the peer resets</td><td>the frames before it, then Reset, never a clean end</td><td>closed</td></tr>
 *   <tr><td>a {@link FrameHandler} throws</td><td>nothing more; what it threw is fired unchanged</td><td>reset</td></tr>
 *   <tr><td>{@link #end()}</td><td></td><td>flush, then FIN (in TLS, close_notify before it); receiving goes on</td></tr>
 *   <tr><td>{@code close()} of channel or context</td><td>nothing more</td><td>flush, FIN, read and drop until the peer ends too (within
 *       bounds), close: closing with bytes unread would be a reset, and a reset overtakes what was sent. Behind a handler that has a word
 *       to say at the end, such as TLS: flush, then its turn</td></tr>
 *   <tr><td>{@link #abort()}</td><td>nothing more</td><td>reset (RST): what waits is dropped</td></tr>
 *   <tr><td>this handler is removed or replaced</td><td>nothing more</td><td>bytes not told go to the next handler, once</td></tr>
 * </table>
 *
 * <p><b>Errors</b> are fired through {@code exceptionCaught}, after every frame before them, with a
 * {@link dev.framing.FramingException} as their cause: FrameTooLong as {@code TooLongFrameException}; Malformed, Truncated and
 * LeftoverBytes as {@code CorruptedFrameException}; TimedOut and BudgetExceeded as {@code DecoderException}; Reset as
 * {@link java.io.IOException}. A FrameHandler that overrides onError is told, and nothing is fired.
 *
 * <p><b>Writing.</b> One frame, one promise. What the encoder refuses fails its promise and is released; nothing of it is sent.
 *
 * <p><b>Threads.</b> Events come on the context's executor, as everywhere in Netty. {@link #pause}, {@link #resume}, {@link #end} and
 * {@link #abort} may be called from any thread; the rest from that executor.
 */
public final class FramingHandler extends ChannelDuplexHandler {
    /** How long {@code close()} tries to send what waits: a peer that reads nothing for longer will not read it later. */
    public static final Duration FLUSH_TIMEOUT = Duration.ofSeconds(30);

    /** How long {@code close()} waits for the peer's end: what web servers call a lingering close and set to some seconds. */
    public static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(2);

    /** Bytes that {@code close()} reads and drops: what may be on its way in a socket's buffers. */
    static final long DRAINED = 1024 * 1024;

    private final Builder how;
    private final Mode mode;
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable Inbound in;
    private @Nullable Outbound out;
    private @Nullable Ending ending;
    private @Nullable Timer timer;
    private boolean wroteSinceFlush;
    /** As the channel was before this handler came. */
    /** The channel's option while this handler is not there: with it off, Netty would close at the peer's end, and lose what waits. */
    private boolean halfClosedBefore;

    private boolean closesItself;

    private FramingHandler(Builder how, Mode mode) {
        this.how = how;
        this.mode = mode;
    }

    /** Passes on the payload of each frame as a retained slice. */
    public static FramingHandler slices(FrameCodec codec) {
        return builder(codec).slices();
    }

    /** Passes on each frame as a {@link FrameMessage}: with head, tail, position and detail. */
    public static FramingHandler frames(FrameCodec codec) {
        return builder(codec).frames();
    }

    /** Calls {@code handler} for each frame. */
    public static FramingHandler calling(FrameCodec codec, FrameHandler handler) {
        return builder(codec).calling(handler);
    }

    /** Everything that can be chosen. */
    public static Builder builder(FrameCodec codec) {
        return new Builder(codec);
    }

    /** How handlers are made: one for each channel. */
    public static final class Builder {
        private final FrameCodec codec;
        private Oversize oversize = Oversize.fail();
        private @Nullable ByteBufAllocator allocator;
        private @Nullable MemoryBudget budget;
        private Deadlines deadlines = Deadlines.none();
        private LongSupplier clock = System::nanoTime;
        private boolean halfOpen;
        private boolean staysOpen;
        private boolean readsAlways;
        private boolean decodes = true;
        private boolean encodes = true;
        private Duration flushTimeout = FLUSH_TIMEOUT;
        private Duration drainTimeout = DRAIN_TIMEOUT;

        private Builder(FrameCodec codec) {
            this.codec = Objects.requireNonNull(codec, "codec");
        }

        private Builder(Builder b) {
            codec = b.codec;
            oversize = b.oversize;
            allocator = b.allocator;
            budget = b.budget;
            deadlines = b.deadlines;
            clock = b.clock;
            halfOpen = b.halfOpen;
            staysOpen = b.staysOpen;
            readsAlways = b.readsAlways;
            decodes = b.decodes;
            encodes = b.encodes;
            flushTimeout = b.flushTimeout;
            drainTimeout = b.drainTimeout;
        }

        /** What happens to a frame over the limit; {@link Oversize#fail()} unless said otherwise. Parts are messages too. */
        public Builder oversize(Oversize policy) {
            Framer.builder(codec).oversize(policy); // refuses what the engine would, before there is a channel
            oversize = policy;
            return this;
        }

        /** Where the buffers of both directions come from; the channel's allocator unless said otherwise. */
        public Builder allocator(ByteBufAllocator buffers) {
            allocator = Objects.requireNonNull(buffers, "allocator");
            return this;
        }

        /** Memory that this stream shares with others. */
        public Builder budget(MemoryBudget shared) {
            budget = Objects.requireNonNull(shared, "budget");
            return this;
        }

        /** How long the peer may take; one task of the event loop watches over it. {@link Deadlines#none()} unless said otherwise. */
        public Builder deadlines(Deadlines limits) {
            deadlines = Objects.requireNonNull(limits, "deadlines");
            return this;
        }

        /** Nanoseconds that {@link #deadlines} are measured with; {@link System#nanoTime()} unless said otherwise. */
        public Builder clock(LongSupplier nanos) {
            clock = Objects.requireNonNull(nanos, "clock");
            return this;
        }

        /** After the peer's end, writing goes on until our own {@link FramingHandler#end()}. */
        public Builder allowHalfOpen() {
            halfOpen = true;
            return this;
        }

        /** Bounds of {@code close()}; {@link #FLUSH_TIMEOUT} and {@link #DRAIN_TIMEOUT} unless said otherwise. */
        public Builder closeTimeouts(Duration flush, Duration drain) {
            if (flush.isNegative() || drain.isNegative())
                throw new IllegalArgumentException("closeTimeouts " + flush + ", " + drain + ": negative");
            flushTimeout = flush;
            drainTimeout = drain;
            return this;
        }

        /** After an error the channel is left to who catches it: what comes is read and dropped until somebody closes. */
        public Builder stayOpenOnError() {
            staysOpen = true;
            return this;
        }

        /** Frames are read and told however much waits to be sent. */
        public Builder readWhileUnwritable() {
            readsAlways = true;
            return this;
        }

        /** Only what comes is framed, as by Netty's decoders; what is written passes through. */
        public Builder decodeOnly() {
            encodes = false;
            return this;
        }

        /** Only what is written is framed, as by Netty's LengthFieldPrepender; what comes passes through. */
        public Builder encodeOnly() {
            decodes = false;
            return this;
        }

        /** See {@link FramingHandler#slices}. */
        public FramingHandler slices() {
            return new FramingHandler(new Builder(this), new Mode.Slices(codec.maxFrameLength()));
        }

        /** See {@link FramingHandler#frames}. */
        public FramingHandler frames() {
            return new FramingHandler(new Builder(this), new Mode.Frames(codec.maxFrameLength()));
        }

        /** See {@link FramingHandler#calling}. */
        public FramingHandler calling(FrameHandler handler) {
            Objects.requireNonNull(handler, "handler");
            return callingEach(it -> handler);
        }

        /**
         * Calls a handler that is made when this one is added to a pipeline, of which it gets the {@link FramingHandler}: to answer
         * with {@link FramingHandler#send}, to pause, to switch.
         */
        public FramingHandler callingEach(Function<FramingHandler, FrameHandler> factory) {
            return new FramingHandler(new Builder(this), new Mode.Calls(Objects.requireNonNull(factory, "factory")));
        }
    }

    // ------------------------------------------------------------------------------------------------ in the pipeline

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        if (ctx != null) throw new IllegalStateException("one framing handler in two pipelines");
        ctx = context;
        ByteBufAllocator buffers = how.allocator != null ? how.allocator : context.alloc();
        FrameCodec codec = how.codec.ofConnection();
        Framer.Builder engine = Framer.builder(codec).oversize(how.oversize).allocator(buffers);
        if (how.budget != null) engine.budget(how.budget);
        Inbound inbound = in = new Inbound(context, this, engine, mode);
        out = new Outbound(context, Raw.encoder(how.encodes ? codec : Raw.CODEC), buffers);
        ending = new Ending(context, this, how.halfOpen, how.staysOpen, how.flushTimeout, how.drainTimeout);
        if (!how.deadlines.equals(Deadlines.none())) {
            timer = new Timer(context, inbound, inbound.framer, how.deadlines, how.clock);
            inbound.timer(timer);
            if (context.channel().isActive()) timer.start();
        }
        closesItself = context.channel().config().isAutoClose();
        if (context.channel() instanceof DuplexChannel) autoClose(context, false);
        if (how.decodes && context.channel().config() instanceof DuplexChannelConfig duplex) {
            halfClosedBefore = duplex.isAllowHalfClosure();
            duplex.setAllowHalfClosure(true);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        inbound().remove();
        outbound().close();
        FramingHandler heir = context.pipeline().get(FramingHandler.class);
        if (heir != null && heir.how.decodes == how.decodes) { // it came before this one went
            heir.closesItself = closesItself;
            heir.halfClosedBefore = halfClosedBefore;
            return;
        }
        if (context.channel() instanceof DuplexChannel) autoClose(context, closesItself);
        if (how.decodes && context.channel().config() instanceof DuplexChannelConfig duplex)
            duplex.setAllowHalfClosure(halfClosedBefore);
    }

    /** A failed write must not close the channel before what the peer had sent is read. */
    @SuppressWarnings("deprecation") // there is no other way
    private static void autoClose(ChannelHandlerContext context, boolean on) {
        context.channel().config().setAutoClose(on);
    }

    Inbound inbound() {
        return added(in);
    }

    Outbound outbound() {
        return added(out);
    }

    Ending ending() {
        return added(ending);
    }

    private static <T> T added(@Nullable T part) {
        if (part == null) throw new IllegalStateException("the framing handler is in no pipeline");
        return part;
    }

    boolean outputIsBroken() {
        return outbound().isBroken() || Tls.isCutOff(added(ctx));
    }

    // ------------------------------------------------------------------------------------------------ what comes

    @Override
    public void channelActive(ChannelHandlerContext context) {
        if (timer != null) timer.start();
        context.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (inbound().isRunning()) {
            inbound().later(() -> channelRead(context, message));
        } else if (!(message instanceof ByteBuf bytes) || !how.decodes || context.isRemoved()) {
            context.fireChannelRead(message);
        } else if (ending().isClosing()) {
            int count = bytes.readableBytes();
            bytes.release();
            ending().dropped(count);
        } else {
            inbound().received(bytes);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (inbound().isRunning()) inbound().later(() -> channelReadComplete(context));
        else if (context.isRemoved() || !how.decodes) context.fireChannelReadComplete();
        else inbound().readComplete();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (inbound().isRunning()) {
            inbound().later(() -> userEventTriggered(context, event));
            return;
        }
        if (event instanceof ChannelOutputShutdownEvent && !ending().isClosing()) {
            if (outbound().isBroken()) inbound().outputFailed();
            else ending().outputIsShut();
        }
        if (event instanceof ChannelInputShutdownEvent || Tls.isEnd(event)) {
            ending().inputIsShut();
            inbound().end(event);
        } else if (event instanceof ChannelInputShutdownReadComplete) {
            inbound().event(event);
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (inbound().isRunning()) {
            inbound().later(() -> exceptionCaught(context, cause));
            return;
        }
        boolean breaks = Mistakes.breaksTheConnection(cause);
        if (breaks && ending().isClosing()) return; // nobody waits for what it had to say
        if (!breaks || !inbound().reset(cause)) context.fireExceptionCaught(cause);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (inbound().isRunning()) {
            inbound().later(() -> channelInactive(context));
            return;
        }
        inbound().inactive();
        outbound().close();
        ending().inactive();
        context.fireChannelInactive();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (!how.readsAlways && !ending().isClosing()) {
            if (context.channel().isWritable() || ending().hasEnded()) inbound().release(Inbound.BY_OUTPUT);
            else inbound().hold(Inbound.BY_OUTPUT);
        }
        context.fireChannelWritabilityChanged();
    }

    // ------------------------------------------------------------------------------------------------ what is asked

    @Override
    public void read(ChannelHandlerContext context) {
        if (ending().isClosing() || !how.decodes) context.read();
        else inbound().read();
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // it is the promise given
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        wroteSinceFlush = true;
        if (message instanceof ByteBuf payload && how.encodes) outbound().write(payload, promise);
        else if (message instanceof Outgoing outgoing) write(outgoing, promise);
        else context.write(message, promise);
    }

    private void write(Outgoing outgoing, ChannelPromise promise) {
        boolean ends = outgoing.kind == Outgoing.Kind.END;
        outbound().write(outgoing, promise);
        if (ends) ending().frameEnded();
    }

    @Override
    public void flush(ChannelHandlerContext context) {
        outbound().flush();
        boolean wrote = wroteSinceFlush;
        wroteSinceFlush = false;
        if (timer != null) timer.flushed(wrote);
    }

    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        ending().close(promise);
    }

    @Override
    public void disconnect(ChannelHandlerContext context, ChannelPromise promise) {
        ending().close(promise);
    }

    // ------------------------------------------------------------------------------------------------ for the
    // application

    /**
     * One frame, written and flushed. From a callback this is the way to answer: a write to {@link #context()} begins before this
     * handler, and would go out unframed. From any thread. What has a head, or comes in pieces, is written to the channel:
     * {@code context().channel().writeAndFlush(Outgoing.frame(head, payload))}.
     *
     * @param payload released once it was sent or refused
     */
    public ChannelFuture send(ByteBuf payload) {
        ChannelHandlerContext context = context();
        ChannelPromise promise = context.newPromise();
        try {
            onExecutor(() -> {
                write(context, payload, promise);
                flush(context);
            });
        } catch (RejectedExecutionException e) { // its event loop has stopped
            payload.release();
            promise.tryFailure(e);
        }
        return promise;
    }

    /** Where this handler stands. What is written to it goes out as it is. */
    public ChannelHandlerContext context() {
        return added(ctx);
    }

    /** Nothing more is told, not even an end, and the transport is not read. */
    public void pause() {
        onExecutor(() -> inbound().hold(Inbound.BY_USER));
    }

    /** Tells what is buffered, then reads on. */
    public void resume() {
        onExecutor(() -> inbound().release(Inbound.BY_USER));
    }

    /** Another codec in both directions, or, where one refuses, in none. See {@link Framer#switchTo}. */
    public void switchTo(FrameCodec codec, Leftover leftover) {
        if (outbound().isFrameBegun()) throw new IllegalStateException("switchTo() while a frame is begun");
        FrameCodec both = codec.ofConnection();
        FrameEncoder encoder = both.newEncoder();
        switchInput(both, leftover);
        outbound().switchTo(encoder);
    }

    /** Another codec from the first byte after the last frame told. See {@link Framer#switchTo}. */
    public void switchInput(FrameCodec codec, Leftover leftover) {
        inbound().switchTo(codec, leftover);
    }

    /** The next frame is written by another codec. */
    public void switchOutput(FrameCodec codec) {
        outbound().switchTo(codec.newEncoder());
    }

    /**
     * Flushes and tells the peer that nothing follows (FIN). Receiving goes on.
     *
     * @return fails with an {@link IllegalStateException} while a frame is begun
     */
    public ChannelFuture end() {
        ChannelPromise promise = added(ctx).newPromise();
        onExecutor(() -> ending().end(promise));
        return promise;
    }

    /** Resets the connection: the peer sees that it broke. What waits is released. */
    public void abort() {
        onExecutor(() -> ending().abort());
    }

    private void onExecutor(Runnable what) {
        EventExecutor executor = added(ctx).executor();
        if (executor.inEventLoop()) what.run();
        else executor.execute(what);
    }

    /** See {@link Framer#position()}. */
    public long position() {
        return inbound().framer.position();
    }

    /** See {@link Framer#error()}. */
    public Option<FramingError> error() {
        return inbound().framer.error();
    }

    /** Bytes of memory held for this channel: the engine's, and what waits to be sent. */
    public long heldBytes() {
        return inbound().framer.heldBytes() + Timer.waiting(added(ctx).channel());
    }

    /** See {@link Framer#copiedBytes()}. */
    public long copiedBytes() {
        return inbound().framer.copiedBytes();
    }

    /** What a leak record says: the codec, and where in its stream this is. */
    @Override
    public String toString() {
        return "FramingHandler(" + how.codec + (in == null ? "" : " at byte " + in.framer.position()) + ")";
    }
}
