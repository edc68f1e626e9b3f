package dev.framing.interop;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** nginx with a few files, one location for each way in which it frames a body. */
final class Nginx {
    private static final String CONFIGURATION = """
            daemon off;
            master_process off;
            pid nginx.pid;
            error_log stderr warn;
            events { worker_connections 64; }
            http {
                access_log off;
                client_body_temp_path body;
                proxy_temp_path proxy;
                fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi;
                scgi_temp_path scgi;
                types { text/html html; }
                default_type application/octet-stream;
                tcp_nodelay on;
                server {
                    listen 127.0.0.1:%d;
                    server_name localhost;
                    root www;
                    location /moved { return 301 /small; }
                    location /none { return 204; }
                    location /ssi/ { ssi on; }
                    location /gzip/ { gzip on; gzip_min_length 1; gzip_types *; alias www/; }
                    location /trailers/ { add_trailer X-First 1; add_trailer X-Last done; alias www/; }
                    location /unbounded/ { ssi on; chunked_transfer_encoding off; alias www/ssi/; }
                    location /last/ { keepalive_timeout 0; alias www/; }
                    location /put/ { dav_methods PUT DELETE; client_max_body_size 1m; }
                    location /refused/ { client_max_body_size 1k; dav_methods PUT; lingering_timeout 100ms; }
                }
            }
            """;

    static final byte[] SMALL =
            "a body that looks like one: HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n".getBytes(US_ASCII);

    private Nginx() {}

    /** @param large bytes of {@code /large} */
    static Program start(Path folder, int large) throws Exception {
        String nginx = Program.require("nginx");
        Path www = Files.createDirectories(folder.resolve("www"));
        Files.createDirectories(www.resolve("put"));
        Files.write(www.resolve("empty"), new byte[0]);
        Files.write(www.resolve("small"), SMALL);
        Files.write(www.resolve("large"), bytes(large));
        Files.createDirectories(www.resolve("ssi"));
        Files.writeString(
                www.resolve("ssi/page.html"),
                "<!--# include virtual=\"/small\" --><!--# include virtual=\"/large\" -->|<!--# include virtual=\"/empty\" -->end");
        return Program.server(folder, port -> {
            Path file = folder.resolve("nginx.conf");
            Files.writeString(file, CONFIGURATION.formatted(port));
            return List.of(nginx, "-p", folder.toString(), "-c", file.toString(), "-e", "stderr");
        });
    }

    /** Every byte value, at places that repeat late. */
    static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) bytes[i] = (byte) (i * 31 + (i >> 8) * 7);
        return bytes;
    }
}
