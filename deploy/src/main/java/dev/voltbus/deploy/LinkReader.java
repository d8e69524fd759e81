package dev.voltbus.deploy;

import dev.voltbus.contract.Link;
import dev.voltbus.contract.LinkTls;
import dev.voltbus.modbus.ModbusClientOptions;
import dev.voltbus.modbus.ModbusEndpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads the links of a site file.
final class LinkReader {
  private final Path siteFile;
  private final SecretFiles secrets;
  private final Map<String, String> places = new HashMap<>();

  LinkReader(Path siteFile, SecretFiles secrets) {
    this.siteFile = siteFile;
    this.secrets = secrets;
  }

  List<Link> read(Map<String, Section> sections) {
    List<Link> links = new ArrayList<>();
    sections.forEach((name, section) -> links.add(link(name, section)));
    return links;
  }

  private Link link(String name, Section section) {
    String url = section.text("url");
    Optional<ModbusEndpoint> endpoint = endpoint(section, url);
    endpoint.ifPresent(place -> checkPlace(name, section, place));
    Link usual = Link.to(name, url);
    Duration least = Duration.ofMillis(10);
    Link link =
        new Link(
                name,
                url,
                section.duration(
                    "connect-timeout", usual.connectTimeout(), least, Duration.ofMinutes(1)),
                section.duration(
                    "request-timeout", usual.requestTimeout(), least, Duration.ofMinutes(5)),
                section.duration("reconnect-min", usual.reconnectMin(), least, Duration.ofHours(1)),
                section.duration(
                    "reconnect-max", usual.reconnectMax(), least, Duration.ofHours(24)))
            .withPauseAfterConnect(
                section.duration(
                    "pause-after-connect",
                    usual.pauseAfterConnect(),
                    Duration.ZERO,
                    Duration.ofSeconds(60)));
    checkOrder(section, link);
    return section.has("tls")
        ? link.with(tls(section.section("tls"), endpoint.orElse(null)))
        : link;
  }

  private static Optional<ModbusEndpoint> endpoint(Section section, String url) {
    try {
      return Optional.of(ModbusClientOptions.of(url).endpoint());
    } catch (IllegalArgumentException e) {
      section.fault("url", String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  /// A port or a gateway serves one connection; two links to it would disturb each other.
  private void checkPlace(String name, Section section, ModbusEndpoint endpoint) {
    String place =
        endpoint instanceof ModbusEndpoint.Serial serial
            ? "serial port " + serial.path()
            : endpoint.toString();
    String other = places.putIfAbsent(place, name);
    if (other != null) {
      section.fault(
          "url", place + " is the url of link " + other + " too; one link serves all units");
    }
  }

  private static void checkOrder(Section section, Link link) {
    if (link.reconnectMax().compareTo(link.reconnectMin()) < 0) {
      section.fault(
          section.has("reconnect-max") ? "reconnect-max" : "reconnect-min",
          "reconnect-max "
              + DurationText.of(link.reconnectMax())
              + " is shorter than reconnect-min "
              + DurationText.of(link.reconnectMin()));
    }
  }

  private LinkTls tls(Section section, @Nullable ModbusEndpoint endpoint) {
    if (endpoint != null && !(endpoint instanceof ModbusEndpoint.Tls)) {
      section.fault("belongs to a tls:// url; this one is " + endpoint);
    }
    if (section.has("certificate-file") != section.has("key-file")) {
      String given = section.has("key-file") ? "key-file" : "certificate-file";
      section.fault(given, "certificate-file and key-file belong together; give both or none");
    }
    @Nullable Path key = file(section, "key-file");
    if (key != null && section.has("certificate-file")) {
      secrets.check(section, "key-file", key);
    }
    return new LinkTls(
        file(section, "ca-file"),
        file(section, "certificate-file"),
        key,
        section.flag("verify-host", true));
  }

  private @Nullable Path file(Section section, String key) {
    if (!section.has(key)) {
      return null;
    }
    Path path = siteFile.resolveSibling(section.text(key));
    if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
      section.fault(key, path + " is not a readable file");
    }
    return path.toAbsolutePath();
  }
}
