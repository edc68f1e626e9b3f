/** Wire formats, one public type per family: an immutable value that makes decoders and encoders. */
@NullMarked
package dev.framing.codec;

import org.jspecify.annotations.NullMarked;
