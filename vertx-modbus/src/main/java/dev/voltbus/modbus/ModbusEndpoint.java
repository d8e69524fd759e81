package dev.voltbus.modbus;

import java.nio.file.Path;

/// Where a Modbus device or gateway is reached, and in which framing. `toString` gives the URL.
///
/// | URL | meaning |
/// |---|---|
/// | `tcp://host:port` | Modbus TCP; the port is 502 when left out |
/// | `rtu+tcp://host:port` | RTU frames with CRC through a serial-to-Ethernet converter; 502 too |
/// | `ascii+tcp://host:port` | ASCII frames with LRC through such a converter; 502 too |
/// | `udp://host:port` | Modbus TCP's frames in datagrams; 502 too |
/// | `rtu+udp://host:port` | RTU frames in datagrams; 502 too |
/// | `tls://host:port` | Modbus/TCP Security; 802 when left out |
/// | `rtu:///dev/...` | RTU on a serial port, `?baud=19200&parity=even&data=8&stop=1` |
/// | `ascii:///dev/...` | ASCII on a serial port, `?baud=19200&parity=even&data=7&stop=1` |
///
/// An IPv6 address stands in brackets: `tcp://[::1]:502`.
public sealed interface ModbusEndpoint {
  /// The port of the Modbus registration at IANA.
  int DEFAULT_PORT = 502;

  /// The port of Modbus/TCP Security at IANA.
  int DEFAULT_TLS_PORT = 802;

  /// An endpoint on an IP network.
  sealed interface Host extends ModbusEndpoint {
    String host();

    int port();
  }

  /// An endpoint on a serial port of this machine.
  sealed interface Serial extends ModbusEndpoint {
    /// From the root; best a link of `/dev/serial/by-id`, which stays when the adapter is plugged
    /// in again.
    Path path();

    SerialSettings settings();
  }

  /// Modbus TCP (MBAP header).
  record Tcp(String host, int port) implements Host {
    public Tcp {
      check(host, port);
    }

    @Override
    public String toString() {
      return EndpointUrl.text("tcp", host, port);
    }
  }

  /// RTU frames over a TCP connection.
  record RtuOverTcp(String host, int port) implements Host {
    public RtuOverTcp {
      check(host, port);
    }

    @Override
    public String toString() {
      return EndpointUrl.text("rtu+tcp", host, port);
    }
  }

  /// ASCII frames over a TCP connection.
  record AsciiOverTcp(String host, int port) implements Host {
    public AsciiOverTcp {
      check(host, port);
    }

    @Override
    public String toString() {
      return EndpointUrl.text("ascii+tcp", host, port);
    }
  }

  /// Modbus TCP's frames, one in a datagram.
  record Udp(String host, int port) implements Host {
    public Udp {
      check(host, port);
    }

    @Override
    public String toString() {
      return EndpointUrl.text("udp", host, port);
    }
  }

  /// RTU frames, one in a datagram.
  record RtuOverUdp(String host, int port) implements Host {
    public RtuOverUdp {
      check(host, port);
    }

    @Override
    public String toString() {
      return EndpointUrl.text("rtu+udp", host, port);
    }
  }

  /// Modbus/TCP Security: Modbus TCP inside TLS. The files are options of the client.
  record Tls(String host, int port) implements Host {
    public Tls {
      check(host, port);
    }

    @Override
    public String toString() {
      return EndpointUrl.text("tls", host, port);
    }
  }

  /// RTU frames on a serial port.
  record Rtu(Path path, SerialSettings settings) implements Serial {
    public Rtu {
      SerialUrl.check(path);
      if (settings.dataBits() != 8) {
        throw new IllegalArgumentException(
            "data " + settings.dataBits() + " is not 8, which RTU needs");
      }
    }

    @Override
    public String toString() {
      return "rtu://" + path + "?" + settings.query();
    }
  }

  /// ASCII frames on a serial port.
  record Ascii(Path path, SerialSettings settings) implements Serial {
    public Ascii {
      SerialUrl.check(path);
    }

    @Override
    public String toString() {
      return "ascii://" + path + "?" + settings.query();
    }
  }

  /// Whether the unit is all devices at once, of which none answers: unit 0 on every framing of a
  /// serial line.
  default boolean isBroadcast(int unit) {
    return Broadcast.is(this, unit);
  }

  /// Reads an endpoint URL.
  ///
  /// @throws IllegalArgumentException naming the URL, the wrong part and what is valid
  static ModbusEndpoint parse(String url) {
    EndpointUrl parts = EndpointUrl.split(url);
    return switch (parts.scheme()) {
      case "rtu", "ascii" -> SerialUrl.read(parts);
      case "tcp", "rtu+tcp", "ascii+tcp", "udp", "rtu+udp", "tls" -> HostUrl.read(parts);
      default -> throw parts.wrong("scheme '" + parts.scheme() + "' is not known");
    };
  }

  private static void check(String host, int port) {
    EndpointUrl.checkHost(host);
    Range.check("port", port, 1, 65535);
  }
}
