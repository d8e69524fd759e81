package dev.voltbus.deploy;

import dev.voltbus.contract.Link;
import dev.voltbus.contract.LinkTls;
import dev.voltbus.modbus.ModbusClientOptions;
import dev.voltbus.modbus.ModbusEndpoint;
import dev.voltbus.modbus.TlsFiles;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// What all commissioning commands ask about the connection.
final class LineOptions {
  /// Usual limit for one answer.
  static final Duration ANSWER = Duration.ofSeconds(1);

  private static final Duration CONNECT = Duration.ofSeconds(3);
  private static final Duration LEAST = Duration.ofMillis(1);

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "Limit for one answer, such as 500ms (default: 1s; of probe 300ms).")
  private @Nullable String timeout;

  @Option(
      names = "--connect-timeout",
      paramLabel = "TIME",
      description = "Limit for connecting (default: 3s).")
  private @Nullable String connectTimeout;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description = "PEM, for tls://: what the device's certificate must lead to.")
  private @Nullable Path ca;

  @Option(names = "--cert", paramLabel = "FILE", description = "PEM, for tls://: our certificate.")
  private @Nullable Path certificate;

  @Option(names = "--cert-key", paramLabel = "FILE", description = "PEM: the key of --cert.")
  private @Nullable Path key;

  @Option(
      names = "--insecure-host",
      description = "Takes a certificate that does not name the host. For a first look only.")
  private boolean insecureHost;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  /// The way to an endpoint.
  ///
  /// @throws UsageException for a URL that is none, a file that cannot be read, or a time limit out
  ///   of range
  ModbusClientOptions to(String url) {
    return to(url, ANSWER);
  }

  ModbusClientOptions to(String url, Duration usual) {
    try {
      ModbusClientOptions options = timed(ModbusClientOptions.of(url), usual, CONNECT);
      return hasTls() ? options.withTls(tls(options)) : options;
    } catch (IllegalArgumentException wrong) {
      throw new UsageException(wrong.getMessage() + meant(url));
    }
  }

  /// The URL that somebody means who writes a host or a serial port alone.
  private static String meant(String url) {
    String own = url.matches("/dev/.+") ? "rtu://" + url : "tcp://" + url;
    boolean isOne = url.matches("/dev/[^?]+|[A-Za-z0-9._-]+(:[0-9]{1,5})?");
    return isOne ? System.lineSeparator() + "  try: " + own : "";
  }

  /// The way to a link of a site file.
  ModbusClientOptions to(Link link, Duration usual) {
    if (hasTls()) {
      throw new UsageException(
          "--ca, --cert, --cert-key and --insecure-host belong to a URL; the files of link "
              + link.name()
              + " are in its section `tls` of the site file");
    }
    ModbusClientOptions options =
        timed(ModbusClientOptions.of(link.url()), usual, link.connectTimeout())
            .withPauseAfterConnect(link.pauseAfterConnect());
    @Nullable LinkTls files = link.tls();
    if (files == null) {
      return options;
    }
    return options.withTls(
        new TlsFiles(files.caFile(), files.certificateFile(), files.keyFile(), files.verifyHost()));
  }

  private ModbusClientOptions timed(
      ModbusClientOptions options, Duration answer, Duration connect) {
    return options
        .withRequestTimeout(or("--timeout", timeout, answer, Duration.ofMinutes(10)))
        .withConnectTimeout(
            or("--connect-timeout", connectTimeout, connect, Duration.ofSeconds(60)));
  }

  private static Duration or(String option, @Nullable String text, Duration usual, Duration most) {
    return text == null ? usual : duration(option, text, most);
  }

  private boolean hasTls() {
    return ca != null || certificate != null || key != null || insecureHost;
  }

  /// The files of the options; those of the URL where an option is not given.
  private TlsFiles tls(ModbusClientOptions options) {
    if (!(options.endpoint() instanceof ModbusEndpoint.Tls)) {
      throw new UsageException(
          "--ca, --cert, --cert-key and --insecure-host belong to a tls:// URL; this one is "
              + options.endpoint());
    }
    if ((certificate == null) != (key == null)) {
      throw new UsageException("--cert and --cert-key belong together; give both or none");
    }
    readable("--ca", ca);
    readable("--cert", certificate);
    readable("--cert-key", key);
    if (insecureHost) {
      warn();
    }
    TlsFiles ofUrl = options.tls();
    return new TlsFiles(
        ca == null ? ofUrl.caFile() : ca,
        certificate == null ? ofUrl.certificateFile() : certificate,
        key == null ? ofUrl.keyFile() : key,
        ofUrl.verifyHost() && !insecureHost);
  }

  private static void readable(String option, @Nullable Path file) {
    if (file != null && !(Files.isRegularFile(file) && Files.isReadable(file))) {
      String reason = Files.exists(file) ? " is not a readable file" : ": there is no such file";
      throw new UsageException(option + " " + file + reason);
    }
  }

  private void warn() {
    PrintWriter err = spec.commandLine().getErr();
    err.println(
        "warning: --insecure-host: whoever has a certificate of the same authority can answer in"
            + " the device's place");
    err.flush();
  }

  /// Reads a duration of the command line.
  static Duration duration(String option, String text, Duration most) {
    if (!text.matches("[0-9]{1,9}(ms|s|m|h)")) {
      throw new UsageException(
          option + " `" + text + "` is not a duration such as 250ms, 5s, 2m or 1h");
    }
    Duration duration = DurationText.parse(text);
    if (duration.compareTo(LEAST) < 0 || duration.compareTo(most) > 0) {
      throw new UsageException(
          option
              + " "
              + text
              + " is not in "
              + DurationText.of(LEAST)
              + ".."
              + DurationText.of(most));
    }
    return duration;
  }
}
