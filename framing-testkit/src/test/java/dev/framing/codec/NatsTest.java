package dev.framing.codec;

import static dev.framing.testkit.Wire.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.framing.FrameCodec;
import dev.framing.FramingError;
import dev.framing.Oversize;
import dev.framing.testkit.Reference;
import dev.framing.testkit.Replay;
import dev.framing.testkit.Transcript;
import dev.framing.testkit.Wire;
import dev.framing.text.Codecs;
import io.vavr.control.Option;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NatsTest {
    private static final Nats NATS = Nats.of();

    @Nested
    class Laws extends CountedContract {
        private final Nats codec =
                NATS.toBuilder().max(600).head(120).line(100).fields(4).build();

        @Override
        protected FrameCodec codec() {
            return codec;
        }

        @Override
        protected FrameCodec limited(int maxFrameLength) {
            return codec.toBuilder()
                    .max(maxFrameLength)
                    .head(Math.min(120, maxFrameLength))
                    .line(Math.min(100, maxFrameLength))
                    .build();
        }

        @Override
        protected byte[] head(Random random) {
            String block = "\r\nNATS/1.0" + List.of("", " 503", " 100 Idle").get(random.nextInt(3)) + "\r\n"
                    + "a: b\r\n".repeat(random.nextInt(3));
            return bytes(
                    switch (random.nextInt(5)) {
                        case 0 -> "PUB a.b";
                        case 1 -> "msg a 1  12";
                        case 2 -> "HPUB a\tb" + block;
                        case 3 -> "HMSG a 1" + block;
                        default -> "MSG a 1";
                    });
        }

        @Override
        protected List<byte[]> streams() {
            return Stream.of(
                            "INFO {\"a\": 1}\r\nCONNECT {}\r\nping\r\nPONG \t\r\n+OK\r\n-ERR 'x'\r\nSUB a 1\r\nSUB a q 1\r\nUNSUB 1 \r\nUNSUB 1 5\r\n",
                            "PUB a 0\r\n\r\nPUB a b 3\r\n\r\n\r\r\nMSG a 1 r 002\r\nhi\r\n",
                            "HMSG a 1 r 12 14\r\nNATS/1.0\r\n\r\nhi\r\nHPUB a 16 16\r\nNATS/1.0\r\na:\r\n\r\n\r\n",
                            "HMSG a 1 16 16\r\nNATS/1.0 503\r\n\r\n\r\nHMSG a 1 40 40\r\nNATS/1.0 100 Idle Heartbeat\r\na:  b \r\n\r\n\r\n",
                            "HPUB a 33 33\r\nNATS/1.0 100 \r\nabcdefg:hijkl\r\n\r\n\r\n",
                            "HPUB a 12 12\r\nNATS/1.0\r\n\r\n\rx",
                            "HPUB a 17 17\r\nNATS/1.0\r\n\r\nabc\r\n",
                            "HPUB a 40 40\r\nNATS/1.0\r\n\r\nabc\r\n",
                            "HPUB a 40 40\r\nNATS/1.0\r\na:b\r\n\rx",
                            "HPUB a 17 17\r\nNATS/1.0\r\na\r\n:b",
                            "HPUB a 18 18\r\nNATS/1.0\r\na:bcdefghi",
                            "HPUB a 20 20\r\nNATS/1.0\r\na:b\r\nabcde",
                            "HPUB a 17 17\r\nNATS/1.0 503\r\n\r\n\r\n",
                            "HPUB a 17 17\r\nNATS/1.0 5x3",
                            "HPUB a 47 47\r\nNATS/1.0\r\na:\r\na:\r\na:\r\na:\r\na:\r\na:\r\na:\r\n\r\n",
                            "HPUB a 121 121\r\nNATS",
                            "HPUB a 120 999\r\nNATS/1.0\r\na:" + "x".repeat(200),
                            "HPUB a 120 99999999999999999999999\r\nNATS/1.0\r\na:" + "x".repeat(200),
                            "HPUB a 13 13\r\nNATS/1.0",
                            "HPUB a 14 13\r\nNATS/1.0",
                            "HMSG a 1 2 3 4 5\r\n",
                            "HMSG a 1 x 20\r\n",
                            "HMSG a x 20\r\n",
                            "MSG a 1 2 x\r\n",
                            "MSG a 1 b\r\n",
                            "MSG a 1\r\n",
                            "PUB a 1 2 ",
                            "PUB a 2\r\nhix",
                            "PUB a 2\r\nhi\rx",
                            "PUB a 601\r\n" + "x".repeat(300),
                            "PUB a 560\r\n" + "0123456789".repeat(56) + "\r\nPING\r\n",
                            "PUB a 99999999999999999999999\r\n" + "x".repeat(300),
                            "PIN\r\n",
                            "PING x\r\n",
                            "PINGG\r\n",
                            "PING\n",
                            "PING\rx",
                            "+OKx",
                            "INFO\r\n",
                            "INFO \u0001",
                            "SUB a\u00e4 \u007f",
                            "SUB " + "a".repeat(120),
                            "INFO " + "a".repeat(93) + "\r\n",
                            "INFO " + "a".repeat(94) + "\r\n",
                            "UNSUB a b\r\n",
                            "\r\nPING\r\n")
                    .map(Wire::bytes)
                    .toList();
        }

        @Override
        protected int longestMark() {
            return 2;
        }

        @Override
        protected Option<Reference> reference() {
            return Option.some(new NatsReference(100, 120, 4));
        }
    }

    /** Where a block of {@code bytes} bytes stops being one: the byte that leaves none of that length. */
    @ParameterizedTest
    @CsvSource({
        "12, 'NATS/1.0;;', -1",
        "13, '', 0", // in the control line
        "16, 'NATS/1.0;;', 10",
        "16, 'NATS/1.0 503;;', -1",
        "16, 'NATS/1.0;a:;;', -1",
        "17, 'NATS/1.0 503;', 12",
        "17, 'NATS/1.0 503 ;;', -1",
        "18, 'NATS/1.0;abcd:;;', 13",
        "19, 'NATS/1.0;a:b;cd', 13",
        "40, 'NATS/1.0;a:b;;', 15",
    })
    void theBlockHasTheBytesThatWereSaid(int bytes, String block, int wrong) {
        String line = "HPUB a " + bytes + " " + bytes + "\r\n";
        Transcript told = Replay.of(NATS).run(bytes(line + block.replace(";", "\r\n") + "\r\n"));
        if (wrong < 0) {
            assertThat(told.frames()).hasSize(1);
            assertThat(told.error()).isEmpty();
            return;
        }
        long at = bytes == 13 ? line.length() - 2 : line.length() + wrong;
        assertThat(told.error().get())
                .isInstanceOfSatisfying(
                        FramingError.Malformed.class,
                        m -> assertThat(m.position()).isEqualTo(at));
    }

    @Test
    void theFieldsGoWithTheMessage() {
        byte[] wire = bytes("HMSG a 1 36 38\r\nNATS/1.0 503 No\r\nA:  b  \r\nempty:\r\n\r\nhi\r\n");
        assertThat(HeaderTold.of(NATS, Oversize.fail(), wire))
                .containsExactly("frame 0 head 52 [A=b, empty=] length 56 body hi", "end");
        assertThat(Replay.of(NATS).run(wire).frames().get(0).details().get(0)).startsWith("NATS/1.0 503 No\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nats", "nats(max=64k)", "nats(max=64k, head=1k, line=512, fields=7)"})
    void theTextFormIsTheCodec(String text) {
        FrameCodec codec = Codecs.parse(text).get();
        assertThat(codec).hasToString(text).isInstanceOf(Nats.class);
        assertThat(((Nats) codec).toBuilder().build()).isEqualTo(codec).hasSameHashCodeAs(codec);
    }

    @Test
    void everyReasonAtOnce() {
        assertThatThrownBy(
                        () -> Nats.builder().max(4).head(5).line(4).fields(-1).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("max 4 is below the shortest line, 5 bytes; head 5 is not between 0 and max 4; "
                        + "line 4 is not between 5 and max 4; fields -1 is negative");
    }

    @Test
    void theNumbersAreWritten() {
        assertThat(written("PUB orders answers", "hello")).isEqualTo("PUB orders answers 5\r\nhello\r\n");
        assertThat(written("HPUB orders\r\nNATS/1.0\r\na: b\r\n", "hello"))
                .isEqualTo("HPUB orders 18 23\r\nNATS/1.0\r\na: b\r\n\r\nhello\r\n");
        assertThat(written("PING", "")).isEqualTo("PING\r\n");
    }

    @ParameterizedTest
    @CsvSource({
        "PING, x, PING has no payload",
        "PONGO, '', no operation",
        "'', '', no operation",
        "'PUB a b c', '', a number must stand here",
        "PUB, '', fields are missing",
        "'PUB a;', '', nothing else",
        "'PUB a;NATS/1.0;', '', PUB has no header block",
        "HPUB a, '', HPUB needs a header block",
        "'HPUB a;NATS/1.0;a:b;;', '', cannot end with its last byte",
        "'HPUB a;NATS/1.0', '', no header block has 10 bytes",
        "'HPUB a;NATS/1.0;abcd', '', 'header block, byte'",
        "'HPUB a;NATS/1.1;', '', begins with NATS/1.0",
        "INFO, '', fields are missing",
    })
    void whatWouldNotBeReadIsNotWritten(String head, String payload, String reason) {
        assertThatThrownBy(() -> written(head.replace(";", "\r\n"), payload))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
    }

    private static String written(String head, String payload) {
        return HeaderTold.text(Wire.of(NATS, bytes(head), bytes(payload)));
    }
}
