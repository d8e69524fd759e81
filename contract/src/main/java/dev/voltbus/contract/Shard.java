package dev.voltbus.contract;

/// A piece of work that exactly one live process holds.
///
/// @param kind what kind of work
/// @param site site it belongs to
/// @param name name of the link, device or publication; the site's name again for a site
public record Shard(Kind kind, String site, String name) {

  /// Which role's work it is.
  public enum Kind {
    LINK,
    DEVICE,
    PUBLICATION,
    SITE
  }

  @Override
  public String toString() {
    return site + "/" + kind.name().toLowerCase(java.util.Locale.ROOT) + "/" + name;
  }
}
