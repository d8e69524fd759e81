package dev.voltbus.deploy;

import dev.voltbus.acquisition.AcquisitionVerticle;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.PlannedRead;
import dev.voltbus.contract.RegisterCodec;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.Relocation;
import dev.voltbus.contract.WireSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A request by which the gateway reads a device, and the registers it brings.
///
/// @param group poll group, or empty
/// @param place what is asked, on the wire
/// @param count how many words or bits the device has of it
/// @param nominal address of the first word in the register map
/// @param codecs the registers in it, in the order of their addresses
record DeviceRead(
    String group, RegisterPlace place, int count, int nominal, List<RegisterCodec> codecs) {
  DeviceRead {
    codecs = List.copyOf(codecs);
  }

  /// A request without any register that is known.
  static DeviceRead plain(RegisterPlace place, int count) {
    return new DeviceRead("", place, count, place.address(), List.of());
  }

  /// The requests for all registers of a device, as acquisition plans them.
  ///
  /// @param models where its models stand; what the device does not have is left out
  static List<DeviceRead> of(Device device, ModelSearch models) {
    Map<String, RegisterCodec> codecs = new HashMap<>();
    for (RegisterSpec register : device.map().registers()) {
      if (register.source() instanceof WireSource) {
        codecs.put(register.key(), RegisterCodec.of(register));
      }
    }
    List<DeviceRead> reads = new ArrayList<>();
    for (PlannedRead planned : AcquisitionVerticle.plannedReads(device)) {
      models.place(planned).ifPresent(place -> reads.add(of(planned, place, codecs)));
    }
    return reads;
  }

  private static DeviceRead of(
      PlannedRead planned, Relocation.Place place, Map<String, RegisterCodec> codecs) {
    List<RegisterCodec> brought =
        planned.keys().stream()
            .map(codecs::get)
            .filter(codec -> codec.wire().end() <= planned.address() + place.count())
            .sorted(Comparator.comparingInt(codec -> codec.wire().address()))
            .toList();
    return new DeviceRead(
        planned.group(),
        new RegisterPlace(planned.table(), place.address(), ""),
        place.count(),
        planned.address(),
        brought);
  }

  /// The same registers, each by a request of its own; scale factors first, for the others need
  /// them.
  List<DeviceRead> alone() {
    Set<String> factors = new HashSet<>();
    codecs.forEach(codec -> {
      @Nullable String factor = codec.spec().scaling().scaleRegister();
      if (factor != null) {
        factors.add(factor);
      }
    });
    return codecs.stream()
        .sorted(Comparator.comparing(codec -> !factors.contains(codec.spec().key())))
        .map(this::alone)
        .toList();
  }

  private DeviceRead alone(RegisterCodec codec) {
    WireSource wire = codec.wire();
    return new DeviceRead(
        group, place.plus(wire.address() - nominal), wire.words(), wire.address(), List.of(codec));
  }

  /// `holding 304..310`, where it stands in the device.
  String place(RegisterCodec codec) {
    int first = codec.wire().address() - nominal + place.address();
    int words = codec.wire().words();
    String last = words == 1 ? "" : ".." + (first + words - 1);
    return codec.wire().table().word() + " " + first + last;
  }

  /// A map with nothing but some registers and their scale factors.
  ///
  /// @param keys keys asked for; empty for all
  /// @throws UsageException for a key the map does not have, or that has no words
  static RegisterMap only(RegisterMap map, List<String> keys) {
    check(map, keys);
    Set<String> wanted = new HashSet<>(keys);
    map.readTogether().stream()
        .filter(pair -> keys.contains(pair.getFirst()))
        .forEach(pair -> wanted.add(pair.getLast()));
    List<RegisterSpec> registers =
        map.registers().stream()
            .filter(register -> register.source() instanceof WireSource)
            .filter(register -> keys.isEmpty() || wanted.contains(register.key()))
            .toList();
    return new RegisterMap(
        map.model(), registers, map.groups(), map.limits(), Map.of(), List.of(), map.segments());
  }

  private static void check(RegisterMap map, List<String> keys) {
    List<String> known = map.registers().stream().map(RegisterSpec::key).toList();
    for (String key : keys) {
      int at = known.indexOf(key);
      if (at < 0) {
        throw new UsageException(
            "--key: "
                + map.model()
                + " has no register `"
                + key
                + "`"
                + Nearest.question(key, known)
                + System.lineSeparator()
                + "  try: without --key; it shows all "
                + known.size()
                + " keys");
      }
      if (!(map.registers().get(at).source() instanceof WireSource)) {
        throw new UsageException("--key: " + key + " is derived from others; read those");
      }
    }
  }
}
