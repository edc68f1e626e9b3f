package dev.framing.cli;

import dev.framing.FrameCodec;
import dev.framing.FrameDecoder;
import dev.framing.FrameEncoder;
import dev.framing.codec.HttpResponses;
import dev.framing.text.Codecs;
import java.io.IOException;
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

        /** What cuts it. */
        FrameCodec framing() throws IOException {
            FrameCodec parsed = Codecs.parse(codec).get();
            return parsed instanceof HttpResponses responses
                    ? new Answers(responses, Recording.methods(capture))
                    : parsed;
        }
    }

    /** Responses to requests that are known: where one ends depends on what was asked. */
    private record Answers(HttpResponses responses, List<String> methods) implements FrameCodec {
        @Override
        public FrameDecoder newDecoder() {
            HttpResponses.Decoder decoder = responses.decoder();
            methods.forEach(decoder::expect);
            return decoder;
        }

        @Override
        public FrameEncoder newEncoder() {
            return responses.newEncoder();
        }

        @Override
        public int maxFrameLength() {
            return responses.maxFrameLength();
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
        for (String name : List.of(
                "http1-keepalive",
                "http1-chunked",
                "http1-chunked-upload",
                "http1-close",
                "http1-close-http10",
                "http1-close-unbounded",
                "http1-expect-refused",
                "http1-pipelined")) {
            add(all, name, "http-request", C2S);
            add(all, name, "http-response", S2C);
        }
        return List.copyOf(all);
    }

    private static void add(List<Entry> all, String capture, String codec, String... directions) {
        for (String direction : directions) all.add(new Entry(capture, direction, codec));
    }
}
