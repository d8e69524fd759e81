package dev.voltbus.deploy;

import dev.voltbus.contract.BrokerKind;
import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.BrokerTls;
import dev.voltbus.contract.Secret;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads the brokers of a site file.
final class BrokerReader {
  private static final Pattern URI =
      Pattern.compile(
          "(mqtts?)://(?:([^@/?#\\s]*)@)?([A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.]+])(?::([0-9]{1,5}))?/?");
  private static final int TLS_PORT = 8883;
  private static final List<String> OF_TLS =
      List.of(
          "server-certificate",
          "client-certificate",
          "client-key",
          "server-name",
          "verify-host",
          "application-protocol");

  private final Path siteFile;
  private final Variables variables;
  private final SecretFiles secrets;
  private final Map<String, Optional<BrokerSettings>> brokers = new HashMap<>();
  private final Map<String, Section> sections = new HashMap<>();

  BrokerReader(Path siteFile, Variables variables, SecretFiles secrets) {
    this.siteFile = siteFile;
    this.variables = variables;
    this.secrets = secrets;
  }

  void read(Map<String, Section> named) {
    sections.putAll(named);
    named.forEach((name, section) -> brokers.put(name, broker(name, section)));
  }

  /// Sections of the brokers by name, also of faulty ones.
  Map<String, Section> sections() {
    return Map.copyOf(sections);
  }

  /// The settings of a broker, nothing where it is faulty.
  Optional<BrokerSettings> named(String name) {
    return brokers.getOrDefault(name, Optional.empty());
  }

  private Optional<BrokerSettings> broker(String name, Section section) {
    int before = section.faults().count();
    Matcher uri = URI.matcher(section.text("uri", "mqtt://127.0.0.1"));
    if (!uri.matches()) {
      section.secretFault(
          "uri",
          "is not of the form mqtt://host, mqtts://host or either with :port"
              + (section.text("uri").contains("@")
                  ? "; `@` and `/` of a user or password in it are written as %40 and %2F"
                  : ""));
      return Optional.empty();
    }
    boolean tls = tls(section, uri.group(1).equals("mqtts"));
    int port = port(section, uri.group(4), tls);
    @Nullable UriLogin login =
        uri.group(2) == null
            ? new UriLogin(section.text("username"), password(section))
            : UriLogin.read(section, uri.group(2), variables, secrets).orElse(null);
    BrokerTls security = security(section, tls);
    if (login == null || section.faults().count() > before) {
      return Optional.empty();
    }
    String host = uri.group(3).replace("[", "").replace("]", "");
    Optional<BrokerSettings> made =
        section.make(() ->
            settings(section, BrokerSettings.at(name, host, port), login, tls ? security : null));
    made.filter(broker -> broker.kind() == BrokerKind.AZURE)
        .ifPresent(broker -> HubRules.checkLogin(section, broker));
    return section.faults().count() > before ? Optional.empty() : made;
  }

  private static BrokerSettings settings(
      Section section, BrokerSettings usual, UriLogin login, @Nullable BrokerTls tls) {
    BrokerKind kind =
        section.has("kind")
            ? BrokerKind.valueOf(section.text("kind").toUpperCase(Locale.ROOT))
            : usual.kind();
    return new BrokerSettings(
        usual.name(),
        usual.host(),
        usual.port(),
        section.text("client-id", usual.clientId()),
        login.user(),
        login.password(),
        section.text("root-topic", usual.rootTopic()),
        section.flag("clean-session", usual.cleanSession()),
        section.whole("default-qos", usual.defaultQos()),
        section.flag("retain-by-default", usual.retainByDefault()),
        Duration.ofSeconds(section.whole("keepalive-seconds", (int) usual.keepAlive().toSeconds())),
        Duration.ofMillis(
            section.whole("reconnect-interval-ms", (int) usual.reconnectInterval().toMillis())),
        tls,
        kind,
        section.whole("max-payload", kind.largestPayload()),
        section.flag("enabled", usual.enabled()));
  }

  private static boolean tls(Section section, boolean secureUri) {
    boolean tls = section.flag("use-tls", secureUri);
    if (section.has("uri") && tls != secureUri) {
      section.fault(
          "use-tls",
          tls
              ? "true contradicts the uri; write mqtts:// there"
              : "false contradicts the uri; write mqtt:// there");
    }
    return tls;
  }

  private static int port(Section section, @Nullable String inUri, boolean tls) {
    if (inUri != null && !SiteReader.isPort(inUri)) {
      section.fault("uri", "port " + inUri + " is not in 1..65535");
      return TLS_PORT;
    }
    if (inUri != null
        && section.has("port")
        && section.whole("port", 0) != Integer.parseInt(inUri)) {
      section.fault(
          "port", section.text("port") + " contradicts port " + inUri + " in the uri; keep one");
    }
    int usual = tls ? TLS_PORT : 1883;
    return section.whole("port", inUri == null ? usual : Integer.parseInt(inUri));
  }

  private @Nullable Secret password(Section section) {
    if (section.has("password-file") && section.has("password-env")) {
      section.secretFault(
          "password-env", "the password is given twice; keep `password-file` or `password-env`");
      return null;
    }
    if (section.has("password-env")) {
      String variable = section.text("password-env");
      Optional<String> value = variables.value(variable).filter(text -> !text.isEmpty());
      if (value.isEmpty() && !section.text("username", "unnamed").isEmpty()) {
        section.secretFault("password-env", "variable " + variable + " is not set or empty");
      }
      secrets.checkVariable(section, "password-env", variable);
      return value.map(Secret::new).orElse(null);
    }
    return section.has("password-file") ? fromFile(section) : null;
  }

  private @Nullable Secret fromFile(Section section) {
    Path file = siteFile.resolveSibling(section.text("password-file"));
    return secrets.read(section, "password-file", file, "password").orElse(null);
  }

  private BrokerTls security(Section section, boolean isEncrypted) {
    if (!isEncrypted) {
      OF_TLS.stream()
          .filter(key -> !section.text(key).isEmpty())
          .forEach(key ->
              section.fault(key, "needs an encrypted connection; write mqtts:// in the uri"));
      return BrokerTls.USUAL;
    }
    @Nullable Path trusted = file(section, "server-certificate");
    @Nullable Path certificate = file(section, "client-certificate");
    @Nullable Path key = file(section, "client-key");
    if (key != null) {
      secrets.check(section, "client-key", key);
    }
    return section
        .make(() ->
            new BrokerTls(
                trusted,
                certificate,
                key,
                section.text("server-name"),
                section.flag("verify-host", true),
                section.text("application-protocol")))
        .orElse(BrokerTls.USUAL);
  }

  private @Nullable Path file(Section section, String key) {
    if (section.text(key).isEmpty()) {
      return null;
    }
    Path file = siteFile.resolveSibling(section.text(key));
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      section.fault(key, file + " is not a readable file");
    }
    return file;
  }
}
