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
/// @param revision of the configuration, 0 or more: of nodes that differ the newest one counts
public record Site(
    String name,
    List<Link> links,
    List<Device> devices,
    List<Publication> publications,
    @Nullable Mirror mirror,
    @Nullable Control control,
    int revision) {

  public Site {
    links = List.copyOf(links);
    devices = List.copyOf(devices);
    publications = List.copyOf(publications);
  }

  /// A site in its first form.
  public Site(
      String name,
      List<Link> links,
      List<Device> devices,
      List<Publication> publications,
      @Nullable Mirror mirror,
      @Nullable Control control) {
    this(name, links, devices, publications, mirror, control, 0);
  }

  /// A site without a mirror that takes no commands.
  public Site(String name, List<Link> links, List<Device> devices, List<Publication> publications) {
    this(name, links, devices, publications, null, null);
  }
}
