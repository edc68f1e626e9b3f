/** Byte search for the codecs. Not exported. */
@NullMarked
package dev.framing.scan;

import org.jspecify.annotations.NullMarked;
