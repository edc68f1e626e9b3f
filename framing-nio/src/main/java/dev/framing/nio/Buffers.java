package dev.framing.nio;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Buffers of another allocator, all of the kind that the transport takes as it is, also where its own choice would be the other: a stream
 * reads and writes arrays, and a direct buffer would be copied through one; a channel would copy a heap buffer through a direct one.
 */
final class Buffers extends AbstractByteBufAllocator {
    private final ByteBufAllocator source;
    private final boolean direct;

    private Buffers(ByteBufAllocator source, boolean direct) {
        super(direct);
        this.source = source;
        this.direct = direct;
    }

    static ByteBufAllocator heap(ByteBufAllocator source) {
        return new Buffers(source, false);
    }

    static ByteBufAllocator direct(ByteBufAllocator source) {
        return new Buffers(source, true);
    }

    @Override
    public ByteBuf buffer(int initialCapacity) {
        return direct ? directBuffer(initialCapacity) : heapBuffer(initialCapacity);
    }

    @Override
    public ByteBuf buffer(int initialCapacity, int maxCapacity) {
        return direct ? directBuffer(initialCapacity, maxCapacity) : heapBuffer(initialCapacity, maxCapacity);
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
