package dev.voltbus.contract;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A battery site as its site file describes it, checked and complete.
///
/// @param name name of the site: lower-case letters, digits and minus
/// @param links connections to devices
/// @param devices devices, each on one link
/// @param publications what is published where
/// @param mirror where the devices are shown to other Modbus clients, or null if nowhere
/// @param control what commands may do, or null if nothing
public record Site(
    String name,
    List<Link> links,
    List<Device> devices,
    List<Publication> publications,
    @Nullable Mirror mirror,
    @Nullable Control control) {

  public Site {
    links = List.copyOf(links);
    devices = List.copyOf(devices);
    publications = List.copyOf(publications);
  }

  /// A site without a mirror that takes no commands.
  public Site(String name, List<Link> links, List<Device> devices, List<Publication> publications) {
    this(name, links, devices, publications, null, null);
  }
}
