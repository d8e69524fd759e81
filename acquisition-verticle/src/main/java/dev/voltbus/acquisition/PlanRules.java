package dev.voltbus.acquisition;

import dev.voltbus.contract.Device;
import dev.voltbus.contract.RegisterMap;
import java.util.Collection;
import java.util.Set;

/// What a read plan has to obey.
///
/// @param largestBlock most words in one request
/// @param largestGap most unused words between two registers of one request
/// @param oneRegister whether each register gets a request of its own
/// @param barred places that no request may touch: they are quarantined
/// @param apart value and scale factor that the device does not give in one request
record PlanRules(
    int largestBlock, int largestGap, boolean oneRegister, Set<Place> barred, Set<Place> apart) {
  PlanRules {
    barred = Set.copyOf(barred);
    apart = Set.copyOf(apart);
  }

  /// Nothing learned yet.
  static PlanRules of(RegisterMap map) {
    return new PlanRules(
        map.limits().largestBlock(), map.limits().largestGap(), false, Set.of(), Set.of());
  }

  /// Nothing learned yet.
  static PlanRules of(Device device) {
    return new PlanRules(
        device.largestBlock(),
        device.map().limits().largestGap(),
        device.options().oneRegister(),
        Set.of(),
        Set.of());
  }

  PlanRules withBarred(Collection<Place> places) {
    return new PlanRules(largestBlock, largestGap, oneRegister, Set.copyOf(places), apart);
  }

  PlanRules withApart(Collection<Place> places) {
    return new PlanRules(largestBlock, largestGap, oneRegister, barred, Set.copyOf(places));
  }

  PlanRules withLimits(int block, int gap) {
    return new PlanRules(block, gap, oneRegister, barred, apart);
  }

  int largest(Place place) {
    return place.table().isBits() ? place.table().largestRead() : largestBlock;
  }

  boolean isBarred(Place place) {
    return barred.contains(place);
  }

  boolean touchesBarred(Place place) {
    return barred.stream().anyMatch(place::overlaps);
  }
}
