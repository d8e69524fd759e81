package dev.voltbus.simulator;

import dev.voltbus.simulator.SimulatedDevice.Table;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What a read sees of the rows of a device, falsified where a fault of the values holds.
final class ShownValues {
  private record Place(Table table, int address) {}

  private final Map<Place, int[]> frozen = new HashMap<>();
  private final Map<Place, int[]> before = new HashMap<>();
  private boolean isFrozen;
  private boolean isTorn;
  private boolean isEverySecond;
  private int addressShift;
  private int scaleFactorShift;

  /// The faults of the request that comes now.
  void suffer(List<Fault.OfValues> faults) {
    isFrozen = false;
    isTorn = false;
    addressShift = 0;
    scaleFactorShift = 0;
    faults.forEach(this::suffer);
    if (!isFrozen) {
      frozen.clear();
    }
    if (!isTorn) {
      before.clear();
    }
  }

  private void suffer(Fault.OfValues fault) {
    switch (fault) {
      case Fault.Frozen() -> isFrozen = true;
      case Fault.Torn() -> isTorn = true;
      case Fault.AddressShift(int by) -> addressShift = by;
      case Fault.ScaleFactor(int by) -> {
        scaleFactorShift = isEverySecond ? by : 0;
        isEverySecond = !isEverySecond;
      }
    }
  }

  void forget() {
    frozen.clear();
    before.clear();
  }

  int addressShift() {
    return addressShift;
  }

  int scaleFactorShift() {
    return scaleFactorShift;
  }

  int[] words(Table table, Row row) {
    Place place = new Place(table, row.address());
    if (isFrozen) {
      return frozen.computeIfAbsent(place, first -> row.words().get());
    }
    int[] now = row.words().get();
    return isTorn && row.length() > 1 ? torn(place, now) : now;
  }

  private int[] torn(Place place, int[] now) {
    int[] mixed = now.clone();
    mixed[0] = before.getOrDefault(place, now)[0];
    before.put(place, now);
    return mixed;
  }
}
