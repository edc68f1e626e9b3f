/** One duplex handler for Netty pipelines. */
module dev.framing.netty {
    requires transitive dev.framing;
    requires transitive io.netty.transport;
    requires transitive io.netty.codec;
    requires transitive io.netty.common;
    requires static io.netty.handler;

    exports dev.framing.netty;
}
