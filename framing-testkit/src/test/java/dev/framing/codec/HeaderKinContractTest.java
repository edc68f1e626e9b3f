package dev.framing.codec;

import static dev.framing.testkit.Wire.bytes;

import dev.framing.FrameCodec;
import dev.framing.codec.HeaderFramed.Body;
import dev.framing.codec.HeaderFramed.EmptyLines;
import dev.framing.codec.HeaderFramed.Lines;
import dev.framing.codec.HeaderFramed.Style;
import dev.framing.testkit.Reference;
import io.vavr.control.Option;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;

/** Every law, for the formats that are configurations of {@link HeaderFramed}. */
class HeaderKinContractTest {
    private static final String TOKEN = "[-!#$%&'*+.^_`|~0-9A-Za-z]+";
    private static final String VALUE = "[\t\\x20-\\x7E\\x80-\\xFF]*";

    /** Blocks of a start line and fields, each with one length at most, and a value that may be folded. */
    private static Pattern messages(String start, String lengthName, boolean required, boolean folded) {
        String name = "(?!(?i:" + lengthName + ")[ \t]*:)" + TOKEN;
        String other =
                folded ? name + "[ \t]*:" + VALUE + "\r\n(?:[ \t]" + VALUE + "\r\n)*" : name + ":" + VALUE + "\r\n";
        String length = "(?i:" + lengthName + ")" + (folded ? "[ \t]*" : "") + ":[ \t]*(?<length>[0-9]+)[ \t]*\r\n";
        String fields = "(?:" + other + ")*+" + (required ? length : "(?:" + length) + "(?:" + other + ")*+"
                + (required ? "" : ")?");
        String lacks = required ? "|" + start + "(?:" + other + ")*+\r\n(?!)" : ""; // the LF is the mistake
        return Pattern.compile(start + fields + "\r\n" + lacks, Pattern.DOTALL);
    }

    private static String requestOrStatus(String version) {
        return "(?:" + TOKEN + " [!-~]+ " + version + "|" + version + " [1-6][0-9][0-9] " + VALUE + ")\r\n";
    }

    private abstract static class Kin extends CountedContract {
        private final HeaderFramed codec;

        Kin(HeaderFramed.Builder codec) {
            this.codec = codec.build();
        }

        @Override
        protected FrameCodec codec() {
            return codec;
        }

        @Override
        protected FrameCodec limited(int maxFrameLength) {
            return codec.toBuilder()
                    .max(maxFrameLength)
                    .head(Math.min(codec.head(), maxFrameLength))
                    .build();
        }

        abstract Stream<String> texts();

        @Override
        protected List<byte[]> streams() {
            return texts().map(dev.framing.testkit.Wire::bytes).toList();
        }

        @Override
        protected int rounds() {
            return 2;
        }
    }

    /** The message's limit is lower so that the laws meet it. */
    @Nested
    class Sip extends Kin {
        Sip() {
            super(HeaderFramed.builder()
                    .start(StartLine.Form.MESSAGE)
                    .version("SIP/2.0")
                    .empty(EmptyLines.PINGS)
                    .compact()
                    .folded()
                    .spaced()
                    .max(4096));
        }

        @Override
        protected byte[] head(Random random) {
            return bytes(
                    random.nextBoolean() ? "OPTIONS sip:a SIP/2.0\r\nf: x\r\n" : "SIP/2.0 200 OK\r\nVia: a,\r\n b\r\n");
        }

        @Override
        Stream<String> texts() {
            return Stream.of(
                    "\r\n\r\nBYE sip:b SIP/2.0\r\nl: 2\r\n\r\nhi\r\n\r\n\r\nSIP/2.0 100 \r\nContent-Length:0\r\n\r\n\r\n",
                    "S s SIP/2.0\r\na:\r\n\t\r\n x \r\n  y\r\nL:1\r\n\r\n.",
                    "SIP sip:b SIP/2.0\r\nl:1\r\nb:\r\n c\r\n\r\n.",
                    "SIPS sip:b SIP/2.0\r\nl:1\r\nContent-Length: 1\r\n\r\n.",
                    "\r\nBYE sip:b SIP/2.0\r\n l: 2\r\n\r\nhi",
                    "BYE sip:b SIP/2.0\r\nl: 2\r\n 2\r\n\r\nhi",
                    "BYE sip:b SIP/2.0\r\na: b\r\n\r\n",
                    "BYE sip:b SIP/1.0\r\nl: 0\r\n\r\n",
                    "SIP/2.0 700 No\r\nl: 0\r\n\r\n",
                    "SIP/2.1 200 No\r\nl: 0\r\n\r\n",
                    "SIP/2.0 200\r\nl: 0\r\n\r\n",
                    "BYE sip:b SIP/2.0\r\nl \t : 2\r\nto  :\r\n x\r\n\r\nhi",
                    "BYE sip:b SIP/2.0\r\nContent-Lengt : 2\r\nto \r\nl: 2\r\n\r\nhi",
                    "\r\n\rx");
        }

        @Override
        protected Option<Reference> reference() {
            Pattern block = messages(requestOrStatus("SIP/2\\.0"), "content-length|l", true, true);
            return Option.some(new BlockReference(block, Pattern.compile("\r\n"), true, false));
        }
    }

    @Nested
    class Rtsp extends Kin {
        Rtsp() {
            super(HeaderFramed.builder()
                    .start(StartLine.Form.MESSAGE)
                    .version("RTSP/#.#")
                    .body(Body.CONTENT_LENGTH_OPTIONAL)
                    .empty(EmptyLines.DROPPED)
                    .max(2000)
                    .head(400));
        }

        @Override
        protected byte[] head(Random random) {
            return bytes(random.nextBoolean() ? "PLAY * RTSP/1.0\r\n" : "RTSP/2.0 200 OK\r\nCSeq: 1\r\n");
        }

        @Override
        Stream<String> texts() {
            return Stream.of(
                    "OPTIONS * RTSP/2.0\r\nCSeq: 1\r\n\r\n\r\n\r\nRTSP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc\r\n",
                    "RTSP/1.0 200 OK\r\n\r\nRTSP/1.0 200 OK\r\na:b\r\n c\r\n\r\n",
                    "PLAY rtsp://a RTSP/1.x\r\n\r\n",
                    "PLAY rtsp://a\r\n\r\n",
                    "R rtsp://a RTSP/1.0\n\r\n");
        }

        @Override
        protected Option<Reference> reference() {
            Pattern block = messages(requestOrStatus("RTSP/[0-9]\\.[0-9]"), "content-length", false, false);
            return Option.some(new BlockReference(block, Pattern.compile("\r\n"), false, false));
        }
    }

    @Nested
    class Stomp extends Kin {
        Stomp() {
            super(HeaderFramed.builder()
                    .start(StartLine.Form.COMMAND)
                    .body(Body.NUL)
                    .lines(Lines.LF)
                    .style(Style.STOMP)
                    .empty(EmptyLines.DROPPED)
                    .max(3000)
                    .head(500));
        }

        @Override
        protected byte[] head(Random random) {
            return bytes(random.nextBoolean() ? "SEND\na:b\n" : "MESSAGE\r\nx: y \r\n");
        }

        @Override
        Stream<String> texts() {
            return Stream.of(
                    "\n\r\nCONNECT\naccept-version:1.2\nhost:a:b\n\n\0\n\nSEND\r\ncontent-length:5\r\n\r\na\0b\0c\0\n",
                    "ACK\nid:\n\nbody to the NUL\0",
                    "SEND\na:b\ncontent-length:3\n\nabcd\0",
                    "SEND\ncontent-length:0\n\n\0SEND\ncontent-length:0\n\n.",
                    "SEND\ncontent-length:9223372036854775806\n\nabc",
                    "SEND\ncontent-length:9223372036854775807\n\nabc",
                    "SEND\ncontent-length:99\n\nabc",
                    "SEND\ncontent-length: 3\n\nabc\0",
                    "SEND\ncontent-length:3\ncontent-length:3\n\nabc\0",
                    "SEND\n:x\n\n\0",
                    "SEND\nab\n\n\0",
                    "SEND \n\n\0",
                    "SEND\r\r\n",
                    "\rSEND\n\n\0",
                    "SEND\na:b\0\n\n\0");
        }

        @Override
        protected Option<Reference> reference() {
            String eol = "\r?\n";
            String other = "(?!(?i:content-length):)[^:\r\n\0]+:[^\r\n\0]*" + eol;
            String length = "(?i:content-length):(?<length>[0-9]+)" + eol;
            Pattern block = Pattern.compile(
                    TOKEN + eol + "(?:" + other + ")*+(?:" + length + "(?:" + other + ")*+)?" + eol, Pattern.DOTALL);
            return Option.some(new BlockReference(block, Pattern.compile(eol), false, true));
        }
    }

    @Nested
    class Icap extends Kin {
        Icap() {
            super(HeaderFramed.builder()
                    .start(StartLine.Form.MESSAGE)
                    .version("ICAP/1.0")
                    .body(Body.NONE)
                    .max(8192));
        }

        @Override
        protected byte[] head(Random random) {
            return bytes(
                    "ICAP/1.0 204 Unmodified\r\nContent-Length: 7\r\n".substring(0, random.nextBoolean() ? 25 : 44));
        }

        @Override
        protected byte[] payload(Random random, int length) {
            return new byte[0];
        }

        @Override
        protected List<byte[]> refused() {
            return List.of(bytes("x"));
        }

        @Override
        Stream<String> texts() {
            return Stream.of(
                    "REQMOD icap://a/b ICAP/1.0\r\nEncapsulated: null-body=0\r\n\r\nICAP/1.0 200 OK\r\n\r\n",
                    "\r\nICAP/1.0 200 OK\r\n\r\n");
        }

        @Override
        protected Option<Reference> reference() {
            Pattern block = Pattern.compile(requestOrStatus("ICAP/1\\.0") + "(?:" + TOKEN + ":" + VALUE
                    + "\r\n)*+(?<length>)?\r\n".replace("(?<length>)?", "(?<length>0)?"));
            return Option.some(new BlockReference(block, null, false, false));
        }
    }

    @Nested
    class ServerSentEvents extends Kin {
        ServerSentEvents() {
            super(HeaderFramed.builder()
                    .body(Body.NONE)
                    .lines(Lines.ANY)
                    .style(Style.EVENT)
                    .empty(EmptyLines.DROPPED)
                    .max(2000));
        }

        @Override
        protected byte[] head(Random random) {
            return bytes(List.of("data: x\n", ":\n", "id\r\ndata:y\rdata\n").get(random.nextInt(3)));
        }

        @Override
        protected byte[] payload(Random random, int length) {
            return new byte[0];
        }

        @Override
        protected List<byte[]> refused() {
            return List.of(bytes("x"));
        }

        @Override
        protected int lookAhead() {
            return 1;
        }

        @Override
        protected boolean endCompletesFrames() {
            return true;
        }

        @Override
        Stream<String> texts() {
            return Stream.of(
                    "\u00ef\u00bb\u00bfdata: a\n\n\n\ndata\r\rid: 7\r\n\r\n: comment\n\n",
                    "\u00ef\u00bb",
                    "\u00ef\u00bbx: a\n\n",
                    "\r\n\r\r\n\n:\r\r\n:\r\r:\n\r",
                    "data: a\0\u00ff\n\u00ef\u00bb\u00bfdata: b\n\ndata: no end\n",
                    "data:a\n\n\u00ef\u00bb\u00bf");
        }

        /** Lines by hand: what the end of the stream leaves unfinished is dropped. */
        @Override
        protected Option<Reference> reference() {
            return Option.some((stream, ended, out) -> {
                String wire = HeaderTold.text(stream);
                int at = wire.startsWith("\u00ef\u00bb\u00bf") ? 3 : 0;
                int start = at;
                while (at < wire.length()) {
                    int eol = at;
                    while (eol < wire.length() && "\r\n".indexOf(wire.charAt(eol)) < 0) eol++;
                    boolean cr = eol < wire.length() && wire.charAt(eol) == '\r';
                    boolean unsure = cr && eol + 1 == wire.length() && !ended;
                    if (eol == wire.length() || unsure && at > start) break;
                    int next = eol + (cr && eol + 1 < wire.length() && wire.charAt(eol + 1) == '\n' ? 2 : 1);
                    if (eol == at) {
                        if (at > start) out.frame(start, next, next - start, 0);
                        start = next;
                    }
                    at = next;
                }
                if (!ended && start < wire.length()) out.truncated(start);
            });
        }
    }

    @Nested
    class Chunked extends Kin {
        Chunked() {
            super(HeaderFramed.builder().body(Body.CHUNKED).max(3000));
        }

        @Override
        protected byte[] head(Random random) {
            return bytes("a: b\r\n");
        }

        @Override
        Stream<String> texts() {
            return Stream.of(
                    "a:b\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nt: u\r\n\r\nb:c\r\n\r\n0\r\n\r\n",
                    "a:b\r\n\r\n3\r\nabcd");
        }
    }

    @Nested
    class LinesOfLf extends Kin {
        LinesOfLf() {
            super(HeaderFramed.builder()
                    .body(Body.CONTENT_LENGTH_OPTIONAL)
                    .lines(Lines.LF)
                    .empty(EmptyLines.PINGS)
                    .folded()
                    .max(500)
                    .line(40)
                    .fields(3));
        }

        @Override
        protected byte[] head(Random random) {
            return bytes("a: b\n".repeat(random.nextInt(4)));
        }

        @Override
        Stream<String> texts() {
            return Stream.of(
                    "\n\n\r\na:b\r\n c\n\ncontent-length:1\n\n.",
                    "a: 1234567890123456789012345678901234567890\n\n",
                    "a: 12345678901234567890123456789\n 0123456789012345678901234567890123456789012\n\n",
                    "a:\nb:\nc:\nd:\n\n");
        }
    }
}
