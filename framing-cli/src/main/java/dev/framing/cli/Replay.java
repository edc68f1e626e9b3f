package dev.framing.cli;

import dev.framing.FrameCodec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.PrimitiveIterator;
import org.jspecify.annotations.Nullable;

/**
 * A client that sends recorded bytes over a connection of its own, a write for each piece, while this thread is the server.
 *
 * <pre>
 *   sender thread                                   this thread
 *   write | write | write |  ~~~ loopback ~~~  Transport.receive ──▶ Receipt: reads, frames
 *         '--- paced: waits until it was read ----------'
 * </pre>
 */
final class Replay extends Thread {
    private final InetSocketAddress server;
    private final Recording recording;
    private final Cut cut;
    private final Receipt receipt;
    private volatile boolean served;
    private @Nullable IOException failure;

    private Replay(InetSocketAddress server, Recording recording, Cut cut, Receipt receipt) {
        super("replay of " + recording.name());
        this.server = server;
        this.recording = recording;
        this.cut = cut;
        this.receipt = receipt;
        setDaemon(true);
    }

    /** Sends the recording in the given pieces; what the server saw. */
    static Receipt run(Transport transport, FrameCodec codec, Recording recording, Cut cut)
            throws IOException, InterruptedException {
        Receipt receipt = new Receipt();
        Replay sender = new Replay(transport.address(), recording, cut, receipt);
        sender.start();
        boolean clean = false;
        try {
            transport.receive(codec, receipt);
            clean = true;
        } finally {
            sender.served = true;
            if (!clean) sender.interrupt();
        }
        sender.join();
        boolean complete = receipt.received() == recording.bytes().length; // else we hung up, and why is in the receipt
        if (complete && sender.failure != null) throw sender.failure;
        return receipt;
    }

    @Override
    public void run() {
        try (SocketChannel socket = SocketChannel.open(server)) {
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
            byte[] bytes = recording.bytes();
            ByteBuffer all = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
            PrimitiveIterator.OfInt sizes = cut.reads(recording).sizes();
            for (int sent = 0; sent < bytes.length; ) {
                int to = sent + Math.min(sizes.nextInt(), bytes.length - sent);
                all.limit(to);
                while (all.hasRemaining()) socket.write(all);
                sent = to;
                if (cut.paced()) awaitRead(sent);
            }
        } catch (IOException e) {
            failure = e;
        }
    }

    private void awaitRead(long position) {
        while (receipt.received() < position && !served) Thread.yield();
    }
}
