package dev.framing.interop;

import dev.framing.Oversize;
import dev.framing.codec.HttpConnection;
import java.net.InetSocketAddress;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** What the tests of HTTP share. */
final class Http {
    /** Bytes of a body that is large: more than a read takes, unless each of them is a write. */
    static int large(Cut cut) {
        return cut == Cut.ONE_BYTE ? 20_000 : 200_000;
    }

    private Http() {}

    /** Whether messages come whole, or in parts as they arrive. */
    enum Delivery {
        WHOLE(Oversize.fail()),
        IN_PARTS(Oversize.parts(0, 64 << 20));

        final Oversize oversize;

        Delivery(Oversize oversize) {
            this.oversize = oversize;
        }
    }

    static Stream<Arguments> transportsAndCuts() {
        return Stream.of(Transport.Over.values())
                .flatMap(over -> Stream.of(Cut.values()).map(cut -> Arguments.of(over, cut)));
    }

    static Stream<Arguments> clients() {
        return transportsAndCuts()
                .flatMap(a ->
                        Stream.of(Delivery.values()).map(delivery -> Arguments.of(a.get()[0], a.get()[1], delivery)));
    }

    /** A client of this library on a connection of its own. */
    static Caller call(Transport transport, InetSocketAddress server, Delivery delivery) throws Exception {
        Caller[] caller = new Caller[1];
        transport.connect(server, new Transport.Setup(HttpConnection.client(), delivery.oversize, connection -> {
            caller[0] = new Caller(connection);
            return caller[0];
        }));
        return caller[0];
    }
}
