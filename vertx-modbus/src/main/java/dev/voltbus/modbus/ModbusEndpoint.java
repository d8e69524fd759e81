package dev.voltbus.modbus;

/// Where a Modbus device or gateway is reached, and in which framing. `toString` gives the URL.
///
/// | URL | meaning |
/// |---|---|
/// | `tcp://host:port` | Modbus TCP; the port is 502 when left out |
/// | `rtu+tcp://host:port` | RTU frames with CRC through a serial-to-Ethernet converter; 502 too |
///
/// An IPv6 address stands in brackets: `tcp://[::1]:502`.
public sealed interface ModbusEndpoint {
  /// The port of the Modbus registration at IANA.
  int DEFAULT_PORT = 502;

  /// Modbus TCP (MBAP header).
  record Tcp(String host, int port) implements ModbusEndpoint {
    public Tcp {
      EndpointUrl.checkHost(host);
      Range.check("port", port, 1, 65535);
    }

    @Override
    public String toString() {
      return EndpointUrl.text("tcp", host, port);
    }
  }

  /// RTU frames over a TCP connection.
  record RtuOverTcp(String host, int port) implements ModbusEndpoint {
    public RtuOverTcp {
      EndpointUrl.checkHost(host);
      Range.check("port", port, 1, 65535);
    }

    @Override
    public String toString() {
      return EndpointUrl.text("rtu+tcp", host, port);
    }
  }

  /// Reads an endpoint URL.
  ///
  /// @throws IllegalArgumentException naming the URL, the wrong part and the valid schemes
  static ModbusEndpoint parse(String url) {
    EndpointUrl parts = EndpointUrl.split(url);
    return parts.scheme().equals("tcp")
        ? new Tcp(parts.host(), parts.port())
        : new RtuOverTcp(parts.host(), parts.port());
  }
}
