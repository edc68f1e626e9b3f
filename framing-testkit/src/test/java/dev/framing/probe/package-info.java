/**
 * Ten small decoders that hold the contract of {@link dev.framing.FrameDecoder} to what the hard formats need, each beside a reference
 * that reads the whole stream by the plainest code, and the streams that tell the two apart.
 */
@NullMarked
package dev.framing.probe;

import org.jspecify.annotations.NullMarked;
