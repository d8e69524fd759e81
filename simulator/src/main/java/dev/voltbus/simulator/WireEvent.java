package dev.voltbus.simulator;

import io.vertx.core.buffer.Buffer;
import java.util.HexFormat;
import java.util.Locale;

/// Something that happened on the wire of a simulated server.
///
/// @param nanos monotonic time in ns
/// @param connection number of the connection at its server, from 1
/// @param bytes what came or went: of requests each frame by itself, however it was cut into pieces
///   on its way; empty for the beginning and the end of a connection
public record WireEvent(long nanos, long connection, Kind kind, Bytes bytes) {
  private static final HexFormat HEX = HexFormat.ofDelimiter(" ").withUpperCase();

  /// What happened.
  public enum Kind {
    CONNECTED("connected"),
    REQUEST(">"),
    /// Bytes that are no request.
    NOISE("> noise"),
    ANSWER("<"),
    /// Closed by either side, or reset.
    CLOSED("closed");

    private final String sign;

    Kind(String sign) {
      this.sign = sign;
    }
  }

  /// Bytes that do not change.
  ///
  /// @param hex upper-case digits, a blank between two bytes
  public record Bytes(String hex) {
    static final Bytes NONE = new Bytes("");

    static Bytes of(Buffer bytes) {
      return new Bytes(HEX.formatHex(bytes.getBytes()));
    }

    public int length() {
      return (hex.length() + 1) / 3;
    }
  }

  /// One line without the time: `> 00 01 00 00 00 06 AA 03 00 00 00 10`, `< AA 83 02 ..`,
  /// `connected`, `closed`.
  public String line() {
    return String.format(Locale.ROOT, "%s %s", kind.sign, bytes.hex()).strip();
  }
}
