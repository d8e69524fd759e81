package dev.voltbus.contract;

import java.util.List;

/// A battery site as its site file describes it, checked and complete.
///
/// @param name name of the site: lower-case letters, digits and minus
/// @param links connections to devices
/// @param devices devices, each on one link
/// @param publications what is published where
public record Site(
    String name, List<Link> links, List<Device> devices, List<Publication> publications) {

  public Site {
    links = List.copyOf(links);
    devices = List.copyOf(devices);
    publications = List.copyOf(publications);
  }
}
