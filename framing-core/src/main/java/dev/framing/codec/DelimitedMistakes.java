package dev.framing.codec;

import dev.framing.scan.Patterns;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/** What makes a {@link Delimited} impossible. */
final class DelimitedMistakes {
    private DelimitedMistakes() {}

    static List<String> of(Delimited.Spec s) {
        List<String> reasons = new ArrayList<>();
        List<String> delimiters = s.delimiters();
        if (delimiters.isEmpty()) reasons.add("no delimiter");
        if (delimiters.contains("")) reasons.add("an empty delimiter");
        delimiters.stream()
                .distinct()
                .filter(d -> !d.isEmpty() && delimiters.indexOf(d) < delimiters.lastIndexOf(d))
                .forEach(d -> reasons.add("delimiter " + TextForm.quoted(d) + " twice"));
        int bytes = delimiters.stream().mapToInt(String::length).sum();
        if (bytes > Patterns.MAX_BYTES)
            reasons.add("delimiters of " + bytes + " bytes in all, at most " + Patterns.MAX_BYTES);
        if (s.keep()) ofKeep(s, reasons);
        ofEscape(s, reasons);
        ofStart(s, reasons);
        int least = s.start().length() + s.shortest();
        if (s.max() < least)
            reasons.add(
                    "max " + s.max() + " is below the shortest frame, " + least + (least == 1 ? " byte" : " bytes"));
        return reasons;
    }

    private static void ofKeep(Delimited.Spec s, List<String> reasons) {
        for (String d : new LinkedHashSet<>(s.delimiters())) {
            if (!d.isEmpty() && s.beginsAnother(d))
                reasons.add("keep with delimiter " + TextForm.quoted(d)
                        + ", which begins another: the next payload could make it longer");
        }
        if (s.unescape()) reasons.add("unescape with keep: a kept delimiter would look like an escaped one");
    }

    private static void ofEscape(Delimited.Spec s, List<String> reasons) {
        if (s.escape() == Delimited.Spec.NO_ESCAPE) return;
        for (String d : new LinkedHashSet<>(s.delimiters())) {
            if (d.indexOf(s.escape()) >= 0)
                reasons.add(
                        "escape " + TextForm.quoted((char) s.escape()) + " is part of delimiter " + TextForm.quoted(d));
        }
        if (s.strict() && s.start().indexOf(s.escape()) >= 0) // strict: no byte of a mark stands inside a frame
        reasons.add("escape " + TextForm.quoted((char) s.escape()) + " is part of the start mark "
                + TextForm.quoted(s.start()) + ", which strict lets stand nowhere else");
    }

    private static void ofStart(Delimited.Spec s, List<String> reasons) {
        String start = s.start();
        if (start.isEmpty()) {
            if (!s.between().isEmpty()) reasons.add("between without a start mark");
            return;
        }
        if (s.delimiters().contains(start))
            reasons.add("start and end are both " + TextForm.quoted(start)
                    + ": one lost byte would turn every frame inside out");
        if (s.between().indexOf(start.charAt(0)) >= 0)
            reasons.add("between " + TextForm.quoted(s.between()) + " holds the first byte of the start mark");
    }
}
