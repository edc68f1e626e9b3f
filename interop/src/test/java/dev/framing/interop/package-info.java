/** Conversations with programs that others have written: servers and clients of the same protocols, over every transport and at every cut. */
@NullMarked
package dev.framing.interop;

import org.jspecify.annotations.NullMarked;
