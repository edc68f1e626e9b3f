/** Transports of the JDK: blocking streams and channels, selectors, datagrams. */
module dev.framing.nio {
    requires transitive dev.framing;

    exports dev.framing.nio;
}
