/** One public type per wire-format family: how frames of that family are cut and written. */
@NullMarked
package dev.framing.codec;

import org.jspecify.annotations.NullMarked;
