package dev.framing.text;

/**
 * One mistake in the text form of a codec.
 *
 * @param column where it is: characters (code points) from the start of the text, the first is 1
 * @param message what is wrong and, where that is known, what would be right
 */
public record Mistake(int column, String message) {

    /** {@code column 14: ...} */
    @Override
    public String toString() {
        return "column " + column + ": " + message;
    }
}
