package dev.framing.netty;

import static dev.framing.netty.Heard.bytes;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.framing.FrameCodec;
import dev.framing.Leftover;
import dev.framing.Oversize;
import dev.framing.codec.Delimited;
import dev.framing.codec.FixedLength;
import dev.framing.codec.LengthPrefixed;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.CorruptedFrameException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Removal, replacement and switches of the codec: every byte goes on exactly once, in order. */
@ExtendWith(Leaks.class)
class RemovalTest {
    private final Heard heard = new Heard();
    private final EmbeddedChannel channel = new EmbeddedChannel();

    @AfterEach
    void nothingIsHeld() {
        channel.finishAndReleaseAll();
    }

    private static FramingHandler lines() {
        return FramingHandler.slices(Delimited.lf());
    }

    /** Tells lines, and does something at the line "go". */
    private FramingHandler linesUntilGo(BiConsumer<ChannelHandlerContext, FramingHandler> what) {
        return FramingHandler.builder(Delimited.lf()).callingEach(handler -> frame -> {
            heard.onFrame(frame);
            if (frame.text(ISO_8859_1).equals("go")) what.accept(handler.context(), handler);
        });
    }

    @Test
    void whatIsLeftGoesToTheNextHandler() {
        FramingHandler handler = lines();
        channel.pipeline().addLast(handler, heard);
        channel.writeInbound(bytes("one\ntw"));
        heard.take();
        channel.pipeline().remove(handler);
        assertThat(heard.take()).containsExactly("tw", "complete");
        channel.writeInbound(bytes("o\n"));
        assertThat(heard.take()).containsExactly("o\n", "complete");
        assertThat(handler.heldBytes()).isZero();
    }

    @Test
    void nothingLeftIsNothingTold() {
        FramingHandler handler = lines();
        channel.pipeline().addLast(handler, heard);
        channel.writeInbound(bytes("one\n"));
        heard.take();
        channel.pipeline().remove(handler);
        assertThat(heard.take()).isEmpty();
    }

    @Test
    void removalInsideAFrameStopsAfterIt() {
        channel.pipeline().addLast(linesUntilGo((ctx, handler) -> ctx.pipeline().remove(handler)), heard);
        channel.writeInbound(bytes("one\ngo\ntwo\nth"), bytes("ree\n"));
        assertThat(heard.take()).startsWith("one", "go", "two\nth", "complete").endsWith("ree\n", "complete");
    }

    @Test
    void removalByAHandlerBehindStopsAfterItsMessage() {
        FramingHandler handler = lines();
        channel.pipeline().addLast(handler, new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object msg) {
                if (((ByteBuf) msg).toString(ISO_8859_1).equals("go"))
                    ctx.pipeline().remove(handler);
                ctx.fireChannelRead(msg);
            }
        });
        channel.pipeline().addLast(heard);
        channel.writeInbound(bytes("one\ngo\ntwo\n"));
        assertThat(heard.take()).startsWith("one", "go", "two\n", "complete");
    }

    @Test
    void aReplacementGetsWhatIsLeft() {
        FramingHandler next = FramingHandler.slices(FixedLength.of(3));
        channel.pipeline()
                .addLast(linesUntilGo((ctx, handler) -> ctx.pipeline().replace(handler, "next", next)), heard);
        channel.writeInbound(bytes("go\nabcde"));
        assertThat(heard.take()).startsWith("go", "abc", "complete");
        channel.writeInbound(bytes("f"));
        assertThat(heard.take()).containsExactly("def", "complete");
    }

    @Test
    void severalBuffersHeldGoOnInOrder() {
        FramingHandler handler = lines();
        channel.pipeline().addLast(handler, heard);
        handler.pause();
        channel.writeInbound(bytes("a\nb"), bytes("c\n"), bytes("d"));
        heard.take();
        channel.pipeline().remove(handler);
        assertThat(String.join("", heard.take())).isEqualTo("a\nbc\ndcomplete");
        assertThat(channel.config().isAutoRead()).isTrue();
    }

    /** What comes while the frame is told that removes the handler stands behind what was there before. */
    @Test
    void whatComesInsideTheCallGoesOnBehind() {
        channel.pipeline()
                .addLast(
                        linesUntilGo((ctx, handler) -> {
                            ctx.pipeline().fireChannelRead(bytes("later"));
                            ctx.pipeline().remove(handler);
                        }),
                        heard);
        channel.writeInbound(bytes("go\nnow"));
        assertThat(heard.take()).startsWith("go", "now", "complete", "later");
    }

    @Test
    void aFrameOpenInPartsIsTruncatedAndNothingIsHeld() {
        LengthPrefixed codec = LengthPrefixed.builder().width(1).max(4).build();
        FramingHandler handler =
                FramingHandler.builder(codec).oversize(Oversize.parts(0, 100)).slices();
        channel.pipeline().addLast(handler, heard);
        channel.writeInbound(bytes("\u0009abc"));
        channel.pipeline().remove(handler);
        assertThat(heard.take()).containsExactly("abc", "complete", "CorruptedFrameException");
        assertThat(heard.thrown.get(0))
                .isInstanceOf(CorruptedFrameException.class)
                .hasMessageContaining("4 of 10 bytes");
        assertThat(handler.heldBytes()).isZero();
    }

    /** Where its end is there, it is told, and what follows goes on. */
    @Test
    void aFrameOpenInPartsIsToldToItsEnd() {
        LengthPrefixed codec = LengthPrefixed.builder().width(1).max(4).build();
        FramingHandler handler =
                FramingHandler.builder(codec).oversize(Oversize.parts(0, 100)).slices();
        channel.pipeline().addLast(handler, heard);
        channel.writeInbound(bytes("\u0006abc"));
        handler.pause();
        channel.writeInbound(bytes("def\u0001xy"));
        assertThat(heard.take()).containsExactly("abc", "complete", "complete");
        channel.pipeline().remove(handler);
        assertThat(heard.take()).containsExactly("def", "\u0001xy", "complete");
    }

    @Test
    void aHandlerAddedToAChannelInUseFramesFromThereOn() {
        channel.pipeline().addLast(heard);
        channel.writeInbound(bytes("plain"));
        channel.pipeline().addFirst(lines());
        channel.writeInbound(bytes("one\n"));
        assertThat(heard.take()).containsExactly("plain", "complete", "one", "complete");
    }

    // ------------------------------------------------------------------------------------------------ in place

    private static final FrameCodec LENGTHS = LengthPrefixed.uint8();

    @Test
    void switchToChangesBothDirections() {
        channel.pipeline().addLast(linesUntilGo((ctx, handler) -> handler.switchTo(LENGTHS, Leftover.KEEP)), heard);
        channel.writeOutbound(bytes("before"));
        channel.writeInbound(bytes("one\ngo\n\u0003two"));
        channel.writeOutbound(bytes("after"));
        assertThat(heard.take()).containsExactly("one", "go", "two", "complete");
        assertThat(outbound()).isEqualTo("before\n\u0005after");
    }

    /** STARTTLS: what came in clear text behind the command is not read as if it had come protected. */
    @Test
    void afterStartTlsNothingMayBeLeft() {
        channel.pipeline()
                .addLast(
                        linesUntilGo((ctx, handler) -> handler.switchTo(Delimited.lf(), Leftover.REQUIRE_EMPTY)),
                        heard);
        channel.writeInbound(bytes("go\ninjected\n"));
        assertThat(heard.take()).startsWith("go", "CorruptedFrameException").doesNotContain("injected");
        assertThat(heard.thrown.get(0)).hasMessageContaining("9 bytes left over at byte 3");
    }

    @Test
    void switchToBetweenFramesTellsWhatIsLeft() {
        FramingHandler handler = FramingHandler.builder(FixedLength.of(100)).calling(heard);
        channel.pipeline().addLast(handler);
        channel.writeInbound(bytes("one\ntwo"));
        handler.switchTo(Delimited.lf(), Leftover.KEEP);
        assertThat(heard.take()).containsExactly("one");
    }

    @Test
    void switchToInsideAFrameBegunChangesNothing() {
        FramingHandler handler = FramingHandler.slices(LENGTHS);
        channel.pipeline().addLast(handler, heard);
        channel.write(Outgoing.begin(bytes(""), 1));
        assertThatIllegalStateException().isThrownBy(() -> handler.switchTo(Delimited.lf(), Leftover.KEEP));
        channel.write(Outgoing.piece(bytes("a")));
        channel.write(Outgoing.end());
        channel.flush();
        channel.writeInbound(bytes("\u0001b"));
        assertThat(outbound()).isEqualTo("\u0001a");
        assertThat(heard.take()).containsExactly("b", "complete");
    }

    private String outbound() {
        StringBuilder all = new StringBuilder();
        for (ByteBuf b = channel.readOutbound(); b != null; b = channel.readOutbound()) {
            all.append(b.toString(ISO_8859_1));
            b.release();
        }
        return all.toString();
    }

    /** Pipelines add the new one before they remove the old one. */
    @Test
    void theChannelsOptionsAreRestoredByTheLastOne() throws Exception {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            NioSocketChannel socket = new NioSocketChannel();
            group.register(socket).sync();
            FramingHandler first = lines();
            FramingHandler second = lines();
            socket.pipeline().addLast(first);
            socket.eventLoop()
                    .submit(() -> socket.pipeline().replace(first, null, second))
                    .sync();
            assertThat(socket.config().isAllowHalfClosure()).isTrue();
            assertThat(socket.config().isAutoClose()).isFalse();
            socket.eventLoop().submit(() -> socket.pipeline().remove(second)).sync();
            assertThat(socket.config().isAllowHalfClosure()).isFalse();
            assertThat(socket.config().isAutoClose()).isTrue();
            socket.close().sync();
        } finally {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        }
    }
}
