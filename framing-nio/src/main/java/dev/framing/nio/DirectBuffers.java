package dev.framing.nio;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** Direct buffers of another allocator, also where its own choice would be the heap: a channel would copy those through a direct one. */
final class DirectBuffers extends AbstractByteBufAllocator {
    private final ByteBufAllocator source;

    DirectBuffers(ByteBufAllocator source) {
        super(true);
        this.source = source;
    }

    @Override
    public ByteBuf buffer(int initialCapacity) {
        return source.directBuffer(initialCapacity);
    }

    @Override
    public ByteBuf buffer(int initialCapacity, int maxCapacity) {
        return source.directBuffer(initialCapacity, maxCapacity);
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
