package dev.voltbus.deploy;

import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Certificates with which the nodes of a cluster know one another on the event bus: a folder with
/// `tls.crt`, `tls.key` and `ca.crt` in PEM form, as Kubernetes mounts a secret of that kind.
/// Whoever has a certificate of this authority is taken for a node, whatever name it bears: nodes
/// have no lasting addresses.
record ClusterTls(Path certificate, Path key, Path authority) {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterTls.class);
  private static final Duration SOON = Duration.ofDays(30);

  /// @param secrets which says who may open a file
  /// @throws UsageException naming the file that cannot be used
  static ClusterTls in(Path folder, SecretFiles secrets, Instant now) {
    ClusterTls tls =
        new ClusterTls(
            folder.resolve("tls.crt"), folder.resolve("tls.key"), folder.resolve("ca.crt"));
    tls.check(tls.certificate, now);
    tls.check(tls.authority, now);
    if (!Files.isReadable(tls.key)) {
      throw unusable(tls.key + " is not a readable file");
    }
    secrets
        .exposed(tls.key)
        .ifPresent(fault -> {
          throw unusable(fault + " it");
        });
    return tls;
  }

  private static UsageException unusable(String why) {
    return new UsageException("--cluster-tls: " + why);
  }

  private void check(Path file, Instant now) {
    for (Certificate each : certificates(file)) {
      Instant until = ((X509Certificate) each).getNotAfter().toInstant();
      if (until.isBefore(now)) {
        throw unusable("the certificate in " + file + " has expired: " + until);
      }
      if (until.isBefore(now.plus(SOON))) {
        LOG.warn("--cluster-tls: the certificate in {} expires soon: {}", file, until);
      }
    }
  }

  private static Collection<? extends Certificate> certificates(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      Collection<? extends Certificate> found =
          CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (!found.isEmpty()) {
        return found;
      }
    } catch (IOException | CertificateException e) {
      throw unusable(file + " is not a readable file with a certificate: " + e);
    }
    throw unusable(file + " is not a readable file with a certificate");
  }

  /// Lets the bus talk to nobody else.
  void protect(EventBusOptions bus) {
    bus.setSsl(true)
        .setKeyCertOptions(
            new PemKeyCertOptions().addCertPath(certificate.toString()).addKeyPath(key.toString()))
        .setTrustOptions(new PemTrustOptions().addCertPath(authority.toString()))
        .setClientAuth(ClientAuth.REQUIRED);
  }
}
