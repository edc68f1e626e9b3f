/** What one needs to test and fuzz a codec. */
module dev.framing.testkit {
    requires transitive dev.framing;
    requires transitive org.junit.jupiter.api;
    requires io.netty.common;
    requires java.management;
    requires static transitive net.jqwik.api;
    requires static transitive org.jspecify;

    exports dev.framing.testkit;
    exports dev.framing.testkit.transport;
}
