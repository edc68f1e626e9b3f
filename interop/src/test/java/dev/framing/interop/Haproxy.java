package dev.framing.interop;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** HAProxy in front of one server. */
final class Haproxy {
    private static final String CONFIGURATION = """
            global
                maxconn 100
            defaults
                mode %s
                timeout connect 20s
                timeout client 20s
                timeout server 20s
            frontend clients
                bind 127.0.0.1:%d
                default_backend servers
            backend servers
                server only 127.0.0.1:%d %s
            """;

    private Haproxy() {}

    /** What HAProxy says first to the server. */
    enum Preamble {
        NONE(""),
        PROXY_1("send-proxy"),
        PROXY_2("send-proxy-v2");

        private final String option;

        Preamble(String option) {
            this.option = option;
        }
    }

    /** @param mode tcp: bytes are passed on as they come; http: messages are read and written anew */
    static Program start(Path folder, String mode, Preamble preamble, InetSocketAddress server) throws Exception {
        String haproxy = Program.require("haproxy");
        return Program.server(folder, port -> {
            Path file = folder.resolve("haproxy.cfg");
            Files.writeString(file, CONFIGURATION.formatted(mode, port, server.getPort(), preamble.option));
            return List.of(haproxy, "-db", "-q", "-f", file.toString());
        });
    }
}
