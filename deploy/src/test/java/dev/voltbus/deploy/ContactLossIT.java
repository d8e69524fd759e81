package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.simulator.BatterySite;
import dev.voltbus.simulator.Fault;
import dev.voltbus.simulator.ModbusServer.Write;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A battery that is not heard, while a limit runs that would go on for a long time: its safe
/// limits come before anything else, and what would keep its inverter going is not written.
@Timeout(180)
class ContactLossIT {
  private static final String LOST_AFTER = "3s";
  private static final int TIMER = 2;

  /// Written every second.
  private static final String KEEP_ALIVE =
      "keep-alive:\n  - { key: revert_timer_s, value: 600, period: 2s }\n";

  private static final Duration THREE_PERIODS = Duration.ofSeconds(3);

  @TempDir private Path folder;

  private ControlScene scene() throws Exception {
    Path config = folder.resolve("config");
    ConfigFolder.copy(PackagedProduct.HOME.resolve("config"), config);
    Path inverter = config.resolve("devices/inverter.yaml");
    Files.writeString(inverter, Files.readString(inverter) + KEEP_ALIVE);
    return new ControlScene(folder, false).with("lost-after: " + LOST_AFTER).with(config);
  }

  private static long fed(ControlScene scene) {
    return scene.devices().packServer().writes().stream()
        .filter(write -> write.unit() == BatterySite.INVERTER_UNIT && write.address() == TIMER)
        .count();
  }

  private static boolean isInContact(JsonObject control) {
    return control.getBoolean("in_contact");
  }

  @Test
  void aSilentBatteryGetsItsSafeLimitsAndNobodyFeedsItsInverter() throws Exception {
    try (ControlScene scene = scene()) {
      scene.gateway();
      scene.awaitBase();
      scene.limit(50, 60, 600);
      int heard = scene.listener.heard().size();
      scene.devices().packServer().fault(BatterySite.TINYBMS_UNIT, new Fault.Drop(false));
      scene.awaitControl(heard, control -> !isInContact(control));
      assertTrue(fed(scene) > 0, "it was fed before");
      scene.watch.await(scene.watch.count() - 1, seen -> seen.has(20, 20), ControlScene.SOON);
      long fed = fed(scene);
      scene.awaitWall(System.currentTimeMillis() + THREE_PERIODS.toMillis());
      assertEquals(fed, fed(scene), "writes to the timer while the battery is not heard");
      assertTrue(scene.watch.now().has(20, 20), () -> "" + scene.watch.now());
      heard = scene.listener.heard().size();
      scene.devices().packServer().fault(BatterySite.TINYBMS_UNIT);
      scene.awaitControl(heard, ContactLossIT::isInContact);
      scene.watch.await(scene.watch.count() - 1, seen -> seen.has(50, 60), ControlScene.SOON);
      long before = fed(scene);
      scene.awaitWall(System.currentTimeMillis() + THREE_PERIODS.toMillis());
      assertTrue(fed(scene) > before, "it is fed again");
    }
  }

  // Whoever watches the registers hears nothing either: judged from the log of writes.
  @Test
  void afterASilentLineTheSafeLimitsComeFirst() throws Exception {
    try (ControlScene scene = scene()) {
      scene.gateway();
      scene.awaitBase();
      scene.limit(50, 60, 600);
      int heard = scene.listener.heard().size();
      scene.devices().packServer().faultEveryUnit(new Fault.Drop(false));
      scene.awaitControl(heard, control -> !isInContact(control));
      int writes = scene.limitWrites().size();
      heard = scene.listener.heard().size();
      scene.devices().packServer().faultEveryUnit();
      scene.awaitControl(heard, control -> isInContact(control) && control.getBoolean("settled"));
      checkSafeFirst(scene, writes);
    }
  }

  @Test
  void afterTheOwnerOfTheLinkWasGoneTheSafeLimitsComeFirst() throws Exception {
    try (ControlScene scene = scene()) {
      scene.node("mqtt,command");
      PackagedProduct owner = scene.node("acquisition,mapping");
      scene.awaitBase();
      scene.limit(50, 60, 600);
      int heard = scene.listener.heard().size();
      scene.kill(owner);
      scene.awaitControl(heard, control -> !isInContact(control));
      int writes = scene.limitWrites().size();
      int seen = scene.watch.count();
      scene.node("acquisition,mapping");
      scene.watch.await(seen, each -> each.has(20, 20), ControlScene.SOON);
      scene.limits(50, 60);
      checkSafeFirst(scene, writes);
    }
  }

  private static void checkSafeFirst(ControlScene scene, int writes) {
    List<List<Integer>> since =
        scene.limitWrites().stream().skip(writes).map(Write::words).toList();
    assertTrue(
        since.size() >= 4 && since.subList(0, 2).equals(List.of(List.of(200), List.of(200))),
        () -> "20 A and 20 A first: " + since);
    assertEquals(
        List.of(List.of(500), List.of(600)), since.subList(since.size() - 2, since.size()));
  }
}
