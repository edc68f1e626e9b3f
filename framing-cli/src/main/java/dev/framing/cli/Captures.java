package dev.framing.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * The streams under {@code captures/} and the codec that cuts each, and those recorded streams that no codec here expresses yet.
 */
final class Captures {
    /** One direction of a connection. {@code codec} is a text form. */
    record Entry(String capture, String direction, String codec) {
        String name() {
            return capture + " " + direction;
        }
    }

    /** What is not replayed, and why. */
    record Later(String name, String reason) {}

    private static final String C2S = "c2s";
    private static final String S2C = "s2c";

    static final List<Entry> ALL = all();

    static final List<Later> LATER = List.of(
            new Later("smtp*, client to server", "lines, then a body: depends on the replies"),
            new Later("redis-* (8)", "RESP: a line, then counted bytes, nested"),
            new Later("postgresql-* (5)", "start-up packets have no type byte, messages do"),
            new Later("http1-* (8)", "the body's end depends on head and request"),
            new Later("memcached-text* (2)", "a line, then counted bytes"));

    private Captures() {}

    private static List<Entry> all() {
        List<Entry> all = new ArrayList<>();
        add(all, "lsp", "lsp", C2S, S2C);
        for (String name : List.of("dns-tcp", "dns-tcp-axfr", "dns-tcp-pipelined")) add(all, name, "dns", C2S, S2C);
        for (String name :
                List.of("mqtt311-pub-qos0", "mqtt311-pub-qos2", "mqtt311-sub", "mqtt5-pub-qos1", "mqtt5-sub"))
            add(all, name, "mqtt", C2S, S2C);
        for (String name : List.of("syslog-octet", "syslog-octet-multiline", "syslog-octet-relay"))
            add(all, name, "syslog-octet", C2S);
        add(all, "syslog-lf", "syslog-lf", C2S);
        for (String name : List.of("smtp", "smtp-curl", "smtp-pipelined")) add(all, name, "smtp", S2C);
        add(all, "memcached-binary", "memcached-binary", C2S, S2C);
        return List.copyOf(all);
    }

    private static void add(List<Entry> all, String capture, String codec, String... directions) {
        for (String direction : directions) all.add(new Entry(capture, direction, codec));
    }
}
