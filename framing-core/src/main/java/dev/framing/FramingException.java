package dev.framing;

/** Carries a {@link FramingError} through code that throws: the peer broke the protocol. */
public final class FramingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient FramingError error;

    public FramingException(FramingError error) {
        super(error.message());
        this.error = error;
    }

    /** The same with what the transport said. */
    public FramingException(FramingError error, Throwable cause) {
        super(error.message(), cause);
        this.error = error;
    }

    /** The error; lost (null) if the exception was serialized. */
    public FramingError error() {
        return error;
    }
}
