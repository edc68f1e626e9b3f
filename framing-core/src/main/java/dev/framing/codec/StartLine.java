package dev.framing.codec;

/**
 * The line before the header fields, read where it lies; strings are made when asked for.
 *
 * <pre>
 *   REQUEST   INVITE SP sip:bob@example.com SP SIP/2.0        method, target, version
 *   STATUS    HTTP/1.1 SP 404 SP Not Found                    version, status, reason
 *   COMMAND   SEND                                            command
 * </pre>
 */
public final class StartLine {
    /** What a start line looks like. */
    public enum Form {
        /** There is none: fields from the first byte on. */
        NONE("none"),
        /** method SP target SP version. RFC 9112 3. */
        REQUEST("request"),
        /** version SP three digits SP reason, which may be empty. RFC 9112 4. */
        STATUS("status"),
        /** Either of the two: both sides of a connection may ask. RFC 3261 7. */
        MESSAGE("message"),
        /** One word. */
        COMMAND("command");

        private final String text;

        Form(String text) {
            this.text = text;
        }

        /** The word of the text form. */
        @Override
        public String toString() {
            return text;
        }
    }

    private static final int PARTS = 3;

    private final Headers headers;
    private Form form = Form.NONE;
    /** Of each part: its first byte and the byte behind it, from the head's first byte on. */
    private final int[] parts = new int[2 * PARTS];

    StartLine(Headers headers) {
        this.headers = headers;
    }

    /** What it is: {@link Form#NONE}, {@link Form#REQUEST}, {@link Form#STATUS} or {@link Form#COMMAND}. */
    public Form form() {
        return form;
    }

    /** It is a request line. */
    public boolean isRequest() {
        return form == Form.REQUEST;
    }

    /** It is a status line. */
    public boolean isResponse() {
        return form == Form.STATUS;
    }

    /** What is to be done: "GET". */
    public String method() {
        return part(Form.REQUEST, 0);
    }

    /** With what: "/index.html", "sip:bob@example.com". */
    public String target() {
        return part(Form.REQUEST, 1);
    }

    /** The protocol's name and version: "HTTP/1.1". */
    public String version() {
        return isResponse() ? part(Form.STATUS, 0) : part(Form.REQUEST, 2);
    }

    /** Three digits: 404. */
    public int status() {
        return Integer.parseInt(part(Form.STATUS, 1));
    }

    /** What the sender says to people about the status, perhaps nothing. */
    public String reason() {
        return part(Form.STATUS, 2);
    }

    /** "SEND". */
    public String command() {
        return part(Form.COMMAND, 0);
    }

    /** Parts: 3 of a request or a status line, 1 of a command, else 0. */
    public int parts() {
        return switch (form) {
            case REQUEST, STATUS -> PARTS;
            case COMMAND -> 1;
            case NONE, MESSAGE -> 0;
        };
    }

    /** Of part {@code i}: index of its first byte, from the head's first byte on. */
    public int index(int i) {
        return parts[2 * check(i)];
    }

    /** Of part {@code i}: bytes. */
    public int length(int i) {
        return parts[2 * check(i) + 1] - parts[2 * i];
    }

    /** Part {@code i} as it stands. */
    public String part(int i) {
        return headers.text(index(i), length(i));
    }

    /** Is part {@code i} that word, in that case? Makes no string. */
    boolean isPart(int i, String word) {
        return length(i) == word.length() && headers.isText(index(i), word);
    }

    private String part(Form of, int i) {
        if (form != of) throw new IllegalStateException("the start line is a " + form + ", not a " + of);
        return part(i);
    }

    private int check(int i) {
        if (i < 0 || i >= parts()) throw new IndexOutOfBoundsException("part " + i + " of " + parts());
        return i;
    }

    /** Its parts, one SP between them. */
    @Override
    public String toString() {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < parts(); i++) all.append(i == 0 ? "" : " ").append(part(i));
        return all.toString();
    }

    // ------------------------------------------------------------------------ writing, by the scanner

    void clear() {
        form = Form.NONE;
    }

    void is(Form what) {
        form = what;
    }

    void partStarts(int i, int index) {
        parts[2 * i] = index;
        parts[2 * i + 1] = index;
    }

    void partEnds(int i, int index) {
        parts[2 * i + 1] = index;
    }

    void copyTo(StartLine kept) {
        kept.form = form;
        System.arraycopy(parts, 0, kept.parts, 0, parts.length);
    }
}
