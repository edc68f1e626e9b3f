package dev.framing.text;

import dev.framing.text.Call.Broken;
import dev.framing.text.Call.Number;
import dev.framing.text.Call.Parameter;
import dev.framing.text.Call.Text;
import dev.framing.text.Call.Value;
import dev.framing.text.Call.Word;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of one codec, asked for by the family that knows them; each question passes a value on if it was given and is of
 * the right kind, and notes the mistake if it is not. What nobody asked for is unknown: {@link #rest}.
 */
final class Arguments {
    private static final String INT = "a number from " + Integer.MIN_VALUE + " to " + Integer.MAX_VALUE;
    private static final String LONG = "a number from 0 to 0x" + Long.toHexString(-1);

    private final Call call;
    private final List<Mistake> mistakes;
    private final List<Parameter> unasked;
    /** What was asked for, in that order: flags and names. */
    private final Set<String> flags = new LinkedHashSet<>();

    private final Set<String> names = new LinkedHashSet<>();
    /** Where each parameter that was given stands, by what the family calls it. */
    private final Map<String, Integer> columns = new HashMap<>();

    private final Set<String> broken = new LinkedHashSet<>();

    Arguments(Call call, List<Mistake> mistakes) {
        this.call = call;
        this.mistakes = mistakes;
        unasked = new ArrayList<>(call.parameters());
    }

    /** Is the word given, by itself? */
    boolean flag(String word) {
        flags.add(word);
        boolean given = false;
        for (Parameter p : List.copyOf(unasked)) {
            if (p.name() != null || !(p.value() instanceof Word w) || !w.text().equals(word)) continue;
            unasked.remove(p);
            if (given) mistake(p.column(), word + " stands here a second time");
            else columns.put(word, p.column());
            given = true;
        }
        return given;
    }

    /** {@code name=number}, within the range of int. */
    void number(String name, IntConsumer to) {
        Value value = named(name);
        Number number = value == null ? null : number(name, value, 31, INT);
        if (number != null) to.accept(number.value().intValue());
    }

    /** {@code name=number}, up to 64 bits, none of them a sign. */
    void bits(String name, LongConsumer to) {
        Value value = named(name);
        Number number = value == null ? null : number(name, value, 64, LONG);
        if (number == null) return;
        if (number.value().signum() < 0) wrongKind(name, number, LONG);
        else to.accept(number.value().longValue());
    }

    /** The one number without a name. */
    void bareNumber(String what, IntConsumer to) {
        boolean given = false;
        for (Parameter p : List.copyOf(unasked)) {
            if (p.name() != null || !(p.value() instanceof Number n)) continue;
            unasked.remove(p);
            if (given) {
                mistake(p.column(), "a second number");
                continue;
            }
            given = true;
            columns.put(what, p.column());
            Number number = number(what, n, 31, INT);
            if (number != null) to.accept(number.value().intValue());
        }
    }

    /** {@code name="..."} */
    void bytes(String name, Consumer<byte[]> to) {
        Value value = named(name);
        if (value instanceof Text text) to.accept(text.bytes());
        else if (value != null) wrongKind(name, value, "a string, as in " + name + "=\"\\r\\n\"");
    }

    /** Every string without a name. */
    void bareStrings(String what, Consumer<byte[]> to) {
        for (Parameter p : List.copyOf(unasked)) {
            if (p.name() != null || !(p.value() instanceof Text || p.value() instanceof Broken)) continue;
            unasked.remove(p);
            columns.putIfAbsent(what, p.column());
            if (p.value() instanceof Text text) to.accept(text.bytes());
            else broken.add(what);
        }
    }

    /** {@code name=word}, one of {@code choices}. */
    <T> void word(String name, io.vavr.collection.Map<String, T> choices, Consumer<T> to) {
        Value value = named(name);
        if (value == null) return;
        String written = value instanceof Word word ? word.text() : "";
        if (choices.containsKey(written)) to.accept(choices.get(written).get());
        else wrongKind(name, value, String.join(" or ", choices.keySet()) + Nearest.hint(written, choices.keySet()));
    }

    /** Whatever the family did not ask for is a mistake. */
    void rest() {
        Set<String> known = new LinkedHashSet<>(flags);
        known.addAll(names);
        for (Parameter p : unasked) {
            if (p.value() instanceof Broken && p.name() == null) continue;
            String name = p.name() != null ? p.name() : p.value() instanceof Word word ? word.text() : null;
            if (name == null) {
                mistake(
                        p.column(),
                        call.name() + " takes " + (p.value() instanceof Number ? "no number" : "no string")
                                + " without a name");
            } else if (names.contains(name)) {
                mistake(p.column(), name + " takes a value: " + name + "=...");
            } else if (flags.contains(name)) {
                mistake(p.column(), name + " stands alone, without a value");
            } else {
                mistake(
                        p.column(),
                        call.name() + " has no parameter " + name + Nearest.hint(name, known)
                                + (known.isEmpty() ? "" : " (it has " + String.join(", ", known) + ")"));
            }
        }
        unasked.clear();
    }

    /** What the family itself says against its configuration goes to the parameter it speaks of. */
    void refused(Iterable<String> reasons) {
        for (String reason : reasons) {
            String about = about(reason);
            if (about != null && broken.contains(about)) continue; // it has its mistake
            Integer column = about == null ? null : columns.get(about);
            mistake(column == null ? call.column() : column, reason);
        }
    }

    /** The parameter that stands first in {@code reason}, of those that were given. */
    private @Nullable String about(String reason) {
        String first = null;
        int least = Integer.MAX_VALUE;
        Set<String> given = new LinkedHashSet<>(columns.keySet());
        given.addAll(broken);
        for (String name : given) {
            var found = Pattern.compile("\\b" + Pattern.quote(name) + "\\b").matcher(reason);
            if (found.find() && found.start() < least) {
                first = name;
                least = found.start();
            }
        }
        return first;
    }

    private @Nullable Value named(String name) {
        names.add(name);
        Value value = null;
        for (Parameter p : List.copyOf(unasked)) {
            if (!name.equals(p.name())) continue;
            unasked.remove(p);
            if (value != null) {
                mistake(p.column(), name + " stands here a second time");
                continue;
            }
            value = p.value();
            columns.put(name, value.column());
        }
        return value;
    }

    private @Nullable Number number(String name, Value value, int bits, String range) {
        if (!(value instanceof Number number)) {
            wrongKind(name, value, "a number, as 512, 0x200 or 64k");
        } else if (number.value().bitLength() > bits) {
            wrongKind(name, value, range);
        } else {
            return number;
        }
        return null;
    }

    private void wrongKind(String name, Value value, String wanted) {
        broken.add(name);
        if (!(value instanceof Broken)) mistake(value.column(), name + " must be " + wanted + ", not " + value.shown());
    }

    private void mistake(int column, String message) {
        mistakes.add(new Mistake(column, message));
    }
}
