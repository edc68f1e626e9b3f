package dev.framing.nio;

/** The loop that a {@link FramedChannel} lives in, as the channel sees it. */
interface Home {
    /** A loop of the application's: it calls the channel from one thread, and looks at it after each call. */
    Home OF_THE_CALLER = new Home() {
        @Override
        public boolean isHere() {
            return true;
        }

        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public boolean isOver() {
            return false;
        }

        @Override
        public void changed(FramedChannel channel) {
            channel.settle();
        }
    };

    /** A task of a connection, that is told of what it throws. */
    interface Concerning {
        FramedChannel channel();
    }

    /** A task that owns something. */
    interface Task extends Runnable {
        /** The loop has stopped before it came to this: releases what it owns. */
        void drop();
    }

    /** Is this the loop's thread? */
    boolean isHere();

    /** Runs on the loop's thread, in the order of the calls; {@link Task#drop dropped} once the loop has stopped. */
    void execute(Runnable task);

    /** It has stopped: nothing is executed any more. */
    boolean isOver();

    /** Something was written or decided outside the channel's own events: {@link FramedChannel#settle} is due. */
    void changed(FramedChannel channel);
}
