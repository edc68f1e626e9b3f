package dev.framing.probe;

import static dev.framing.probe.Probe.bytes;
import static dev.framing.probe.Probe.join;

import dev.framing.FrameDecoder;
import dev.framing.FrameSink;
import dev.framing.testkit.Reading;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;

/**
 * As WebSocket: masked fragments make a message, which is the frame; a ping may stand between them, a frame of its own.
 * <pre>
 *   | FIN opcode | MASK length | [length, 2 bytes] | key, 4 bytes | masked payload |
 *   opcode 1: a message; 0: it goes on; 9: ping, at most 125 bytes
 * </pre>
 */
final class MaskedProbe implements FrameDecoder {
    static final Probe PROBE = new Probe(
            "masked fragments with pings between",
            MaskedProbe::new,
            (stream, ended, out) -> read(stream, out),
            true,
            List.of(
                    join(
                            sample(0x81, "hello"),
                            sample(0x01, "abc"),
                            sample(0x89, "ping"),
                            sample(0x00, "m".repeat(20)),
                            sample(0x89, ""),
                            sample(0x80, "end"),
                            sample(0x89, "solo"),
                            sample(0x81, ""),
                            sample(0x01, ""),
                            sample(0x80, "")),
                    join(sample(0x01, "abc"), sample(0x81, "x")),
                    join(sample(0x01, "abc"), sample(0x89, "p"), Arrays.copyOf(sample(0x80, "t".repeat(40)), 20)),
                    join(sample(0x01, "abc"), Arrays.copyOf(sample(0x89, "ping"), 7)),
                    join(
                            sample(0x81, "a"),
                            sample(0x01, "b".repeat(30)),
                            sample(0x89, "p"),
                            sample(0x80, "c".repeat(30)),
                            sample(0x81, "z")),
                    bytes("\201\5hello"),
                    join(sample(0x01, "a"), bytes("\0\5hello")),
                    join(sample(0x81, "L".repeat(200)), sample(0x81, "k")),
                    join(sample(0x01, "abc"), sample(0x00, "d")),
                    join(sample(0x01, "ab"), sample(0x89, "p".repeat(30)), sample(0x80, "c"), sample(0x81, "z"))));

    private static final int TEXT = 1;
    private static final int PING = 9;

    private boolean inMessage;
    private boolean ping;
    private boolean last;
    /** Payload bytes to come of this fragment; -1: its head comes. */
    private long left = -1;

    private int key;
    private int at;

    @Override
    public void decode(ByteBuf in, int index, int end, FrameSink out) {
        while (true) {
            if (left < 0) {
                int head = head(in, index, end, out);
                if (head == 0) return;
                index += head;
            }
            int n = (int) Math.min(left, end - index);
            if (n > 0) {
                ByteBuf room = out.transform(index, n);
                if (room == null) return;
                for (int i = 0; i < n; i++) room.writeByte(in.getByte(index + i) ^ key >> 24 - 8 * (at++ & 3));
                index += n;
                left -= n;
            }
            if (left > 0) {
                out.pending(index, 0, 0, left, -1);
                return;
            }
            left = -1;
            boolean whole = ping || last;
            if (whole && !ping) inMessage = false;
            ping = false;
            if (whole && !out.end(index, 0)) return;
        }
    }

    /** The fragment's head, told; 0: return. */
    private int head(ByteBuf in, int index, int end, FrameSink out) {
        int there = end - index;
        if (there == 0) return 0;
        int first = in.getUnsignedByte(index);
        int opcode = first & 0x0F;
        boolean isPing = opcode == PING;
        boolean goesOn = opcode == 0;
        if (opcode != 0 && opcode != TEXT && !isPing || !isPing && goesOn != inMessage) {
            out.malformed(index, "an opcode that may not stand here");
            return 0;
        }
        int length = there > 1 ? in.getUnsignedByte(index + 1) : 0x80;
        int head = (length & 0x7F) == 126 ? 8 : 6;
        if (length < 0x80 || length == 0xFF || isPing && length > 0x80 + 125) {
            headMissing(index, goesOn, 6, 1, out);
            out.malformed(index + 1, "a length that may not stand here");
            return 0;
        }
        if (there < head) {
            headMissing(index, goesOn, head, there, out);
            return 0;
        }
        left = head == 8 ? in.getUnsignedShort(index + 2) : length & 0x7F;
        key = in.getInt(index + head - 4);
        at = 0;
        last = first >= 0x80;
        ping = isPing;
        if (!isPing) inMessage = true;
        return (goesOn ? out.drop(index, head) : out.begin(index, head)) ? head : 0;
    }

    private static void headMissing(int index, boolean goesOn, int head, int there, FrameSink out) {
        if (goesOn) out.pending(index, 0, 0, head, -1);
        else out.pending(index, head, there, head, -1);
    }

    static byte[] sample(int first, String text) {
        byte[] payload = bytes(text);
        int n = payload.length;
        int head = n > 125 ? 8 : 6;
        byte[] frame = new byte[head + n];
        frame[0] = (byte) first;
        frame[1] = (byte) (0x80 | (n > 125 ? 126 : n));
        if (n > 125) {
            frame[2] = (byte) (n >> 8);
            frame[3] = (byte) n;
        }
        for (int i = 0; i < 4; i++) frame[head - 4 + i] = (byte) (17 * (i + 1));
        for (int i = 0; i < n; i++) frame[head + i] = (byte) (payload[i] ^ 17 * (i % 4 + 1));
        return frame;
    }

    private static void read(byte[] stream, Reading out) {
        ByteArrayOutputStream message = null;
        int start = -1;
        int startHead = 0;
        int length = 0;
        for (int p = 0; p < stream.length; ) {
            int frame = message == null ? p : start;
            int opcode = stream[p] & 0x0F;
            if (opcode != 0 && opcode != TEXT && opcode != PING
                    || opcode == 0 && message == null
                    || opcode == TEXT && message != null) {
                out.malformed(p, frame);
                return;
            }
            int n = p + 1 < stream.length ? stream[p + 1] & 0xFF : 0x80;
            if (n < 0x80 || n == 0xFF || opcode == PING && n > 0x80 + 125) {
                out.malformed(p + 1, frame);
                return;
            }
            n &= 0x7F;
            int head = n == 126 ? 8 : 6;
            if (stream.length - p >= head && head == 8) n = LengthProbe.length(stream, p + 2);
            if (p + 1 == stream.length || stream.length - p < head + n) {
                out.truncated(frame);
                return;
            }
            byte[] payload = out.bytes(p + head, p + head + n);
            for (int i = 0; i < n; i++) payload[i] ^= stream[p + head - 4 + i % 4];
            if (opcode == PING) {
                out.frame(p, head + n, head, payload, p + head + n, 0, message != null);
            } else {
                if (message == null) {
                    message = new ByteArrayOutputStream();
                    start = p;
                    startHead = head;
                    length = 0;
                }
                message.writeBytes(payload);
                length += head + n;
                if (stream[p] < 0) {
                    out.frame(start, length, startHead, message.toByteArray(), p + head + n, 0, false);
                    message = null;
                }
            }
            p += head + n;
        }
        if (message != null) out.truncated(start);
    }
}
