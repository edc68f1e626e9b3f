package dev.framing.nio;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** Heap buffers of another allocator: a stream reads and writes arrays, and a direct buffer would be copied through one. */
final class HeapBuffers extends AbstractByteBufAllocator {
    private final ByteBufAllocator source;

    HeapBuffers(ByteBufAllocator source) {
        super(false);
        this.source = source;
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
        return source.heapBuffer(initialCapacity, maxCapacity);
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        return source.directBuffer(initialCapacity, maxCapacity);
    }

    @Override
    public boolean isDirectBufferPooled() {
        return source.isDirectBufferPooled();
    }
}
