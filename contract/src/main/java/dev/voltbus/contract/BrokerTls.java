package dev.voltbus.contract;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// How a broker connection is encrypted. All files are in PEM form; they are read at each connect,
/// so that a changed one counts from the next connection on.
///
/// @param serverCertificate CA that signed the server's certificate, or null for the machine's own
///   trust
/// @param clientCertificate certificate this gateway shows, or null for none
/// @param clientKey private key of the client certificate (PKCS#8, PKCS#1 or SEC1), or null for
///   none
/// @param serverName name the server is asked for (SNI) and must show, where it is another than the
///   host's; empty for the host's
/// @param verifyHost false takes a certificate whatever name it bears
/// @param applicationProtocol protocol agreed on in the handshake (ALPN), such as `x-amzn-mqtt-ca`;
///   empty for none
public record BrokerTls(
    @Nullable Path serverCertificate,
    @Nullable Path clientCertificate,
    @Nullable Path clientKey,
    String serverName,
    boolean verifyHost,
    String applicationProtocol) {

  /// Encrypted, trusted by the machine, no client certificate.
  public static final BrokerTls USUAL = new BrokerTls(null, null, null, "", true, "");

  public BrokerTls {
    if ((clientCertificate == null) != (clientKey == null)) {
      throw new IllegalArgumentException(
          "client-certificate and client-key belong together: one of them is missing");
    }
  }
}
