/**
 * What one needs to test and fuzz a codec: streams cut in every way, given in every way, and a transcript of what a handler was
 * told, to compare. {@link dev.framing.testkit.CodecContract} is the laws of every codec, as tests to inherit.
 *
 * <pre>
 *   bytes --{@link dev.framing.testkit.Cuts}--&gt; reads --{@link dev.framing.testkit.Feed}--&gt; Framer --&gt; {@link dev.framing.testkit.Transcript}
 *           '---------------- {@link dev.framing.testkit.Replay} -----------------'
 * </pre>
 */
@NullMarked
package dev.framing.testkit;

import org.jspecify.annotations.NullMarked;
