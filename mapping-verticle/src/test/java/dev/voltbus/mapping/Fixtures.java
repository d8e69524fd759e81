package dev.voltbus.mapping;

import dev.voltbus.contract.Derivation;
import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.Presentation;
import dev.voltbus.contract.ReadLimits;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.Scaling;
import dev.voltbus.contract.WireSource;
import dev.voltbus.contract.WireType;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// A small pack with the kinds of value that matter to mapping.
final class Fixtures {
  private Fixtures() {}

  static RegisterMap pack() {
    return new RegisterMap(
        "pack",
        List.of(
            read("battery_pack_voltage", 36, WireType.U16, "0.01"),
            read("battery_pack_current", 38, WireType.S16, "0.1"),
            read("external_temperature", 42, WireType.S16, "0.1").withAbsent(-32768L),
            read("internal_temperature", 48, WireType.S16, "0.1"),
            read("system_status", 50, WireType.U16, "1"),
            read("cutoff", 300, WireType.U16, "1"),
            derived(
                "pack_power_w",
                Derivation.of(
                    Derivation.Op.PRODUCT, "battery_pack_voltage", "battery_pack_current")),
            derived(
                "temperature_max",
                Derivation.of(Derivation.Op.MAX, "external_temperature", "internal_temperature")),
            derived(
                    "system_state",
                    Derivation.lookup("system_status", Map.of(0x91L, 3L, 0x96L, 3L), 0))
                .withPresentation(
                    Presentation.NONE.withTexts(Map.of(0x91L, "charging", 0x96L, "regenerating")))),
        List.of(PollGroup.every("fast", Duration.ofSeconds(1))),
        ReadLimits.MODBUS);
  }

  private static RegisterSpec read(String key, int address, WireType type, String scale) {
    return RegisterSpec.of(key, WireSource.holding(address, type))
        .withScaling(Scaling.by(scale))
        .inGroup("fast");
  }

  private static RegisterSpec derived(String key, Derivation derivation) {
    return RegisterSpec.of(key, derivation);
  }
}
