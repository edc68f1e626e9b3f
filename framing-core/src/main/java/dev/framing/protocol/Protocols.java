package dev.framing.protocol;

import static dev.framing.codec.LengthPrefixed.Counts.FIELD;
import static dev.framing.codec.LengthPrefixed.Counts.FRAME;
import static dev.framing.codec.LengthPrefixed.Counts.REST;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.framing.FrameCodec;
import dev.framing.codec.Delimited;
import dev.framing.codec.FixedLength;
import dev.framing.codec.HeaderFramed;
import dev.framing.codec.HeaderFramed.Body;
import dev.framing.codec.HeaderFramed.EmptyLines;
import dev.framing.codec.HeaderFramed.Lines;
import dev.framing.codec.HeaderFramed.Style;
import dev.framing.codec.LengthPrefixed;
import dev.framing.codec.StartLine;
import io.vavr.Tuple;
import io.vavr.collection.Map;
import io.vavr.collection.Seq;
import io.vavr.collection.Vector;
import io.vavr.control.Option;
import java.util.ArrayList;
import java.util.List;

/**
 * Ready-made codecs, one line each: name, codec, what it is, and where its framing and its limit come from.
 *
 * <pre>{@code
 * Framer framer = Framer.of(Protocols.LSP, handler);
 * Framer strict = Framer.of(Protocols.DNS.toBuilder().max(4096).build(), handler);
 * }</pre>
 *
 * A limit is the protocol's own, or that of the program named in the source; "ours" where neither has one. What stands before the
 * first frame (a preamble, a handshake, a start-up message) and what a head must say besides the length is the application's.
 */
public final class Protocols {
    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;
    private static final List<Protocol> ROWS = new ArrayList<>();

    // ---------------------------------------- a length, big-endian

    public static final LengthPrefixed DNS =
            row("dns", LengthPrefixed.uint16(), "DNS over TCP or TLS", "RFC 1035 4.2.2, RFC 7766 8");
    public static final LengthPrefixed TLS_RECORD = row(
            "tls-record",
            length(2).offset(3).max(5 + 16384 + 2048),
            "TLS records",
            "RFC 8446 5.1; limit RFC 5246 6.2.3, which allows more");
    public static final LengthPrefixed HTTP2_FRAME = row(
            "http2-frame",
            length(3).head(9).max(9 + 16384),
            "HTTP/2 frames, after the client's preface",
            "RFC 9113 4.1; limit: initial SETTINGS_MAX_FRAME_SIZE, 6.5.2");
    public static final LengthPrefixed GRPC_MESSAGE = row(
            "grpc-message",
            length(4).offset(1).max(5 + 4 * MIB),
            "gRPC messages in an HTTP/2 stream, head: compressed flag, length",
            "gRPC over HTTP/2, Length-Prefixed-Message; limit: default of grpc-java");
    public static final LengthPrefixed KAFKA = row(
            "kafka",
            length(4).max(4 + 100 * MIB),
            "Kafka requests or responses",
            "Kafka protocol guide; limit: default of socket.request.max.bytes");
    public static final LengthPrefixed ZOOKEEPER = row(
            "zookeeper",
            length(4).max(4 + MIB - 1),
            "ZooKeeper packets; not its four-letter words",
            "ZooKeeper Administrator's Guide; limit: default of jute.maxbuffer");
    public static final LengthPrefixed THRIFT = row(
            "thrift",
            length(4).max(4 + 16_384_000),
            "Thrift framed transport",
            "thrift-tconfiguration.md; limit: its default MaxFrameSize");
    public static final LengthPrefixed RSOCKET =
            row("rsocket", length(3).max(3 + 0xFFFFFF), "RSocket over TCP", "RSocket protocol 1.0, Framing Format");
    public static final LengthPrefixed POSTGRESQL = row(
            "postgresql",
            length(4).offset(1).counts(FIELD).max(0x3FFFFFFF),
            "PostgreSQL messages, either direction, after start-up",
            "PostgreSQL, Frontend/Backend Protocol, Message Formats; limit: its MaxAllocSize");
    public static final LengthPrefixed CASSANDRA4 = row(
            "cassandra4",
            length(4).offset(5).max(256 * MIB),
            "CQL native protocol 3 and 4",
            "native_protocol_v4.spec 2");
    public static final LengthPrefixed MEMCACHED_BINARY = row(
            "memcached-binary",
            length(4).offset(8).head(24).max(24 + MIB),
            "memcached binary protocol; extras and key stand in the payload",
            "memcached BinaryProtocolRevamped; limit: default item size");
    public static final LengthPrefixed EPP =
            row("epp", length(4).counts(FRAME).max(MIB), "EPP data units over TLS", "RFC 5734 4; limit ours");
    public static final LengthPrefixed AMQP10 = row(
            "amqp10",
            length(4).counts(FRAME).head(8).max(MIB),
            "AMQP 1.0 frames, after the 8-byte preamble; an extended header stands in the payload",
            "OASIS AMQP 1.0 part 2, 2.3.1; limit ours");
    public static final LengthPrefixed AMQP091 = row(
            "amqp091",
            length(4).offset(3).trailer(new byte[] {(byte) 0xCE}).max(128 * KIB),
            "AMQP 0-9-1 frames, after the 8-byte preamble; the frame end 0xCE is checked",
            "AMQP 0-9-1 4.2.3; limit: default frame_max of RabbitMQ");
    public static final LengthPrefixed BGP = row(
            "bgp",
            length(2).offset(16).head(19).counts(FRAME).max(4096),
            "BGP-4 messages",
            "RFC 4271 4.1; 65535 with RFC 8654");
    public static final LengthPrefixed TPKT = row(
            "tpkt",
            length(2).offset(2).counts(FRAME).max(0xFFFF),
            "ISO transport on TCP (RDP, S7, H.323)",
            "RFC 1006 6");
    public static final LengthPrefixed ONC_RPC_FRAGMENT = row(
            "onc-rpc-fragment",
            length(4).mask(0x7FFFFFFF).max(4 + 2 * MIB),
            "ONC RPC record fragments (NFS); the head's top bit says: last of the record",
            "RFC 5531 11; limit ours, over 1 MiB of NFS data");
    public static final LengthPrefixed DIAMETER = row(
            "diameter", length(3).offset(1).head(20).counts(FRAME).max(0xFFFFFF), "Diameter messages", "RFC 6733 3");
    public static final LengthPrefixed SMPP = row(
            "smpp",
            length(4).head(16).counts(FRAME).max(70_000),
            "SMPP PDUs",
            "SMPP 3.4 3.2; limit ours, over its 64 KiB message_payload");
    public static final LengthPrefixed RTP_TCP =
            row("rtp-tcp", length(2), "RTP and RTCP packets over TCP", "RFC 4571 2");
    public static final LengthPrefixed PROXY2_HEADER = row(
            "proxy2-header",
            length(2).offset(14),
            "PROXY protocol version 2, once; then switch",
            "HAProxy, proxy-protocol.txt 2.2");
    public static final LengthPrefixed MODBUS_TCP = row(
            "modbus-tcp",
            length(2).offset(4).head(7).counts(REST).max(260),
            "Modbus TCP; the payload is the PDU",
            "MODBUS Messaging on TCP/IP 1.0b 3.1.3");
    public static final LengthPrefixed IEC104 = row(
            "iec104",
            length(1).offset(1).head(6).counts(REST).max(255),
            "IEC 60870-5-104 APDUs; the payload is the ASDU",
            "IEC 60870-5-104 5; length at most 253");
    public static final LengthPrefixed DICOM_UL = row(
            "dicom-ul",
            length(4).offset(2).max(MIB),
            "DICOM upper layer PDUs",
            "DICOM PS3.8 9.3; limit ours, it is negotiated");
    public static final LengthPrefixed DOIP = row(
            "doip",
            length(4).offset(4).max(MIB),
            "Diagnostics over IP (vehicles)",
            "ISO 13400-2, generic header; limit ours, it is announced");
    public static final LengthPrefixed OPENFLOW = row(
            "openflow",
            length(2).offset(2).head(8).counts(FRAME).max(0xFFFF),
            "OpenFlow messages",
            "OpenFlow Switch Specification, ofp_header");
    public static final LengthPrefixed TDS_PACKET = row(
            "tds-packet",
            length(2).offset(2).head(8).counts(FRAME).max(32_767),
            "SQL Server TDS packets; status bit 0: last of the message",
            "MS-TDS 2.2.3.1; limit: largest packet size of LOGIN7");
    public static final LengthPrefixed SMB_TCP =
            row("smb-tcp", length(3).offset(1).max(4 + 0xFFFFFF), "SMB2 and SMB3 on port 445", "MS-SMB2 2.1");
    public static final LengthPrefixed BITTORRENT = row(
            "bittorrent",
            length(4).max(MIB),
            "BitTorrent peer messages, after the 68-byte handshake; an empty one keeps alive",
            "BEP 3, peer protocol; limit ours");

    // ---------------------------------------- a length, little-endian

    public static final LengthPrefixed MYSQL_PACKET = row(
            "mysql-packet",
            little(3).head(4).max(4 + 0xFFFFFF),
            "MySQL packets; one of 16777215 bytes goes on in the next",
            "MySQL Client/Server Protocol, MySQL Packets");
    public static final LengthPrefixed MONGODB = row(
            "mongodb",
            little(4).head(16).counts(FRAME).max(48_000_000),
            "MongoDB wire protocol messages",
            "MongoDB Wire Protocol, MsgHeader; limit: maxMessageSizeBytes");
    public static final LengthPrefixed BITCOIN = row(
            "bitcoin",
            little(4).offset(16).head(24).max(24 + 4_000_000),
            "Bitcoin P2P messages; the head ends with the payload's checksum",
            "Bitcoin developer reference, Message Headers; limit of Bitcoin Core");
    public static final LengthPrefixed NINE_P = row(
            "9p",
            little(4).head(7).counts(FRAME).max(128 * KIB),
            "9P2000 messages",
            "intro(5) of Plan 9; limit: default msize of Linux");
    public static final LengthPrefixed ILINK3 = row(
            "ilink3",
            little(2).head(4).counts(FRAME).max(0xFFFF),
            "CME iLink 3, Simple Open Framing Header of two 16-bit fields",
            "CME iLink 3, Message Structure");

    // ---------------------------------------- a length as varint or in decimal

    public static final LengthPrefixed MQTT = row(
            "mqtt",
            LengthPrefixed.builder().varint().width(4).offset(1).max(5 + 0xFFFFFFF),
            "MQTT 3.1.1 and 5 control packets",
            "OASIS MQTT 5.0 2.1.1, 1.5.5");
    public static final LengthPrefixed PROTOBUF_DELIMITED = row(
            "protobuf-delimited",
            LengthPrefixed.builder().varint().max(64 * MIB),
            "protobuf messages as writeDelimitedTo writes them",
            "Protocol Buffers, Encoding; limit: the former default of CodedInputStream");
    public static final LengthPrefixed MINECRAFT = row(
            "minecraft",
            LengthPrefixed.builder().varint().width(3).max(3 + 0x1FFFFF),
            "Minecraft Java Edition packets",
            "minecraft.wiki, Java Edition protocol, Packet format");
    public static final LengthPrefixed NETSTRING = row(
            "netstring",
            LengthPrefixed.builder().decimal(':').trailer(new byte[] {','}).max(5 + 1 + 99_999 + 1),
            "netstrings",
            "D. J. Bernstein, Netstrings (1997); limit: default of Twisted");
    public static final LengthPrefixed SYSLOG_OCTET = row(
            "syslog-octet",
            LengthPrefixed.builder().decimal(' ').max(64 * KIB),
            "syslog over TLS or TCP, octet counting",
            "RFC 5425 4.3, RFC 6587 3.4.1; limit ours: relays send more than the 8192 bytes of RFC 5425 4.3.1");

    // ---------------------------------------- delimiters

    public static final Delimited SMTP = row(
            "smtp",
            Delimited.crlf().withMax(1000),
            "SMTP lines, either direction; not the text after DATA",
            "RFC 5321 2.3.8, 4.5.3.1.6");
    public static final Delimited POP3 = row(
            "pop3",
            Delimited.crlf().withMax(1000),
            "POP3 lines; multi-line answers line by line",
            "RFC 1939 3; limit: a line of a message, RFC 5322 2.1.1");
    public static final Delimited FTP = row(
            "ftp",
            Delimited.crlf().withMax(8 * KIB),
            "FTP control connection",
            "RFC 959 4.2, 5.3; limit ours, over a path of 4096 bytes");
    public static final Delimited SYSLOG_LF = row(
            "syslog-lf",
            Delimited.lf().withMax(64 * KIB),
            "syslog over TCP, a message a line",
            "RFC 6587 3.4.2; limit ours, as for syslog-octet");
    public static final Delimited NDJSON = row(
            "ndjson",
            Delimited.lf().withMax(MIB),
            "a JSON text a line (JSON Lines); a CR before LF is white space of JSON",
            "ndjson-spec 1.0 3.1; limit ours");
    public static final Delimited JSON_SEQ = row(
            "json-seq",
            Delimited.builder().start("\u001e").end("\n").max(MIB),
            "JSON text sequences of one-line texts; a pretty-printed one is malformed",
            "RFC 7464 2.2; limit ours");
    public static final Delimited MLLP = row(
            "mllp",
            Delimited.builder().start("\u000b").end("\u001c\r").between("\r\n").max(MIB),
            "HL7 version 2 messages; CR and LF between them are dropped, as some peers send them",
            "HL7 Minimal Lower Layer Protocol, Release 1; limit ours");

    // ---------------------------------------- one length for all

    public static final FixedLength MPEG_TS =
            row("mpeg-ts", FixedLength.of(188), "MPEG transport stream packets", "ISO/IEC 13818-1 2.4.3.2");

    // ---------------------------------------- header blocks

    public static final HeaderFramed LSP =
            row("lsp", HeaderFramed.contentLength(), "Language Server Protocol", "LSP 3.17, Base Protocol; limit ours");
    public static final HeaderFramed DAP = row(
            "dap", HeaderFramed.contentLength(), "Debug Adapter Protocol", "DAP overview, Base Protocol; limit ours");
    public static final HeaderFramed SIP = row(
            "sip",
            messages("SIP/2.0")
                    .empty(EmptyLines.PINGS)
                    .compact()
                    .folded()
                    .spaced()
                    .max(64 * KIB),
            "SIP over TCP or TLS; answer a frame that is a tail with CR LF. Who pings: empty=dropped",
            "RFC 3261 7, 18.3, RFC 5626 3.5.1; limit ours, that of UDP");
    public static final HeaderFramed RTSP = row(
            "rtsp",
            messages("RTSP/#.#")
                    .body(Body.CONTENT_LENGTH_OPTIONAL)
                    .empty(EmptyLines.DROPPED)
                    .folded()
                    .spaced()
                    .max(64 * KIB),
            "RTSP 1.0 and 2.0 messages, without interleaved data",
            "RFC 7826 20, RFC 2326 4; limit ours");
    public static final HeaderFramed STOMP = row(
            "stomp",
            HeaderFramed.builder()
                    .start(StartLine.Form.COMMAND)
                    .body(Body.NUL)
                    .lines(Lines.LF)
                    .style(Style.STOMP)
                    .empty(EmptyLines.DROPPED)
                    .max(MIB),
            "STOMP 1.2 frames, either direction; heart-beats are dropped, escapes are the application's",
            "STOMP 1.2, STOMP Frames; limit ours");
    public static final HeaderFramed SSE = row(
            "sse",
            HeaderFramed.builder()
                    .body(Body.NONE)
                    .lines(Lines.ANY)
                    .style(Style.EVENT)
                    .empty(EmptyLines.DROPPED)
                    .max(MIB)
                    .fields(10_000),
            "server-sent events, behind the HTTP head; a comment is a field without name",
            "HTML 9.2.5, 9.2.6; limit ours");
    public static final HeaderFramed ICAP = row(
            "icap",
            messages("ICAP/1.0").body(Body.NONE).max(8 * KIB),
            "ICAP heads; what Encapsulated announces is read by another codec: switch",
            "RFC 3507 4.3; limit as for HTTP's heads");

    private static final Map<String, Protocol> ALL = Vector.ofAll(ROWS).toLinkedMap(p -> Tuple.of(p.name(), p));

    private Protocols() {}

    /** All of them, in the order of this table. */
    public static Seq<Protocol> all() {
        return ALL.values();
    }

    /** The one of that name. */
    public static Option<Protocol> named(String name) {
        return ALL.get(name);
    }

    private static LengthPrefixed.Builder length(int width) {
        return LengthPrefixed.builder().width(width);
    }

    private static LengthPrefixed.Builder little(int width) {
        return length(width).order(LITTLE_ENDIAN);
    }

    private static HeaderFramed.Builder messages(String version) {
        return HeaderFramed.builder().start(StartLine.Form.MESSAGE).version(version);
    }

    private static HeaderFramed row(String name, HeaderFramed.Builder codec, String about, String source) {
        return row(name, codec.build(), about, source);
    }

    private static LengthPrefixed row(String name, LengthPrefixed.Builder codec, String about, String source) {
        return row(name, codec.build(), about, source);
    }

    private static Delimited row(String name, Delimited.Builder codec, String about, String source) {
        return row(name, codec.build(), about, source);
    }

    private static <C extends FrameCodec> C row(String name, C codec, String about, String source) {
        ROWS.add(new Protocol(name, codec, about, source));
        return codec;
    }
}
