package dev.voltbus.modbus;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The files of a connection under TLS, all in PEM form. They are read at each connect, so that
/// renewed ones are taken without a restart.
///
/// @param caFile certificates the server's must lead to; null for those the system trusts
/// @param certificateFile the client's certificate and its chain; null when the server asks for
///   none
/// @param keyFile the private key of the client's certificate (PKCS#8, PKCS#1 or SEC1, without
///   password); null together with it
/// @param verifyHost whether the server's certificate must name the host that was asked for; only
///   to be switched off for a device whose certificate cannot be changed
public record TlsFiles(
    @Nullable Path caFile,
    @Nullable Path certificateFile,
    @Nullable Path keyFile,
    boolean verifyHost) {
  public static final TlsFiles NONE = new TlsFiles(null, null, null, true);

  public TlsFiles {
    if ((certificateFile == null) != (keyFile == null)) {
      throw new IllegalArgumentException(
          "certificate-file %s and key-file %s belong together: give both or none"
              .formatted(shown(certificateFile), shown(keyFile)));
    }
  }

  private static String shown(@Nullable Path file) {
    return file == null ? "(none)" : file.toString();
  }
}
