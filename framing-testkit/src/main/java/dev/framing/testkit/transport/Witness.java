package dev.framing.testkit.transport;

import dev.framing.Frame;
import dev.framing.FrameHandler;
import dev.framing.FramingError;
import dev.framing.testkit.Event;
import dev.framing.testkit.Transcriber;
import dev.framing.testkit.Transcript;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The application of one connection: writes down what it is told, and which promises of the {@link Adapter} were broken. */
class Witness implements FrameHandler {
    final Link link;
    private final boolean keeps;
    private final Transcriber heard = new Transcriber();
    private final List<String> broken = new ArrayList<>();
    private final AtomicReference<@Nullable Thread> inside = new AtomicReference<>();
    private @Nullable AssertionError wrong;
    private int frames;
    private boolean over;
    /** We closed it ourselves: nothing may be told from now on, but for a callback that is running. */
    private boolean closed;

    Witness(Link link) {
        this(link, true);
    }

    /** @param keeps frames are written down, not only counted */
    Witness(Link link, boolean keeps) {
        this.link = link;
        this.keeps = keeps;
    }

    /** False: one of very many, or of very many frames. */
    boolean keeps() {
        return keeps;
    }

    /** What the application does with a frame, after it was written down. */
    void frame(Frame frame) throws Exception {}

    void ended() throws Exception {}

    void failed(FramingError error) throws Exception {}

    @Override
    public final void onFrame(Frame frame) {
        told("a frame", () -> frame(frame), () -> {
            if (keeps) heard.onFrame(frame);
        });
    }

    @Override
    public final void onSkipped(long position, long length) {
        told("a skipped frame", () -> {}, () -> heard.onSkipped(position, length));
    }

    @Override
    public final void onEnd() {
        told("the end", this::ended, heard::onEnd);
    }

    @Override
    public final void onError(FramingError error) {
        told(error.message(), () -> failed(error), () -> heard.onError(error));
    }

    private interface Act {
        void run() throws Exception;
    }

    private void told(String what, Act act, Runnable write) {
        Thread other = inside.getAndSet(Thread.currentThread());
        synchronized (this) {
            if (other != null)
                broken.add("told " + what + " by " + Thread.currentThread() + " inside a call of " + other);
            if (closed) broken.add("told " + what + " after we had closed");
            heard.last().filter(Event::endsTheStream).forEach(last -> broken.add("told " + what + " after " + last));
            write.run();
        }
        AssertionError failure = null;
        try {
            act.run();
        } catch (RuntimeException e) {
            throw e;
        } catch (AssertionError e) {
            failure = e;
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        } finally {
            inside.set(null);
            done(what, failure);
        }
    }

    /** Only now is it counted: whoever waits for a frame comes after what the application did with it. */
    private synchronized void done(String what, @Nullable AssertionError failure) {
        if (what.equals("a frame")) frames++;
        over = heard.last().exists(Event::endsTheStream);
        if (failure != null) wrong = failure;
        notifyAll();
    }

    /** From here on nothing may be told. To be said after {@link Link#close()} or {@link Link#abort()} inside a callback. */
    synchronized void nothingMore() {
        closed = true;
    }

    synchronized Transcript transcript() {
        return heard.transcript();
    }

    synchronized int frames() {
        return frames;
    }

    synchronized List<String> broken() {
        return List.copyOf(broken);
    }

    void awaitFrames(int count) {
        await(count + " frames", () -> frames >= count);
    }

    /** Until the end or the error was told. */
    void awaitOver() {
        await("an end or an error", () -> over);
    }

    private synchronized void await(String what, BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (wrong != null) throw new AssertionError(wrong.getMessage(), wrong);
            long left = Rig.PATIENCE.toNanos() - (System.nanoTime() - start);
            if (left <= 0)
                throw new AssertionError(
                        "waited " + Rig.PATIENCE + " for " + what + ", was told\n" + heard.transcript());
            try {
                wait(TimeUnit.NANOSECONDS.toMillis(left) + 1);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }
}
