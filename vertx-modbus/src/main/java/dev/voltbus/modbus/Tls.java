package dev.voltbus.modbus;

import io.vertx.core.Vertx;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilderException;
import java.util.Objects;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/// Modbus/TCP Security: TLS 1.2 or later around a connected socket, with the client's certificate
/// (MB-TCP-Security-v21, chapter 7). What the certificate's role allows is the server's business.
final class Tls {
  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

  private Tls() {}

  static SSLSocket shake(
      Vertx vertx, Socket plain, ModbusEndpoint.Tls endpoint, TlsFiles files, int limitMillis)
      throws IOException {
    SSLSocket socket =
        (SSLSocket)
            context(vertx, files)
                .getSocketFactory()
                .createSocket(plain, endpoint.host(), endpoint.port(), true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setProtocols(PROTOCOLS);
    parameters.setEndpointIdentificationAlgorithm(files.verifyHost() ? "HTTPS" : "");
    socket.setSSLParameters(parameters);
    socket.setSoTimeout(limitMillis);
    try {
      socket.startHandshake();
      return socket;
    } catch (SocketTimeoutException e) {
      throw new SocketTimeoutException("TLS handshake got no answer within " + limitMillis + " ms");
    } catch (SSLException e) {
      throw new IOException("TLS handshake failed: " + handshakeFault(e), e);
    }
  }

  private static String handshakeFault(SSLException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertPathBuilderException) {
        return "the server's certificate is not trusted (no way from it to the ca-file)";
      }
    }
    return reason(failure);
  }

  /// The words of the innermost cause: the outer ones only say that a handshake failed.
  private static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return Objects.requireNonNullElse(cause.getMessage(), cause.getClass().getSimpleName());
  }

  private static SSLContext context(Vertx vertx, TlsFiles files) throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys(vertx, files), trust(vertx, files), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS cannot be set up: " + reason(e), e);
    }
  }

  private static KeyManager @Nullable [] keys(Vertx vertx, TlsFiles files) throws IOException {
    Path certificate = files.certificateFile();
    Path key = files.keyFile();
    if (certificate == null || key == null) {
      return null;
    }
    checkReadable("certificate-file", certificate);
    checkReadable("key-file", key);
    PemKeyCertOptions options =
        new PemKeyCertOptions().addCertPath(certificate.toString()).addKeyPath(key.toString());
    try {
      return options.getKeyManagerFactory(vertx).getKeyManagers();
    } catch (Exception e) {
      throw new IOException(
          "certificate-file %s with key-file %s cannot be used: %s"
              .formatted(certificate, key, reason(e)),
          e);
    }
  }

  private static TrustManager @Nullable [] trust(Vertx vertx, TlsFiles files) throws IOException {
    Path authority = files.caFile();
    if (authority == null) {
      return null;
    }
    checkReadable("ca-file", authority);
    PemTrustOptions options = new PemTrustOptions().addCertPath(authority.toString());
    try {
      return options.getTrustManagerFactory(vertx).getTrustManagers();
    } catch (Exception e) {
      throw new IOException("ca-file %s cannot be used: %s".formatted(authority, reason(e)), e);
    }
  }

  private static void checkReadable(String thing, Path file) throws IOException {
    if (!Files.isReadable(file)) {
      throw new IOException(thing + " " + file + " cannot be read");
    }
  }
}
