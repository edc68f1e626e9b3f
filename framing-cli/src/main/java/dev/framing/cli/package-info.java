/**
 * The {@code framing} command.
 *
 * <pre>
 *   framing demo      replays recorded streams through sockets and says what came out
 *   framing decode    cuts a file or standard input into frames, one line of JSON each
 * </pre>
 */
@NullMarked
package dev.framing.cli;

import org.jspecify.annotations.NullMarked;
