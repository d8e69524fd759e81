package dev.voltbus.modbus;

import dev.voltbus.modbus.SerialSettings.Parity;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

/// Reads the URL of a serial port.
final class SerialUrl {
  private static final Set<String> KEYS = Set.of("baud", "parity", "data", "stop");

  private SerialUrl() {}

  static ModbusEndpoint read(EndpointUrl url) {
    Path path = Path.of(url.device());
    url.checkKeys(KEYS);
    boolean ascii = url.scheme().equals("ascii");
    SerialSettings defaults = ascii ? SerialSettings.ASCII : SerialSettings.RTU;
    SerialSettings settings =
        new SerialSettings(
            url.number("baud", defaults.baud(), 50, 4_000_000),
            parity(url, defaults.parity()),
            url.number("data", defaults.dataBits(), ascii ? 7 : 8, 8),
            url.number("stop", defaults.stopBits(), 1, 2));
    return ascii
        ? new ModbusEndpoint.Ascii(path, settings)
        : new ModbusEndpoint.Rtu(path, settings);
  }

  private static Parity parity(EndpointUrl url, Parity otherwise) {
    String word = url.query().get("parity");
    if (word == null) {
      return otherwise;
    }
    return switch (word.toLowerCase(Locale.ROOT)) {
      case "none" -> Parity.NONE;
      case "even" -> Parity.EVEN;
      case "odd" -> Parity.ODD;
      default -> throw url.wrong("parity '" + word + "' is not none, even or odd");
    };
  }

  static void check(Path path) {
    if (!path.isAbsolute()) {
      throw new IllegalArgumentException("serial port '" + path + "' is not a path from the root");
    }
  }
}
