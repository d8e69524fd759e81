package dev.voltbus.deploy;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.Mirror;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads the section `mirror` of a site file that its schema has accepted.
final class MirrorReader {
  private static final Pattern LISTEN =
      Pattern.compile("tcp://([A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.]+]):([0-9]{1,5})");

  private MirrorReader() {}

  /// The mirror, or null after a fault was added.
  static @Nullable Mirror read(Section root, Map<String, Device> devices) {
    Section section = root.section("mirror");
    String listen = section.text("listen");
    Matcher form = LISTEN.matcher(listen);
    if (!form.matches() || !SiteReader.isPort(form.group(2))) {
      section.fault(
          "listen", "`" + ConfigTree.shortened(listen) + "` is not of the form tcp://address:port");
      return null;
    }
    root.sections("links")
        .forEach((name, link) -> {
          if (link.text("url").equals(listen)) {
            section.fault(
                "listen",
                listen + " is the url of link " + name + "; the mirror would read itself");
          }
        });
    Map<String, Integer> units =
        units(section.section("devices"), root.sections("devices").keySet());
    String host = form.group(1).replace("[", "").replace("]", "");
    return section
        .make(() ->
            new Mirror(
                host,
                Integer.parseInt(form.group(2)),
                units,
                section.whole("status-unit", Mirror.USUAL_STATUS_UNIT),
                section.whole("clients", Mirror.USUAL_CLIENTS)))
        .orElse(null);
  }

  private static Map<String, Integer> units(Section shown, Set<String> known) {
    Map<String, Integer> units = new LinkedHashMap<>();
    shown
        .node()
        .fieldNames()
        .forEachRemaining(device -> {
          if (known.contains(device)) {
            units.put(device, shown.whole(device, 0));
          } else {
            shown.fault(device, SiteReader.unknown("device", device, List.copyOf(known)));
          }
        });
    return units;
  }
}
