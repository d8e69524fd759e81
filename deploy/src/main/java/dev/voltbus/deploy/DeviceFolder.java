package dev.voltbus.deploy;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The device files of a config folder, for commands that need no site.
record DeviceFolder(Path configDir) {
  private static final String ENDING = ".yaml";

  /// A device type by its name, or by the path of its file.
  ///
  /// @throws UsageException if there is none, with the ones there are
  /// @throws ConfigException naming each fault of the file
  DeviceType device(String nameOrPath) throws ConfigException {
    boolean isPath = nameOrPath.endsWith(ENDING);
    Path file = isPath ? Path.of(nameOrPath) : file(nameOrPath);
    if (!isPath && !Files.exists(file)) {
      List<String> known = names();
      throw new UsageException(
          "--device: no file "
              + file
              + Nearest.question(nameOrPath, known)
              + (Nearest.to(nameOrPath, known).isPresent() ? " known: " : "; known: ")
              + String.join(", ", known));
    }
    Faults faults = new Faults();
    Optional<DeviceType> type = read(file, faults);
    faults.throwIfAny();
    DeviceType found =
        type.orElseThrow(() -> new IllegalStateException(file + " gave no device, no fault"));
    if (found.pushed() != null) {
      throw new UsageException("--device: " + file + " is pushed by others and has no registers");
    }
    return found;
  }

  /// All types of Modbus devices that are sound, by name.
  SortedMap<String, DeviceType> all() {
    SortedMap<String, DeviceType> all = new TreeMap<>();
    for (String name : names()) {
      read(file(name), new Faults())
          .filter(type -> type.pushed() == null)
          .ifPresent(type -> all.put(name, type));
    }
    return all;
  }

  private Optional<DeviceType> read(Path file, Faults faults) {
    String name = String.valueOf(file.getFileName()).replace(ENDING, "");
    Variables none = new Variables(Map.of(), System::getenv);
    CheckedFiles files = new CheckedFiles(configDir, none, faults);
    return files
        .read(file, CheckedFiles.Kind.DEVICE)
        .flatMap(root ->
            DeviceFile.read(
                root, name, files.library(CheckedFiles.Kind.SUNSPEC, SunSpecRows::model)));
  }

  private Path file(String name) {
    return configDir.resolve("devices").resolve(name + ENDING);
  }

  private List<String> names() {
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(configDir.resolve("devices"), "*" + ENDING)) {
      SortedMap<String, Path> names = new TreeMap<>();
      files.forEach(
          file -> names.put(String.valueOf(file.getFileName()).replace(ENDING, ""), file));
      return List.copyOf(names.keySet());
    } catch (IOException e) {
      return List.of();
    }
  }
}
