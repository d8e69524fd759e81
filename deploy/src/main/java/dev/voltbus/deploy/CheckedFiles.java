package dev.voltbus.deploy;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/// The files of a config folder, each read once and checked against its schema.
final class CheckedFiles {

  /// The kinds of configuration files.
  enum Kind {
    SITE("site", "sites"),
    DEVICE("device", "devices"),
    CONTRACT("contract", "contracts"),
    PROFILE("simulator", "simulator"),
    SUNSPEC("sunspec", "sunspec");

    private final String word;
    private final String folder;

    Kind(String word, String folder) {
      this.word = word;
      this.folder = folder;
    }
  }

  private final Path configDir;
  private final Variables variables;
  private final Faults faults;
  private final Map<Kind, Optional<SchemaCheck>> checks = new EnumMap<>(Kind.class);

  CheckedFiles(Path configDir, Variables variables, Faults faults) {
    this.configDir = configDir;
    this.variables = variables;
    this.faults = faults;
  }

  /// A file that its schema accepts, or nothing after a fault was added.
  Optional<Section> read(Path file, Kind kind) {
    Optional<SchemaCheck> check = checks.computeIfAbsent(kind, this::check);
    Optional<ConfigTree> tree = new YamlFile(file, variables, faults).read();
    if (check.isEmpty() || tree.isEmpty() || !check.get().accepts(tree.get(), faults)) {
      return Optional.empty();
    }
    return Optional.of(Section.root(tree.get(), faults));
  }

  /// A folder of one's own need not hold the schemas: those of the installation serve.
  private Optional<SchemaCheck> check(Kind kind) {
    String file = kind.word + ".schema.json";
    Path own = configDir.resolve("schema").resolve(file);
    Path installed = Main.configFolder().resolve("schema").resolve(file);
    return SchemaCheck.of(Files.exists(own) || !Files.exists(installed) ? own : installed, faults);
  }

  /// The files of one kind that a site names, each made into what it says.
  <T> Library<T> library(Kind kind, BiFunction<Section, String, Optional<T>> maker) {
    return new Library<>(kind, maker);
  }

  /// Device or contract files by name.
  final class Library<T> {
    private final Kind kind;
    private final BiFunction<Section, String, Optional<T>> maker;
    private final Map<String, Optional<T>> made = new HashMap<>();

    private Library(Kind kind, BiFunction<Section, String, Optional<T>> maker) {
      this.kind = kind;
      this.maker = maker;
    }

    /// What the file named under a key says, or nothing after a fault was added.
    Optional<T> named(Section section, String key) {
      return file(section, key, section.text(key));
    }

    /// What a file says, or nothing after a fault was added under a key.
    Optional<T> file(Section section, String key, String name) {
      Path file = configDir.resolve(kind.folder).resolve(name + ".yaml");
      if (!made.containsKey(name) && !Files.exists(file)) {
        List<String> known = names();
        section.fault(
            key,
            "no file "
                + file
                + " for `"
                + name
                + "`"
                + Nearest.question(name, known)
                + (Nearest.to(name, known).isPresent() ? " known: " : "; known: ")
                + String.join(", ", known));
        return Optional.empty();
      }
      return made.computeIfAbsent(
          name, wanted -> read(file, kind).flatMap(root -> maker.apply(root, wanted)));
    }

    private List<String> names() {
      List<String> names = new ArrayList<>();
      try (DirectoryStream<Path> files =
          Files.newDirectoryStream(configDir.resolve(kind.folder), "*.yaml")) {
        files.forEach(file -> names.add(String.valueOf(file.getFileName()).replace(".yaml", "")));
      } catch (IOException e) {
        return List.of();
      }
      Collections.sort(names);
      return names;
    }
  }
}
