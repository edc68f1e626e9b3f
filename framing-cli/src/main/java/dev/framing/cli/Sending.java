package dev.framing.cli;

import dev.framing.FrameCodec;
import java.io.IOException;
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
final class Sending extends Thread {
    private final SocketChannel socket;
    private final Recording recording;
    private final Cut cut;
    private final Receipt receipt;
    private volatile boolean served;
    private @Nullable IOException failure;

    private Sending(SocketChannel socket, Recording recording, Cut cut, Receipt receipt) {
        super("sending of " + recording.name());
        this.socket = socket;
        this.recording = recording;
        this.cut = cut;
        this.receipt = receipt;
        setDaemon(true);
    }

    /** Sends the recording in the given pieces; what the server saw. */
    static Receipt run(Transport transport, FrameCodec codec, Recording recording, Cut cut)
            throws IOException, InterruptedException {
        Receipt receipt = new Receipt();
        SocketChannel socket = SocketChannel.open(transport.address()); // waits in the server's backlog
        Sending sender = new Sending(socket, recording, cut, receipt);
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
        try (socket) {
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
            ByteBuffer all = ByteBuffer.wrap(recording.bytes());
            PrimitiveIterator.OfInt sizes = cut.reads(recording).sizes();
            for (int sent = 0; sent < all.capacity(); ) {
                int to = sent + Math.min(sizes.nextInt(), all.capacity() - sent);
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
