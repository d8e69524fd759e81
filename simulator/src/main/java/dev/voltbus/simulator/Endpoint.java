package dev.voltbus.simulator;

import dev.voltbus.simulator.ModbusServer.Transport;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Where a simulated server listens and how it frames.
///
/// @param host address of this machine; empty for a serial line
/// @param port 0 for any free one; 0 for a serial line
/// @param device path of the serial device; empty for a network
/// @param baud speed the serial device is set to
/// @param parity `none`, `even` or `odd`
/// @param stopBits 1 or 2
/// @param tls certificates, for TLS only
public record Endpoint(
    Transport transport,
    String host,
    int port,
    String device,
    int baud,
    String parity,
    int stopBits,
    @Nullable TlsFiles tls) {
  public static final String LOOPBACK = "127.0.0.1";

  /// Usual port of Modbus/TCP Security.
  public static final int TLS_PORT = 802;

  private static final String FORMS =
      "tcp://host:port, rtu+tcp://host:port, ascii+tcp://host:port, udp://host:port,"
          + " rtu+udp://host:port, tls://host:port, rtu:///dev/name?baud=9600,"
          + " ascii:///dev/name?baud=9600";

  /// Certificates in PEM files.
  ///
  /// @param certificate certificate of the server, with its chain
  /// @param key its private key
  /// @param clientCa authority that signed the certificates of clients; null if clients need none
  public record TlsFiles(String certificate, String key, @Nullable String clientCa) {}

  public Endpoint {
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("port " + port + " is not in 0..65535");
    }
    if (transport == Transport.TLS && tls == null) {
      throw new IllegalArgumentException("tls:// needs a certificate and its key");
    }
  }

  /// A network transport on loopback.
  public static Endpoint loopback(Transport transport, int port) {
    return new Endpoint(transport, LOOPBACK, port, "", 9600, "none", 1, null);
  }

  /// Reads `tcp://127.0.0.1:5020`, `rtu:///dev/ttyUSB0?baud=9600&parity=even` and the like.
  ///
  /// @param tls certificates for `tls://`, null if there are none
  /// @throws IllegalArgumentException naming what is wrong and what would be valid
  public static Endpoint parse(String url, @Nullable TlsFiles tls) {
    URI uri = uri(url);
    Transport transport = transport(url, String.valueOf(uri.getScheme()));
    if (transport.isSerial()) {
      return serial(url, uri, transport);
    }
    int usual = transport == Transport.TLS ? TLS_PORT : -1;
    int port = uri.getPort() < 0 ? usual : uri.getPort();
    if (uri.getHost() == null || port < 0 || port > 65535 || !uri.getPath().isEmpty()) {
      throw refused(url);
    }
    return new Endpoint(
        transport,
        uri.getHost(),
        port,
        "",
        9600,
        "none",
        1,
        transport == Transport.TLS ? tls : null);
  }

  private static URI uri(String url) {
    try {
      return URI.create(url);
    } catch (IllegalArgumentException e) {
      throw refused(url);
    }
  }

  private static Transport transport(String url, String scheme) {
    for (Transport transport : Transport.values()) {
      if (transport.scheme().equals(scheme)) {
        return transport;
      }
    }
    throw refused(url);
  }

  private static Endpoint serial(String url, URI uri, Transport transport) {
    if (uri.getPath() == null || uri.getPath().length() < 2 || uri.getAuthority() != null) {
      throw refused(url);
    }
    int baud = 9600;
    String parity = "none";
    int stop = 1;
    String query = uri.getQuery() == null ? "" : uri.getQuery();
    for (String option : query.isEmpty() ? List.<String>of() : List.of(query.split("&", -1))) {
      String value = option.substring(option.indexOf('=') + 1);
      switch (option.replaceFirst("=.*", "")) {
        case "baud" -> baud = number(url, value, 50, 4_000_000);
        case "stop" -> stop = number(url, value, 1, 2);
        case "data" -> number(url, value, 7, 8);
        case "parity" -> parity = parity(url, value);
        default ->
            throw new IllegalArgumentException(
                "`" + url + "`: `" + option + "` is not one of baud, parity, data, stop");
      }
    }
    return new Endpoint(transport, "", 0, uri.getPath(), baud, parity, stop, null);
  }

  private static String parity(String url, String value) {
    if (!List.of("none", "even", "odd").contains(value)) {
      throw new IllegalArgumentException(
          "`" + url + "`: parity `" + value + "` is not one of none, even, odd");
    }
    return value;
  }

  private static int number(String url, String text, int least, int most) {
    if (!text.matches("[0-9]{1,7}")
        || Integer.parseInt(text) < least
        || Integer.parseInt(text) > most) {
      throw new IllegalArgumentException(
          "`" + url + "`: `" + text + "` is not in " + least + ".." + most);
    }
    return Integer.parseInt(text);
  }

  private static IllegalArgumentException refused(String url) {
    return new IllegalArgumentException("`" + url + "` is not of a form such as " + FORMS);
  }

  /// The place as a URL, with the port that was bound.
  String url(int boundPort) {
    return transport.isSerial()
        ? String.format(Locale.ROOT, "%s://%s?baud=%d", transport.scheme(), device, baud)
        : transport.scheme() + "://" + host + ":" + boundPort;
  }
}
