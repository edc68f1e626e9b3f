package dev.framing.codec;

import dev.framing.scan.Examined;
import dev.framing.testkit.CodecContract;

/** The codecs here count the bytes that they look at. */
abstract class CountedContract extends CodecContract {
    @Override
    protected long examined() {
        return Examined.bytes();
    }
}
