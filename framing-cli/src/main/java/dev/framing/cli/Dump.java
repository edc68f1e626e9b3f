package dev.framing.cli;

import dev.framing.cli.Look.Style;
import java.util.Arrays;
import java.util.List;

/**
 * Bytes of a stream as hex and text, with two tracks under each row: where frames begin and what their bytes are, and where reads
 * began.
 *
 * <pre>
 *        0  20 02 00 00 90 04 00 01 02 02 b0 02 00 02 30 08   ............0.
 *   frames |h  h  p  p |h  h  p  p  p  p |h  h  p  p |h  h
 *    reads |1 -------------------- |2 -----------------------
 * </pre>
 *
 * With colour the bytes themselves are painted as head, payload and tail too.
 */
final class Dump {
    private static final int ROW = 16;
    /** Columns before the first byte, and of one byte with what separates it from the one before. */
    private static final int GUTTER = 9;

    private static final int CELL = 3;
    private static final int TEXT = GUTTER + ROW * CELL + 3;
    /** So many rows in sequence with nothing in their tracks are told, not shown. */
    private static final int DULL = 3;

    private final Look look;
    private final byte[] bytes;
    private final int from;
    private final int to;
    /** For each byte of {@code [from, to)} what it is, or 0: of no frame. */
    private final byte[] parts;
    /** For each byte: a frame begins there; a read begins there (its number). */
    private final boolean[] frameBegins;

    private final int[] readBegins;

    /**
     * @param bytes from the start of the stream
     * @param frames those that {@code [from, to)} touches, others do no harm
     * @param reads sizes from the start of the stream
     */
    Dump(Look look, byte[] bytes, int from, int to, List<Span> frames, int[] reads) {
        this.look = look;
        this.bytes = bytes;
        this.from = from;
        this.to = Math.min(to, bytes.length);
        parts = new byte[this.to - from];
        frameBegins = new boolean[parts.length];
        readBegins = new int[parts.length];
        for (Span frame : frames) {
            mark(frame.position(), frame.payloadFrom(), 'h');
            mark(frame.payloadFrom(), frame.tailFrom(), 'p');
            mark(frame.tailFrom(), frame.end(), 't');
            if (shown(frame.position())) frameBegins[(int) (frame.position() - from)] = true;
        }
        long position = 0;
        for (int i = 0; i < reads.length; i++) {
            if (shown(position)) readBegins[(int) (position - from)] = i + 1;
            position += reads[i];
        }
    }

    private boolean shown(long position) {
        return position >= from && position < to;
    }

    private void mark(long begin, long end, char part) {
        for (long at = Math.max(begin, from); at < Math.min(end, to); at++) parts[(int) (at - from)] = (byte) part;
    }

    /** What the letters and lines mean, one line. */
    static String legend(Look look) {
        String bar = bar(look);
        return look.paint(Style.HEAD, "h head") + "  " + look.paint(Style.PAYLOAD, "p payload") + "  "
                + look.paint(Style.TAIL, "t tail") + "  " + look.paint(Style.BOLD, bar + " a frame begins") + "  "
                + look.paint(Style.READ, bar + "n read n begins");
    }

    /** The rows, each line ended. */
    String render() {
        StringBuilder out = new StringBuilder();
        for (int row = from; row < to; row += ROW) {
            int dull = 0;
            while (row + (dull + 2) * ROW <= to && dull(row + dull * ROW)) dull++;
            if (dull >= DULL) {
                String what = "... " + dull * ROW + " bytes of payload, no boundary in them";
                out.append(" ".repeat(GUTTER + 1))
                        .append(look.paint(Style.FAINT, what))
                        .append('\n');
                row += (dull - 1) * ROW;
                continue;
            }
            int end = Math.min(row + ROW, to);
            out.append(bytesOf(row, end).render(look)).append('\n');
            out.append(framesOf(row, end).render(look)).append('\n');
            out.append(readsOf(row, end).render(look)).append('\n');
        }
        return out.toString();
    }

    /** Payload and nothing else: no frame and no read begins here. */
    private boolean dull(int row) {
        for (int at = row; at < row + ROW; at++) {
            if (parts[at - from] != 'p' || frameBegins[at - from] || readBegins[at - from] > 0) return false;
        }
        return true;
    }

    private Line bytesOf(int row, int end) {
        Line line = new Line(TEXT + ROW);
        line.put(0, Style.FAINT, "%8d".formatted(row));
        for (int at = row; at < end; at++) {
            int b = bytes[at] & 0xFF;
            line.put(cell(at - row) + 1, styleOf(at), "%02x".formatted(b));
            boolean printable = b >= 0x20 && b < 0x7f;
            line.put(TEXT + at - row, printable ? styleOf(at) : Style.FAINT, printable ? "" + (char) b : ".");
        }
        return line;
    }

    private Line framesOf(int row, int end) {
        Line line = new Line(TEXT);
        line.put(0, Style.FAINT, "  frames");
        for (int at = row; at < end; ) {
            int next = at + 1;
            while (next < end && parts[next - from] == parts[at - from] && !frameBegins[next - from]) next++;
            if (frameBegins[at - from]) line.put(cell(at - row), Style.BOLD, bar(look));
            if (parts[at - from] != 0) line.put(cell(at - row) + 1, styleOf(at), run(parts[at - from], next - at));
            at = next;
        }
        return line;
    }

    /** Bytes of one part of one frame: {@code pp pp pp pp}, or {@code payload────}. */
    private String run(byte part, int length) {
        String letter = Character.toString(part);
        if (!look.unicode()) return (letter.repeat(2) + " ").repeat(length).stripTrailing();
        int columns = length * CELL - 1;
        String word = part == 'h' ? "head" : part == 'p' ? "payload" : "tail";
        String label = word.length() < columns ? word : letter;
        return label + "─".repeat(columns - label.length());
    }

    private Line readsOf(int row, int end) {
        Line line = new Line(TEXT);
        line.put(0, Style.FAINT, "   reads");
        String dash = look.unicode() ? "─" : "-";
        for (int at = row; at < end; at++) {
            boolean begins = readBegins[at - from] > 0;
            line.put(cell(at - row), Style.READ, begins ? bar(look) : dash);
            line.put(cell(at - row) + 1, Style.READ, dash + dash);
        }
        for (int at = row; at < end; at++) {
            int number = readBegins[at - from];
            if (number == 0) continue;
            int next = at + 1;
            while (next < end && readBegins[next - from] == 0) next++;
            String label = Integer.toString(number);
            if (label.length() < (next - at) * CELL) line.put(cell(at - row) + 1, Style.READ, label);
        }
        return line;
    }

    private Style styleOf(int at) {
        return switch (parts[at - from]) {
            case 'h' -> Style.HEAD;
            case 'p' -> Style.PAYLOAD;
            case 't' -> Style.TAIL;
            default -> Style.PLAIN;
        };
    }

    private static int cell(int column) {
        return GUTTER + column * CELL;
    }

    private static String bar(Look look) {
        return look.unicode() ? "│" : "|";
    }

    /** Characters in their columns, each with its style. */
    private static final class Line {
        private final char[] characters;
        private final Style[] styles;

        Line(int columns) {
            characters = " ".repeat(columns).toCharArray();
            styles = new Style[columns];
            Arrays.fill(styles, Style.PLAIN);
        }

        void put(int column, Style style, String text) {
            for (int i = 0; i < text.length(); i++) {
                characters[column + i] = text.charAt(i);
                styles[column + i] = style;
            }
        }

        String render(Look look) {
            int end = characters.length;
            while (end > 0 && characters[end - 1] == ' ') end--;
            StringBuilder out = new StringBuilder();
            for (int i = 0; i < end; ) {
                int next = i + 1;
                while (next < end && styles[next] == styles[i]) next++;
                out.append(look.paint(styles[i], new String(characters, i, next - i)));
                i = next;
            }
            return out.toString();
        }
    }
}
