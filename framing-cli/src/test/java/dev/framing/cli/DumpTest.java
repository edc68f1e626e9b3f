package dev.framing.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class DumpTest {
    private static final byte[] BYTES =
            "\0\5hello\r\n\0\2hi\r\n\0\17fifteen of them".getBytes(StandardCharsets.US_ASCII);
    private static final List<Span> FRAMES =
            List.of(new Span(0, 2, 2, 9), new Span(9, 2, 2, 6), new Span(15, 2, 0, 17));
    private static final int[] READS = {1, 7, 4, 1, 19};

    @Test
    void framesAndReadsAreTwoTracksUnderTheBytes() {
        assertThat(new Dump(Look.PLAIN, BYTES, 0, BYTES.length, FRAMES, READS).render())
                .isEqualTo("""
                               0  00 05 68 65 6c 6c 6f 0d 0a 00 02 68 69 0d 0a 00   ..hello....hi...
                          frames |hh hh pp pp pp pp pp tt tt|hh hh pp pp tt tt|hh
                           reads |1-|2-------------------|3----------|4-|5-------
                              16  0f 66 69 66 74 65 65 6e 20 6f 66 20 74 68 65 6d   .fifteen of them
                          frames  hh pp pp pp pp pp pp pp pp pp pp pp pp pp pp pp
                           reads ------------------------------------------------
                        """);
    }

    @Test
    void aTerminalHasLinesAndWords() {
        assertThat(new Dump(new Look(true, false, true), BYTES, 0, 16, FRAMES, READS).render())
                .isEqualTo("""
                               0  00 05 68 65 6c 6c 6f 0d 0a 00 02 68 69 0d 0a 00   ..hello....hi...
                          frames │head─ payload─────── tail─│head─ p──── tail─│h─
                           reads │1─│2───────────────────│3──────────│4─│5───────
                        """);
    }

    @Test
    void colourChangesNoColumn() {
        Look colour = new Look(true, true, false);
        String plain = new Dump(Look.PLAIN, BYTES, 0, BYTES.length, FRAMES, READS).render();
        String painted = new Dump(colour, BYTES, 0, BYTES.length, FRAMES, READS).render();
        assertThat(painted).contains("\u001b[");
        assertThat(painted.replaceAll("\u001b\\[[0-9;]*m", "")).isEqualTo(plain);
    }

    @Test
    void aStretchFromTheMiddleKeepsItsPositions() {
        assertThat(new Dump(Look.PLAIN, BYTES, 8, 12, FRAMES, READS).render()).isEqualTo("""
                               8  0a 00 02 68                                       ...h
                          frames  tt|hh hh pp
                           reads |3----------
                        """);
    }

    @Test
    void rowsWithoutABoundaryAreTold() {
        byte[] long1 = new byte[200];
        String dump = new Dump(Look.PLAIN, long1, 0, 200, List.of(new Span(0, 2, 0, 200)), new int[] {200}).render();
        assertThat(dump).contains("\n          ... 160 bytes of payload, no boundary in them\n     176  00 ");
        assertThat(dump.lines()).hasSize(3 + 1 + 3 + 3);
    }

    @Test
    void aBoundaryIsNeverHidden() {
        byte[] bytes = new byte[200];
        String dump =
                new Dump(Look.PLAIN, bytes, 0, 200, List.of(new Span(0, 0, 0, 200)), new int[] {100, 100}).render();
        assertThat(dump).contains("|2-").contains("      96  00");
    }

    @Test
    void framesOfPayloadOnlyAreToldApart() {
        List<Span> frames = List.of(new Span(0, 0, 0, 3), new Span(3, 0, 0, 3));
        assertThat(new Dump(Look.PLAIN, BYTES, 0, 6, frames, new int[0]).render())
                .contains("\n  frames |pp pp pp|pp pp pp\n");
        assertThat(new Dump(new Look(true, false, true), BYTES, 0, 6, frames, new int[0]).render())
                .contains("│payload─│payload─\n");
    }

    @Test
    void bytesOfNoFrameHaveNoLetter() {
        assertThat(new Dump(Look.PLAIN, BYTES, 0, 4, List.of(new Span(2, 1, 0, 1)), new int[0]).render())
                .contains("\n  frames       |hh\n");
    }
}
