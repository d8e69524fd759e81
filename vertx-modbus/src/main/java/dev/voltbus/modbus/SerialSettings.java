package dev.voltbus.modbus;

/// How characters are put on a serial line. The defaults are those of Modbus over serial line
/// V1.02, 2.5.1 and 2.5.2: 19200 baud, even parity, one stop bit; 8 data bits for RTU, 7 for ASCII.
/// (Without parity the specification asks for two stop bits; most devices use one, so that one is
/// the default there too.)
///
/// @param baud bits in a second, 50..4000000
/// @param parity the check bit
/// @param dataBits 7 or 8; RTU needs 8
/// @param stopBits 1 or 2
public record SerialSettings(int baud, Parity parity, int dataBits, int stopBits) {
  public static final SerialSettings RTU = new SerialSettings(19_200, Parity.EVEN, 8, 1);
  public static final SerialSettings ASCII = new SerialSettings(19_200, Parity.EVEN, 7, 1);

  /// From here on the silence of RTU does not shrink with the speed any more.
  private static final int FASTEST_COUNTED_BAUD = 19_200;

  private static final long FIXED_SILENCE_NANOS = 1_750_000;

  public SerialSettings {
    Range.check("baud", baud, 50, 4_000_000);
    Range.check("data", dataBits, 7, 8);
    Range.check("stop", stopBits, 1, 2);
  }

  /// The check bit of a character.
  public enum Parity {
    NONE,
    EVEN,
    ODD
  }

  /// The time one character takes, start, parity and stop bits included.
  long characterNanos() {
    int bits = 1 + dataBits + (parity == Parity.NONE ? 0 : 1) + stopBits;
    return bits * 1_000_000_000L / baud;
  }

  /// The silence between two RTU frames: 3.5 characters, fixed above 19200 baud (Modbus over serial
  /// line V1.02, 2.5.1.1).
  long silenceNanos() {
    return baud > FASTEST_COUNTED_BAUD ? FIXED_SILENCE_NANOS : characterNanos() * 7 / 2;
  }

  /// As in the query of a URL.
  String query() {
    return "baud=%d&parity=%s&data=%d&stop=%d"
        .formatted(baud, parity.name().toLowerCase(java.util.Locale.ROOT), dataBits, stopBits);
  }
}
