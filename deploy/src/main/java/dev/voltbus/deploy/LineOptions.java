package dev.voltbus.deploy;

import dev.voltbus.modbus.ModbusClientOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What all commissioning commands ask about the connection.
final class LineOptions {
  private static final Duration LEAST = Duration.ofMillis(1);

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "Limit for one answer, such as 500ms (default: 1s; of probe 300ms).")
  private @Nullable String timeout;

  @Option(
      names = "--connect-timeout",
      paramLabel = "TIME",
      description = "Limit for connecting (default: ${DEFAULT-VALUE}).")
  private String connectTimeout = "3s";

  /// The way to an endpoint.
  ///
  /// @throws UsageException for a URL that is none, or a time limit out of range
  ModbusClientOptions to(String url) {
    return to(url, "1s");
  }

  ModbusClientOptions to(String url, String usualTimeout) {
    String limit = timeout == null ? usualTimeout : timeout;
    Duration answer = duration("--timeout", limit, Duration.ofMinutes(10));
    Duration connect = duration("--connect-timeout", connectTimeout, Duration.ofSeconds(60));
    try {
      return ModbusClientOptions.of(url).withRequestTimeout(answer).withConnectTimeout(connect);
    } catch (IllegalArgumentException wrong) {
      throw new UsageException(String.valueOf(wrong.getMessage()));
    }
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
