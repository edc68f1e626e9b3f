package dev.framing.codec;

import static dev.framing.testkit.Wire.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.framing.Directions;
import dev.framing.FrameCodec;
import dev.framing.FrameDecoder;
import dev.framing.FrameEncoder;
import dev.framing.FrameSink;
import dev.framing.Oversize;
import dev.framing.codec.HeaderFramed.Body;
import dev.framing.protocol.Protocols;
import dev.framing.testkit.Cuts;
import dev.framing.testkit.Replay;
import dev.framing.testkit.Transcript;
import dev.framing.testkit.Wire;
import dev.framing.text.Codecs;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class FirstByteTest {
    private static final FirstByte RTSP = rtsp(Protocols.RTSP.maxFrameLength());
    private static final FirstByte SYSLOG = syslog(Protocols.SYSLOG_LF.maxFrameLength());

    private static FirstByte rtsp(int max) {
        return FirstByte.builder()
                .when("$", LengthPrefixed.builder().width(2).offset(2).max(max).build())
                .otherwise(Protocols.RTSP.toBuilder().max(max).build())
                .build();
    }

    private static FirstByte syslog(int max) {
        return FirstByte.builder()
                .when("0123456789", Protocols.SYSLOG_OCTET.toBuilder().max(max).build())
                .when("<", Protocols.SYSLOG_LF.withMax(max))
                .build();
    }

    private static FirstByte many(int max) {
        HeaderFramed chunked =
                HeaderFramed.builder().body(Body.CHUNKED).max(max).build();
        return FirstByte.builder()
                .when("a", chunked)
                .when("\u00c0", Stuffed.slip().toBuilder().max(max).build())
                .when("0123456789", Protocols.NETSTRING.toBuilder().max(max).build())
                .when("\r\n\u000b", Protocols.MLLP.toBuilder().max(max).build())
                .otherwise(Protocols.SIP.toBuilder().max(max).build())
                .build();
    }

    // ------------------------------------------------------------------------------------------------ every law

    private abstract static class Laws extends CountedContract {
        private final IntFunction<FrameCodec> codec;
        private final int max;
        private final List<byte[]> streams;

        Laws(IntFunction<FrameCodec> codec, int max, String... streams) {
            this.codec = codec;
            this.max = max;
            this.streams = List.of(streams).stream().map(Wire::bytes).toList();
        }

        @Override
        protected FrameCodec codec() {
            return codec.apply(max);
        }

        @Override
        protected FrameCodec limited(int maxFrameLength) {
            return codec.apply(maxFrameLength);
        }

        @Override
        protected List<byte[]> streams() {
            return streams;
        }

        @Override
        protected int rounds() {
            return 2;
        }
    }

    @Nested
    class InterleavedRtsp extends Laws {
        InterleavedRtsp() {
            super(
                    FirstByteTest::rtsp,
                    4000,
                    "$\1\0\4abcdRTSP/1.0 200 OK\r\nContent-Length: 40\r\n\r\n0123456789012345678901234567890123456789\r\n\r\n$\2\0\0PLAY * RTSP/1.0\r\n\r\n",
                    "$\1\0\50" + "0123456789".repeat(4) + "\r$\1\0\0",
                    "\u0080$\1\0\4abcd");
        }

        @Override
        protected byte[] head(Random random) {
            return bytes(random.nextBoolean() ? "$\1" : "SET_PARAMETER * RTSP/1.0\r\n");
        }
    }

    @Nested
    class EitherSyslog extends Laws {
        EitherSyslog() {
            super(
                    max -> new DecodesOnly(syslog(max)),
                    300,
                    "<34>one line\n12 <34>12345678<34>another\n1",
                    "40 <34>" + "x".repeat(36) + "<1>" + "y".repeat(50) + "\n",
                    "<34>one line\nx");
        }
    }

    /** Its heads are derived: none to choose by. */
    private record DecodesOnly(FrameCodec of) implements FrameCodec {
        @Override
        public FrameDecoder newDecoder() {
            return of.newDecoder();
        }

        @Override
        public FrameEncoder newEncoder() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int maxFrameLength() {
            return of.maxFrameLength();
        }
    }

    /** Pieces, escapes, pings, checked trailers, and a stream that another protocol follows. */
    @Nested
    class ManyKinds extends Laws {
        ManyKinds() {
            super(
                    FirstByteTest::many,
                    500,
                    "a:b\r\n\r\n5\r\nhello\r\n0\r\nt:u\r\n\r\n4:abcd,\u00c0ab\u00db\u00dcc\u00c0\u000bhl7\u001c\r\r\na:b\r\n\r\n0\r\n\r\nBYE s SIP/2.0\r\nl:1\r\n\r\n.",
                    "\u000b" + "x".repeat(40) + "\u001c\r20:" + "y".repeat(20) + ",\u00c0" + "\u00db\u00dd".repeat(20)
                            + "\u00c0",
                    "3:abcd",
                    "a:b\r\n\r\n5\r\nhello.");
        }

        @Override
        protected byte[] head(Random random) {
            return bytes(random.nextBoolean() ? "a: b\r\n" : "BYE s SIP/2.0\r\n");
        }

        @Override
        protected int longestMark() {
            return 2;
        }
    }

    // ------------------------------------------------------------------------------------------------ what it is

    @Test
    void eachFrameIsReadByItsFormat() {
        byte[] wire = bytes("$\1\0\2ab\r\nRTSP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n.$\1\0\0PLAY");
        Transcript told = Replay.of(RTSP).run(wire);
        assertThat(told.frames().stream().map(f -> f.position() + " " + HeaderTold.text(f.payload())))
                .containsExactly("0 ab", "8 .", "47 ");
        assertThat(HeaderTold.of(RTSP, Oversize.fail(), bytes("$\1\0\0\u0080"))).contains("malformed 4");
        assertThat(HeaderTold.of(SYSLOG, Oversize.fail(), bytes("x"))).containsExactly("malformed 0");
    }

    /** A response that ends HTTP is followed by nothing of the other formats either. */
    @Test
    void aFormatThatEndsTheStreamEndsIt() {
        FirstByte either = FirstByte.builder()
                .when("$", LengthPrefixed.builder().width(2).offset(2).build())
                .otherwise(HttpResponses.strict())
                .build();
        byte[] wire = bytes("$\1\0\1.HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n$\1\0\1.");
        assertThat(Replay.of(either).run(wire).frames()).hasSize(2);
    }

    /** x, eight bytes of payload, one of none, one of tail. */
    private static final class Dropping implements FrameDecoder {
        private int left = 9;

        @Override
        public void decode(ByteBuf in, int index, int end, FrameSink out) {
            if (index == end) return;
            if (left == 0 && end - index > 1) {
                left = 9;
                if (out.drop(index, 1)) out.frame(index + 1, 0, 0, 1);
            } else {
                left -= out.pending(index, 0, Math.min(left, end - index), left + 2L, -1);
            }
        }
    }

    /** What is dropped inside a frame of which the engine took bytes ends no frame: the next byte is still of its format. */
    @Test
    void aDropInsideAFrameIsNoneBetweenTwo() {
        FrameCodec dropping = new FrameCodec() {
            @Override
            public FrameDecoder newDecoder() {
                return new Dropping();
            }

            @Override
            public FrameEncoder newEncoder() {
                throw new UnsupportedOperationException();
            }

            @Override
            public int maxFrameLength() {
                return 5;
            }
        };
        FirstByte either = FirstByte.builder()
                .when("x", dropping)
                .when("$", LengthPrefixed.builder().width(2).offset(1).max(5).build())
                .build();
        Transcript told =
                Replay.of(either).oversize(Oversize.skip()).cuts(Cuts.oneByte()).run(bytes("x12345678-$$\0\1."));
        assertThat(HeaderTold.events(told).get(0)).isEqualTo("skipped 0 length 11");
        assertThat(told.frames()).hasSize(1);
    }

    @Test
    void theHeadSaysWhichFormatIsWritten() {
        assertThat(HeaderTold.text(Wire.of(RTSP, bytes("$\1\0\0"), bytes("ab"))))
                .isEqualTo("$\1\0\2ab");
        assertThat(HeaderTold.text(Wire.of(RTSP, bytes("PLAY * RTSP/1.0\r\n"), bytes(""))))
                .isEqualTo("PLAY * RTSP/1.0\r\n\r\n");
        assertThatThrownBy(() -> Wire.of(RTSP, bytes(""), bytes("ab")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Directions");
        assertThatThrownBy(() -> Wire.of(SYSLOG, bytes("x"), bytes("ab")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"x\"");
        FrameCodec counted = Directions.of(SYSLOG, Protocols.SYSLOG_OCTET);
        assertThat(HeaderTold.text(Wire.of(counted, bytes(""), bytes("<1>a")))).isEqualTo("4 <1>a");
    }

    @Test
    void itIsAValue() {
        assertThat(RTSP.toBuilder().build()).isEqualTo(RTSP).hasSameHashCodeAs(RTSP);
        assertThat(rtsp(1000)).isNotEqualTo(RTSP);
        assertThat(RTSP.maxFrameLength()).isEqualTo(65536);
        assertThat(SYSLOG)
                .hasToString(
                        "first(\"0123456789\", " + Protocols.SYSLOG_OCTET + ", \"<\", " + Protocols.SYSLOG_LF + ")");
        assertThat(Codecs.print(RTSP)).isEqualTo("custom");
    }

    @Test
    void everyReasonIsToldAtOnce() {
        assertThatThrownBy(() -> FirstByte.builder().build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no format has a byte of its own");
        assertThatThrownBy(() -> FirstByte.builder()
                        .when("ab", Protocols.LSP)
                        .when("b", Protocols.LSP)
                        .when("", Protocols.LSP)
                        .build())
                .hasMessage("a format that begins with no byte; bytes that stand twice: \"b\"");
    }
}
