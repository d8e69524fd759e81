package dev.voltbus.deploy;

import dev.voltbus.simulator.Profile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads simulator profiles, each with the device file of the same name.
final class SimulatorFiles {
  private final Path configDir;

  SimulatorFiles(Path configDir) {
    this.configDir = configDir;
  }

  /// A device that can be simulated.
  record Simulated(DeviceType type, Profile profile) {}

  /// What is to be simulated under a name; a device without a profile shows its registers'
  /// defaults.
  ///
  /// @throws ConfigException naming each fault with file, line and key
  Simulated load(String device) throws ConfigException {
    Path file = configDir.resolve("devices").resolve(device + ".yaml");
    if (!device.matches("[a-z0-9-]{1,63}") || !Files.exists(file)) {
      List<String> known = names();
      throw new UsageException(
          "`"
              + device
              + "` is no device"
              + Nearest.question(device, known)
              + "; known: "
              + String.join(", ", known));
    }
    Faults faults = new Faults();
    CheckedFiles files = new CheckedFiles(configDir, variables(), faults);
    Optional<DeviceType> type =
        files
            .read(file, CheckedFiles.Kind.DEVICE)
            .flatMap(root ->
                DeviceFile.read(
                    root, device, files.library(CheckedFiles.Kind.SUNSPEC, SunSpecRows::model)));
    Optional<Profile> profile = type.flatMap(known -> profile(files, device, known));
    faults.throwIfAny();
    if (type.orElseThrow().pushed() != null) {
      throw new UsageException("device `" + device + "` is pushed by others and has no registers");
    }
    return new Simulated(type.orElseThrow(), profile.orElseThrow());
  }

  private Optional<Profile> profile(CheckedFiles files, String device, DeviceType type) {
    Path file = configDir.resolve("simulator").resolve(device + ".yaml");
    if (!Files.exists(file)) {
      @Nullable Integer unit = type.unit();
      return Optional.of(Profile.of(device, unit == null ? 1 : unit));
    }
    return files
        .read(file, CheckedFiles.Kind.PROFILE)
        .flatMap(root -> ProfileFile.read(root, type));
  }

  private static Variables variables() {
    return new Variables(Map.of(), System::getenv);
  }

  /// The device types, in alphabetical order.
  List<String> names() {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(configDir.resolve("devices"), "*.yaml")) {
      files.forEach(file -> names.add(String.valueOf(file.getFileName()).replace(".yaml", "")));
    } catch (IOException e) {
      return List.of();
    }
    Collections.sort(names);
    return names;
  }
}
