package dev.voltbus.modbus;

import dev.voltbus.modbus.EndpointUrl.HostPort;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads the URL of an endpoint on the network.
final class HostUrl {
  private static final Set<String> TLS_KEYS =
      Set.of("ca-file", "certificate-file", "key-file", "verify-host");

  private HostUrl() {}

  static ModbusEndpoint read(EndpointUrl url) {
    boolean tls = url.scheme().equals("tls");
    HostPort at = url.hostPort(tls ? ModbusEndpoint.DEFAULT_TLS_PORT : ModbusEndpoint.DEFAULT_PORT);
    url.checkKeys(tls ? TLS_KEYS : Set.of());
    return switch (url.scheme()) {
      case "tcp" -> new ModbusEndpoint.Tcp(at.host(), at.port());
      case "rtu+tcp" -> new ModbusEndpoint.RtuOverTcp(at.host(), at.port());
      case "ascii+tcp" -> new ModbusEndpoint.AsciiOverTcp(at.host(), at.port());
      case "udp" -> new ModbusEndpoint.Udp(at.host(), at.port());
      case "rtu+udp" -> new ModbusEndpoint.RtuOverUdp(at.host(), at.port());
      default -> new ModbusEndpoint.Tls(at.host(), at.port());
    };
  }

  /// The files named in the query of a `tls` URL.
  static TlsFiles files(String text) {
    EndpointUrl url = EndpointUrl.split(text);
    if (!url.scheme().equals("tls")) {
      return TlsFiles.NONE;
    }
    try {
      return new TlsFiles(
          path(url, "ca-file"), path(url, "certificate-file"), path(url, "key-file"), verify(url));
    } catch (IllegalArgumentException e) {
      throw url.wrong(String.valueOf(e.getMessage()));
    }
  }

  private static @Nullable Path path(EndpointUrl url, String key) {
    String text = url.query().get(key);
    return text == null ? null : Path.of(text);
  }

  private static boolean verify(EndpointUrl url) {
    String word = url.query().getOrDefault("verify-host", "true");
    if (!word.equals("true") && !word.equals("false")) {
      throw new IllegalArgumentException("verify-host '" + word + "' is not true or false");
    }
    return word.equals("true");
  }
}
