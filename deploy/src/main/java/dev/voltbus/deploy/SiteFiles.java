package dev.voltbus.deploy;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.Link;
import dev.voltbus.contract.Mirror;
import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.PushSource;
import dev.voltbus.contract.Site;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Reads a site file together with the device and contract files it names.
final class SiteFiles {
  private SiteFiles() {}

  /// The site, checked and complete.
  ///
  /// @param siteFile the site file
  /// @param configDir folder with `schema`, `devices` and `contracts`
  /// @param variables values for `${NAME}`; they win over the environment
  /// @throws ConfigException naming each fault with file, line and key
  static Site load(Path siteFile, Path configDir, Map<String, String> variables)
      throws ConfigException {
    return load(siteFile, configDir, variables, System::getenv);
  }

  static Site load(
      Path siteFile,
      Path configDir,
      Map<String, String> variables,
      Function<String, @Nullable String> environment)
      throws ConfigException {
    return load(siteFile, configDir, variables, environment, SecretFiles.strict(environment));
  }

  static Site load(
      Path siteFile,
      Path configDir,
      Map<String, String> variables,
      Function<String, @Nullable String> environment,
      SecretFiles secrets)
      throws ConfigException {
    Faults faults = new Faults();
    Variables known = new Variables(variables, environment);
    Optional<Section> root =
        new CheckedFiles(configDir, known, faults).read(siteFile, CheckedFiles.Kind.SITE);
    Optional<Site> site =
        root.flatMap(
            section -> new SiteReader(section, siteFile, configDir, known, secrets, faults).read());
    faults.throwIfAny();
    return site.orElseThrow(() -> new IllegalStateException(siteFile + " gave no site, no fault"));
  }

  /// The site in a few lines for people.
  static List<String> describe(Site site) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "site %s: %d link(s), %d device(s), %d publication(s)"
            .formatted(
                site.name(),
                site.links().size(),
                site.devices().size(),
                site.publications().size()));
    site.links().forEach(link -> lines.add(describe(link)));
    for (Device device : site.devices()) {
      lines.add(describe(device));
      if (device.push() == null) {
        lines.add(
            "  " + UnitOptionsReader.describe(device.options(), requestTimeout(site, device)));
      }
    }
    site.publications().forEach(publication -> lines.add(describe(publication)));
    @Nullable Mirror mirror = site.mirror();
    if (mirror != null) {
      lines.add(describe(mirror));
    }
    return lines;
  }

  private static Duration requestTimeout(Site site, Device device) {
    return site.links().stream()
        .filter(link -> link.name().equals(device.link()))
        .map(Link::requestTimeout)
        .findFirst()
        .orElseThrow();
  }

  private static String describe(Link link) {
    return "link %s: %s, request limit %s"
        .formatted(link.name(), link.url(), DurationText.of(link.requestTimeout()));
  }

  private static String describe(Device device) {
    @Nullable PushSource push = device.push();
    if (push != null) {
      return "device %s: %s, pushed over broker %s, %d values"
          .formatted(
              device.name(),
              device.map().model(),
              push.broker().name(),
              device.map().registers().size());
    }
    String groups =
        device.map().groups().stream().map(SiteFiles::describe).collect(Collectors.joining(", "));
    return "device %s: %s, unit %d on link %s, %d registers, polls %s"
        .formatted(
            device.name(),
            device.map().model(),
            device.unit(),
            device.link(),
            device.map().registers().size(),
            groups);
  }

  private static String describe(Mirror mirror) {
    return "mirror on %s:%d, read-only: %s; unit %d shows their ages"
        .formatted(
            mirror.host(), mirror.port(), new TreeMap<>(mirror.units()), mirror.statusUnit());
  }

  private static String describe(PollGroup group) {
    return group.name() + " every " + DurationText.of(group.period());
  }

  private static String describe(Publication publication) {
    return "publication %s: contract %s to %s as %s, prefix %s, from %s"
        .formatted(
            publication.name(),
            publication.contract().name(),
            publication.broker().address(),
            publication.broker().clientId(),
            publication.prefix().isEmpty() ? "(none)" : publication.prefix(),
            String.join(", ", publication.devices()));
  }
}
