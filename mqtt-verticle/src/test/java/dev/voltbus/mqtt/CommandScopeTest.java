package dev.voltbus.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.voltbus.contract.BrokerSettings;
import dev.voltbus.contract.Control;
import dev.voltbus.contract.Control.BatteryTarget;
import dev.voltbus.contract.Discovery;
import dev.voltbus.contract.Discovery.Command;
import dev.voltbus.contract.Discovery.Controlled;
import dev.voltbus.contract.Discovery.Entity;
import dev.voltbus.contract.Discovery.Needs;
import dev.voltbus.contract.Publication;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// An entity that does nothing when it is used is not shown.
class CommandScopeTest {
  private static final Publication PUBLICATION =
      Fixtures.dbe(BrokerSettings.at("local", "127.0.0.1", 1883));
  private static final Discovery DISCOVERY =
      new Discovery(
          Fixtures.DISCOVERY,
          "",
          0,
          List.of(
              entity("pause", new Command("PAUSE"), "{}"),
              entity("reset", new Command("BMSRESET"), "{}"),
              entity("mode", new Controlled(null), "{}"),
              entity(
                  "number",
                  new Controlled("SET_LIMITS"),
                  "{\"max\":\"{max-charge}\",\"step\":\"{step-discharge}\"}")));

  private static Entity entity(String topic, Needs needs, String payload) {
    return new Entity(topic, payload, needs, false);
  }

  private static List<Entity> shown(@Nullable Control control) {
    return CommandScope.of(PUBLICATION, control).narrowed(DISCOVERY).entities();
  }

  private static List<String> names(@Nullable Control control) {
    return shown(control).stream().map(Entity::topic).toList();
  }

  private static Control control(Set<String> commands, Map<String, Set<String>> permits) {
    return TestingOwner.control(false, commands, permits);
  }

  @Test
  void aBatteryWithoutControlHasAllButtonsAndNothingElse() {
    assertEquals(List.of("pause", "reset"), names(null));
    assertEquals(
        List.of("pause", "reset"),
        names(new Control(List.of(), Control.OnUnknown.BASE, Map.of(), false, false, Map.of())));
  }

  @Test
  void aControlledBatteryHasWhatItTakes() {
    assertEquals(List.of("pause", "mode"), names(control(Set.of("PAUSE"), Map.of())));
    assertEquals(
        List.of("reset", "mode", "number"),
        names(control(Set.of("BMSRESET", "SET_LIMITS"), Map.of())));
  }

  @Test
  void aPublicationHasWhatItMaySend() {
    Set<String> all = Set.copyOf(Control.COMMANDS);
    assertEquals(
        List.of("pause", "mode"), names(control(all, Map.of("dbe", Set.of("PAUSE", "STOP")))));
    assertEquals(4, names(control(all, Map.of("other", Set.of()))).size());
  }

  @Test
  void aDirectionWithoutRegisterHasNoNumber() {
    BatteryTarget both =
        control(Set.copyOf(Control.COMMANDS), Map.of()).battery(Fixtures.DEVICE).orElseThrow();
    BatteryTarget out =
        new BatteryTarget(
            both.battery(),
            null,
            both.discharge(),
            null,
            List.of(),
            null,
            null,
            null,
            Set.of("SET_LIMITS"),
            both.pace());
    Control control =
        new Control(List.of(out), Control.OnUnknown.BASE, Map.of(), false, false, Map.of());
    assertEquals(List.of("mode"), names(control));
  }

  @Test
  void aNumberEndsAtTheEnvelope() {
    Control control = control(Set.copyOf(Control.COMMANDS), Map.of());
    assertEquals("{\"max\":80,\"step\":0.5}", shown(control).getLast().payload());
  }
}
