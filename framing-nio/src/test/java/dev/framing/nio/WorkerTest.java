package dev.framing.nio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WorkerTest {
    /** Breaks at the second wait. */
    private static final class BrokenSelector implements Poller {
        private int waits;
        private boolean closed;

        @Override
        public void poll(long nanos) throws IOException {
            if (++waits > 1) throw new IOException("the selector broke");
        }

        @Override
        public void wakeup() {}

        @Override
        public Place join(Duplex connection, int ops, Member member) {
            return new Place() {
                @Override
                public void interestOps(int interest) {}

                @Override
                public void cancel() {}
            };
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    @Test
    void aSelectorThatBreaksClosesEveryConnectionAndDropsEveryTask() throws IOException {
        BrokenSelector selector = new BrokenSelector();
        List<String> told = new ArrayList<>();
        SimNet net = new SimNet(1, null);
        SimSocket socket = SimSocket.pair(net, "a", 100, "b", 100);
        Worker worker = new Worker(selector, net::now, (channel, e) -> told.add(e.getMessage()));
        FramedChannel channel =
                worker.take(FramedChannel.builder(Length4.CODEC), socket, made -> new FramedChannel.Handler() {
                    @Override
                    public void onFrame(Frame frame) {}

                    @Override
                    public void onClosed(@Nullable IOException broken) {
                        told.add("closed");
                    }
                });
        worker.execute(() -> told.add("a task"));
        worker.run();
        assertThat(told).containsExactly("a task", "the selector broke", "closed");
        assertThat(socket.isAborted()).isTrue();
        assertThat(selector.closed).isTrue();

        ByteBuf late = Unpooled.buffer().writeZero(10);
        assertThat(channel.send(late)).isFalse();
        assertThat(late.refCnt()).isZero();
    }
}
