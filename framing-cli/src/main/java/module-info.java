/** The {@code framing} command: demo, decode. */
module dev.framing.cli {
    requires dev.framing.netty;
    requires dev.framing.nio;
    requires info.picocli;
    requires com.fasterxml.jackson.core;

    opens dev.framing.cli to
            info.picocli;
}
