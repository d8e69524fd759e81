package dev.voltbus.acquisition;

import java.util.ArrayList;
import java.util.List;

/// The search for what a device refuses in a request, as a value: the request is cut at its gaps,
/// then in halves between two values, until each part was answered or stands alone.
///
/// @param root the request that was refused
/// @param open parts still to be asked, the next one first
/// @param accepted parts the device has answered
/// @param bad single registers it has refused
/// @param asked how many parts were asked
/// @param heard whether the unit gave any words in this cycle
record Bisection(
    ReadPlan.Request root,
    List<ReadPlan.Request> open,
    List<ReadPlan.Request> accepted,
    List<Bad> bad,
    int asked,
    boolean heard) {

  /// Parts asked in one cycle; the rest follows in the next.
  private static final int MOST_ASKED = 32;

  /// A register that is refused on its own.
  ///
  /// @param code exception code
  record Bad(Item item, int code, String story) {
    Bad {
      if (!item.parts().isEmpty()) {
        throw new IllegalArgumentException(item.text() + " can be cut further");
      }
    }
  }

  Bisection {
    open = List.copyOf(open);
    accepted = List.copyOf(accepted);
    bad = List.copyOf(bad);
  }

  /// What was found.
  sealed interface Finding {
    /// The device refuses to bridge gaps of this many words.
    record Gap(int words) implements Finding {}

    /// The device gives this many words at a time and not more.
    record Block(int words) implements Finding {}

    /// The device does not give value and scale factor together.
    record Apart(Place both) implements Finding {}

    /// These registers are refused, and their neighbours are not.
    record Refused(List<Bad> registers) implements Finding {
      public Refused {
        registers = List.copyOf(registers);
      }
    }

    /// The device refuses whatever it is asked: that says nothing about any register.
    record Everything() implements Finding {}
  }

  /// @param heard whether the unit gave words to other requests of this cycle
  static Bisection of(ReadPlan.Request refused, int code, String story, boolean heard) {
    Bisection fresh = new Bisection(refused, List.of(refused), List.of(), List.of(), 0, heard);
    return fresh.refuse(code, story);
  }

  boolean isDone() {
    return open.isEmpty() || asked >= MOST_ASKED || isHopeless();
  }

  /// Nothing at all was given so far: more of the same would not tell more.
  private boolean isHopeless() {
    int deep = 2 + 2 * (32 - Integer.numberOfLeadingZeros(root.items().size()));
    return !heard && accepted.isEmpty() && !bad.isEmpty() && asked >= deep;
  }

  ReadPlan.Request next() {
    return open.getFirst();
  }

  Bisection accept() {
    List<ReadPlan.Request> more = new ArrayList<>(accepted);
    more.add(open.getFirst());
    return new Bisection(root, rest(), more, bad, asked + 1, true);
  }

  Bisection refuse(int code, String story) {
    List<ReadPlan.Request> parts = cut(open.getFirst());
    if (!parts.isEmpty()) {
      parts.addAll(rest());
      return new Bisection(root, parts, accepted, bad, asked + 1, heard);
    }
    List<Bad> worse = new ArrayList<>(bad);
    worse.add(new Bad(open.getFirst().items().getFirst(), code, story));
    return new Bisection(root, rest(), accepted, worse, asked + 1, heard);
  }

  private List<ReadPlan.Request> rest() {
    return open.subList(1, open.size());
  }

  /// The parts of a request: between its gaps, else two halves, else value and scale factor; none
  /// for a register that stands alone.
  static List<ReadPlan.Request> cut(ReadPlan.Request request) {
    List<Item> items = request.items();
    List<Integer> gaps = request.gaps();
    if (!gaps.isEmpty()) {
      return cut(request, gaps);
    }
    if (items.size() > 1) {
      return cut(request, List.of(items.size() / 2));
    }
    List<ReadPlan.Request> parts = new ArrayList<>();
    items.getFirst().parts().forEach(part -> parts.add(alone(part, request)));
    return parts;
  }

  private static List<ReadPlan.Request> cut(ReadPlan.Request request, List<Integer> before) {
    List<ReadPlan.Request> parts = new ArrayList<>();
    int from = 0;
    for (int to : before) {
      parts.add(part(request, from, to));
      from = to;
    }
    parts.add(part(request, from, request.items().size()));
    return parts;
  }

  private static ReadPlan.Request part(ReadPlan.Request request, int from, int to) {
    return ReadPlan.Request.of(request.items().subList(from, to), request.end(), request.bracket());
  }

  private static ReadPlan.Request alone(Item item, ReadPlan.Request request) {
    return ReadPlan.Request.of(List.of(item), request.end(), request.bracket());
  }

  Finding finding() {
    if (accepted.isEmpty() && !heard) {
      return new Finding.Everything();
    }
    if (!bad.isEmpty()) {
      return new Finding.Refused(bad);
    }
    if (root.largestGap() > 0) {
      return new Finding.Gap(root.largestGap());
    }
    if (root.items().size() == 1) {
      return new Finding.Apart(root.place());
    }
    int most = accepted.stream().mapToInt(ReadPlan.Request::count).max().orElse(1);
    return new Finding.Block(most);
  }
}
