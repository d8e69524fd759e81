package dev.voltbus.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.voltbus.contract.Access;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.Quality;
import dev.voltbus.contract.RegisterMap;
import dev.voltbus.contract.RegisterSpec;
import dev.voltbus.contract.RegisterValue;
import dev.voltbus.simulator.Profile;
import dev.voltbus.simulator.ProfileDevice;
import dev.voltbus.simulator.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The register maps in `config/devices`: each names where its rows come from, and a golden folder
/// under `testcases/devices` shows what its words mean.
class DeviceLibraryTest {
  private static final Path CONFIG = Path.of("config");

  /// Needs no golden folder of its own: its map is ours, and the simulator's tests hold it.
  private static final String OUR_OWN = "inverter";

  @TempDir Path folder;

  private static Stream<String> types() throws IOException {
    try (Stream<Path> files = Files.list(CONFIG.resolve("devices"))) {
      return files
          .map(file -> file.getFileName().toString().replace(".yaml", ""))
          .filter(type -> !file(type).has("pushed")) // no registers to check; see PushedCarTest
          .sorted()
          .toList()
          .stream();
    }
  }

  private static Stream<String> foreignTypes() throws IOException {
    return types().filter(type -> !type.equals(OUR_OWN));
  }

  private Device device(String type) throws IOException, ConfigException {
    String text =
        """
        site: library
        links: { l: { url: "tcp://127.0.0.1:1" } }
        devices: { d: { type: %s, link: l } }
        """
            .formatted(type);
    Path site = Files.writeString(folder.resolve("site.yaml"), text);
    return SiteFiles.load(site, CONFIG, Map.of(), name -> null).devices().getFirst();
  }

  private static Section file(String type) {
    Faults faults = new Faults();
    Path path = CONFIG.resolve("devices").resolve(type + ".yaml");
    return Section.root(
        new YamlFile(path, new Variables(Map.of(), name -> null), faults).read().orElseThrow(),
        faults);
  }

  // A file that leaves the unit id out would ask every user for a number the vendor fixed.
  @ParameterizedTest
  @MethodSource("types")
  void everyFileLoadsAndStatesTheUsualUnitAndItsSource(String type) throws Exception {
    Section root = file(type);
    assertEquals(type, device(type).map().model());
    assertTrue(root.has("unit") && root.has("source") && root.has("description"), type);
  }

  // A number nobody can look up cannot be corrected either.
  @ParameterizedTest
  @MethodSource("foreignTypes")
  void everyRowNamesItsSource(String type) {
    List<String> without = new ArrayList<>();
    for (Section row : file(type).list("registers")) {
      if (!row.has("source")) {
        without.add(RegisterRow.key(row));
      }
    }
    assertEquals(List.of(), without);
  }

  @ParameterizedTest
  @MethodSource("foreignTypes")
  void theGoldenWordsDecodeToThePublishedValues(String type) throws Exception {
    GoldenWords golden = GoldenWords.of(type);
    Map<String, RegisterValue> values = golden.decode(device(type));
    List<String> differences = new ArrayList<>();
    for (GoldenWords.Expected expected : golden.expected()) {
      RegisterValue value = values.get(expected.key());
      assertNotNull(value, type + " has no value " + expected.key());
      expected.differenceTo(value).ifPresent(differences::add);
    }
    assertEquals(List.of(), differences);
    assertTrue(golden.expected().size() >= 5, golden.expected().size() + " values");
  }

  // Without it nobody knows how much the green test above is worth.
  @ParameterizedTest
  @MethodSource("foreignTypes")
  void theGoldenFolderSaysWhereItsWordsAndValuesComeFrom(String type) throws Exception {
    String source = Files.readString(GoldenWords.folder(type).resolve("SOURCE.md"));
    for (String part : List.of("Words", "Values", "Checked", "Not checked")) {
      assertTrue(source.contains("**" + part + "**"), type + ": SOURCE.md has no " + part);
    }
  }

  // What has neither bounds nor a list of settings, nobody can offer for writing safely.
  @ParameterizedTest
  @MethodSource("types")
  void everyWritableRowHasBoundsOrAListOfSettings(String type) throws Exception {
    List<String> open = new ArrayList<>();
    for (RegisterSpec row : device(type).map().registers()) {
      boolean bounded = row.range().min() != null && row.range().max() != null;
      if (row.access() == Access.READ_WRITE && !bounded && row.presentation().texts().isEmpty()) {
        open.add(row.key());
      }
    }
    assertEquals(List.of(), open);
  }

  // What cannot be played cannot be tried out before the device is on the wall.
  @ParameterizedTest
  @MethodSource("types")
  void everyDeviceHasASimulatorProfile(String type) {
    assertTrue(Files.exists(CONFIG.resolve("simulator").resolve(type + ".yaml")), type);
  }

  // The read plan of a file is worth something only if a device with that map answers all of it.
  @ParameterizedTest
  @MethodSource("foreignTypes")
  void theSimulatedDeviceAnswersEveryReadAndShowsItsProfile(String type) throws Exception {
    SimulatorFiles.Simulated simulated = new SimulatorFiles(CONFIG).load(type);
    Profile profile = simulated.profile();
    RegisterMap map = simulated.type().map();
    LibraryRun run = LibraryRun.of(map, profile.unit(), new ProfileDevice(map, profile).device());
    assertEquals(
        List.of(),
        run.blocks().stream().filter(block -> !block.isRead()).map(Object::toString).toList());
    List<String> differences = new ArrayList<>();
    profile
        .values()
        .forEach((key, signal) -> {
          RegisterValue value = run.values().get(key);
          if (value == null || !isShown(signal, value)) {
            differences.add(key + ": " + signal + " but " + value);
          }
        });
    assertEquals(List.of(), differences);
  }

  private static boolean isShown(Signal signal, RegisterValue shown) {
    Double number = shown.value();
    if (shown.quality() != Quality.GOOD) {
      return false;
    }
    if (signal instanceof Signal.Text(String text)) {
      return text.equals(shown.text());
    }
    return number != null && isAmong(signal.samples(), number, signal);
  }

  /// Half a step of the register is lost on the wire, at most a hundredth of the number here.
  private static boolean isAmong(List<Double> samples, double number, Signal signal) {
    double least = samples.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    double most = samples.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    double slack = Math.max(Math.abs(least), Math.abs(most)) / 100 + 1e-9;
    double growth = signal instanceof Signal.Count(double start, double rate) ? 60 * rate : 0;
    return number >= least - slack && number <= most + slack + growth;
  }
}
