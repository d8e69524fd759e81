package dev.voltbus.deploy;

import dev.voltbus.contract.Control;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.Link;
import dev.voltbus.contract.Mirror;
import dev.voltbus.contract.PollGroup;
import dev.voltbus.contract.Publication;
import dev.voltbus.contract.Site;
import dev.voltbus.contract.UnitOptions;
import dev.voltbus.modbus.ModbusEndpoint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Reads a site file that its schema has accepted.
final class SiteReader {
  private final Section root;
  private final Path siteFile;
  private final Variables variables;
  private final SecretFiles secrets;
  private final CheckedFiles files;

  SiteReader(
      Section root,
      Path siteFile,
      Path configDir,
      Variables variables,
      SecretFiles secrets,
      Faults faults) {
    this.root = root;
    this.siteFile = siteFile;
    this.variables = variables;
    this.secrets = secrets;
    this.files = new CheckedFiles(configDir, variables, faults);
  }

  /// The site; of no use where faults were added.
  Optional<Site> read() {
    List<Link> links = links();
    BrokerReader brokers = new BrokerReader(siteFile, variables, secrets);
    brokers.read(root.sections("brokers"));
    Map<String, Device> devices = devices(new PushReader(root.text("site"), brokers));
    List<Publication> publications =
        new PublicationReader(
                root.text("site-id", root.text("site")),
                devices,
                root.sections("devices").keySet(),
                brokers,
                files.library(CheckedFiles.Kind.CONTRACT, ContractFile::read))
            .read(root.sections("publications"));
    @Nullable Mirror mirror = root.has("mirror") ? MirrorReader.read(root, devices) : null;
    @Nullable Control control =
        root.has("control")
            ? new ControlReader(root, devices, publications)
                .read(new SenderKeys(siteFile, variables, secrets))
            : null;
    return root.make(() ->
        new Site(
            root.text("site"),
            links,
            List.copyOf(devices.values()),
            publications,
            mirror,
            control,
            root.whole("revision", 0)));
  }

  private List<Link> links() {
    return new LinkReader(siteFile, secrets).read(root.sections("links"));
  }

  static boolean isPort(String digits) {
    int port = Integer.parseInt(digits);
    return port >= 1 && port <= 65535;
  }

  /// Devices by name; those with a fault are left out.
  private Map<String, Device> devices(PushReader pushes) {
    Map<String, Device> devices = new LinkedHashMap<>();
    Map<String, String> places = new HashMap<>();
    CheckedFiles.Library<Section> models =
        files.library(CheckedFiles.Kind.SUNSPEC, SunSpecRows::model);
    CheckedFiles.Library<DeviceType> types =
        files.library(
            CheckedFiles.Kind.DEVICE, (root, name) -> DeviceFile.read(root, name, models));
    root.sections("devices")
        .forEach((name, section) -> {
          boolean isPushed = section.has("push");
          if (!isPushed) {
            checkLink(section);
          }
          types
              .named(section, "type")
              .flatMap(type ->
                  isPushed ? pushes.device(name, section, type) : device(name, section, type))
              .ifPresent(device -> {
                devices.put(name, device);
                if (!isPushed) {
                  checkPlace(section, device, places);
                  checkUnit(section, device);
                }
              });
        });
    return devices;
  }

  private void checkLink(Section device) {
    if (!device.has("link")) {
      device.fault("link", "required, but missing here: a device has a link, or push");
      return;
    }
    reference(device, "link", device.text("link"), List.copyOf(root.sections("links").keySet()));
  }

  /// Adds a fault where a name is not among the known ones.
  static boolean reference(Section section, String key, String name, List<String> known) {
    return reference(section, key, key, name, known);
  }

  /// The same where the key does not say what is named.
  static boolean reference(
      Section section, String key, String kind, String name, List<String> known) {
    if (known.contains(name)) {
      return true;
    }
    section.fault(key, unknown(kind, name, known));
    return false;
  }

  static String unknown(String kind, String name, List<String> known) {
    String shown = ConfigTree.shortened(name);
    if (known.isEmpty()) {
      return "no " + kind + " `" + shown + "`; this site has none";
    }
    return "no "
        + kind
        + " `"
        + shown
        + "`"
        + Nearest.question(name, known)
        + (Nearest.to(name, known).isPresent() ? " known: " : "; known: ")
        + String.join(", ", known);
  }

  private static void checkPlace(Section section, Device device, Map<String, String> places) {
    String place = "unit " + device.unit() + " on link " + device.link();
    String other = places.putIfAbsent(place, device.name());
    if (other != null) {
      section.fault(
          section.has("unit") ? "unit" : "link", place + " is device " + other + " already");
    }
  }

  /// A device at the broadcast address would never be heard.
  private void checkUnit(Section section, Device device) {
    Section link = root.sections("links").get(device.link());
    if (link == null || device.unit() != 0) {
      return;
    }
    try {
      String url = link.text("url");
      if (ModbusEndpoint.parse(url).isBroadcast(0)) {
        section.fault(
            "unit",
            "0 is the broadcast on %s, which no device answers; valid are 1..255".formatted(url));
      }
    } catch (IllegalArgumentException e) {
      // The url has a fault of its own.
    }
  }

  private static Optional<Device> device(String name, Section section, DeviceType type) {
    if (type.pushed() != null) {
      section.fault(
          "type",
          "`" + type.map().model() + "` has no registers to read; write `push` instead of `link`");
      return Optional.empty();
    }
    @Nullable Integer unit = section.has("unit") ? section.wholeOrNull("unit") : type.unit();
    if (unit == null) {
      section.fault(
          "unit",
          "required, but missing here: " + type.map().model() + ".yaml states no usual unit");
      return Optional.empty();
    }
    Map<String, Duration> periods = periods(section.section("poll"), type);
    UnitOptions options = UnitOptionsReader.read(section.section("options"), type.options());
    Optional<Device> device =
        section.make(
            () -> new Device(name, section.text("link"), unit, type.withPeriods(periods), options));
    device.ifPresent(made -> BlockLength.check(section.section("options"), made));
    return device;
  }

  static Map<String, Duration> periods(Section poll, DeviceType type) {
    List<String> groups = type.map().groups().stream().map(PollGroup::name).toList();
    Map<String, Duration> periods = new TreeMap<>();
    poll.node()
        .fieldNames()
        .forEachRemaining(group -> {
          if (!groups.contains(group)) {
            poll.fault(group, unknown("poll group", group, groups));
          } else {
            Duration own = period(type, group);
            periods.put(group, poll.duration(group, own, PollGroup.SHORTEST, PollGroup.LONGEST));
          }
        });
    return periods;
  }

  private static Duration period(DeviceType type, String group) {
    return type.map().groups().stream()
        .filter(candidate -> candidate.name().equals(group))
        .map(PollGroup::period)
        .findFirst()
        .orElse(PollGroup.LONGEST);
  }
}
