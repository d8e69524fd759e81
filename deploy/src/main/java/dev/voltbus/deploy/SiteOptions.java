package dev.voltbus.deploy;

import dev.voltbus.contract.Site;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
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

  @Mixin private SecretOptions variables = new SecretOptions();

  /// The site, checked and complete.
  ///
  /// @throws ConfigException naming each fault
  Site load() throws ConfigException {
    return variables.load(site, config);
  }
}
