/** Ready-made codecs of real protocols: a table, one line each. */
@NullMarked
package dev.framing.protocol;

import org.jspecify.annotations.NullMarked;
