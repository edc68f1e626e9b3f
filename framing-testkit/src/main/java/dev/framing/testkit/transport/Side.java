package dev.framing.testkit.transport;

/** Which end of the connection the adapter under test holds. */
enum Side {
    ACCEPTING,
    CONNECTING
}
