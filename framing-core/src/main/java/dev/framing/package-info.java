/**
 * Cuts byte streams into frames and writes frames: the contract between formats and transports, and the engine between them.
 *
 * <pre>
 *  transport ──bytes──▶ {@link dev.framing.Framer} ──readable bytes──▶ {@link dev.framing.FrameDecoder}
 *                          │  ▲                                              │
 *                          │  └────────── tells {@link dev.framing.FrameSink} ──────────┘
 *                          └──▶ {@link dev.framing.FrameHandler#onFrame onFrame(Frame)}
 *
 *  transport ◀──bytes── {@link dev.framing.OutboundQueue} ◀── {@link dev.framing.FrameWriter} ◀── {@link dev.framing.FrameEncoder} ◀── payload
 * </pre>
 *
 * No socket, channel, thread or clock is in this module. Positions are bytes since the start of the stream, indices are offsets in
 * a buffer, lengths are bytes; ranges are half-open.
 */
@NullMarked
package dev.framing;

import org.jspecify.annotations.NullMarked;
