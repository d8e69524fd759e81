package dev.voltbus.modbus;

import java.io.IOException;

/// An open medium that carries bytes: a stream socket, a datagram socket or a serial port. One
/// thread uses it; only [#abort] may come from any thread.
sealed interface Line permits SocketLine, DatagramLine, SerialLine {
  /// Writes a whole frame.
  void send(byte[] frame) throws IOException;

  /// Appends what is there, without waiting.
  ///
  /// @return whether anything was
  boolean drain(Inbox inbox) throws IOException;

  /// Waits for the next bytes and appends them.
  ///
  /// @param nanos longest wait
  /// @return whether any came
  /// @throws java.io.EOFException when the other side has closed
  boolean receive(Inbox inbox, long nanos) throws IOException;

  /// Whether each reception is one frame, whole.
  boolean keepsFrames();

  /// How long the line must still be silent before a request, in nanoseconds; 0 or less when it may
  /// be sent.
  long silenceLeftNanos();

  /// Finds out without sending whether the medium is still there.
  ///
  /// @throws IOException saying why it is not
  void probe(Inbox inbox) throws IOException;

  /// Ends whatever blocks on the line, soon and for good.
  void abort();

  /// Frees the handle; for the thread that uses the line.
  void close();
}
