package dev.framing.testkit.transport;

import dev.framing.FrameCodec;
import dev.framing.codec.LengthPrefixed;
import dev.framing.testkit.Wire;

/** More frames than buffers hold: 1 KiB each, numbered, so that a lost, doubled or damaged one is seen. */
final class Flood {
    static final int FRAME = 1024;
    static final FrameCodec CODEC = LengthPrefixed.builder().width(2).max(FRAME).build();

    private Flood() {}

    static byte[] payload(int number) {
        byte[] payload = new byte[FRAME - 2];
        for (int i = 0; i < payload.length; i++) payload[i] = (byte) (number * 31 + i);
        for (int i = 0; i < 4; i++) payload[i] = (byte) (number >>> 8 * i);
        return payload;
    }

    static byte[] frame(int number) {
        return Wire.of(CODEC, payload(number));
    }
}
