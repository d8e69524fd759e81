package dev.voltbus.deploy;

import dev.voltbus.contract.UnitOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads and shows how a unit wants to be asked: `unit-options` of a device file, `options` of a
/// device in a site file.
final class UnitOptionsReader {
  private UnitOptionsReader() {}

  /// @param usual what holds where the section says nothing
  static UnitOptions read(Section section, UnitOptions usual) {
    return new UnitOptions(
        timeout(section, usual.timeout()),
        section.whole("retries", usual.retries()),
        section.duration("gap", usual.gap(), Duration.ZERO, UnitOptions.LONGEST_GAP),
        section.whole("largest-block", usual.largestBlock()),
        section.flag("close-after-cycle", usual.closeAfterCycle()),
        section.flag("one-register", usual.oneRegister()),
        section.flag("wake-up", usual.wakeUp()),
        section.duration(
            "wake-after-idle", usual.wakeAfterIdle(), Duration.ZERO, UnitOptions.LONGEST_IDLENESS),
        section.whole("bus-time-percent", usual.busTimePercent()),
        section.duration(
            "lost-after", usual.lostAfter(), Duration.ZERO, UnitOptions.LONGEST_SILENCE),
        section.whole("lost-after-cycles", usual.lostAfterCycles()));
  }

  private static @Nullable Duration timeout(Section section, @Nullable Duration usual) {
    if (!section.has("timeout")) {
      return usual;
    }
    return section.duration(
        "timeout",
        UnitOptions.SHORTEST_TIMEOUT,
        UnitOptions.SHORTEST_TIMEOUT,
        UnitOptions.LONGEST_TIMEOUT);
  }

  /// The options in force, in one line for people.
  ///
  /// @param ofLink the link's limit for a request
  static String describe(UnitOptions options, Duration ofLink) {
    List<String> parts = new ArrayList<>();
    parts.add("timeout " + DurationText.of(options.timeoutOr(ofLink)));
    parts.add("retries " + options.retries());
    parts.add("gap " + DurationText.of(options.gap()));
    parts.add("bus time " + options.busTimePercent() + " %");
    parts.add(
        "lost after "
            + DurationText.of(options.lostAfter())
            + " and "
            + options.lostAfterCycles()
            + " cycle(s)");
    if (options.oneRegister()) {
      parts.add("one register a request");
    }
    if (options.closeAfterCycle()) {
      parts.add("closes after each cycle");
    }
    if (options.wakeUp()) {
      parts.add("woken after " + DurationText.of(options.wakeAfterIdle()));
    }
    return String.join(", ", parts);
  }
}
