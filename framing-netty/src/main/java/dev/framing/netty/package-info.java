/**
 * Frames in Netty pipelines.
 *
 * <pre>
 *   transport ─ByteBuf─▶ {@link dev.framing.netty.FramingHandler} ──▶ application: a FrameHandler's calls, slices, or frames
 *   transport ◀─ByteBuf─ {@link dev.framing.netty.FramingHandler} ◀── application: payloads, or {@link dev.framing.netty.Outgoing}
 * </pre>
 */
@NullMarked
package dev.framing.netty;

import org.jspecify.annotations.NullMarked;
