package dev.voltbus.contract;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// One contract published to one broker under one prefix: one MQTT connection.
///
/// @param name unique in the site
/// @param contract the topic contract
/// @param broker broker settings with this publication's client id, root topic, QoS and retain
/// @param prefix topic prefix
/// @param devices devices in order; the first is the one a field without binding looks at
/// @param interval time between two sendings of a JSON object, 100 ms to 24 h
/// @param options options that are on, such as `cell-voltages`
/// @param bindings field name to the value it shows
/// @param overrides QoS, retain and reporting by key
/// @param site what systems outside call the site
/// @param discovery where and in which form Home Assistant is told of it
/// @param alarmBand how near to a limit its alarms warn
/// @param outbox how much of what must all arrive is kept through an outage
/// @param instances Venus OS device instances, one for each device; empty in other contracts
public record Publication(
    String name,
    TopicContract contract,
    BrokerSettings broker,
    String prefix,
    List<String> devices,
    Duration interval,
    Set<String> options,
    Map<String, Binding> bindings,
    TopicContract.Overrides overrides,
    String site,
    Discovery.Setting discovery,
    TopicContract.AlarmBand alarmBand,
    OutboxBounds outbox,
    List<Integer> instances) {

  /// Publish all cell voltages.
  public static final String CELL_VOLTAGES = "cell-voltages";

  /// A value of a device.
  public record Binding(String device, String key) {}

  public Publication {
    devices = List.copyOf(devices);
    options = Set.copyOf(options);
    bindings = Map.copyOf(bindings);
    instances = List.copyOf(instances);
    if (devices.isEmpty()) {
      throw new IllegalArgumentException("publication " + name + ": devices is empty");
    }
    if (interval.toMillis() < 100 || interval.compareTo(Duration.ofHours(24)) > 0) {
      throw new IllegalArgumentException(
          "publication "
              + name
              + ": interval "
              + interval.toMillis()
              + " ms is not in 100 ms..24 h");
    }
    if (!instances.isEmpty() && instances.size() != devices.size()) {
      throw new IllegalArgumentException(
          "instances has "
              + instances.size()
              + " numbers for "
              + devices.size()
              + " devices: give one for each");
    }
  }

  /// Whether it has topics of which each message must arrive.
  public boolean mustDeliver() {
    return contract.topics().stream().anyMatch(this::mustDeliver);
  }

  private boolean mustDeliver(TopicContract.TopicRule rule) {
    return rule.sending().mustArrive(TopicContract.Override.NONE, broker)
        || (rule instanceof TopicContract.PerValue
            && overrides.byKey().values().stream()
                .anyMatch(override -> rule.sending().mustArrive(override, broker)));
  }

  /// A publication without device instances.
  public Publication(
      String name,
      TopicContract contract,
      BrokerSettings broker,
      String prefix,
      List<String> devices,
      Duration interval,
      Set<String> options,
      Map<String, Binding> bindings,
      TopicContract.Overrides overrides,
      String site,
      Discovery.Setting discovery,
      TopicContract.AlarmBand alarmBand,
      OutboxBounds outbox) {
    this(
        name, contract, broker, prefix, devices, interval, options, bindings, overrides, site,
        discovery, alarmBand, outbox, List.of());
  }
}
