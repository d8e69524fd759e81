package dev.voltbus.deploy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/// Reads where in the Venus OS topics a publication stands: `portal` and `instances`.
final class VenusPlace {
  private static final int FIRST_INSTANCE = 512;
  private static final int PORTAL_BYTES = 6;

  private VenusPlace() {}

  /// The publication's portal id.
  static String portal(Section section, String site) {
    if (section.has("prefix")) {
      section.fault("prefix", "the prefix of a Venus OS publication is its `portal`");
    }
    return section.text("portal", usualPortal(site));
  }

  /// A portal id is the address of a network card, 12 hexadecimal digits. This one is made from the
  /// site's name, so that it is the same on every node and for ever, in the range of addresses that
  /// no card has from its maker: a GX device on the same broker has another.
  static String usualPortal(String site) {
    byte[] hash = sha256(site.getBytes(StandardCharsets.UTF_8));
    hash[0] = (byte) ((hash[0] & 0xFC) | 0x02);
    return HexFormat.of().formatHex(hash, 0, PORTAL_BYTES);
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("each Java has SHA-256", e);
    }
  }

  /// The device instances, none in other contracts.
  static List<Integer> instances(Section section, ContractType type) {
    if (!type.isVenus()) {
      for (String key : List.of("portal", "instances")) {
        if (section.has(key)) {
          section.fault(key, "contract " + type.contract().name() + " has no Venus OS topics");
        }
      }
      return List.of();
    }
    int devices = section.texts("devices").size();
    List<Integer> instances = new ArrayList<>();
    if (!section.has("instances")) {
      for (int i = 0; i < devices; i++) {
        instances.add(FIRST_INSTANCE + i);
      }
      return instances;
    }
    section.longs("instances").forEach(instance -> instances.add(Math.toIntExact(instance)));
    checkInstances(section, instances, devices);
    return instances;
  }

  private static void checkInstances(Section section, List<Integer> instances, int devices) {
    Set<Integer> seen = new HashSet<>();
    for (int i = 0; i < instances.size(); i++) {
      if (!seen.add(instances.get(i))) {
        section.fault("instances", i, "instance " + instances.get(i) + " is given twice");
      }
    }
    if (instances.size() != devices) {
      section.fault(
          "instances",
          instances.size() + " instances for " + devices + " devices: give one for each");
    }
  }
}
