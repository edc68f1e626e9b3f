package dev.framing.testkit.transport;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The laws that every adapter of a transport keeps, as tests to inherit: over real sockets, with plain sockets as peers that end, reset,
 * half-close and stall at every byte.
 *
 * <pre>{@code
 * class MyTransportTest extends TransportContract {
 *     @Override
 *     protected Adapter adapter() {
 *         return new MyAdapter();   // listens, connects, and wraps a connection as a Link
 *     }
 * }
 * }</pre>
 *
 * Each law opens its own adapter and closes it; afterwards no descriptor is open, no buffer is held, nobody was told anything after the
 * end. Many connections run at once, and none waits but for what it tests.
 */
@Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class TransportContract {

    /** {@code -Dframing.long=true}: 20,000 connections instead of 400, 30 seconds of a slow consumer instead of a half. */
    private static final boolean LONG = Boolean.getBoolean("framing.long");

    /** What is tested: a new one. */
    protected abstract Adapter adapter() throws Exception;

    private interface Law {
        void hold(Rig rig) throws Exception;
    }

    private void law(Law law) throws Exception {
        Rig rig = new Rig(adapter());
        boolean held = false;
        try {
            law.hold(rig);
            held = true;
        } finally {
            if (!held) rig.adapter.close();
        }
        rig.close();
    }

    // ------------------------------------------------------------------------ the peer, at every byte

    /** The peer closes. */
    @Test
    protected void theEndIsCleanOnlyBetweenFrames() throws Exception {
        law(rig -> new PeerFaultLaws(rig).theEndIsCleanOnlyBetweenFrames());
    }

    /** The peer half-closes and reads on. */
    @Test
    protected void whenThePeerEndsWeEndToo() throws Exception {
        law(rig -> new PeerFaultLaws(rig).whenThePeerEndsWeEndToo());
    }

    /** The same where half-open was allowed. */
    @Test
    protected void withHalfOpenAllowedWritingGoesOnUntilOurEnd() throws Exception {
        law(rig -> new PeerFaultLaws(rig).withHalfOpenAllowedWritingGoesOnUntilOurEnd());
    }

    /** The peer resets. */
    @Test
    protected void aResetComesAfterTheFramesBeforeItAndIsNoEnd() throws Exception {
        law(rig -> new PeerFaultLaws(rig).aResetComesAfterTheFramesBeforeItAndIsNoEnd());
    }

    /** The peer resets after each byte of what we send. */
    @Test
    protected void aResetWhileWeSendIsToldOnce() throws Exception {
        law(rig -> new PeerFaultLaws(rig).aResetWhileWeSendIsToldOnce());
    }

    /** The peer goes silent, and we close. */
    @Test
    protected void closingDoesNotWaitForASilentPeer() throws Exception {
        law(rig -> new StallLaws(rig).closingDoesNotWaitForASilentPeer());
    }

    /** The peer goes silent, and we abort. */
    @Test
    protected void abortingResetsASilentPeer() throws Exception {
        law(rig -> new StallLaws(rig).abortingResetsASilentPeer());
    }

    /** The peer goes silent, and a deadline passes. */
    @Test
    protected void aSilentPeerIsTimedOut() throws Exception {
        law(rig -> new StallLaws(rig).aSilentPeerIsTimedOut());
    }

    /** The peer stops reading, and a deadline passes. */
    @Test
    protected void aPeerThatTakesNothingIsTimedOut() throws Exception {
        law(rig -> new StallLaws(rig).aPeerThatTakesNothingIsTimedOut());
    }

    /** Through a {@link FaultProxy} that resets, half-closes or stalls after each byte. */
    @Test
    protected void whatTheNetworkCutsOffIsToldAsItIs() throws Exception {
        law(rig -> new PeerFaultLaws(rig).whatTheNetworkCutsOffIsToldAsItIs());
    }

    /** Through a {@link FaultProxy} that slices, delays and throttles. */
    @Test
    protected void aSlowNetworkChangesNothing() throws Exception {
        law(rig -> new PeerFaultLaws(rig).aSlowNetworkChangesNothing());
    }

    /** The peer sends a frame in parts, slower than the least rate. */
    @Test
    protected void aFrameThatTricklesIsTimedOut() throws Exception {
        law(rig -> new StallLaws(rig).aFrameThatTricklesIsTimedOut());
    }

    @Test
    protected void deadlinesStandStillWhilePaused() throws Exception {
        law(rig -> new StallLaws(rig).deadlinesStandStillWhilePaused());
    }

    // ------------------------------------------------------------------------ we, after none, one, two ... frames sent

    @Test
    protected void ourEndComesAfterWhatWasSentAndReceivingGoesOn() throws Exception {
        law(rig -> new OwnEndLaws(rig).ourEndComesAfterWhatWasSentAndReceivingGoesOn());
    }

    @Test
    protected void closingLosesNothingThoughThePeerKeepsSending() throws Exception {
        law(rig -> new OwnEndLaws(rig).closingLosesNothingThoughThePeerKeepsSending());
    }

    @Test
    protected void abortingResetsAndNothingIsHeld() throws Exception {
        law(rig -> new OwnEndLaws(rig).abortingResetsAndNothingIsHeld());
    }

    @Test
    protected void anAnswerToABrokenStreamArrives() throws Exception {
        law(rig -> new OwnEndLaws(rig).anAnswerToABrokenStreamArrives());
    }

    @Test
    protected void aResetWhileWeCloseIsQuiet() throws Exception {
        law(rig -> new OwnEndLaws(rig).aResetWhileWeCloseIsQuiet());
    }

    // ------------------------------------------------------------------------ flow

    /** A consumer that pauses: the peer's send blocks, and everything comes in order. */
    @Test
    protected void aConsumerThatPausesStopsThePeerAndMissesNothing() throws Exception {
        law(rig -> new FlowLaws(rig).aConsumerThatPausesStopsThePeerAndMissesNothing());
    }

    /** A slow consumer: at most the high mark, one read and a frame are held. */
    @Test
    protected void aConsumerOfASteadyRateHoldsLittle() throws Exception {
        int rate = LONG ? 1 << 20 : 2 << 20;
        Duration time = LONG ? Duration.ofSeconds(30) : Duration.ofMillis(500);
        law(rig -> new FlowLaws(rig).aConsumerOfASteadyRateHoldsLittle(rate, time));
    }

    /** A peer that sends and does not read what comes back. */
    @Test
    protected void aPeerThatDoesNotReadIsNotReadFrom() throws Exception {
        law(rig -> new FlowLaws(rig).aPeerThatDoesNotReadIsNotReadFrom());
    }

    @Test
    protected void aSenderThatMindsTheMarkHoldsLittle() throws Exception {
        law(rig -> new FlowLaws(rig).aSenderThatMindsTheMarkHoldsLittle());
    }

    /** Half-closed, paused, and with output that nobody takes. */
    @Test
    protected void whoWaitsDoesNotSpin() throws Exception {
        law(rig -> new FlowLaws(rig).whoWaitsDoesNotSpin());
    }

    /** Connections that come and go: descriptors, threads and direct memory are what they were. */
    @Test
    protected void nothingIsLeftOfConnectionsThatCameAndWent() throws Exception {
        law(rig -> new ChurnLaw(rig).nothingIsLeftOf(LONG ? 20_000 : 400));
    }

    // ------------------------------------------------------------------------ misuse

    @Test
    protected void whatIsSentAfterTheEndIsReleasedAndGoesNowhere() throws Exception {
        law(rig -> new MisuseLaws(rig).whatIsSentAfterTheEndIsReleasedAndGoesNowhere());
    }

    @Test
    protected void endingAndClosingTwiceIsOnce() throws Exception {
        law(rig -> new MisuseLaws(rig).endingAndClosingTwiceIsOnce());
    }

    @Test
    protected void pauseAndResumeFromAnyThreadLoseNothing() throws Exception {
        law(rig -> new MisuseLaws(rig).pauseAndResumeFromAnyThreadLoseNothing());
    }

    @Test
    protected void nothingIsToldWhilePaused() throws Exception {
        law(rig -> new MisuseLaws(rig).nothingIsToldWhilePaused());
    }

    @Test
    protected void framesOfManyThreadsAreNotMixed() throws Exception {
        law(rig -> new MisuseLaws(rig).framesOfManyThreadsAreNotMixed());
    }

    @Test
    protected void aHandlerMayEndCloseAndAbort() throws Exception {
        law(rig -> new CallbackLaws(rig).aHandlerMayEndCloseAndAbort());
        law(rig -> new CallbackLaws(rig).aHandlerMayClose());
    }

    @Test
    protected void aHandlerThatThrowsKillsItsOwnConnectionOnly() throws Exception {
        law(rig -> new CallbackLaws(rig).aHandlerThatThrowsKillsItsOwnConnectionOnly());
    }

    // ------------------------------------------------------------------------ one codec, every transport

    /** L10: codecs of every family, streams good and broken, however they are cut. */
    @Test
    protected void framesErrorsAndPositionsAreThoseOfAnEngineInMemory() throws Exception {
        law(rig -> new MatrixLaw(rig, Long.getLong("framing.seed", 20260101L))
                .framesErrorsAndPositionsAreThoseOfAnEngineInMemory());
    }
}
