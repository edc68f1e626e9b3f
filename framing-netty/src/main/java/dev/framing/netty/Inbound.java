package dev.framing.netty;

import dev.framing.Deadline;
import dev.framing.Frame;
import dev.framing.FrameCodec;
import dev.framing.FrameHandler;
import dev.framing.Framer;
import dev.framing.FramingError;
import dev.framing.FramingException;
import dev.framing.Leftover;
import dev.framing.Part;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandlerContext;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The engine in a pipeline: what is told when.
 *
 * <pre>
 *   state of the engine   because                                             ends with
 *   flowing               autoRead is on, or a read() is unmet
 *   paused                autoRead is off and a frame has met the read()      read(), setAutoRead(true)
 *   held                  pause(); output above its mark; the codec ended     resume(); below the mark; switchTo()
 * </pre>
 *
 * What happens inside a call of the engine (the application closes, removes this handler, feeds it) waits for the end of that call:
 * there is no recursion, and the order stays.
 */
final class Inbound implements FrameHandler {
    /** Why the engine is held, whatever is asked for. */
    static final int BY_USER = 1;

    static final int BY_OUTPUT = 2;
    private static final int BY_CODEC = 4;

    private final ChannelHandlerContext ctx;
    private final ChannelConfig config;
    private final FramingHandler handler;
    private final boolean keepsWhenGone;
    private final FrameHandler application;
    final Framer framer;
    private @Nullable Timer timer;

    /** A call of the engine is running. */
    private boolean running;

    private boolean pumping;
    private boolean draining;
    /** What came from the pipeline while a call was running. */
    private final ArrayDeque<Runnable> later = new ArrayDeque<>(0);
    /** Events that stand behind frames not told yet. */
    private final ArrayDeque<Object> events = new ArrayDeque<>(0);

    /** A read() that no frame has met; before the first one, somebody else may have asked. */
    private boolean demand = true;
    /** A read() was asked inside a call. */
    private boolean asked;
    /** Bytes came since the last channelReadComplete. */
    private boolean received;
    /** Something was told. */
    private boolean delivered;

    private int holds;
    /** We turned autoRead off, and shall turn it on again. */
    private boolean turnedOff;

    /** The peer takes nothing more: what it sent before is read to its end, and held where it was not asked for. */
    private boolean outputFailed;

    private boolean ended;
    private boolean gone;
    private boolean removing;
    private boolean removed;
    private boolean dismissed;
    private boolean overSeen;
    private @Nullable Throwable failure;
    private @Nullable Throwable transport;

    Inbound(ChannelHandlerContext ctx, FramingHandler handler, Framer.Builder engine, Mode mode) {
        this.ctx = ctx;
        this.handler = handler;
        config = ctx.channel().config();
        application = mode.open(ctx);
        keepsWhenGone = mode.outlivesThePipeline();
        framer = engine.build(this);
    }

    void timer(Timer t) {
        timer = t;
    }

    // ------------------------------------------------------------------------ told by the engine

    @Override
    public void onFrame(Frame frame) {
        demand = false;
        delivered = true;
        application.onFrame(frame);
        if (holds != 0 || !open() || removing && isWhole(frame.part())) framer.pause();
    }

    @Override
    public void onSkipped(long position, long length) {
        delivered = true;
        application.onSkipped(position, length);
    }

    @Override
    public void onEnd() {
        application.onEnd();
    }

    @Override
    public void onError(FramingError error) {
        application.onError(error);
    }

    private static boolean isWhole(Part part) {
        return part == Part.WHOLE || part == Part.LAST;
    }

    /** May more be told than was? */
    private boolean open() {
        return demand || gone || config.isAutoRead();
    }

    // ------------------------------------------------------------------------------------------------ bytes

    boolean isRunning() {
        return running;
    }

    /** Does it once the call of the engine that runs has ended. */
    void later(Runnable what) {
        later.add(what);
    }

    void received(ByteBuf bytes) {
        received = true;
        if (ended || framer.isOver()) {
            bytes.release();
            return;
        }
        int count = bytes.readableBytes();
        bytes.touch(handler);
        running = true;
        try {
            framer.offer(bytes);
        } catch (Throwable t) {
            failure = t;
        } finally {
            running = false;
        }
        after(count);
    }

    void readComplete() {
        if (dismissed && !received) return; // of bytes that were dropped
        if (outputFailed && !ended) ctx.read();
        boolean again = received && demand && holds == 0 && !ended && !config.isAutoRead() && !framer.isOver();
        received = false;
        if (again) ctx.read();
        ctx.fireChannelReadComplete();
    }

    private void call(Consumer<Framer> what) {
        running = true;
        try {
            what.accept(framer);
        } catch (Throwable t) {
            failure = t;
        } finally {
            running = false;
        }
        after(0);
    }

    /** A call of the engine has ended: what it led to. */
    private void after(int bytes) {
        if (timer != null && !framer.isOver()) timer.received(bytes);
        boolean threw = failure != null && !isOfTheStream(failure);
        if (failure != null) fire(failure);
        if (removing) {
            passOn();
        } else if (framer.isOver()) {
            over(threw);
        } else if (framer.isFinished() && framer.heldBytes() > 0) {
            hold(BY_CODEC); // until then it is read on: the peer's end is noticed, and no more held
        } else if (asked) {
            pump();
        }
        asked = false;
        if (draining) return;
        draining = true;
        try {
            for (Runnable next = later.poll(); next != null; next = later.poll()) next.run();
        } finally {
            draining = false;
        }
    }

    private void fire(Throwable thrown) {
        failure = null;
        ctx.fireExceptionCaught(
                thrown instanceof FramingException e && isOfTheStream(e)
                        ? Mistakes.inWordsOfNetty(e, transport)
                        : thrown);
    }

    /** The engine's own verdict, not something that the application threw. */
    private boolean isOfTheStream(Throwable thrown) {
        return thrown instanceof FramingException e && framer.error().contains(e.error());
    }

    private void over(boolean threw) {
        if (overSeen) return;
        overSeen = true;
        release(BY_CODEC);
        fireEvents();
        if (gone) close();
        else if (!dismissed && !removed)
            handler.ending().inputIsOver(framer.error().getOrNull(), threw);
    }

    // ------------------------------------------------------------------------------------------------ demand

    /** Somebody behind us wants more. */
    void read() {
        demand = true;
        if (running) {
            asked = true;
            if (holds == 0 && !removing) framer.resume();
            return;
        }
        if (holds == 0) pump();
    }

    /** Tells what is buffered, as far as it was asked for; where that is nothing, asks the transport. */
    private void pump() {
        if (pumping || removed) return;
        pumping = true;
        try {
            while (framer.isPaused() && holds == 0 && open() && !removing && !framer.isOver()) {
                delivered = false;
                call(Framer::resume);
                if (!delivered) break;
                if (!gone) ctx.fireChannelReadComplete();
            }
        } finally {
            pumping = false;
        }
        if (timer != null) timer.reading(isTaking());
        if (holds == 0 && open() && !ended && !gone && !removed && !framer.isPaused()) ctx.read();
    }

    boolean isTaking() {
        return (holds & ~BY_CODEC) == 0 && (open() || turnedOff);
    }

    /** Nothing is told or read from here on, whatever is asked for. */
    void hold(int reason) {
        boolean first = holds == 0;
        if (reason == BY_OUTPUT && first && !config.isAutoRead())
            return; // who asks for each frame knows what can be written
        holds |= reason;
        if (framer.isOver()) return;
        if (reason != BY_CODEC) framer.pause(); // a codec that has ended tells nothing anyway, but deadlines
        if (!first) return;
        if (config.isAutoRead()) {
            turnedOff = true;
            config.setAutoRead(false);
        }
        if (timer != null) timer.reading(isTaking());
    }

    void release(int reason) {
        if ((holds & reason) == 0) return;
        holds &= ~reason;
        if (holds != 0) return;
        boolean on = turnedOff;
        turnedOff = false;
        if (on && !gone && !config.isAutoRead()) {
            config.setAutoRead(true); // which is a read()
        } else if (running) {
            asked = open();
            if (asked && !removing) framer.resume();
        } else if (open()) {
            pump();
        }
    }

    boolean isHeld(int reason) {
        return (holds & reason) != 0;
    }

    // ------------------------------------------------------------------------------------------------ ends

    /** The peer will send no more. */
    void end() {
        if (ended) return;
        ended = true;
        if (framer.isOver()) return;
        boolean broken = handler.outputIsBroken();
        call(broken ? Framer::reset : Framer::end);
        if (broken && !framer.isOver() && !gone) handler.ending().cut(); // told when it may be
    }

    /** A write has failed: the connection is broken, but what came before is there to be read. */
    void outputFailed() {
        outputFailed = true;
        release(BY_OUTPUT);
        if (ended || framer.isOver()) handler.ending().cut();
        else ctx.read();
    }

    /**
     * The connection broke.
     *
     * @return false: the stream had ended before
     */
    boolean reset(Throwable cause) {
        if (ended || framer.isOver()) return false;
        ended = true;
        transport = cause;
        call(Framer::reset);
        if (!framer.isOver()) handler.ending().cut(); // told when it may be: nothing else is to come
        return true;
    }

    /** The channel is closed. What is buffered is told before anybody hears of it, for nobody behind us will be there to ask for it. */
    void inactive() {
        gone = true;
        delivered = false;
        holds &= keepsWhenGone ? BY_USER : 0;
        if (!dismissed) end();
        if (framer.isPaused() && holds == 0 && !framer.isOver()) call(Framer::resume);
        if (delivered) ctx.fireChannelReadComplete();
        if (framer.isOver() || holds == 0) close();
        fireEvents();
    }

    /** The transport's word that the peer has ended: it goes on behind the frames before it. */
    void end(Object event) {
        events.add(event);
        if (!dismissed) end();
        if (framer.isOver()) fireEvents();
    }

    /** @param event stands behind the bytes that came before it */
    void event(Object event) {
        if (ended && !framer.isOver()) events.add(event);
        else ctx.fireUserEventTriggered(event);
    }

    private void fireEvents() {
        for (Object event = events.poll(); event != null; event = events.poll()) ctx.fireUserEventTriggered(event);
    }

    /** We close: nothing is told from here on. */
    void dismiss() {
        dismissed = true;
        close();
    }

    private void close() {
        framer.close();
        if (timer != null) timer.stop();
    }

    /** A deadline has passed, perhaps. */
    void expire(Supplier<@Nullable Deadline> look) {
        if (running) {
            later(() -> expire(look));
            return;
        }
        if (framer.isOver()) return;
        boolean[] output = new boolean[1];
        call(f -> {
            Deadline due = look.get();
            output[0] = due == Deadline.OUTPUT;
            if (due != null) ended = true; // told when it may be, and no end after it
        });
        if (!output[0]) return;
        release(BY_OUTPUT); // that will not end by itself any more
        if (!framer.isOver()) handler.ending().cut(); // told when it may be, at the latest when the channel is inactive
    }

    // ------------------------------------------------------------------------ another codec, another handler

    void switchTo(FrameCodec codec, Leftover leftover) {
        if (running) {
            framer.switchTo(codec, leftover);
            return;
        }
        RuntimeException[] refused = new RuntimeException[1];
        call(f -> {
            try {
                f.switchTo(codec, leftover);
            } catch (IllegalStateException e) {
                if (f.isOver()) throw e; // a handler's
                refused[0] = e;
            }
        });
        if (refused[0] != null) throw refused[0];
        if (!framer.isFinished()) release(BY_CODEC);
    }

    /** This handler is in the pipeline no more. */
    void remove() {
        if (gone) {
            if (!keepsWhenGone || framer.isOver()) close();
            return;
        }
        removing = true;
        if (running) framer.pause();
        else passOn();
    }

    private void passOn() {
        if (removed) return;
        removed = true;
        boolean wanted = holds != 0 && (demand || turnedOff);
        boolean outer = draining;
        draining = true; // what came later goes on behind what is left
        ByteBuf rest = framer.isOver() ? null : detach();
        draining = outer;
        close();
        if (turnedOff && !config.isAutoRead()) config.setAutoRead(true);
        if (rest != null && rest.isReadable()) {
            ctx.fireChannelRead(rest);
            ctx.fireChannelReadComplete();
        } else {
            if (rest != null) rest.release();
            if (wanted) ctx.read();
        }
        fireEvents();
    }

    /** The bytes not told. A frame that is open is told to its end, or, where its end is not there, as truncated. */
    private @Nullable ByteBuf detach() {
        for (int attempt = 0; ; attempt++) {
            try {
                return framer.detach();
            } catch (IllegalStateException e) {
                if (framer.isOver()) return null;
                if (attempt == 0) {
                    holds = 0;
                    call(Framer::resume);
                } else {
                    ended = true;
                    call(f -> {
                        f.end();
                        f.resume();
                    });
                    return null;
                }
            }
        }
    }
}
