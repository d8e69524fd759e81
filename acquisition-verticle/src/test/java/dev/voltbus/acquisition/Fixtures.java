package dev.voltbus.acquisition;

import dev.voltbus.contract.BitSlice;
import dev.voltbus.contract.ByteOrder;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.KeepAlive;
import dev.voltbus.contract.Link;
import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.Presentation;
import dev.voltbus.contract.RawRange;
import dev.voltbus.contract.ReadLimits;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.RegisterTable;
import dev.voltbus.contract.Scaling;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.WireType;
import dev.voltbus.contract.WordOrder;
import dev.voltbus.contract.Writing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Small sites and register maps.
final class Fixtures {
  static final String GROUP = "fast";
  static final int LIMIT = 60;
  static final int LIMIT_FACTOR = 63;

  private Fixtures() {}

  static WireSource holding(int address) {
    return WireSource.holding(address, WireType.U16);
  }

  /// Raw words, so that any length is allowed.
  static WireSource words(RegisterTable table, int address, int count) {
    return source(table, address, count, WireType.BYTES);
  }

  static WireSource bit(RegisterTable table, int address) {
    return source(table, address, 1, WireType.BOOL);
  }

  private static WireSource source(RegisterTable table, int address, int count, WireType type) {
    return new WireSource(
        table, address, count, type, WordOrder.HIGH_FIRST, ByteOrder.HIGH_FIRST, BitSlice.WHOLE);
  }

  /// A map with one poll group.
  static RegisterMap map(Duration period, ReadLimits limits, WireSource... places) {
    List<RegisterSpec> registers = new ArrayList<>();
    for (WireSource place : places) {
      registers.add(RegisterSpec.of("register_" + registers.size(), place).inGroup(GROUP));
    }
    return new RegisterMap("test", registers, List.of(PollGroup.every(GROUP, period)), limits);
  }

  /// Two groups of one register each, `a` at holding 36 and `b` at holding 38.
  static RegisterMap twoGroups(Duration period) {
    return new RegisterMap(
        "test",
        List.of(
            RegisterSpec.of("a", holding(36)).inGroup("a"),
            RegisterSpec.of("b", holding(38)).inGroup("b")),
        List.of(PollGroup.every("a", period), PollGroup.every("b", period)),
        ReadLimits.MODBUS);
  }

  static Device device(String name, int unit, Duration period, WireSource... places) {
    return new Device(name, "bms", unit, map(period, ReadLimits.MODBUS, places));
  }

  /// A device whose registers, `register_0` and so on, can all be written in one way.
  static Device writable(String name, int unit, Writing writing, WireSource... places) {
    return writable(name, unit, writing, List.of(), places);
  }

  static Device writable(
      String name, int unit, Writing writing, List<KeepAlive> keepAlive, WireSource... places) {
    RegisterMap plain = map(Duration.ofSeconds(1), ReadLimits.MODBUS, places);
    Map<String, Writing> all = new HashMap<>();
    List<RegisterSpec> registers = new ArrayList<>();
    for (RegisterSpec register : plain.registers()) {
      registers.add(register.writable(RawRange.UNSTATED));
      all.put(register.key(), writing);
    }
    RegisterMap map = new RegisterMap("test", registers, plain.groups(), plain.limits());
    return new Device(name, "bms", unit, map.withWriting(all, keepAlive));
  }

  /// A register with a scale factor: `limit` in ampere at holding 60, `limit_sf` at holding 63.
  static RegisterMap charger(Writing writing, KeepAlive... keepAlive) {
    RegisterSpec limit =
        RegisterSpec.of("limit", WireSource.holding(LIMIT, WireType.U16))
            .withScaling(Scaling.ONE.withScaleRegister("limit_sf"))
            .withPresentation(Presentation.NONE.withUnit("A"))
            .withAbsent(65535L)
            .writable(RawRange.UNSTATED);
    RegisterSpec factor =
        RegisterSpec.of("limit_sf", WireSource.holding(LIMIT_FACTOR, WireType.S16))
            .withAbsent(-32768L);
    return new RegisterMap(
            "charger",
            List.of(limit, factor),
            List.of(PollGroup.every(RegisterSpec.DEFAULT_GROUP, Duration.ofHours(1))),
            new ReadLimits(125, 4))
        .withWriting(Map.of("limit", writing), List.of(keepAlive));
  }

  /// A site with the one link `bms`, quick to connect again and patient with a busy machine.
  static Site site(String url, Device... devices) {
    return new Site("test", List.of(quick(url)), List.of(devices), List.of());
  }

  private static Link quick(String url) {
    return new Link(
        "bms",
        url,
        Duration.ofSeconds(3),
        Duration.ofSeconds(5),
        Duration.ofMillis(40),
        Duration.ofMillis(320));
  }

  static Site withRequestTimeout(Site site, Duration timeout) {
    List<Link> links =
        site.links().stream()
            .map(link ->
                new Link(
                    link.name(),
                    link.url(),
                    link.connectTimeout(),
                    timeout,
                    link.reconnectMin(),
                    link.reconnectMax()))
            .toList();
    return new Site(site.name(), links, site.devices(), site.publications());
  }
}
