/** Cuts frames out of byte streams: the contract, the engine and the codecs. */
module dev.framing {
    requires transitive io.netty.buffer;
    requires transitive io.vavr;
    requires static transitive org.jspecify;

    exports dev.framing;
    exports dev.framing.codec;
    exports dev.framing.protocol;
    exports dev.framing.text;
}
