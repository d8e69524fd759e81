package dev.voltbus.deploy;

import dev.voltbus.contract.Site;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that name a site.
final class SiteOptions {
  @Option(names = "--site", required = true, paramLabel = "FILE", description = "Site file.")
  private Path site = Path.of("");

  @Option(
      names = "--config",
      paramLabel = "DIR",
      description = "Folder with devices/ and contracts/ (default: the one of the installation).")
  private Path config = Main.configFolder();

  @Option(
      names = "--env-file",
      paramLabel = "FILE",
      description = "Variables for the site file, NAME=value on each line; the environment wins.")
  private @Nullable Path envFile;

  /// The site, checked and complete.
  ///
  /// @throws ConfigException naming each fault
  Site load() throws ConfigException {
    Map<String, String> inFile = envFile == null ? Map.of() : EnvFile.read(envFile);
    return SiteFiles.load(site, config, Map.of(), name -> variable(name, inFile));
  }

  private static @Nullable String variable(String name, Map<String, String> inFile) {
    @Nullable String own = System.getenv(name);
    return own == null ? inFile.get(name) : own;
  }
}
