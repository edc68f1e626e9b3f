/** One class per question; each says its command line, and its set-up asserts the right answer first. */
@NullMarked
package dev.framing.benchmark;

import org.jspecify.annotations.NullMarked;
