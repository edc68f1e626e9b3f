package dev.framing.netty;

import static dev.framing.netty.Heard.bytes;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.framing.FrameCodec;
import dev.framing.FrameDecoder;
import dev.framing.FrameEncoder;
import dev.framing.codec.Delimited;
import dev.framing.codec.LengthPrefixed;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** One frame, one promise; failures release. */
@ExtendWith(Leaks.class)
class WritingTest {
    /** The transport: keeps what is written until it is told to send or fail it. */
    private static final class Held extends ChannelOutboundHandlerAdapter {
        final List<ByteBuf> messages = new ArrayList<>();
        final List<ChannelPromise> promises = new ArrayList<>();
        private boolean open;

        @Override
        public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
            messages.add((ByteBuf) msg);
            promises.add(promise);
            if (open) sendAll();
        }

        String text() {
            StringBuilder all = new StringBuilder();
            for (ByteBuf b : messages) all.append(b.toString(ISO_8859_1));
            return all.toString();
        }

        /** Everything leaves, and what comes later too. */
        void sendAll() {
            open = true;
            promises.forEach(ChannelPromise::trySuccess);
            release();
        }

        void release() {
            messages.forEach(ReferenceCountUtil::release);
            messages.clear();
        }
    }

    private static final FrameCodec LENGTHS = LengthPrefixed.uint16();

    private final Held held = new Held();
    private final Heard heard = new Heard();
    private final FramingHandler handler = FramingHandler.slices(LENGTHS);
    private final EmbeddedChannel channel = new EmbeddedChannel(held, handler, heard);

    @AfterEach
    void nothingIsHeld() {
        held.sendAll();
        channel.finishAndReleaseAll();
    }

    @Test
    void eachFrameHasItsOwnPromise() {
        ChannelFuture one = channel.write(bytes("one"));
        ChannelFuture two = channel.write(bytes("two"));
        assertThat(held.text()).isEqualTo("\u0000\u0003one\u0000\u0003two");
        assertThat(held.promises).hasSize(2);
        held.promises.get(0).setSuccess();
        assertThat(one.isSuccess()).isTrue();
        assertThat(two.isDone()).isFalse();
        held.promises.get(1).setFailure(new IllegalStateException("lost"));
        assertThat(two.cause()).hasMessage("lost");
    }

    /** Its head lies in the batch, the payload goes out by reference: one message all the same. */
    @Test
    void aFrameInSeveralBuffersHasOnePromise() {
        ByteBuf payload = bytes("x".repeat(5000));
        channel.write(payload);
        assertThat(held.promises).hasSize(1);
        assertThat(held.text()).isEqualTo("\u0013\u0088" + "x".repeat(5000));
        held.release();
        assertThat(payload.refCnt()).isZero();
    }

    @Test
    void whatTheEncoderRefusesFailsItsPromiseAndIsReleased() {
        ByteBuf tooLong = Unpooled.wrappedBuffer(new byte[70_000]);
        ChannelFuture refused = channel.write(tooLong);
        assertThat(refused.cause()).isInstanceOf(IllegalArgumentException.class);
        assertThat(tooLong.refCnt()).isZero();
        channel.write(bytes("next"));
        assertThat(held.text()).isEqualTo("\u0000\u0004next");
    }

    @Test
    void refusedWithAVoidPromiseIsFired() {
        channel.write(Unpooled.wrappedBuffer(new byte[70_000]), channel.voidPromise());
        assertThat(heard.take()).containsExactly("IllegalArgumentException");
        channel.write(bytes("next"), channel.voidPromise());
        channel.write(bytes("x".repeat(2000)), channel.voidPromise());
        assertThat(held.text()).startsWith("\u0000\u0004next\u0007\u00d0xxx");
    }

    @Test
    void framesInPiecesAndRawBytesAreMessagesToo() {
        ByteBuf head = bytes("");
        List<ChannelFuture> all = List.of(
                channel.write(Outgoing.raw(bytes("hello "))),
                channel.write(Outgoing.begin(head, 6)),
                channel.write(Outgoing.piece(bytes("abc"))),
                channel.write(Outgoing.piece(bytes("def"))),
                channel.write(Outgoing.end()));
        assertThat(held.text()).isEqualTo("hello \u0000\u0006abcdef");
        held.promises.forEach(ChannelPromise::setSuccess);
        assertThat(all).allMatch(ChannelFuture::isSuccess);
        assertThat(head.refCnt()).isIn(0, 1); // the empty buffer counts nothing
    }

    @Test
    void tailBytesThatTheFormatHasNotFailTheirPromiseAndTheFrameGoesOn() {
        channel.write(Outgoing.begin(bytes(""), 3));
        channel.write(Outgoing.piece(bytes("abc")));
        ByteBuf tail = bytes("tail");
        assertThat(channel.write(Outgoing.end(tail)).cause()).isInstanceOf(UnsupportedOperationException.class);
        assertThat(tail.refCnt()).isZero();
        channel.write(Outgoing.end());
        channel.write(bytes("d"));
        assertThat(held.text()).isEqualTo("\u0000\u0003abc\u0000\u0001d");
    }

    @Test
    void aPieceOutsideAFrameFails() {
        ByteBuf piece = bytes("abc");
        assertThat(channel.write(Outgoing.piece(piece)).cause()).isInstanceOf(IllegalStateException.class);
        assertThat(piece.refCnt()).isZero();
    }

    @Test
    void aHeadThatIsNotDerivedIsWritten() {
        EmbeddedChannel mqtt = new EmbeddedChannel(FramingHandler.slices(
                LengthPrefixed.builder().varint().width(4).offset(1).build()));
        mqtt.writeOutbound(Outgoing.frame(bytes("\u0030"), bytes("hello")));
        ByteBuf written = mqtt.readOutbound();
        assertThat(written.toString(ISO_8859_1)).isEqualTo("0\u0005hello");
        written.release();
        mqtt.finish();
    }

    private record ReadOnly(FrameCodec codec) implements FrameCodec {
        @Override
        public FrameDecoder newDecoder() {
            return codec.newDecoder();
        }

        @Override
        public FrameEncoder newEncoder() {
            throw new UnsupportedOperationException("reads only");
        }

        @Override
        public int maxFrameLength() {
            return codec.maxFrameLength();
        }
    }

    @Test
    void aCodecWithoutAnEncoderWritesRawBytesOnly() {
        EmbeddedChannel other = new EmbeddedChannel(FramingHandler.slices(new ReadOnly(LENGTHS)));
        ByteBuf payload = bytes("x");
        assertThat(other.write(payload).cause()).isInstanceOf(UnsupportedOperationException.class);
        assertThat(payload.refCnt()).isZero();
        other.writeOutbound(Outgoing.raw(bytes("raw")));
        ByteBuf written = other.readOutbound();
        assertThat(written.toString(ISO_8859_1)).isEqualTo("raw");
        written.release();
        other.finish();
    }

    @Test
    void oneDirectionOnly() {
        EmbeddedChannel decoder = new EmbeddedChannel(
                FramingHandler.builder(Delimited.lf()).decodeOnly().slices());
        decoder.writeOutbound(bytes("as it stands"));
        ByteBuf written = decoder.readOutbound();
        assertThat(written.toString(ISO_8859_1)).isEqualTo("as it stands");
        written.release();
        decoder.finish();
        EmbeddedChannel encoder = new EmbeddedChannel(
                FramingHandler.builder(Delimited.lf()).encodeOnly().slices());
        encoder.writeInbound(bytes("as it stands"));
        ByteBuf read = encoder.readInbound();
        assertThat(read.toString(ISO_8859_1)).isEqualTo("as it stands");
        read.release();
        encoder.finish();
    }

    /** A batch stays with its slices, and with nobody once they have gone. */
    @Test
    void nothingIsHeldAfterAFlush() {
        channel.writeAndFlush(bytes("one"));
        ByteBuf message = held.messages.get(0);
        assertThat(message.unwrap()).isNotNull();
        ByteBuf batch = message.unwrap();
        held.release();
        assertThat(batch.refCnt()).isZero();
    }

    @Test
    void afterOurEndNothingIsWritten() {
        handler.end();
        ByteBuf late = bytes("late");
        assertThat(channel.write(late).cause()).isNotNull();
        assertThat(late.refCnt()).isZero();
    }

    /** A frame written from inside the write of another one, as by channelWritabilityChanged, stands behind it. */
    @Test
    void aFrameWrittenInsideAWriteStandsBehindIt() {
        EmbeddedChannel nested = new EmbeddedChannel(
                new ChannelOutboundHandlerAdapter() {
                    private boolean inside;

                    @Override
                    public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
                        ctx.write(msg, promise);
                        if (inside) return;
                        inside = true;
                        ctx.channel().write(bytes("second"));
                    }
                },
                FramingHandler.slices(LENGTHS));
        nested.writeOutbound(bytes("x".repeat(2000)));
        StringBuilder all = new StringBuilder();
        for (ByteBuf b = nested.readOutbound(); b != null; b = nested.readOutbound()) {
            all.append(b.toString(ISO_8859_1));
            b.release();
        }
        assertThat(all).hasToString("\u0007\u00d0" + "x".repeat(2000) + "\u0000\u0006second");
        nested.finish();
    }

    /** A write to the handler's own context would go out unframed. */
    @Test
    void anAnswerFromACallbackIsFramed() {
        EmbeddedChannel echo = new EmbeddedChannel(FramingHandler.builder(LengthPrefixed.uint16())
                .callingEach(handler -> frame -> handler.send(frame.retain())));
        echo.writeInbound(Unpooled.wrappedBuffer(new byte[] {0, 2, 'h', 'i'}));
        ByteBuf answer = Unpooled.buffer();
        for (ByteBuf part = echo.readOutbound(); part != null; part = echo.readOutbound()) {
            answer.writeBytes(part);
            part.release();
        }
        assertThat(ByteBufUtil.hexDump(answer)).isEqualTo("00026869");
        answer.release();
        echo.finishAndReleaseAll();
    }

    /** More nanoseconds than a long holds: close() failed with an ArithmeticException, and the channel stayed open. */
    @Test
    void closeTimeoutsMayBeForEver() {
        Duration ever = Duration.ofSeconds(Long.MAX_VALUE);
        Held line = new Held();
        EmbeddedChannel patient = new EmbeddedChannel(
                line, FramingHandler.builder(LENGTHS).closeTimeouts(ever, ever).slices());
        patient.writeAndFlush(bytes("last"));
        ChannelFuture closed = patient.close();
        assertThat(closed.cause()).isNull();
        assertThat(patient.isOpen()).as("until all is sent").isTrue();
        line.sendAll();
        patient.runPendingTasks();
        assertThat(patient.isOpen()).isFalse();
        assertThat(closed.isSuccess()).isTrue();
        patient.finishAndReleaseAll();
    }
}
