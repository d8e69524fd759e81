package dev.voltbus.contract;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A topic contract: which topics exist, what stands in them, and how they are sent. Read from
/// `config/contracts/*.yaml`.
///
/// In topic texts `{prefix}` is the publication's prefix and `{suffix}` a value's topic suffix.
///
/// @param name name of the contract
/// @param defaultPrefix prefix unless the publication has its own
/// @param clientId client id unless the publication has its own
/// @param keepAlive keep-alive of this contract's connections; null means the broker's
/// @param status birth and will, or null if the contract has none
/// @param topics what is published
/// @param commandTopic topic filter for commands ending in `+`, or null if it has none
/// @param commands command names accepted there
public record TopicContract(
    String name,
    String defaultPrefix,
    String clientId,
    @Nullable Duration keepAlive,
    @Nullable StatusTopic status,
    List<TopicRule> topics,
    @Nullable String commandTopic,
    List<String> commands) {

  public TopicContract {
    topics = List.copyOf(topics);
    commands = List.copyOf(commands);
  }

  /// How a topic is sent.
  ///
  /// @param qos 0..2, or null for the default of broker or publication
  /// @param retain null for the default of broker or publication
  public record Sending(@Nullable Integer qos, @Nullable Boolean retain) {
    public static final Sending DEFAULT = new Sending(null, null);

    public Sending {
      if (qos != null && (qos < 0 || qos > 2)) {
        throw new IllegalArgumentException("qos " + qos + " is not in 0..2");
      }
    }
  }

  /// Birth after every CONNACK, the same topic as will, and `offline` before a clean disconnect.
  public record StatusTopic(String topic, String online, String offline, int qos, boolean retain) {}

  /// One kind of topic.
  public sealed interface TopicRule permits PerValue, JsonObjectTopic, JsonArrayTopic {
    String topic();

    Sending sending();
  }

  /// A topic for each value of the device, with the JSON object of contract tinybms section 2.
  public record PerValue(String topic, Sending sending, Reporting reporting) implements TopicRule {}

  /// One JSON object of several values, sent at the publication's interval.
  ///
  /// @param fields in order
  public record JsonObjectTopic(String name, String topic, Sending sending, List<Field> fields)
      implements TopicRule {
    public JsonObjectTopic {
      fields = List.copyOf(fields);
    }
  }

  /// One JSON object with one array of numbers, from all keys that match a pattern and are not
  /// absent, in the order of the register map; sent at the publication's interval and left out
  /// while the list is empty.
  ///
  /// @param option publication option that must be on, such as `cell-voltages`
  /// @param field name of the array
  /// @param keys regular expression of the keys
  /// @param unit unit of the array's numbers
  /// @param decimals decimals, 0..9
  public record JsonArrayTopic(
      String name,
      String topic,
      Sending sending,
      String option,
      String field,
      String keys,
      String unit,
      int decimals)
      implements TopicRule {}

  /// A field of a JSON object.
  ///
  /// @param name JSON key
  /// @param keys the first of these keys that the device has is used, unless the site binds the
  ///   field itself; empty for a field with `control`
  /// @param form what the field shows
  /// @param unit unit the field is published in; a value in another unit of the same quantity is
  ///   converted; empty leaves numbers alone
  /// @param decimals most decimals, trailing zeros left out, 0..9
  /// @param always true if it is sent also while the device is not heard; then `otherwise` stands
  ///   in
  /// @param otherwise text while there is no good value, for an `always` field
  public record Field(
      String name,
      List<String> keys,
      Form form,
      String unit,
      int decimals,
      boolean always,
      @Nullable String otherwise) {

    /// What a field shows of its value.
    public enum Form {
      NUMBER,
      INTEGER,
      TEXT
    }

    public Field {
      keys = List.copyOf(keys);
    }
  }

  /// When a per-value topic is sent.
  ///
  /// @param onChange false sends every poll
  /// @param deadBand a change up to this size, in the value's unit, is not reported
  /// @param longestSilence an unchanged value is sent again after this time
  public record Reporting(boolean onChange, double deadBand, Duration longestSilence) {
    public static final Reporting ON_CHANGE = new Reporting(true, 0, Duration.ofSeconds(30));

    public Reporting {
      if (!(deadBand >= 0) || Double.isInfinite(deadBand)) {
        throw new IllegalArgumentException("dead-band " + deadBand + " is not 0 or more");
      }
      if (longestSilence.isNegative() || longestSilence.isZero()) {
        throw new IllegalArgumentException(
            "longest-silence " + longestSilence.toMillis() + " ms is not above 0");
      }
    }
  }

  /// What a publication changes for one key.
  @SuppressWarnings("AvoidCommonTypeNames") // the word of the site file; not the annotation
  public record Override(
      @Nullable Integer qos, @Nullable Boolean retain, @Nullable Reporting reporting) {
    public static final Override NONE = new Override(null, null, null);
  }

  /// Overrides by key.
  public record Overrides(Map<String, Override> byKey) {
    public static final Overrides NONE = new Overrides(Map.of());

    public Overrides {
      byKey = Map.copyOf(byKey);
    }

    public Override of(String key) {
      return byKey.getOrDefault(key, Override.NONE);
    }
  }
}
