package dev.framing.text;

import dev.framing.text.Call.Broken;
import dev.framing.text.Call.Number;
import dev.framing.text.Call.Parameter;
import dev.framing.text.Call.Text;
import dev.framing.text.Call.Value;
import dev.framing.text.Call.Word;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of one codec, asked for by the family that knows them. Each question passes on what was given and is of the right
 * kind, and notes a mistake if it is not. What nobody has asked for is unknown, {@link #rest}; what the family then says against its
 * configuration is {@link #refused}.
 */
final class Arguments {
    private static final BigInteger UNSIGNED_LONG =
            BigInteger.ONE.shiftLeft(Long.SIZE).subtract(BigInteger.ONE);

    private final Call call;
    private final List<Mistake> mistakes;
    private final List<Parameter> unasked;
    private final Set<String> flags = new LinkedHashSet<>();
    private final Set<String> names = new LinkedHashSet<>();
    /** Column of each parameter that was given. */
    private final Map<String, Integer> given = new LinkedHashMap<>();
    /** Given, but not readable: it has its mistake. */
    private final Set<String> broken = new LinkedHashSet<>();

    Arguments(Call call, List<Mistake> mistakes) {
        this.call = call;
        this.mistakes = mistakes;
        unasked = new ArrayList<>(call.parameters());
    }

    // ------------------------------------------------------------------------------------------------ by their place

    /** Is the word given? */
    boolean flag(String word) {
        flags.add(word);
        return first(
                        word,
                        take(p -> p.name() == null
                                && p.value() instanceof Word w
                                && w.text().equals(word)))
                != null;
    }

    /** The same. */
    void flag(String word, Consumer<Boolean> to) {
        if (flag(word)) to.accept(true);
    }

    /** Every string; its name may be said. */
    void strings(String name, Consumer<byte[]> to) {
        List<Parameter> taken = take(p -> name.equals(p.name()) || p.name() == null && stringLike(p.value()));
        for (Parameter p : taken) {
            given.putIfAbsent(name, p.value().column());
            bytes(name, p.value(), to);
        }
        if (taken.stream().anyMatch(p -> p.value() instanceof Text)) broken.remove(name);
    }

    /** The one number; its name may be said. */
    void bareNumber(String name, IntConsumer to) {
        Value value = first(name, take(p -> name.equals(p.name()) || p.name() == null && numberLike(p.value())));
        if (value != null) number(name, value, to);
        else mistake(call.column(), call.name() + " takes its " + name + ": " + call.name() + "(188)");
    }

    // ------------------------------------------------------------------------------------------------ by name

    /** {@code name=number}, within the range of int. */
    void number(String name, IntConsumer to) {
        Value value = named(name);
        if (value != null) number(name, value, to);
    }

    /** {@code name=number}, within the range of long. */
    void longNumber(String name, LongConsumer to) {
        Value value = named(name);
        BigInteger number = value == null
                ? null
                : number(name, value, BigInteger.valueOf(Long.MIN_VALUE), BigInteger.valueOf(Long.MAX_VALUE));
        if (number != null) to.accept(number.longValue());
    }

    /** {@code name=number}, of 64 bits, none of them a sign. */
    void bits(String name, LongConsumer to) {
        Value value = named(name);
        BigInteger number = value == null ? null : number(name, value, BigInteger.ZERO, UNSIGNED_LONG);
        if (number != null) to.accept(number.longValue());
    }

    /** {@code name="..."} */
    void bytes(String name, Consumer<byte[]> to) {
        Value value = named(name);
        if (value != null) bytes(name, value, to);
    }

    /** {@code name=number} or {@code name="..."} */
    void numberOrBytes(String name, IntConsumer number, Consumer<byte[]> bytes) {
        Value value = named(name);
        if (value instanceof Number) number(name, value, number);
        else if (value instanceof Text) bytes(name, value, bytes);
        else if (value != null) wrong(name, value, "a number or a string");
    }

    /** {@code name="."}, a string of one byte, as a character below 256. */
    void character(String name, Consumer<Character> to) {
        Value value = named(name);
        if (value instanceof Text text && text.bytes().length == 1) to.accept((char) (text.bytes()[0] & 0xFF));
        else if (value instanceof Text text) wrong(name, value, "one byte", text.bytes().length + " bytes");
        else if (value != null) wrong(name, value, "a string of one byte, as in " + name + "=\":\"");
    }

    /** {@code name=word}, one of {@code choices}. */
    <T> void word(String name, io.vavr.collection.Map<String, T> choices, Consumer<T> to) {
        Value value = named(name);
        if (value == null) return;
        T chosen = chosen(name, value, choices);
        if (chosen != null) to.accept(chosen);
    }

    /** The same as often as is wanted, each of them once. */
    <T> void words(String name, io.vavr.collection.Map<String, T> choices, Consumer<T> to) {
        names.add(name);
        Set<T> before = new LinkedHashSet<>();
        for (Parameter p : take(q -> name.equals(q.name()))) {
            given.putIfAbsent(name, p.value().column());
            T chosen = chosen(name, p.value(), choices);
            if (chosen == null) continue;
            if (before.add(chosen)) to.accept(chosen);
            else mistake(p.column(), name + "=" + p.value().shown() + " stands here a second time");
        }
    }

    private <T> @Nullable T chosen(String name, Value value, io.vavr.collection.Map<String, T> choices) {
        String written = value instanceof Word word ? word.text() : "";
        T chosen = choices.get(written).getOrNull();
        if (chosen == null) {
            String hint = Nearest.hint(written, choices.keySet());
            wrong(name, value, choices.keySet().mkString(" or "), value.shown() + hint);
        }
        return chosen;
    }

    // ------------------------------------------------------------------------------------------------ together

    /** At most one of these flags makes sense. */
    void atMostOne(String... alternatives) {
        String first = null;
        for (String word : given.keySet().toArray(String[]::new)) {
            if (!List.of(alternatives).contains(word)) continue;
            if (first == null) first = word;
            else mistake(column(word), word + " and " + first + " exclude each other");
        }
    }

    /** The flag needs the name, and the name the flag. */
    void together(String flag, String name) {
        if (given.containsKey(flag) && !given.containsKey(name))
            mistake(column(flag), flag + " needs " + name + "=...");
        if (given.containsKey(name) && !given.containsKey(flag))
            mistake(column(name), name + " needs the word " + flag);
    }

    /** Whatever the family did not ask for is a mistake. */
    void rest() {
        for (Parameter p : take(p -> true)) {
            Value value = p.value();
            if (p.name() == null && value instanceof Broken) continue;
            if (p.name() == null && !(value instanceof Word)) {
                mistake(
                        p.column(),
                        call.name() + " takes no " + (value instanceof Number ? "number" : "string")
                                + " without a name");
                continue;
            }
            String name = p.name() != null ? p.name() : value.shown();
            if (names.contains(name)) mistake(p.column(), name + " takes a value: " + name + "=...");
            else if (flags.contains(name)) mistake(p.column(), name + " stands alone, without a value");
            else mistake(p.column(), call.name() + " has no parameter " + name + alternatives(name));
        }
    }

    /** What the family itself says against its configuration goes to the parameter it speaks of. */
    void refused(Iterable<String> reasons) {
        for (String reason : reasons) {
            String about = about(reason);
            if (!broken.contains(about)) mistake(column(about), reason);
        }
    }

    private String alternatives(String name) {
        List<String> known = new ArrayList<>(names);
        known.addAll(flags);
        String hint = Nearest.hint(name, known);
        return !hint.isEmpty() ? hint : known.isEmpty() ? "" : ": it has " + String.join(", ", known);
    }

    /** The parameter that stands first in {@code reason}, of those that were given; or nothing. */
    private String about(String reason) {
        String about = "";
        int first = Integer.MAX_VALUE;
        for (String name : given.keySet()) {
            Matcher found = Pattern.compile("\\b" + Pattern.quote(name) + "\\b").matcher(reason);
            if (found.find() && found.start() < first) {
                about = name;
                first = found.start();
            }
        }
        return about;
    }

    // ------------------------------------------------------------------------------------------------ values

    private @Nullable Value named(String name) {
        names.add(name);
        return first(name, take(p -> name.equals(p.name())));
    }

    private List<Parameter> take(Predicate<Parameter> wanted) {
        List<Parameter> taken = unasked.stream().filter(wanted).toList();
        unasked.removeIf(wanted);
        return taken;
    }

    /** The value that counts; each further one is a mistake. */
    private @Nullable Value first(String name, List<Parameter> taken) {
        if (taken.isEmpty()) return null;
        taken.stream().skip(1).forEach(p -> mistake(p.column(), name + " stands here a second time"));
        Value value = taken.get(0).value();
        given.put(name, value.column());
        return value;
    }

    private static boolean stringLike(Value value) {
        return value instanceof Text || value instanceof Broken;
    }

    private static boolean numberLike(Value value) {
        return value instanceof Number || value instanceof Broken;
    }

    private void bytes(String name, Value value, Consumer<byte[]> to) {
        if (value instanceof Text text) to.accept(text.bytes());
        else wrong(name, value, "a string, as \"\\r\\n\"");
    }

    private void number(String name, Value value, IntConsumer to) {
        BigInteger number =
                number(name, value, BigInteger.valueOf(Integer.MIN_VALUE), BigInteger.valueOf(Integer.MAX_VALUE));
        if (number != null) to.accept(number.intValue());
    }

    private @Nullable BigInteger number(String name, Value value, BigInteger least, BigInteger most) {
        if (!(value instanceof Number number)) wrong(name, value, "a number, as 512, 0x200 or 64k");
        else if (number.value().compareTo(most) > 0) wrong(name, value, "at most " + most);
        else if (number.value().compareTo(least) < 0) wrong(name, value, "at least " + least);
        else return number.value();
        return null;
    }

    private void wrong(String name, Value value, String wanted) {
        wrong(name, value, wanted, value.shown());
    }

    private void wrong(String name, Value value, String wanted, String found) {
        broken.add(name);
        if (!(value instanceof Broken)) mistake(value.column(), name + " must be " + wanted + ", not " + found);
    }

    private int column(String name) {
        return given.getOrDefault(name, call.column());
    }

    private void mistake(int column, String message) {
        mistakes.add(new Mistake(column, message));
    }
}
