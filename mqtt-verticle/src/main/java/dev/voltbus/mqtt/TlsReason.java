package dev.voltbus.mqtt;

import java.nio.channels.ClosedChannelException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// Says why an encrypted connection did not come about, in words that name the cure.
final class TlsReason {
  private static final int DEEPEST = 10;

  private TlsReason() {}

  /// The reason, or nothing if the failure is not one of TLS. The innermost cause says most.
  static Optional<String> of(Throwable failure) {
    boolean isTls = false;
    @Nullable String reason = null;
    @Nullable Throwable cause = failure;
    for (int depth = 0; cause != null && depth < DEEPEST; depth++) {
      isTls |= cause instanceof SSLException || cause instanceof CertificateException;
      @Nullable String known = isTls ? known(cause) : null;
      reason = known == null ? reason : known;
      cause = cause.getCause();
    }
    return isTls
        ? Optional.of("TLS: " + (reason == null ? failure.getMessage() : reason))
        : Optional.empty();
  }

  private static @Nullable String known(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    return switch (cause) {
      case CertificateExpiredException expired ->
          "the broker's certificate has expired (" + message + ")";
      case CertificateNotYetValidException early ->
          "the broker's certificate is not valid yet (" + message + "); is the clock right?";
      case CertPathBuilderException path ->
          "the broker's certificate is signed by an unknown authority; give its CA as"
              + " server-certificate";
      case CertPathValidatorException path ->
          "the broker's certificate is not signed by the authority given as server-certificate ("
              + message
              + ")";
      case CertificateException other when isAboutName(message) ->
          "the broker's certificate is for another host name ("
              + message
              + "); correct the uri or"
              + " give server-name";
      case ClosedChannelException closed ->
          "the broker closed the connection during the handshake; is the port one for TLS?";
      case SSLException alert -> alert(message.toLowerCase(Locale.ROOT));
      default -> null;
    };
  }

  private static boolean isAboutName(String message) {
    return message.startsWith("No subject alternative")
        || message.startsWith("No name matching")
        || message.contains("doesn't match");
  }

  /// What the broker said, or what it did that cannot be.
  private static @Nullable String alert(String message) {
    if (message.contains("received fatal alert")) {
      return told(message);
    }
    if (message.contains("is not accepted by client")) {
      return "the broker speaks no TLS version that is safe (1.2 or 1.3 needed)";
    }
    return message.contains("not an ssl/tls record")
        ? "the broker does not answer with TLS; is the port right?"
        : null;
  }

  private static @Nullable String told(String message) {
    if (message.contains("protocol_version")) {
      return "the broker speaks no TLS version that is safe (1.2 or 1.3 needed)";
    }
    if (message.contains("certificate_required") || message.contains("bad_certificate")) {
      return "the broker does not take our client certificate, or wants one; see"
          + " client-certificate";
    }
    if (message.contains("certificate_unknown") || message.contains("unknown_ca")) {
      return "the broker does not know the authority of our client certificate";
    }
    if (message.contains("unrecognized_name")) {
      return "the broker does not know the host name it was asked for; see server-name";
    }
    return message.contains("no_application_protocol")
        ? "the broker does not speak the protocol of application-protocol"
        : null;
  }
}
