package dev.framing.probe;

import dev.framing.FrameDecoder;
import dev.framing.testkit.Reading;
import dev.framing.testkit.Reference;
import dev.framing.testkit.StreamLaws;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;

/**
 * A decoder to try the contract with.
 *
 * @param standAlone its frames know nothing of each other: a fresh decoder may read each
 * @param streams good ones and broken ones
 */
record Probe(
        String name, Supplier<FrameDecoder> decoders, Reference reference, boolean standAlone, List<byte[]> streams) {

    static List<Probe> all() {
        return List.of(
                LengthProbe.LONG_HEAD,
                LengthProbe.BARE,
                CheckedTailProbe.PROBE,
                DelimiterProbe.ESCAPED,
                DelimiterProbe.AMBIGUOUS,
                MarksProbe.PROBE,
                ChunkedProbe.PROBE,
                RespProbe.PROBE,
                MaskedProbe.PROBE,
                SlipProbe.PROBE,
                JoinedProbe.PROBE,
                PhasesProbe.PROBE);
    }

    StreamLaws laws() {
        StreamLaws laws = StreamLaws.of(name, decoders).reference(reference);
        return standAlone ? laws : laws.withoutSwitch();
    }

    Reading read(byte[] stream, boolean ended) {
        return reference.read(stream, ended);
    }

    @Override
    public String toString() {
        return name;
    }

    static byte[] bytes(String latin1) {
        return latin1.getBytes(StandardCharsets.ISO_8859_1);
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) all.writeBytes(part);
        return all.toByteArray();
    }
}
