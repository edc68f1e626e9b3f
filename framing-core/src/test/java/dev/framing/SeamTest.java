package dev.framing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where a frame is cut between two buffers, its bytes meet in a seam. */
class SeamTest {
    /** Cuts frames of five bytes; does not say how many it waits for, so that the seam takes more than it needs. */
    private static final FrameDecoder FIVE = (in, index, end, out) -> {
        int at = index;
        while (end - at >= 5) {
            if (!out.frame(at, 0, 5, 0)) return;
            at += 5;
        }
        if (at < end) out.pending(at, 0, end - at, 5, -1);
    };

    /** The bytes that were in the seam already were looked for before the start of the copy that was kept of the rest. */
    @Test
    void pausedInASeamTheRestOfALentBufferIsReadFromItsCopy() {
        List<String> frames = new ArrayList<>();
        Framer[] framer = {null};
        FrameHandler handler = frame -> {
            frames.add(frame.text(US_ASCII));
            framer[0].pause();
        };
        try (Framer made = Framer.builder(FIVE, 5).build(handler)) {
            framer[0] = made;
            made.lend(Unpooled.copiedBuffer("aaa", US_ASCII));
            made.lend(Unpooled.copiedBuffer("aabbbbbcccccdddddeeeeefffffggggg", US_ASCII));
            while (made.isPaused()) made.resume();
        }
        assertThat(frames).containsExactly("aaaaa", "bbbbb", "ccccc", "ddddd", "eeeee", "fffff", "ggggg");
    }
}
