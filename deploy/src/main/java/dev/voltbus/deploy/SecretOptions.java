package dev.voltbus.deploy;

import dev.voltbus.contract.Site;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where the variables and secrets of a site file come from: the environment, then a file.
final class SecretOptions {
  @Option(
      names = "--env-file",
      paramLabel = "FILE",
      description = "Variables for the site file, NAME=value on each line; the environment wins.")
  private @Nullable Path envFile;

  @Option(
      names = "--insecure-files",
      description = "Take passwords and keys also from files that others can open.")
  private boolean takesInsecure;

  /// A site, checked and complete.
  ///
  /// @param site its file
  /// @param config folder with devices/ and contracts/
  /// @throws ConfigException naming each fault
  Site load(Path site, Path config) throws ConfigException {
    Map<String, String> inFile = envFile == null ? Map.of() : EnvFile.read(envFile);
    SecretFiles secrets = new SecretFiles(takesInsecure, envFile, inFile, System::getenv);
    return SiteFiles.load(site, config, Map.of(), name -> variable(name, inFile), secrets);
  }

  private static @Nullable String variable(String name, Map<String, String> inFile) {
    @Nullable String own = System.getenv(name);
    return own == null ? inFile.get(name) : own;
  }
}
