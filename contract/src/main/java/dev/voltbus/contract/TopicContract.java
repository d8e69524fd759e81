package dev.voltbus.contract;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A topic contract: which topics exist, what stands in them, and how they are sent. Read from
/// `config/contracts/*.yaml`.
///
/// In topic texts `{prefix}` is the publication's prefix, `{client}` its client id and `{suffix}` a
/// value's topic suffix.
///
/// @param name name of the contract
/// @param defaultPrefix prefix unless the publication has its own
/// @param clientId client id unless the publication has its own
/// @param keepAlive keep-alive of this contract's connections; null means the broker's
/// @param status birth and will, or null if the contract has none
/// @param topics what is published
/// @param commandTopic topic filter for commands ending in `+`, or null if it has none
/// @param commands command names accepted there
/// @param discovery what Home Assistant is told of the publication, or null for nothing
/// @param perAmpere what stands for 1 A in a command's payload: 1, or 10 where it counts tenths
public record TopicContract(
    String name,
    String defaultPrefix,
    String clientId,
    @Nullable Duration keepAlive,
    @Nullable StatusTopic status,
    List<TopicRule> topics,
    @Nullable String commandTopic,
    List<String> commands,
    @Nullable Discovery discovery,
    int perAmpere) {

  public TopicContract {
    topics = List.copyOf(topics);
    commands = List.copyOf(commands);
    if (perAmpere != 1 && perAmpere != 10) {
      throw new IllegalArgumentException("per-ampere " + perAmpere + " is not 1 or 10");
    }
  }

  /// A contract whose commands count in A.
  public TopicContract(
      String name,
      String defaultPrefix,
      String clientId,
      @Nullable Duration keepAlive,
      @Nullable StatusTopic status,
      List<TopicRule> topics,
      @Nullable String commandTopic,
      List<String> commands,
      @Nullable Discovery discovery) {
    this(
        name,
        defaultPrefix,
        clientId,
        keepAlive,
        status,
        topics,
        commandTopic,
        commands,
        discovery,
        1);
  }

  /// How a topic is sent.
  ///
  /// @param qos 0..2, or null for the default of broker or publication
  /// @param retain null for the default of broker or publication
  /// @param every whether each message must arrive: it carries its time, and is stored through
  ///   outages; with QoS 0 or retained only the newest counts all the same
  public record Sending(@Nullable Integer qos, @Nullable Boolean retain, boolean every) {
    public static final Sending DEFAULT = new Sending(null, null);

    /// Of which only the newest message counts.
    public Sending(@Nullable Integer qos, @Nullable Boolean retain) {
      this(qos, retain, false);
    }

    /// Whether each message must arrive, and can.
    ///
    /// @param override what a publication says of the topic's value
    public boolean mustArrive(Override override, BrokerSettings broker) {
      int itsQos = firstOf(override.qos(), qos, broker.defaultQos());
      boolean isRetained = firstOf(override.retain(), retain, broker.retainByDefault());
      return every && itsQos > 0 && !isRetained;
    }

    private static <V> V firstOf(@Nullable V first, @Nullable V second, V last) {
      return first != null ? first : second != null ? second : last;
    }

    public Sending {
      if (qos != null && (qos < 0 || qos > 2)) {
        throw new IllegalArgumentException("qos " + qos + " is not in 0..2");
      }
    }
  }

  /// Birth after every CONNACK, the same topic as will, and `offline` before a clean disconnect.
  ///
  /// @param qos QoS of the will and of `offline`, 0..2
  /// @param retain whether the broker keeps these two
  /// @param repeat `online` is sent again this often; zero means with each interval of the
  ///   publication, null never
  /// @param onlineQos QoS of `online`, 0..2
  /// @param onlineRetain whether the broker keeps `online`
  public record StatusTopic(
      String topic,
      String online,
      String offline,
      int qos,
      boolean retain,
      @Nullable Duration repeat,
      int onlineQos,
      boolean onlineRetain) {

    /// A status whose birth is sent as its will is.
    public StatusTopic(
        String topic,
        String online,
        String offline,
        int qos,
        boolean retain,
        @Nullable Duration repeat) {
      this(topic, online, offline, qos, retain, repeat, qos, retain);
    }
  }

  /// One kind of topic.
  public sealed interface TopicRule
      permits PerValue,
          JsonObjectTopic,
          JsonArrayTopic,
          PlainTopic,
          AlarmTopic,
          MessageTopic,
          EventTopic,
          VenusService {
    String topic();

    Sending sending();
  }

  /// A topic for each value of the device, with the JSON object of contract tinybms section 2.
  public record PerValue(String topic, Sending sending, Reporting reporting) implements TopicRule {}

  /// When a topic that is not per value is sent.
  ///
  /// @param needsReading false sends at each interval what is good then; true only if one of the
  ///   values was read since the last time
  /// @param every an interval of the topic's own, kept also while no device was heard; null means
  ///   the publication's
  public record Timing(boolean needsReading, @Nullable Duration every) {
    public static final Timing INTERVAL = new Timing(false, null);
  }

  /// One JSON object of several values. Not sent while none of its values can be shown, unless it
  /// is one without values, such as a heartbeat.
  ///
  /// @param fields in order
  public record JsonObjectTopic(
      String name, String topic, Sending sending, Timing timing, List<Field> fields)
      implements TopicRule {
    public JsonObjectTopic {
      fields = List.copyOf(fields);
    }
  }

  /// One value as a plain text. Not sent while the value cannot be shown.
  public record PlainTopic(String name, String topic, Sending sending, Timing timing, Field field)
      implements TopicRule {}

  /// One JSON object of arrays, each from all keys that match a pattern and are not absent, in the
  /// order of the register map. An empty array is left out, the message too while all are empty.
  ///
  /// @param every an interval of its own; a turn at which nothing could be sent is made up for at
  ///   the publication's next one; null means the publication's
  /// @param option publication option that must be on, such as `cell-voltages`
  /// @param battery place of its device among the publication's, from 0; null looks at all of them
  /// @param arrays in order; entities for each item count those of the first
  public record JsonArrayTopic(
      String name,
      String topic,
      Sending sending,
      @Nullable Duration every,
      String option,
      @Nullable Integer battery,
      List<Items> arrays)
      implements TopicRule {

    /// One array.
    ///
    /// @param field name of the array
    /// @param keys regular expression of the keys
    /// @param unit unit of the array's numbers
    /// @param decimals decimals, 0..9
    /// @param bitsOf null for numbers; else the keys are bit fields and the array has true or false
    ///   for each value of the device whose key matches this regular expression and that is not
    ///   absent: bit 0 belongs to the first of them
    public record Items(
        String field, String keys, String unit, int decimals, @Nullable String bitsOf) {}

    public JsonArrayTopic {
      arrays = List.copyOf(arrays);
    }
  }

  /// An alarm: 0 none (`cleared`), 1 warning, 2 critical, with the JSON object of a value. Sent
  /// when it changes and after each connect; it exists where the device has what it looks at.
  ///
  /// @param label name for people
  /// @param dbusPath Venus OS path, empty if none
  /// @param keys the first of these keys that a device has is looked at
  /// @param trigger what raises it
  /// @param warning text of level 1
  /// @param critical text of level 2
  public record AlarmTopic(
      String name,
      String topic,
      Sending sending,
      String label,
      String dbusPath,
      List<String> keys,
      Trigger trigger,
      String warning,
      String critical)
      implements TopicRule {
    public AlarmTopic {
      keys = List.copyOf(keys);
    }

    /// What raises an alarm.
    public sealed interface Trigger permits Limit, Codes, Level, Silence {}

    /// The value reaches a limit that the device itself states; the publication's warning band lies
    /// before it.
    ///
    /// @param key register with the limit
    /// @param isUpper whether values above it are critical, else those below
    /// @param isNegated whether the limit is a magnitude of a negative value
    /// @param leastBand least width of the warning band, in the limit's unit
    public record Limit(String key, boolean isUpper, boolean isNegated, double leastBand)
        implements Trigger {}

    /// The raw value is one of these: critical.
    public record Codes(List<Long> codes) implements Trigger {
      public Codes {
        codes = List.copyOf(codes);
      }
    }

    /// The value is the level itself.
    public record Level() implements Trigger {}

    /// The value is not heard any more: critical.
    public record Silence() implements Trigger {}
  }

  /// A message about the whole site as a JSON object. Nothing is sent while none was heard, or when
  /// it is too old to be true.
  ///
  /// @param of the message
  /// @param onceOnly true sends each message once; false sends it when it differs from the last and
  ///   at each interval of the publication
  /// @param fields in order
  public record MessageTopic(
      String name,
      String topic,
      Sending sending,
      SiteReport.Kind of,
      boolean onceOnly,
      List<MessageField> fields)
      implements TopicRule {
    public MessageTopic {
      fields = List.copyOf(fields);
    }
  }

  /// What happens in the gateway: one JSON object for each event, with the publication's interval.
  public record EventTopic(String name, String topic, Sending sending) implements TopicRule {}

  /// A field of a message's JSON object.
  ///
  /// @param name JSON key
  /// @param shows `SITE`, `UNIX_TIME` or `ISO_TIME` of the message's moment, or `VALUE`: the part
  /// @param part name of the part, empty unless it shows one
  /// @param decimals most decimals of a number, 0..9; null for all it has
  /// @param nullWhenAbsent whether the field is null while the message has no such part; else it is
  ///   left out
  /// @param grade how the number is shown as a text, or null for the number itself
  public record MessageField(
      String name,
      Field.Shows shows,
      String part,
      @Nullable Integer decimals,
      boolean nullWhenAbsent,
      @Nullable Grade grade) {}

  /// A number as one of two texts.
  ///
  /// @param above text of a number greater than the limit
  /// @param otherwise text of any other
  public record Grade(double limit, String above, String otherwise) {}

  /// How near to a limit an alarm warns.
  ///
  /// @param warningPercent width of the warning band, percent of the limit, 0..50
  /// @param hysteresisPercent how far back a value must go before an alarm sinks, 0..10
  public record AlarmBand(double warningPercent, double hysteresisPercent) {
    public static final AlarmBand USUAL = new AlarmBand(5, 1);

    public AlarmBand {
      check("warning-percent", warningPercent, 50);
      check("hysteresis-percent", hysteresisPercent, 10);
    }

    private static void check(String what, double percent, double most) {
      if (!(percent >= 0 && percent <= most)) {
        throw new IllegalArgumentException(
            what + " " + percent + " is not in 0.." + Math.round(most));
      }
    }
  }

  /// A field of a JSON object, or what stands in a plain topic.
  ///
  /// @param name JSON key
  /// @param shows where the field's value comes from
  /// @param keys the first of these keys that the device has is used, unless the site binds the
  ///   field itself; empty unless it shows a value
  /// @param form how it is written
  /// @param unit unit the field is published in; a value in another unit of the same quantity is
  ///   converted; empty leaves numbers alone
  /// @param decimals most decimals, trailing zeros left out, 0..9
  /// @param otherwise text while there is no good value: the field is always there; null leaves it
  ///   out
  /// @param negatedWith publication option that changes the sign, or null for none
  /// @param battery place of the device it looks at among the publication's, from 0; the field is
  ///   left out where there are fewer
  public record Field(
      String name,
      Shows shows,
      List<String> keys,
      Form form,
      String unit,
      int decimals,
      @Nullable String otherwise,
      @Nullable String negatedWith,
      int battery) {

    /// Where a field's value comes from.
    public enum Shows {
      /// A value of a device.
      VALUE,
      /// The site's name.
      SITE,
      /// Unix seconds with three decimals at most: the newest reading among the values beside it,
      /// or now where there are none.
      UNIX_TIME,
      /// The same moment as ISO 8601 in UTC.
      ISO_TIME,
      /// `device/epoch/sequence` of the first device's newest poll: the same for a message that
      /// comes twice, and for no other.
      SAMPLE_ID,
      /// The gateway's state: `OK`, `WARNING`, `UPDATING` or `ERROR`, by the worst event that is
      /// not over.
      GATEWAY_STATUS,
      /// How bad that event is: `INFO`, `DEBUG`, `WARNING`, `UPDATE` or `ERROR`.
      EVENT_LEVEL,
      /// How far a pause of the first device is: `RUNNING`, `PAUSING`, `PAUSED`, `RESUMING` or
      /// `UNKNOWN`.
      PAUSE_STATUS,
      /// Whole seconds since the gateway's MQTT role began.
      UPTIME,
      /// The product's version.
      VERSION
    }

    /// How a field is written.
    public enum Form {
      NUMBER,
      INTEGER,
      TEXT,
      /// A number with at least one decimal: `85.0`.
      DOUBLE,
      /// `true` unless the number is zero.
      BOOLEAN,
      /// How many bits of a bit field are set.
      BIT_COUNT,
      /// `Charging` for a positive number, `Discharging` for a negative one, `Idle` for zero.
      DIRECTION
    }

    public Field {
      keys = List.copyOf(keys);
    }

    /// A field that looks at the publication's first device.
    public Field(
        String name,
        Shows shows,
        List<String> keys,
        Form form,
        String unit,
        int decimals,
        @Nullable String otherwise,
        @Nullable String negatedWith) {
      this(name, shows, keys, form, unit, decimals, otherwise, negatedWith, 0);
    }

    /// A number of a device.
    public static Field number(String name, List<String> keys, String unit, int decimals) {
      return new Field(name, Shows.VALUE, keys, Form.NUMBER, unit, decimals, null, null);
    }

    /// The name by which a publication binds it to another value: that of a further battery ends in
    /// its number, `SOC_2`.
    public String bindingName() {
      String number = batterySuffix(battery);
      return name.endsWith(number) ? name : name + number;
    }

    /// The same field of another battery of the publication.
    public Field of(String otherName, int otherBattery) {
      return new Field(
          otherName, shows, keys, form, unit, decimals, otherwise, negatedWith, otherBattery);
    }
  }

  /// What stands behind the names of a battery's things: nothing for the first, `_2` for the
  /// second.
  ///
  /// @param battery place among the publication's devices, from 0
  public static String batterySuffix(int battery) {
    return battery == 0 ? "" : "_" + (battery + 1);
  }

  /// When a per-value topic is sent.
  ///
  /// @param onChange false sends every poll
  /// @param deadBand a change up to this size, in the value's unit, is not reported
  /// @param longestSilence an unchanged value is sent again with the last reading before it would
  ///   have been silent for longer
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
