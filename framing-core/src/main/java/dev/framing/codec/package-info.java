/** Wire formats: one public type for each family, its decoder and encoder beside it. */
@NullMarked
package dev.framing.codec;

import org.jspecify.annotations.NullMarked;
