package dev.framing.text;

import java.math.BigInteger;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The text form as it was written: a name and its parameters, each with its column. What it means is for {@link Families} to say.
 *
 * <pre>
 *   length(width=2, max=64k)     name "length", parameters [width = Number 2, max = Number 65536]
 * </pre>
 *
 * @param column of the name
 */
record Call(int column, String name, List<Parameter> parameters) {

    /** {@code name = value}, or a value by its place. */
    record Parameter(@Nullable String name, int column, Value value) {}

    /** What was written for a parameter. */
    sealed interface Value {
        int column();

        /** As it may be repeated in a message. */
        String shown();
    }

    record Word(int column, String text) implements Value {
        @Override
        public String shown() {
            return text;
        }
    }

    record Number(int column, String shown, BigInteger value) implements Value {}

    record Text(int column, byte[] bytes) implements Value {
        @Override
        public String shown() {
            return "a string";
        }
    }

    /** Not readable; the mistake is told already. */
    record Broken(int column) implements Value {
        @Override
        public String shown() {
            return "nothing";
        }
    }
}
