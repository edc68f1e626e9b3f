/**
 * Frames over what the JDK has: streams, channels, sockets.
 *
 * <pre>
 *  InputStream, channel ──▶ {@link dev.framing.nio.FramedInput}  ──receive()──▶ application
 *  OutputStream, channel ◀── {@link dev.framing.nio.FramedOutput} ◀──send()───── application
 *  Socket, SocketChannel ◀─▶ {@link dev.framing.nio.FramedSocket}   both, and how a connection ends
 *  SocketChannel ◀─▶ {@link dev.framing.nio.FramedChannel}         the same for a selector loop that you have, or that you get:
 *                    {@link dev.framing.nio.ReadyLoop}             listens, connects, a few threads for any number of them
 *  DatagramChannel ◀─▶ {@link dev.framing.nio.FramedDatagrams}      each datagram a stream of its own
 * </pre>
 *
 * The blocking half holds {@link java.util.concurrent.locks.ReentrantLock}s around I/O and no thread-locals: it is at home on virtual
 * threads.
 */
@NullMarked
package dev.framing.nio;

import org.jspecify.annotations.NullMarked;
