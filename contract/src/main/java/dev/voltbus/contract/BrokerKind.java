package dev.voltbus.contract;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;

/// What a broker takes at most. Sources: the MQTT 3.1.1 specification; AWS IoT Core's developer
/// guide and quotas; Azure IoT Hub's guide to MQTT.
public enum BrokerKind {
  /// Any broker that keeps to MQTT 3.1.1.
  PLAIN("MQTT", 2, 0, 65_535, 65_535, 65_535, 268_435_455),

  /// AWS IoT Core. It does not answer QoS 2, takes other keep-alives than asked for, and ends the
  /// connection over a message that is too large.
  AWS("AWS IoT Core", 1, 30, 1200, 7, 256, 128 * 1024),

  /// Azure IoT Hub. It has its own topics and logins, keeps nothing retained, closes the connection
  /// over QoS 2 and over a silence of half an hour.
  AZURE("Azure IoT Hub", 1, 1, 1177, 65_535, 65_535, 256 * 1024);

  private static final Pattern AWS_HOST =
      Pattern.compile(".*\\.iot\\.[a-z0-9-]+\\.amazonaws\\.com(\\.cn)?");
  private static final Pattern AZURE_HOST = Pattern.compile("[^.]+\\.azure-devices\\.net");

  private final String label;
  private final int mostQos;
  private final int leastKeepAlive;
  private final int mostKeepAlive;
  private final int mostSlashes;
  private final int longestTopic;
  private final int largestPayload;

  BrokerKind(
      String label,
      int mostQos,
      int leastKeepAlive,
      int mostKeepAlive,
      int mostSlashes,
      int longestTopic,
      int largestPayload) {
    this.label = label;
    this.mostQos = mostQos;
    this.leastKeepAlive = leastKeepAlive;
    this.mostKeepAlive = mostKeepAlive;
    this.mostSlashes = mostSlashes;
    this.longestTopic = longestTopic;
    this.largestPayload = largestPayload;
  }

  /// The kind that a host name tells.
  public static BrokerKind ofHost(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    if (AZURE_HOST.matcher(lower).matches()) {
      return AZURE;
    }
    return AWS_HOST.matcher(lower).matches() ? AWS : PLAIN;
  }

  /// Its name for people.
  public String label() {
    return label;
  }

  /// Highest QoS, 1 or 2.
  public int mostQos() {
    return mostQos;
  }

  /// Shortest keep-alive in seconds; 0 where none at all is allowed too.
  public int leastKeepAlive() {
    return leastKeepAlive;
  }

  /// Longest keep-alive in seconds.
  public int mostKeepAlive() {
    return mostKeepAlive;
  }

  /// A keep-alive that it takes: the nearest one.
  public Duration keepAlive(Duration wanted) {
    boolean isOff = wanted.isZero() && leastKeepAlive > 0;
    long seconds = isOff ? mostKeepAlive : wanted.toSeconds();
    return Duration.ofSeconds(Math.clamp(seconds, leastKeepAlive, mostKeepAlive));
  }

  /// Most slashes in a topic.
  public int mostSlashes() {
    return mostSlashes;
  }

  /// Longest topic in bytes.
  public int longestTopic() {
    return longestTopic;
  }

  /// Largest payload in bytes.
  public int largestPayload() {
    return largestPayload;
  }
}
