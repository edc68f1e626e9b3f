package dev.framing.cli;

import java.util.Locale;
import java.util.Map;

/**
 * What a stream of ours can show.
 *
 * @param terminal somebody is looking: progress may be drawn over
 * @param colour escape sequences are understood and wanted
 * @param unicode lines and ticks may be drawn with more than ASCII
 */
record Look(boolean terminal, boolean colour, boolean unicode) {
    /** A file or a pipe. */
    static final Look PLAIN = new Look(false, false, false);

    /** Colour on a terminal unless {@code NO_COLOR} is set and not empty (no-color.org), or {@code TERM=dumb}. */
    static Look of(boolean terminal, Map<String, String> environment) {
        if (!terminal) return PLAIN;
        boolean colour = environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "dumb").equals("dumb");
        String locale = "";
        for (String name : new String[] {"LANG", "LC_CTYPE", "LC_ALL"}) { // the last one set wins
            String value = environment.getOrDefault(name, "");
            if (!value.isEmpty()) locale = value.toLowerCase(Locale.ROOT);
        }
        return new Look(true, colour, locale.contains("utf-8") || locale.contains("utf8"));
    }

    String tick() {
        return unicode ? "✓" : "ok";
    }

    String cross() {
        return unicode ? "✗" : "NO";
    }

    /** {@code text} in a style, where there is colour. */
    String paint(Style style, String text) {
        return colour && style != Style.PLAIN ? style.on + text + Style.OFF : text;
    }

    /** Few, and readable on light and dark. */
    enum Style {
        PLAIN(""),
        BOLD("\u001b[1m"),
        FAINT("\u001b[2m"),
        GOOD("\u001b[32m"),
        BAD("\u001b[1;31m"),
        WRONG("\u001b[31m"),
        HEAD("\u001b[1;36m"),
        PAYLOAD("\u001b[32m"),
        TAIL("\u001b[1;33m"),
        READ("\u001b[35m");

        static final String OFF = "\u001b[0m";
        final String on;

        Style(String on) {
            this.on = on;
        }
    }
}
