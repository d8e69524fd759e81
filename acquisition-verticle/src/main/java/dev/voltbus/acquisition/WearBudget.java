package dev.voltbus.acquisition;

import dev.voltbus.contract.TimeSource;
import dev.voltbus.contract.Writing;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// How often each flash register of a link was written today (UTC), against what its device file
/// allows. The ends of limits go through whatever they wear.
final class WearBudget {
  /// What a register has used.
  ///
  /// @param day days since 1970-01-01
  record Used(long day, int writes) {}

  private final TimeSource time;
  private final Runnable changed;
  private final Map<String, Used> used = new HashMap<>();

  /// @param changed called after each write that counts
  WearBudget(TimeSource time, Runnable changed) {
    this.time = time;
    this.changed = changed;
  }

  /// Counts a write that is about to go out.
  ///
  /// @return whether it may
  boolean take(WriteOrder order) {
    Writing writing = order.target().writing();
    if (writing.storage() == Writing.Storage.RAM) {
      return true;
    }
    if (left(order.target()) == 0 && order.purpose() != WriteOrder.Purpose.REVERT) {
      return false;
    }
    Used before = today(order.target());
    used.put(name(order.target()), new Used(before.day, before.writes + 1));
    changed.run();
    return true;
  }

  /// Writes that are left today.
  int left(WriteTarget target) {
    return Math.max(0, target.writing().writesPerDay() - today(target).writes);
  }

  /// A clock that was set back does not give a new budget.
  private Used today(WriteTarget target) {
    long day = TimeUnit.MILLISECONDS.toDays(time.wallMillis());
    Used before = used.getOrDefault(name(target), new Used(day, 0));
    return before.day >= day ? before : new Used(day, 0);
  }

  String story(WriteTarget target) {
    return "%s is flash and its %d writes of today are used up"
        .formatted(target.key(), target.writing().writesPerDay());
  }

  private static String name(WriteTarget target) {
    return target.device().name() + " " + target.key();
  }

  /// One line for each register, `device key day writes`.
  String text() {
    StringBuilder lines = new StringBuilder();
    new TreeMap<>(used)
        .forEach((name, count) ->
            lines
                .append(name)
                .append(' ')
                .append(count.day)
                .append(' ')
                .append(count.writes)
                .append('\n'));
    return lines.toString();
  }

  /// Takes in what [#text] wrote; a line that is damaged is left out.
  ///
  /// @return number of lines left out
  int load(String text) {
    int damaged = 0;
    for (String line : text.lines().toList()) {
      String[] parts = line.split(" ", -1);
      if (parts.length == 4 && isNumber(parts[2]) && isNumber(parts[3])) {
        used.put(
            parts[0] + " " + parts[1],
            new Used(Long.parseLong(parts[2]), Integer.parseInt(parts[3])));
      } else {
        damaged++;
      }
    }
    return damaged;
  }

  private static boolean isNumber(String text) {
    return text.matches("[0-9]{1,8}");
  }
}
