package dev.voltbus.deploy;

import dev.voltbus.contract.Access;
import dev.voltbus.contract.BrokerKind;
import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.PushSource;
import dev.voltbus.contract.RegisterSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Reads the devices of a site file that have no Modbus: their values are pushed.
final class PushReader {
  private static final List<String> OF_MODBUS = List.of("link", "unit", "options");

  private final String site;
  private final BrokerReader brokers;
  private final Map<String, String> places = new HashMap<>();

  PushReader(String site, BrokerReader brokers) {
    this.site = site;
    this.brokers = brokers;
  }

  Optional<Device> device(String name, Section section, DeviceType type) {
    int before = section.faults().count();
    for (String key : OF_MODBUS) {
      if (section.has(key)) {
        section.fault(key, "belongs to a Modbus device; this one is pushed");
      }
    }
    PushedRows.@Nullable Form form = type.pushed();
    if (form == null) {
      section.fault("push", unfit(type));
      return Optional.empty();
    }
    Section push = section.section("push");
    List<String> known = brokers.sections().keySet().stream().sorted().toList();
    SiteReader.reference(push, "broker", push.text("broker"), known);
    Optional<PushSource> source =
        brokers.named(push.text("broker")).map(broker -> source(push, broker, form));
    source
        .filter(made -> made.broker().kind() == BrokerKind.AZURE)
        .ifPresent(made -> push.fault("broker", "Azure IoT Hub passes on no topics of others"));
    source.ifPresent(made -> claim(name, push, made));
    if (section.faults().count() > before) {
      return Optional.empty();
    }
    return source.flatMap(from ->
        section.make(() ->
            Device.pushed(
                name, type.withPeriods(SiteReader.periods(section.section("poll"), type)), from)));
  }

  /// Values that anybody may publish must not lead a device that can be controlled.
  private static String unfit(DeviceType type) {
    String writable =
        type.map().registers().stream()
            .filter(register -> register.access() == Access.READ_WRITE)
            .map(RegisterSpec::key)
            .limit(3)
            .collect(Collectors.joining(", "));
    return "`"
        + type.map().model()
        + "` is a Modbus device"
        + (writable.isEmpty() ? "" : " that can be controlled (" + writable + ")")
        + "; only a type with `pushed` values can be pushed";
  }

  private PushSource source(Section push, BrokerSettings broker, PushedRows.Form form) {
    return new PushSource(
        broker.withClientId("voltbus-" + site + "-push"),
        push.text("topic"),
        form.timeField(),
        form.values());
  }

  /// One message must not be the reading of two devices.
  private void claim(String name, Section push, PushSource source) {
    for (String topic : source.topics()) {
      String place = "topic " + topic + " of broker " + source.broker().name();
      String other = places.putIfAbsent(place, name);
      if (other != null) {
        push.fault("topic", place + " is pushed to device " + other + " already");
        return;
      }
    }
  }
}
