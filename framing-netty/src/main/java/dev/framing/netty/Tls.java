package dev.framing.netty;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is different over TLS. Netty's own TLS handler lies in a library of its own, which need not be there. */
final class Tls {
    private static final boolean THERE = isThere();

    private Tls() {}

    private static boolean isThere() {
        try {
            Class.forName("io.netty.handler.ssl.SslHandler", false, Tls.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    /** Tells the peer the end inside TLS, where there is TLS, before {@code then} tells it to the transport. */
    static void end(ChannelHandlerContext ctx, Runnable then) {
        if (!THERE || !Netty.end(ctx, then)) then.run();
    }

    /** The transport's end has come, and TLS has not said that it is the end of the stream: somebody may have cut it off. */
    static boolean isCutOff(ChannelHandlerContext ctx) {
        return THERE && Netty.isCutOff(ctx);
    }

    /** TLS itself says that no byte will follow. */
    static boolean isEnd(Object event) {
        return THERE && Netty.isEnd(event);
    }

    /** Loaded only where the library is. */
    private static final class Netty {
        private static @Nullable SslHandler before(ChannelHandlerContext ctx) {
            SslHandler found = null;
            for (Map.Entry<String, ChannelHandler> entry : ctx.pipeline()) {
                if (entry.getValue() instanceof SslHandler ssl) found = ssl;
                if (isSame(entry.getValue(), ctx.handler())) return found;
            }
            return null;
        }

        @SuppressWarnings("ReferenceEquality") // the very handler
        private static boolean isSame(ChannelHandler a, ChannelHandler b) {
            return a == b;
        }

        static boolean end(ChannelHandlerContext ctx, Runnable then) {
            SslHandler ssl = before(ctx);
            if (ssl == null) return false;
            ssl.closeOutbound().addListener(f -> then.run());
            return true;
        }

        static boolean isCutOff(ChannelHandlerContext ctx) {
            SslHandler ssl = before(ctx);
            return ssl != null && !ssl.sslCloseFuture().isSuccess();
        }

        static boolean isEnd(Object event) {
            return event instanceof SslCloseCompletionEvent end && end.isSuccess();
        }
    }
}
