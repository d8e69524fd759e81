package dev.voltbus.simulator;

import io.vertx.core.buffer.Buffer;

/// Cuts requests out of a stream of bytes and wraps answers for it.
sealed interface Framing permits TcpFraming, RtuFraming, AsciiFraming {

  /// A request as it came.
  ///
  /// @param transaction transaction id, 0 where the framing has none
  /// @param unit unit id
  /// @param pdu function code and data
  record Request(int transaction, int unit, Buffer pdu) {}

  /// What the first bytes of the stream are.
  sealed interface Cut {
    /// Not yet a whole request.
    record More() implements Cut {}

    /// A request that takes `length` bytes.
    record Whole(Request request, int length) implements Cut {}

    /// Nothing that can be understood; `length` bytes are to be skipped.
    record Noise(int length) implements Cut {}
  }

  Cut cut(Buffer received);

  Buffer wrap(Request request, Buffer answer);

  /// Whether a request for an absent unit is answered (a gateway does, a serial line is silent).
  boolean answersForAbsentUnits();

  /// Whether a frame says in its header how long it is.
  default boolean hasLengthField() {
    return false;
  }

  /// The frame, claiming in its header to be that many bytes longer.
  default Buffer relength(Buffer frame, int by) {
    return frame;
  }

  /// The frame with a checksum that does not fit, if it has one.
  default Buffer spoilChecksum(Buffer frame) {
    return frame;
  }
}
