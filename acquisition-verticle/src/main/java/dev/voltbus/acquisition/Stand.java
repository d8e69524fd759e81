package dev.voltbus.acquisition;

import dev.voltbus.contract.AddressSegment;
import dev.voltbus.contract.Relocation;
import org.jspecify.annotations.Nullable;

/// Where a writable register and its scale factor stand on the wire.
///
/// @param words place of the register
/// @param factor place of its scale factor; null where the scale is fixed
/// @param both place of the two together; null where one request does not bring both
/// @param connection number of the connection on which that was found; [#ANY] where it never
///   changes
record Stand(Place words, @Nullable Place factor, @Nullable Place both, int connection) {
  static final int ANY = -1;

  /// The device does not have the register.
  static final class NotThere extends RuntimeException {
    private static final long serialVersionUID = 1;

    private NotThere(String story) {
      super(story, null, false, false);
    }
  }

  /// Where the map says.
  static Stand ofMap(WriteTarget target) {
    return new Stand(target.place(), target.factorPlace(), target.together(), ANY);
  }

  /// Where a device has the models of the map.
  ///
  /// @throws NotThere naming the model that is missing or too short
  static Stand of(WriteTarget target, ModelPlaces.Found found) {
    Relocation relocation = found.relocation();
    for (AddressSegment segment : target.segments()) {
      if (relocation.model(segment).isEmpty()) {
        throw new NotThere(target.title() + ": " + segment.title() + " is not in the device");
      }
    }
    Place factor = target.factorPlace();
    Place both = target.together();
    return new Stand(
        whole(target, target.place(), relocation),
        factor == null ? null : whole(target, factor, relocation),
        both == null ? null : whole(target, both, relocation),
        found.connection());
  }

  private static Place whole(WriteTarget target, Place place, Relocation relocation) {
    return relocation
        .place(place.table(), place.address(), place.count())
        .filter(real -> real.count() == place.count())
        .map(real -> new Place(place.table(), real.address(), real.count()))
        .orElseThrow(() ->
            new NotThere(
                target.title() + ": its model ends before " + place.text() + " in the device"));
  }
}
