package dev.framing.codec;

import static dev.framing.testkit.Wire.bytes;
import static dev.framing.testkit.Wire.hex;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.framing.FrameCodec;
import dev.framing.codec.LengthPrefixed.Counts;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Nested;

/** Every law, for each kind of number and each way of counting. */
class LengthPrefixedContractTest {
    private abstract static class Numbers extends CountedContract {
        private final LengthPrefixed codec;
        private final List<byte[]> broken;

        Numbers(LengthPrefixed.Builder codec, byte[]... broken) {
            this.codec = codec.build();
            this.broken = List.of(broken);
        }

        @Override
        protected FrameCodec codec() {
            return codec;
        }

        @Override
        protected FrameCodec limited(int maxFrameLength) {
            return codec.toBuilder().max(maxFrameLength).build();
        }

        @Override
        protected List<byte[]> streams() {
            return broken;
        }
    }

    @Nested
    class Uint16 extends Numbers {
        Uint16() {
            super(LengthPrefixed.uint16().toBuilder(), hex("0001aa ffff"), bytes("GET / HTTP/1.1\r\n"));
        }
    }

    @Nested
    class LittleEndianInAHead extends Numbers {
        LittleEndianInAHead() {
            super(
                    LengthPrefixed.builder()
                            .width(4)
                            .order(LITTLE_ENDIAN)
                            .offset(1)
                            .head(8)
                            .trailer(2)
                            .max(5000),
                    hex("00 00000080 000000"));
        }

        @Override
        protected byte[] head(Random random) {
            byte[] rest = new byte[4];
            random.nextBytes(rest);
            return rest;
        }
    }

    @Nested
    class Masked extends Numbers {
        Masked() {
            super(LengthPrefixed.builder().mask(0x7fffffffL).max(1 << 20), hex("80000001aa 00000000 7fffffff"));
        }
    }

    @Nested
    class CountsTheFrame extends Numbers {
        CountsTheFrame() {
            super(LengthPrefixed.builder().width(3).head(5).counts(Counts.FRAME).max(300), hex("000004 0000"));
        }
    }

    @Nested
    class CheckedTrailer extends Numbers {
        CheckedTrailer() {
            super(
                    LengthPrefixed.builder().offset(3).trailer(hex("cefa")).max(4096),
                    hex("000000 00000001 aa ce00"),
                    hex("000000 00000001 aa 00fa"));
        }
    }

    @Nested
    class Varint extends Numbers {
        Varint() {
            super(
                    LengthPrefixed.builder().varint().width(4).offset(1).max(70_000),
                    hex("30 8000"),
                    hex("30 ffffffff"),
                    hex("30 01aa 30 ff"));
        }
    }

    @Nested
    class Quic extends Numbers {
        Quic() {
            super(LengthPrefixed.builder().quic(), hex("01aa 4001bb 80000001cc c000000000000001dd c0ffffffffffffff"));
        }
    }

    @Nested
    class Ber extends Numbers {
        Ber() {
            super(
                    LengthPrefixed.builder().ber().offset(1),
                    hex("30 01aa 30 8101bb 30 8400000001cc 30 80"),
                    hex("30 85"));
        }
    }

    @Nested
    class Decimal extends Numbers {
        Decimal() {
            super(
                    LengthPrefixed.builder().decimal(':').trailer(bytes(",")).max(1000),
                    bytes("5:hello,0:,01:a,"),
                    bytes("99999999999999999999:"),
                    bytes("3:abc;"));
        }
    }
}
