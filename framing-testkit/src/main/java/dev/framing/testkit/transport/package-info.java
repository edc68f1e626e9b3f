/** What proves an adapter: the laws that hold on every transport, under faults of the network caused on purpose. */
@NullMarked
package dev.framing.testkit.transport;

import org.jspecify.annotations.NullMarked;
