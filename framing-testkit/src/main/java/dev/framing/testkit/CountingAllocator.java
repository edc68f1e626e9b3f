package dev.framing.testkit;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledDirectByteBuf;
import io.netty.buffer.UnpooledHeapByteBuf;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An allocator that counts: bytes of capacity in use, the most there ever were, allocations made; and one that can fail. Its buffers
 * are known to Netty's {@link io.netty.util.ResourceLeakDetector}, whichever is installed. For any number of threads.
 */
public final class CountingAllocator extends AbstractByteBufAllocator {
    private final AtomicLong used = new AtomicLong();
    private final AtomicLong most = new AtomicLong();
    private final AtomicLong allocations = new AtomicLong();
    private volatile long failing;

    public CountingAllocator() {
        super(false);
    }

    /** Bytes of capacity allocated and not freed. */
    public long used() {
        return used.get();
    }

    /** The most bytes in use at one time since the last call of this. */
    public long most() {
        return most.getAndSet(used.get());
    }

    /** Buffers allocated since this was made. */
    public long allocations() {
        return allocations.get();
    }

    /** The {@code k}-th allocation from now on throws {@link OutOfBuffers}; 0: none does. */
    public void failAt(long k) {
        failing = k == 0 ? 0 : allocations.get() + k;
    }

    /** What a failing allocation throws. */
    public static final class OutOfBuffers extends Error {
        private static final long serialVersionUID = 1L;

        OutOfBuffers() {
            super("out of buffers, as told", null, false, false);
        }
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
        count();
        return toLeakAwareBuffer(new Heap(this, initialCapacity, maxCapacity));
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        count();
        return toLeakAwareBuffer(new Direct(this, initialCapacity, maxCapacity));
    }

    @Override
    public boolean isDirectBufferPooled() {
        return false;
    }

    private void count() {
        if (allocations.incrementAndGet() == failing) throw new OutOfBuffers();
    }

    private void use(int bytes) {
        long now = used.addAndGet(bytes);
        if (now > most.get()) most.accumulateAndGet(now, Math::max);
    }

    private static final class Heap extends UnpooledHeapByteBuf {
        Heap(CountingAllocator a, int initialCapacity, int maxCapacity) {
            super(a, initialCapacity, maxCapacity);
        }

        @Override
        protected byte[] allocateArray(int capacity) {
            ((CountingAllocator) alloc()).use(capacity);
            return new byte[capacity];
        }

        @Override
        protected void freeArray(byte[] array) {
            ((CountingAllocator) alloc()).use(-array.length);
        }
    }

    private static final class Direct extends UnpooledDirectByteBuf {
        Direct(CountingAllocator a, int initialCapacity, int maxCapacity) {
            super(a, initialCapacity, maxCapacity);
            a.use(initialCapacity);
        }

        @Override
        public ByteBuf capacity(int newCapacity) {
            int before = capacity();
            super.capacity(newCapacity);
            ((CountingAllocator) alloc()).use(capacity() - before);
            return this;
        }

        @Override
        protected void deallocate() {
            ((CountingAllocator) alloc()).use(-capacity());
            super.deallocate();
        }
    }
}
