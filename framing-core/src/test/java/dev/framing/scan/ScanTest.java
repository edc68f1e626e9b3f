package dev.framing.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScanTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "\0", "\u00ff", "\r\n", "ab\u0080\u00ff\n\n"})
    void fastSearchAgreesWithNaive(String members) {
        ByteSet set = ByteSet.of(members);
        for (int b = 0; b < 256; b++) assertThat(set.contains((byte) b)).isEqualTo(members.indexOf(b) >= 0);
        Random random = new Random(3);
        for (int k = 0; k < 2000; k++) {
            String text = text(random, "xyz\u007f" + members, random.nextInt(70));
            int from = random.nextInt(text.length() + 1);
            int to = from + random.nextInt(text.length() - from + 1);
            int want = from;
            while (want < to && members.indexOf(text.charAt(want)) < 0) want++;
            for (ByteBuf in : List.of(buffer(text, false), buffer(text, true))) {
                long before = Examined.bytes();
                assertThat(set.next(in, from + 3, to + 3) - 3).isEqualTo(want);
                assertThat(Examined.bytes() - before).isEqualTo(Math.min(want + 1, to) - from);
                in.release();
            }
        }
    }

    @Test
    void theAutomatonAgreesWithNaive() {
        for (List<String> patterns : List.of(
                List.of("\n"),
                List.of("\r\n", "\n"),
                List.of("abcd", "bc", "b"),
                List.of("aab", "ab", "aaaa"),
                List.of("abab", "babb", "aba", "\u00ff"))) {
            Patterns automaton = Patterns.of(patterns);
            Random random = new Random(5);
            for (int k = 0; k < 2000; k++) {
                String text = text(random, "xaabbcd\r\n\u00ff", random.nextInt(30));
                int state = Patterns.ROOT;
                for (int i = 0; i < text.length(); i++) state = automaton.step(state, (byte) text.charAt(i));
                check(automaton, patterns, state, text);
            }
        }
    }

    private static void check(Patterns automaton, List<String> patterns, int state, String text) {
        int depth = 0;
        int found = 0;
        int rest = Integer.MAX_VALUE;
        for (String p : patterns) {
            if (text.endsWith(p)) found = Math.max(found, p.length());
            for (int n = 0; n <= p.length(); n++) {
                if (!text.endsWith(p.substring(0, n))) continue;
                rest = Math.min(rest, p.length() - n);
                depth = Math.max(depth, n);
            }
        }
        String begun = text.substring(text.length() - depth);
        int ownRest = patterns.stream()
                .filter(p -> p.startsWith(begun))
                .mapToInt(p -> p.length() - begun.length())
                .min()
                .orElseThrow();
        boolean leaf = patterns.contains(begun)
                && patterns.stream().noneMatch(p -> p.length() > begun.length() && p.startsWith(begun));
        assertThat(automaton.depth(state)).as(text).isEqualTo(depth);
        assertThat(automaton.found(state)).as(text).isEqualTo(found);
        assertThat(automaton.rest(state)).as(text).isEqualTo(rest);
        assertThat(automaton.ownRest(state)).as(text).isEqualTo(ownRest);
        assertThat(automaton.isLeaf(state)).as(text).isEqualTo(leaf);
    }

    private static String text(Random random, String alphabet, int length) {
        StringBuilder text = new StringBuilder();
        while (text.length() < length) text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        return text.toString();
    }

    /** The text at index 3. */
    private static ByteBuf buffer(String text, boolean direct) {
        byte[] bytes = ("\n\n\n" + text + "\n\n").getBytes(StandardCharsets.ISO_8859_1);
        ByteBuf buffer = direct ? Unpooled.directBuffer(bytes.length) : Unpooled.buffer(bytes.length);
        return buffer.writeBytes(bytes);
    }
}
