package dev.voltbus.deploy;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.Link;
import dev.voltbus.contract.Site;
import dev.voltbus.modbus.ModbusClientOptions;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Whom a commissioning command asks: what is at a URL, or a device of a site file.
final class DeviceOptions {
  @Parameters(arity = "0..1", paramLabel = "URL", description = "Such as tcp://192.0.2.10:502.")
  private @Nullable String url;

  @Option(
      names = "--site",
      paramLabel = "FILE",
      description = "Site file, in place of URL: asks as the gateway does.")
  private @Nullable Path site;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description = "Device of the site file; with a URL a device file: its name or its path.")
  private @Nullable String device;

  @Option(
      names = "--config",
      paramLabel = "DIR",
      description = "Folder with devices/ (default: the one of the installation).")
  private Path config = Main.configFolder();

  @Mixin private SecretOptions variables = new SecretOptions();

  /// @param unit unit id asked
  /// @param device the device and its register map, or null if none was named
  record Target(ModbusClientOptions options, int unit, @Nullable Device device) {}

  /// Whether a site file says what to ask.
  boolean hasSite() {
    return site != null;
  }

  /// Whom to ask.
  ///
  /// @throws UsageException for options that do not go together
  /// @throws ConfigException naming each fault of a file
  Target target(LineOptions line, PlaceOptions where) throws ConfigException {
    @Nullable String endpoint = url;
    @Nullable Path file = site;
    if ((endpoint == null) == (file == null)) {
      throw new UsageException(
          "give either a URL, such as tcp://192.0.2.10:502, or --site FILE --device NAME");
    }
    return endpoint == null ? inSite(file, line, where) : atUrl(endpoint, line, where);
  }

  private Target atUrl(String endpoint, LineOptions line, PlaceOptions where)
      throws ConfigException {
    @Nullable String named = device;
    if (named == null) {
      return new Target(line.to(endpoint), where.unit(1), null);
    }
    DeviceType type = new DeviceFolder(config).device(named);
    @Nullable Integer usual = type.unit();
    int unit = where.unit(usual == null ? 1 : usual);
    Device found = new Device(type.map().model(), "url", unit, type.map(), type.options());
    return new Target(
        line.to(endpoint, found.options().timeoutOr(LineOptions.ANSWER)), unit, found);
  }

  private Target inSite(Path file, LineOptions line, PlaceOptions where) throws ConfigException {
    Site loaded = variables.load(file, config);
    Device found = device(loaded, device);
    if (found.push() != null) {
      throw new UsageException(
          "--device: " + found.name() + " is pushed by others and has no registers");
    }
    int unit = where.unit(found.unit());
    Link link = link(loaded, "--device", found.link());
    return new Target(
        line.to(link, found.options().timeoutOr(link.requestTimeout())),
        unit,
        new Device(found.name(), found.link(), unit, found.map(), found.options()));
  }

  private static Device device(Site site, @Nullable String name) {
    List<String> names = site.devices().stream().map(Device::name).toList();
    if (name == null) {
      throw new UsageException("--device is missing; this site has " + String.join(", ", names));
    }
    int at = names.indexOf(name);
    if (at < 0) {
      throw new UsageException("--device: " + SiteReader.unknown("device", name, names));
    }
    return site.devices().get(at);
  }

  /// A link of a site.
  ///
  /// @throws UsageException naming the links there are
  static Link link(Site site, String option, String name) {
    List<String> names = site.links().stream().map(Link::name).toList();
    int at = names.indexOf(name);
    if (at < 0) {
      throw new UsageException(option + ": " + SiteReader.unknown("link", name, names));
    }
    return site.links().get(at);
  }
}
