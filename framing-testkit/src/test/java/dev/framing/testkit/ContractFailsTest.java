package dev.framing.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.framing.FrameCodec;
import dev.framing.FrameDecoder;
import dev.framing.FrameEncoder;
import dev.framing.FrameSink;
import dev.framing.FrameWriter;
import dev.framing.codec.LengthPrefixed;
import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** A law that cannot fail proves nothing: for each of them a codec that breaks it, and is caught by it. */
class ContractFailsTest {
    private static long examined;

    /** One byte of length, its payload, and something wrong. */
    private static class Decoder implements FrameDecoder {
        @Override
        public void decode(ByteBuf in, int index, int end, FrameSink out) {
            int at = index;
            while (at < end) {
                int length = 1 + in.getUnsignedByte(at);
                if (length > end - at) {
                    notWhole(in, at, end, length, out);
                    return;
                }
                if (!whole(at, length, out)) return;
                at += length;
            }
        }

        boolean whole(int at, int length, FrameSink out) {
            return out.frame(at, 1, length - 1, 0);
        }

        @SuppressWarnings("UnusedVariable") // overriders read it
        void notWhole(ByteBuf in, int at, int end, int length, FrameSink out) {
            out.pending(at, 1, end - at, length, 0);
        }

        @Override
        public boolean announced() {
            return true;
        }
    }

    private record Codec(Supplier<FrameDecoder> decoders, Supplier<FrameEncoder> encoders) implements FrameCodec {
        @Override
        public FrameDecoder newDecoder() {
            return decoders.get();
        }

        @Override
        public FrameEncoder newEncoder() {
            return encoders.get();
        }

        @Override
        public int maxFrameLength() {
            return 256;
        }

        @Override
        public String toString() {
            return "one that is tried";
        }
    }

    private static final class Contract extends CodecContract {
        private final FrameCodec codec;

        Contract(FrameCodec codec) {
            this.codec = codec;
        }

        @Override
        protected FrameCodec codec() {
            return codec;
        }

        @Override
        protected long examined() {
            return examined;
        }
    }

    private static FrameCodec decoding(Supplier<FrameDecoder> decoders) {
        return new Codec(decoders, () -> LengthPrefixed.uint8().newEncoder());
    }

    private static void breaks(FrameCodec codec, Consumer<CodecContract> law, String message) {
        assertThatThrownBy(() -> law.accept(new Contract(codec)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("seed 20260101")
                .hasMessageContaining(message);
    }

    @Test
    void aRightCodecKeepsThemAll() {
        Contract right = new Contract(decoding(Decoder::new));
        right.framesDoNotDependOnTheSplit();
        right.decodeInvertsEncode();
        right.whatItCannotCarryIsRefused();
        right.memoryIsBounded();
        right.workIsBounded();
        right.everyBufferIsReleasedOnce();
        right.theFirstErrorIsFinal();
        right.theEndTellsTheTruth();
        right.notOneByteMore();
        right.theVerdictIsTheEarliest();
    }

    /** What is there of a frame when a read ends is taken for all of it. */
    @Test
    void framesDoNotDependOnTheSplit() {
        breaks(
                decoding(() -> new Decoder() {
                    @Override
                    void notWhole(ByteBuf in, int at, int end, int length, FrameSink out) {
                        if (end - at > 5) out.frame(at, 1, end - at - 1, 0);
                        else super.notWhole(in, at, end, length, out);
                    }
                }),
                CodecContract::framesDoNotDependOnTheSplit,
                "split");
    }

    /** A byte of the payload stands in the tail. */
    @Test
    void decodeInvertsEncode() {
        breaks(
                decoding(() -> new Decoder() {
                    @Override
                    boolean whole(int at, int length, FrameSink out) {
                        return length < 3 ? super.whole(at, length, out) : out.frame(at, 1, length - 2, 1);
                    }
                }),
                CodecContract::decodeInvertsEncode,
                "what was encoded is not what is decoded");
    }

    /** A length that does not fit is written all the same. */
    @Test
    void whatItCannotCarryIsRefused() {
        breaks(
                new Codec(
                        Decoder::new,
                        () -> encoder((payload, out) -> {
                            out.room(1).writeByte(payload.readableBytes());
                            out.write(payload, payload.readerIndex(), payload.readableBytes());
                        })),
                CodecContract::whatItCannotCarryIsRefused,
                "is not refused");
    }

    private interface Encoding {
        void encode(ByteBuf payload, FrameWriter out);
    }

    private static FrameEncoder encoder(Encoding encoding) {
        return (head, payload, out) -> encoding.encode(payload, out);
    }

    /** The head claims, the decoder allocates. */
    @Test
    void memoryIsBounded() {
        breaks(
                decoding(() -> new Decoder() {
                    private ByteBuf room;

                    @Override
                    void notWhole(ByteBuf in, int at, int end, int length, FrameSink out) {
                        if (room == null) room = in.alloc().heapBuffer(length);
                        super.notWhole(in, at, end, length, out);
                    }

                    @Override
                    boolean whole(int at, int length, FrameSink out) {
                        if (room != null) room.release();
                        room = null;
                        return super.whole(at, length, out);
                    }
                }),
                CodecContract::memoryIsBounded,
                "holds");
    }

    /** Everything there is is looked at again when a byte comes. */
    @Test
    void workIsBounded() {
        breaks(
                decoding(() -> new Decoder() {
                    @Override
                    void notWhole(ByteBuf in, int at, int end, int length, FrameSink out) {
                        examined += end - at;
                        out.pending(at, 1, end - at, length, -1); // and asks to be called again
                    }
                }),
                CodecContract::workIsBounded,
                "bytes examined");
    }

    /** The decoder keeps the bytes of a frame that is not whole. */
    @Test
    void everyBufferIsReleasedOnce() {
        breaks(
                decoding(() -> new Decoder() {
                    private ByteBuf kept;

                    @Override
                    void notWhole(ByteBuf in, int at, int end, int length, FrameSink out) {
                        if (kept == null) kept = in.retain();
                        super.notWhole(in, at, end, length, out);
                    }

                    @Override
                    boolean whole(int at, int length, FrameSink out) {
                        if (kept != null) kept.release();
                        kept = null;
                        return super.whole(at, length, out);
                    }
                }),
                CodecContract::everyBufferIsReleasedOnce,
                "not released");
    }

    /** The encoder keeps a payload. */
    @Test
    void theEncoderReleasesWhatItRetained() {
        breaks(
                new Codec(Decoder::new, () -> {
                    FrameEncoder right = LengthPrefixed.uint8().newEncoder();
                    return (head, payload, out) -> right.encode(head, payload.retain(), out);
                }),
                CodecContract::everyBufferIsReleasedOnce,
                "the encoder keeps");
    }

    /** A mistake is thrown, not told: there is no error to be final. */
    @Test
    void theFirstErrorIsFinal() {
        UnaryOperator<FrameDecoder> throwing = right -> (in, index, end, out) -> {
            if (in.getByte(index) == 0) throw new IndexOutOfBoundsException("no payload");
            right.decode(in, index, end, out);
        };
        breaks(decoding(() -> throwing.apply(new Decoder())), CodecContract::theFirstErrorIsFinal, "no payload");
    }

    /** The end makes a frame of what is there. */
    @Test
    void theEndTellsTheTruth() {
        breaks(
                decoding(() -> new Decoder() {
                    @Override
                    public void end(ByteBuf in, int index, int end, FrameSink out) {
                        if (index < end) out.frame(index, 1, end - index - 1, 0);
                    }

                    @Override
                    void notWhole(ByteBuf in, int at, int end, int length, FrameSink out) {
                        out.pending(at, 1, end - at, length, -1);
                    }
                }),
                CodecContract::theEndTellsTheTruth,
                "the stream ended inside");
    }

    /** A frame is told when the next one has begun. */
    @Test
    void notOneByteMore() {
        breaks(
                decoding(() -> (in, index, end, out) -> {
                    int at = index;
                    while (at < end) {
                        int length = 1 + in.getUnsignedByte(at);
                        if (length >= end - at) {
                            out.pending(at, 1, 1, length, -1);
                            return;
                        }
                        if (!out.frame(at, 1, length - 1, 0)) return;
                        at += length;
                    }
                }),
                CodecContract::notOneByteMore,
                "waits for what follows");
    }

    /** How long the frame is, is told when the frame is whole. */
    @Test
    void theVerdictIsTheEarliest() {
        breaks(
                decoding(() -> new Decoder() {
                    @Override
                    void notWhole(ByteBuf in, int at, int end, int length, FrameSink out) {
                        out.pending(at, 1, 0, 1, -1);
                    }
                }),
                CodecContract::theVerdictIsTheEarliest,
                "told after");
    }

    /** Netty's detector finds a buffer that nobody counted. */
    @Test
    void nettyFindsALeak() {
        Contract contract = new Contract(LengthPrefixed.uint16());
        contract.nettyForgetsLeaks();
        contract.nettyFindsNoLeak();
        ByteBuf leak = new CountingAllocator().heapBuffer(8);
        assertThatThrownBy(contract::nettyFindsNoLeak).isInstanceOf(AssertionError.class);
        contract.nettyForgetsLeaks();
        assertThat(leak.release()).isTrue();
        contract.nettyForgetsLeaks();
    }
}
