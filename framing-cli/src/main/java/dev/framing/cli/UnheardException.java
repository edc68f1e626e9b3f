package dev.framing.cli;

import java.io.IOException;

/** Whoever read our output has gone. No reason to say anything. */
final class UnheardException extends IOException {
    UnheardException(IOException cause) {
        super(cause);
    }
}
