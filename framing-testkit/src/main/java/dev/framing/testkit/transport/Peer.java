package dev.framing.testkit.transport;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.jspecify.annotations.Nullable;

/** The other end of a connection: a plain socket, so that a test decides each byte and each kind of close. */
final class Peer implements AutoCloseable {
    private final Socket socket;

    /** @param buffer SO_SNDBUF, or 0: as the system has it */
    Peer(Socket socket, int buffer) throws IOException {
        this.socket = socket;
        if (buffer > 0) socket.setSendBufferSize(buffer);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) Rig.PATIENCE.toMillis());
    }

    /** No longer narrow: through 8 KiB, 16 MiB can take minutes, by TCP's own timers. */
    void widen() throws IOException {
        socket.setReceiveBufferSize(256 * 1024);
        socket.setSendBufferSize(256 * 1024);
    }

    /** What was read until the end, and the failure that came instead of one: a reset. */
    record Heard(byte[] bytes, @Nullable IOException reset) {}

    void write(byte[] bytes) throws IOException {
        write(bytes, 0, bytes.length);
    }

    void write(byte[] bytes, int from, int to) throws IOException {
        socket.getOutputStream().write(bytes, from, to - from);
    }

    /** Exactly {@code count} bytes. */
    byte[] read(int count) throws IOException {
        byte[] bytes = socket.getInputStream().readNBytes(count);
        if (bytes.length < count) throw new AssertionError("the end after " + bytes.length + " of " + count + " bytes");
        return bytes;
    }

    Heard readToEnd() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] some = new byte[64 * 1024];
        try {
            for (int n; (n = socket.getInputStream().read(some)) >= 0; ) all.write(some, 0, n);
            return new Heard(all.toByteArray(), null);
        } catch (SocketTimeoutException e) {
            throw new AssertionError(
                    "neither an end nor a reset within " + Rig.PATIENCE + " after " + all.size() + " bytes", e);
        } catch (IOException e) {
            return new Heard(all.toByteArray(), e);
        }
    }

    /** FIN; reading goes on. */
    void end() throws IOException {
        socket.shutdownOutput();
    }

    /** RST. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** FIN where all was read, else RST. */
    @Override
    public void close() throws IOException {
        socket.close();
    }
}
