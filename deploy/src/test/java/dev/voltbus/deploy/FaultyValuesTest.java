package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.Quality;
import dev.voltbus.contract.QualityReason;
import dev.voltbus.simulator.ModbusServer.Transport;
import dev.voltbus.simulator.Profile;
import dev.voltbus.simulator.Signal;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Faults under which a device answers properly, but not with its values, or not at first.
class FaultyValuesTest {
  private static final Path CASES = Path.of("src/test/resources/testcases/faults");
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);

  private final Vertx vertx = Vertx.vertx();
  private final Gateway gateway = new Gateway(vertx);
  @TempDir private Path folder;

  @BeforeEach
  void writeConfiguration() throws Exception {
    ConfigFolder.copy(Path.of("config/schema"), folder.resolve("schema"));
    ConfigFolder.copy(CASES, folder);
  }

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private FaultScene scene(Transport transport, double energy) throws Exception {
    Profile profile =
        Profile.of("values", 1)
            .with("voltage", 52.8)
            .with("energy", new Signal.Count(energy, 400))
            .with("power", 1500)
            .with("power_sf", 1)
            .with("seconds", new Signal.Count(1000, 1));
    FaultScene.Cast cast =
        new FaultScene.Cast(
            profile,
            Map.of(
                "voltage", value -> value == 52.8,
                "power", value -> value == 1500,
                "energy", value -> value >= energy && value < energy + 100_000));
    FaultScene scene = new FaultScene(vertx, gateway.wiring(), "values", transport, folder, cast);
    scene.start();
    await("all good before", () -> isGood(scene) && scene.polls("faulty") >= 2);
    return scene;
  }

  private static boolean isGood(FaultScene scene) {
    return scene.worst("faulty") == Quality.GOOD;
  }

  private static void await(String what, BooleanSupplier isSo) {
    long end = System.nanoTime() + PATIENCE;
    while (!isSo.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "not within 30 s: " + what);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  // The time of a frozen meter's answer is always new.
  @Test
  void frozenDeviceIsUnavailableAndBackWithItsFirstChange() throws Exception {
    FaultScene scene = scene(Transport.TCP, 0);
    scene.arm("frozen");
    await("frozen", () -> scene.best("faulty") == Quality.BAD);
    assertTrue(scene.wasSeen("faulty", "voltage", QualityReason.FROZEN));
    assertEquals(Quality.GOOD, scene.worst("neighbour"));
    scene.disarm();
    await("good again", () -> isGood(scene));
    assertEquals(List.of(), scene.wrongValues());
  }

  // 0x0000FFFF and 0x00010000 make 0x00000000 when the halves are of different moments.
  @Test
  void tornCounterIsHeldBack() throws Exception {
    FaultScene scene = scene(Transport.TCP, 62_000);
    scene.arm("torn");
    await("torn", () -> scene.wasSeen("faulty", "energy", QualityReason.STEPPED_BACK));
    assertEquals(Quality.GOOD, scene.quality("faulty", "voltage"));
    scene.disarm();
    await("good again", () -> isGood(scene));
    assertEquals(List.of(), scene.wrongValues());
  }

  @Test
  void changingScaleFactorNeverShowsAnotherPower() throws Exception {
    FaultScene scene = scene(Transport.TCP, 0);
    scene.arm("scale-factor:-1");
    int before = scene.polls("faulty");
    await("polls", () -> scene.polls("faulty") >= before + 6);
    assertTrue(scene.struck() > 0);
    assertTrue(isGood(scene), () -> "" + scene.reasons("faulty"));
    assertEquals(List.of(), scene.wrongValues());
  }

  // Which registers can tell depends on their bounds; `voltbus read --around` finds the cause.
  @Test
  void registersOneAddressOffAreHeldBackByTheirBounds() throws Exception {
    FaultScene scene = scene(Transport.TCP, 0);
    scene.arm("address-shift:1");
    await("held back", () -> scene.quality("faulty", "voltage") == Quality.BAD);
    assertTrue(scene.wasSeen("faulty", "voltage", QualityReason.OUT_OF_RANGE));
    assertEquals(Quality.GOOD, scene.quality("neighbour", "voltage"));
    scene.disarm();
    await("good again", () -> scene.quality("faulty", "voltage") == Quality.GOOD);
  }

  @Test
  void sleepingDeviceIsWokenAndLosesNoPoll() throws Exception {
    FaultScene scene = scene(Transport.RTU_OVER_TCP, 0);
    scene.arm("sleep:400ms");
    int before = scene.polls("faulty");
    await(
        "polls of a device that sleeps",
        () -> {
          assertTrue(isGood(scene), () -> "" + scene.reasons("faulty"));
          return scene.polls("faulty") >= before + 5;
        });
    assertTrue(scene.struck() > 0);
    assertEquals(List.of(), scene.wrongValues());
  }
}
