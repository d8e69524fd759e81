package dev.voltbus.acquisition;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/// Which registers are read back by one request: those of one device that stand side by side.
final class Neighbours {
  private Neighbours() {}

  /// All of them, in groups for one request each.
  static List<List<WriteTarget>> of(Collection<WriteTarget> targets) {
    List<List<WriteTarget>> groups = new ArrayList<>();
    List<WriteTarget> ordered =
        targets.stream()
            .sorted(
                Comparator.comparing((WriteTarget target) -> target.device().name())
                    .thenComparing(WriteTarget::place, Place.ORDER))
            .toList();
    for (WriteTarget next : ordered) {
      if (groups.isEmpty() || !joins(groups.getLast(), next)) {
        groups.add(new ArrayList<>());
      }
      groups.getLast().add(next);
    }
    return groups;
  }

  private static boolean joins(List<WriteTarget> group, WriteTarget next) {
    WriteTarget last = group.getLast();
    Place all = place(group).with(next.place());
    return last.device().name().equals(next.device().name())
        && isAlike(last)
        && isAlike(next)
        && last.place().table() == next.place().table()
        && last.place().end() == next.place().address()
        && all.count() <= PlanRules.of(next.device()).largest(all);
  }

  static boolean areSideBySide(WriteTarget one, WriteTarget other) {
    return joins(List.of(one), other) || joins(List.of(other), one);
  }

  /// The place of all.
  static Place place(List<WriteTarget> group) {
    return group.getFirst().place().with(group.getLast().place());
  }

  /// Whether a request for it is like one for its neighbour: nothing else has to be known of it.
  private static boolean isAlike(WriteTarget target) {
    return !target.isBound()
        && !target.isScaled()
        && !target.isApart()
        && !target.place().table().isBits();
  }
}
