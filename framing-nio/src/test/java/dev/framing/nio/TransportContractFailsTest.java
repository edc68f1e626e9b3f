package dev.framing.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.framing.Deadline;
import dev.framing.Frame;
import dev.framing.FrameHandler;
import dev.framing.FramingError;
import dev.framing.testkit.transport.Adapter;
import dev.framing.testkit.transport.Link;
import dev.framing.testkit.transport.Settings;
import dev.framing.testkit.transport.TransportContract;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.Closeable;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract can fail: adapters with one mistake each, and the law that finds it. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TransportContractFailsTest {

    enum Mistake {
        TELLS_THE_END_TWICE("theEndIsCleanOnlyBetweenFrames"),
        TELLS_A_RESET_AS_AN_END("aResetComesAfterTheFramesBeforeItAndIsNoEnd"),
        ENDS_THOUGH_HALF_OPEN_IS_ALLOWED("withHalfOpenAllowedWritingGoesOnUntilOurEnd"),
        CLOSES_BY_RESET("closingLosesNothingThoughThePeerKeepsSending"),
        ABORTS_BY_END("abortingResetsASilentPeer"),
        DOES_NOT_PAUSE("nothingIsToldWhilePaused"),
        LOSES_A_FRAME("framesErrorsAndPositionsAreThoseOfAnEngineInMemory"),
        MIXES_FRAMES("framesOfManyThreadsAreNotMixed"),
        KEEPS_A_BUFFER("ourEndComesAfterWhatWasSentAndReceivingGoesOn"),
        KEEPS_WHAT_COMES_TOO_LATE("whatIsSentAfterTheEndIsReleasedAndGoesNowhere"),
        KEEPS_A_DESCRIPTOR("nothingIsLeftOfConnectionsThatCameAndWent"),
        SAYS_IT_IS_OPEN("aHandlerThatThrowsKillsItsOwnConnectionOnly"),
        SAYS_IT_HOLDS_A_LOT("aConsumerOfASteadyRateHoldsLittle"),
        SPINS("whoWaitsDoesNotSpin");

        private final String law;

        Mistake(String law) {
            this.law = law;
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMistakeIsFound(Mistake mistake) throws Exception {
        Method law = TransportContract.class.getDeclaredMethod(mistake.law);
        law.setAccessible(true);
        Wrong adapter = new Wrong(mistake);
        try {
            TransportContract contract = new TransportContract() {
                @Override
                protected Adapter adapter() {
                    return adapter;
                }
            };
            Throwable found = catchThrowable(() -> law.invoke(contract));
            assertThat(found).isInstanceOf(InvocationTargetException.class).hasCauseInstanceOf(AssertionError.class);
        } finally {
            adapter.letGo();
        }
    }

    /** A right adapter, but for one thing. */
    private static final class Wrong implements Adapter {
        private final Mistake mistake;
        private final Adapter right = new BlockingAdapter(BlockingAdapter.Over.CHANNEL);
        private final Queue<Closeable> kept = new ConcurrentLinkedQueue<>();
        private volatile boolean over;

        Wrong(Mistake mistake) {
            this.mistake = mistake;
        }

        private boolean is(Mistake what) {
            return mistake == what;
        }

        void letGo() throws IOException {
            over = true;
            for (Closeable one : kept) one.close();
        }

        private Settings settings(Settings s) {
            if (!is(Mistake.ENDS_THOUGH_HALF_OPEN_IS_ALLOWED)) return s;
            return Settings.of(s.codec()).withAllocator(s.allocator()).withDrain(s.drain());
        }

        private Function<Link, FrameHandler> wrong(Settings settings, Function<Link, FrameHandler> application) {
            return link -> {
                if (is(Mistake.KEEPS_A_BUFFER)) kept.add(settings.allocator().buffer(100)::release);
                if (is(Mistake.KEEPS_A_DESCRIPTOR)) kept.add(socket());
                WrongLink wrong = new WrongLink(link);
                return new WrongHandler(application.apply(wrong), wrong);
            };
        }

        private static SocketChannel socket() {
            try {
                return SocketChannel.open();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public InetSocketAddress listen(Settings settings, Function<Link, FrameHandler> application) throws Exception {
            return right.listen(settings(settings), wrong(settings, application));
        }

        @Override
        public Link connect(InetSocketAddress address, Settings settings, Function<Link, FrameHandler> application)
                throws Exception {
            return right.connect(address, settings(settings), wrong(settings, application));
        }

        @Override
        public boolean sendBlocks() {
            return right.sendBlocks();
        }

        @Override
        public Set<Deadline> deadlines() {
            return right.deadlines();
        }

        @Override
        public void close() throws Exception {
            over = true;
            right.close();
        }

        private final class WrongHandler implements FrameHandler {
            private final FrameHandler handler;
            private final WrongLink link;

            WrongHandler(FrameHandler handler, WrongLink link) {
                this.handler = handler;
                this.link = link;
            }

            @Override
            public void onFrame(Frame frame) {
                if (is(Mistake.LOSES_A_FRAME) && frame.payloadLength() == 0) return;
                handler.onFrame(frame);
            }

            @Override
            public void onSkipped(long position, long length) {
                handler.onSkipped(position, length);
            }

            @Override
            public void onEnd() {
                handler.onEnd();
                if (is(Mistake.TELLS_THE_END_TWICE)) handler.onEnd();
                while (is(Mistake.SPINS) && !over && !link.isClosed()) Thread.onSpinWait();
            }

            @Override
            public void onError(FramingError error) {
                boolean hidden = is(Mistake.TELLS_A_RESET_AS_AN_END) && error instanceof FramingError.Reset;
                if (hidden) handler.onEnd();
                else handler.onError(error);
            }
        }

        private final class WrongLink implements Link {
            private final Link link;
            private ByteBuf last = Unpooled.EMPTY_BUFFER;

            WrongLink(Link link) {
                this.link = link;
            }

            @Override
            public void send(ByteBuf frame) throws Exception {
                ByteBuf payload = frame;
                if (is(Mistake.KEEPS_WHAT_COMES_TOO_LATE)) payload.retain();
                if (!is(Mistake.MIXES_FRAMES)) {
                    link.send(payload);
                    return;
                }
                ByteBuf first; // every other frame comes after the one behind it
                synchronized (this) {
                    first = last.isReadable() ? payload : Unpooled.EMPTY_BUFFER;
                    if (last.isReadable()) payload = last;
                    last = first.isReadable() ? Unpooled.EMPTY_BUFFER : payload;
                }
                if (!first.isReadable()) return;
                link.send(first);
                link.send(payload);
            }

            @Override
            public void end() throws Exception {
                link.end();
            }

            @Override
            public void close() throws Exception {
                if (is(Mistake.CLOSES_BY_RESET)) link.abort();
                else link.close();
            }

            @Override
            public void abort() throws Exception {
                if (is(Mistake.ABORTS_BY_END)) link.close();
                else link.abort();
            }

            @Override
            public void pause() {
                if (!is(Mistake.DOES_NOT_PAUSE)) link.pause();
            }

            @Override
            public void resume() {
                link.resume();
            }

            @Override
            public boolean isWritable() {
                return link.isWritable();
            }

            @Override
            public long heldBytes() {
                return is(Mistake.SAYS_IT_HOLDS_A_LOT) ? 1 << 20 : link.heldBytes();
            }

            @Override
            public boolean isClosed() {
                return !is(Mistake.SAYS_IT_IS_OPEN) && link.isClosed();
            }
        }
    }
}
