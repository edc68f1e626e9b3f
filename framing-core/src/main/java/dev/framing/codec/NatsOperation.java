package dev.framing.codec;

import org.jspecify.annotations.Nullable;

/** What a NATS control line may begin with, and what follows. */
enum NatsOperation {
    INFO("INFO", 1),
    CONNECT("CONNECT", 1),
    ERR("-ERR", 0),
    OK("+OK"),
    PING("PING"),
    PONG("PONG"),
    SUB("SUB", 2, 3, 4, 0),
    UNSUB("UNSUB", 1, 2, 2, 0),
    PUB("PUB", 2, 3, 3, 1),
    MSG("MSG", 3, 4, 4, 1),
    HPUB("HPUB", 3, 4, 3, 2),
    HMSG("HMSG", 4, 5, 4, 2);

    private static final NatsOperation[] ALL = values();
    /** For each position and byte the operations that have it there, a bit for each. */
    private static final int[][] LETTERS = letters();

    private final String word;
    /** Any text follows, fields in it are not counted. */
    final boolean text;
    /** Fields behind the word. */
    final int least;

    final int most;
    /** From this field on (the first is 1) they are numbers. */
    final int numbers;
    /** Fields that say the lengths of what follows the line: none, that of the payload, those of the header block and of both. */
    final int sizes;

    NatsOperation(String word) {
        this(word, false, 0, 0, 1, 0);
    }

    NatsOperation(String word, int least) {
        this(word, true, least, Integer.MAX_VALUE, Integer.MAX_VALUE, 0);
    }

    NatsOperation(String word, int least, int most, int numbers, int sizes) {
        this(word, false, least, most, numbers, sizes);
    }

    NatsOperation(String word, boolean text, int least, int most, int numbers, int sizes) {
        this.word = word;
        this.text = text;
        this.least = least;
        this.most = most;
        this.numbers = numbers;
        this.sizes = sizes;
    }

    /** All of them: any line may come. */
    static int any() {
        return (1 << ALL.length) - 1;
    }

    /** Those of {@code candidates} that have {@code b} at {@code at}, in either case. */
    static int with(int candidates, int at, int b) {
        return at < LETTERS.length && b < 0x80 ? candidates & LETTERS[at][b] : 0;
    }

    /** The one of {@code candidates} whose word has {@code length} bytes; null: it is not whole. No word begins another one. */
    static @Nullable NatsOperation whole(int candidates, int length) {
        NatsOperation first = ALL[Integer.numberOfTrailingZeros(candidates)];
        return first.word.length() == length ? first : null;
    }

    @Override
    public String toString() {
        return word;
    }

    private static int[][] letters() {
        int[][] letters = new int["CONNECT".length()][0x80];
        for (NatsOperation operation : ALL) {
            for (int i = 0; i < operation.word.length(); i++) {
                char c = operation.word.charAt(i);
                letters[i][c] |= 1 << operation.ordinal();
                letters[i][HeaderBytes.lower(c)] |= c == HeaderBytes.lower(c) ? 0 : 1 << operation.ordinal();
            }
        }
        return letters;
    }
}
