package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.simulator.Fault;
import dev.voltbus.simulator.Profile;
import dev.voltbus.simulator.ProfileDevice;
import dev.voltbus.simulator.Signal;
import dev.voltbus.simulator.SimulatedDevice.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Simulator profiles: what is read, and what is said of faulty ones. Each folder under
/// `testcases/simulator` is a faulty profile of the device in `testcases/config/base`.
class SimulatorFilesTest {
  private static final Path CASES = Path.of("src/test/resources/testcases/simulator");
  private static final Path BASE = Path.of("src/test/resources/testcases/config/base");
  private static final String PUSHED = "pushed-car";
  private static final Path CONFIG = Path.of("config");

  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> everyFaultIsNamedWithFileLineKeyAndWhatWouldBeValid() throws IOException {
    List<Path> cases;
    try (Stream<Path> folders = Files.list(CASES)) {
      cases = folders.sorted().toList();
    }
    assertTrue(cases.size() >= 25, cases.size() + " cases");
    return cases.stream()
        .map(path -> DynamicTest.dynamicTest(path.getFileName().toString(), () -> check(path)));
  }

  private void check(Path faulty) throws IOException {
    Path config = Files.createDirectory(folder.resolve(faulty.getFileName()));
    copyBase(config);
    ConfigFolder.copy(faulty, config);
    Path expected = faulty.resolve("expected.txt");
    ConfigException refusal =
        assertThrows(ConfigException.class, () -> new SimulatorFiles(config).load("battery"));
    String said = refusal.getMessage().replace(config + "/", "") + "\n";
    if (Boolean.getBoolean("voltbus.accept")) {
      Files.writeString(expected, said);
    }
    assertEquals(Files.readString(expected), said);
  }

  private static void copyBase(Path config) throws IOException {
    ConfigFolder.copy(CONFIG.resolve("schema"), config.resolve("schema"));
    ConfigFolder.copy(BASE, config);
  }

  @Test
  void everythingAProfileCanSayIsRead() throws Exception {
    copyBase(folder);
    Files.createDirectory(folder.resolve("simulator"));
    Files.writeString(
        folder.resolve("simulator/battery.yaml"),
        """
        device: battery
        unit: 7
        values:
          voltage: { from: 48, to: 56, period: 2m }
          current: { start: 3, rate: -0.5 }
          state: { steps: [0, 1], every: 5s }
          name: "PACK 1"
        words:
          holding 100: [0x5375, 28243]
          input 5: "FFFF 0001"
        device-id: { 0: "Voltbus", 0x80: "extra" }
        functions: [3, 4, 43]
        largest-block: 60
        quirks: [gap-reads, "min-gap:50ms"]
        """);
    assertEquals(
        new Profile(
            "battery",
            7,
            "",
            Map.of(
                "voltage", new Signal.Sine(48, 56, Duration.ofMinutes(2)),
                "current", new Signal.Count(3, -0.5),
                "state", new Signal.Steps(List.of(0.0, 1.0), Duration.ofSeconds(5)),
                "name", new Signal.Text("PACK 1")),
            List.of(
                new Profile.Words(Table.HOLDING, 100, List.of(0x5375, 0x6E53)),
                new Profile.Words(Table.INPUT, 5, List.of(0xFFFF, 1))),
            Map.of(0, "Voltbus", 0x80, "extra"),
            Set.of(3, 4, 43),
            60,
            List.of(new Fault.GapReads(), new Fault.MinGap(Duration.ofMillis(50), false))),
        new SimulatorFiles(folder).load("battery").profile());
  }

  // A user wants to try a device before somebody has written a profile for it.
  @Test
  void aDeviceWithoutAProfileShowsTheDefaultsOfItsRegisters() throws Exception {
    copyBase(folder);
    assertEquals(Profile.of("battery", 1), new SimulatorFiles(folder).load("battery").profile());
  }

  @Test
  void anUnknownDeviceIsRefusedWithTheKnownOnes() {
    String said =
        assertThrows(UsageException.class, () -> new SimulatorFiles(CONFIG).load("tinibms"))
            .getMessage();
    assertTrue(said.startsWith("`tinibms` is no device, did you mean `tinybms`?; known: "), said);
    assertThrows(UsageException.class, () -> new SimulatorFiles(CONFIG).load("../sites/demo"));
  }

  @Test
  void everyShippedDeviceCanBeSimulated() throws Exception {
    SimulatorFiles files = new SimulatorFiles(CONFIG);
    List<String> names = new ArrayList<>(files.names());
    assertTrue(names.remove(PUSHED), names.toString());
    for (String name : names) {
      SimulatorFiles.Simulated simulated = files.load(name);
      ProfileDevice device = new ProfileDevice(simulated.type().map(), simulated.profile());
      assertEquals(name, device.device().name());
    }
  }

  @Test
  void aDeviceThatOthersPushHasNothingToSimulate() {
    SimulatorFiles files = new SimulatorFiles(CONFIG);
    UsageException refusal = assertThrows(UsageException.class, () -> files.load(PUSHED));
    assertEquals(
        "device `pushed-car` is pushed by others and has no registers", refusal.getMessage());
  }

  @Test
  void everyShippedProfileHasADeviceFile() throws IOException {
    List<String> devices = new SimulatorFiles(CONFIG).names();
    try (Stream<Path> profiles = Files.list(CONFIG.resolve("simulator"))) {
      for (Path profile : profiles.toList()) {
        String name = profile.getFileName().toString().replace(".yaml", "");
        assertTrue(devices.contains(name), name);
      }
    }
  }
}
