package dev.framing.text;

import dev.framing.text.Call.Broken;
import dev.framing.text.Call.Number;
import dev.framing.text.Call.Parameter;
import dev.framing.text.Call.Text;
import dev.framing.text.Call.Value;
import dev.framing.text.Call.Word;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the grammar of this package. After a mistake it goes on at the next place where a parameter can start, so that one look at
 * the answer is enough to mend the text. Every step takes at least one character: linear, no recursion.
 */
final class Parser {
    private static final Pattern NUMBER = Pattern.compile("(-?)(?:0x([0-9a-fA-F]+)|([0-9]+)([kmg]?))");

    private final int[] text;
    private final List<Mistake> mistakes;
    private int at;
    private boolean quoteOpen;

    private Parser(String text, List<Mistake> mistakes) {
        this.text = text.codePoints().toArray();
        this.mistakes = mistakes;
    }

    /** What {@code text} says, as far as it can be read, or null: it does not even name a codec. Adds to {@code mistakes}. */
    static @Nullable Call parse(String text, List<Mistake> mistakes) {
        return new Parser(text, mistakes).codec();
    }

    private @Nullable Call codec() {
        skipBlanks();
        if (atEnd()) {
            mistake(1, "the text is empty: write a codec, as in length(width=2) or lsp");
            return null;
        }
        int column = at + 1;
        String name = word();
        if (name.isEmpty()) {
            mistake(column, "a codec begins with its name, not with " + shown(text[at]));
            return null;
        }
        List<Parameter> parameters = new ArrayList<>();
        skipBlanks();
        if (!atEnd() && text[at] == '(') parameters(parameters);
        skipBlanks();
        if (!atEnd()) mistake(at + 1, "nothing may follow here, but " + shown(text[at]) + " does");
        return new Call(column, name, parameters);
    }

    private void parameters(List<Parameter> out) {
        int open = ++at;
        boolean wanted = false; // a comma stands before
        boolean separated = true;
        for (; ; ) {
            skipBlanks();
            if (atEnd()) {
                if (!quoteOpen) mistake(open, "this ( is never closed");
                return;
            }
            int column = at + 1;
            int c = text[at];
            if (c == ')' || c == ',') {
                if (wanted || c == ',' && out.isEmpty() && separated)
                    mistake(column, "a parameter is missing before " + shown(c));
                at++;
                if (c == ')') return;
                wanted = separated = true;
                continue;
            }
            if (!separated) mistake(column, "a , is missing before this");
            out.add(parameter(column));
            wanted = separated = false;
            skipBlanks();
            if (!atEnd() && text[at] == ',') {
                at++;
                wanted = separated = true;
            }
        }
    }

    private Parameter parameter(int column) {
        if (text[at] == '"') return new Parameter(null, column, string());
        String word = word();
        if (word.isEmpty()) {
            unexpected();
            return new Parameter(null, column, new Broken(column));
        }
        skipBlanks();
        if (atEnd() || text[at] != '=') return new Parameter(null, column, value(column, word));
        at++;
        skipBlanks();
        return new Parameter(word, column, valueOf(word));
    }

    private Value valueOf(String name) {
        int column = at + 1;
        if (!atEnd() && text[at] == '"') return string();
        String word = word();
        if (!word.isEmpty()) return value(column, word);
        if (atEnd() || text[at] == ',' || text[at] == ')') mistake(column, "a value is missing after " + name + "=");
        else unexpected();
        return new Broken(column);
    }

    private static Value value(int column, String word) {
        Matcher number = NUMBER.matcher(word);
        if (!number.matches()) return new Word(column, word);
        String hex = number.group(2);
        BigInteger value = hex != null ? new BigInteger(hex, 16) : new BigInteger(number.group(3));
        if (hex == null) {
            value = switch (number.group(4)) {
                case "k" -> value.shiftLeft(10);
                case "m" -> value.shiftLeft(20);
                case "g" -> value.shiftLeft(30);
                default -> value;
            };
        }
        if (!number.group(1).isEmpty()) value = value.negate();
        return new Number(column, word, value);
    }

    private Value string() {
        int quote = ++at;
        boolean broken = false;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (!atEnd()) {
            int c = text[at++];
            if (c == '"') return broken ? new Broken(quote) : new Text(quote, bytes.toByteArray());
            if (c == '\\') {
                int b = escaped();
                broken |= b < 0;
                bytes.write(b);
            } else if (Character.getType(c) == Character.SURROGATE) {
                mistake(at, "half a character");
                broken = true;
            } else {
                bytes.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
            }
        }
        mistake(quote, "this \" is never closed");
        quoteOpen = true;
        return new Broken(quote);
    }

    /** The byte that the escape stands for, or -1. The backslash is read. */
    private int escaped() {
        int column = at;
        if (atEnd()) return -1; // the quote is open too, which says it
        int c = text[at++];
        switch (c) {
            case 'r':
                return '\r';
            case 'n':
                return '\n';
            case 't':
                return '\t';
            case '0':
                return 0;
            case '\\', '"':
                return c;
            case 'x':
                if (hex(at) >= 0 && hex(at + 1) >= 0) {
                    at += 2;
                    return hex(at - 2) << 4 | hex(at - 1);
                }
                mistake(column, "\\x takes two hexadecimal digits, as in \\x0b");
                return -1;
            default:
                mistake(column, "no escape \\" + plain(c) + ": there are \\r \\n \\t \\0 \\\\ \\\" and \\x0b");
                return -1;
        }
    }

    /** The hexadecimal digit there, or -1. */
    private int hex(int i) {
        return i < text.length && text[i] < 0x7f ? Character.digit(text[i], 16) : -1;
    }

    /** What cannot stand here is one mistake, up to the next parameter. */
    private void unexpected() {
        int column = at + 1;
        int first = text[at];
        while (!atEnd() && text[at] != ',' && text[at] != ')' && text[at] != '"') at++;
        mistake(
                column,
                shown(first) + " cannot stand here" + (first == '\'' ? ": strings stand in double quotes" : ""));
    }

    private String word() {
        int from = at;
        while (!atEnd() && inWord(text[at])) at++;
        return new String(text, from, at - from);
    }

    private void skipBlanks() {
        while (!atEnd() && blank(text[at])) at++;
    }

    private boolean atEnd() {
        return at == text.length;
    }

    private void mistake(int column, String message) {
        mistakes.add(new Mistake(column, message));
    }

    private static boolean blank(int c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }

    private static boolean inWord(int c) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9'
                || c == '-'
                || c == '_'
                || c == '.'
                || c == '?';
    }

    private static String shown(int c) {
        return c == '"' ? "a string" : "'" + plain(c) + "'";
    }

    /** Fit for a terminal, whatever it is. */
    private static String plain(int c) {
        return c >= ' ' && c < 0x7f ? Character.toString(c) : "U+%04X".formatted(c);
    }
}
