package dev.voltbus.deploy;

import dev.voltbus.contract.Control;
import dev.voltbus.contract.Control.BatteryTarget;
import dev.voltbus.contract.Control.OnUnknown;
import dev.voltbus.contract.Device;
import dev.voltbus.contract.Publication;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Reads the section `control` of a site file that its schema has accepted.
final class ControlReader {
  private final Section root;
  private final Section section;
  private final Map<String, Device> devices;
  private final List<Publication> publications;

  /// @param root of the site file
  /// @param devices the devices without fault
  /// @param publications those without fault that are in use
  ControlReader(Section root, Map<String, Device> devices, List<Publication> publications) {
    this.root = root;
    this.section = root.section("control");
    this.devices = devices;
    this.publications = publications;
  }

  /// What commands may do; of no use where faults were added.
  Control read(SenderKeys keys) {
    boolean needsEnvelope = section.flag("require-envelope", false);
    if (needsEnvelope && !section.has("senders")) {
      section.fault(
          "require-envelope", "true needs `senders`: without a key no command would be taken");
    }
    List<BatteryTarget> batteries = batteries();
    OnUnknown onUnknown = RegisterRow.constant(OnUnknown.class, section.text("on-unknown", "base"));
    if (onUnknown == OnUnknown.PAUSED) {
      batteries.forEach(this::checkPause);
    }
    return new Control(
        batteries,
        onUnknown,
        permits(),
        needsEnvelope,
        section.flag("clear-retained", false),
        keys.read(section.sections("senders")));
  }

  private void checkPause(BatteryTarget battery) {
    if (battery.directions().size() < 2) {
      section.fault(
          "on-unknown",
          "paused needs `charge` and `discharge` of each battery; "
              + battery.battery()
              + " has one of them");
    }
  }

  private List<BatteryTarget> batteries() {
    Set<String> known = root.sections("devices").keySet();
    ControlRegisters registers = new ControlRegisters(known, devices);
    List<BatteryTarget> batteries = new ArrayList<>();
    section
        .sections("batteries")
        .forEach((name, battery) -> {
          if (known.contains(name)) {
            new BatteryReader(registers, name, battery).read().ifPresent(batteries::add);
          } else {
            battery.fault(SiteReader.unknown("device", name, List.copyOf(known)));
          }
        });
    return batteries;
  }

  private Map<String, Set<String>> permits() {
    Section permits = section.section("permits");
    List<String> known = List.copyOf(root.sections("publications").keySet());
    Map<String, Set<String>> byName = new HashMap<>();
    permits
        .node()
        .fieldNames()
        .forEachRemaining(name -> {
          if (SiteReader.reference(permits, name, "publication", name, known)) {
            checkCommands(permits, name);
            byName.put(name, Set.copyOf(new HashSet<>(permits.texts(name))));
          }
        });
    return byName;
  }

  /// Only of a publication that is in use is it known what it takes.
  private void checkCommands(Section permits, String name) {
    publications.stream()
        .filter(publication -> publication.name().equals(name))
        .findFirst()
        .ifPresent(publication -> checkCommands(permits, publication));
  }

  private static void checkCommands(Section permits, Publication publication) {
    String contract = publication.contract().name();
    List<String> taken = publication.contract().commands();
    if (taken.isEmpty()) {
      permits.fault(publication.name(), "contract " + contract + " has no commands");
      return;
    }
    List<String> named = permits.texts(publication.name());
    for (int i = 0; i < named.size(); i++) {
      if (!taken.contains(named.get(i))) {
        permits.fault(
            publication.name(),
            i,
            "contract "
                + contract
                + " has no command "
                + named.get(i)
                + "; it has "
                + String.join(", ", taken));
      }
    }
  }
}
