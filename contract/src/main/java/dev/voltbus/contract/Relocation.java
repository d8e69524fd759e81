package dev.voltbus.contract;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Where the segments of a register map stand in one device: nominal addresses on one side, those
/// on the wire on the other. What lies in no segment stands where the map says.
public final class Relocation {
  /// For a map without segments.
  public static final Relocation NONE = new Relocation(List.of(), Map.of(), List.of());

  /// A place on the wire.
  ///
  /// @param address wire address
  /// @param count how many of the words asked for the device has from there on, at least one
  public record Place(int address, int count) {}

  private final List<AddressSegment> segments;
  private final Map<AddressSegment, SunSpecChain.Model> found;
  private final List<String> differences;

  private Relocation(
      List<AddressSegment> segments,
      Map<AddressSegment, SunSpecChain.Model> found,
      List<String> differences) {
    this.segments = segments;
    this.found = found;
    this.differences = differences;
  }

  /// Finds the segments of a map in the chain of a device.
  ///
  /// @param chain the chain, or null if the device has none
  public static Relocation of(List<AddressSegment> segments, @Nullable SunSpecChain chain) {
    Map<AddressSegment, SunSpecChain.Model> found = new HashMap<>();
    List<String> differences = new ArrayList<>();
    for (AddressSegment segment : segments) {
      Optional<SunSpecChain.Model> model =
          chain == null ? Optional.empty() : chain.find(segment.modelId(), segment.occurrence());
      model.ifPresent(place -> found.put(segment, place));
      difference(segment, model).ifPresent(differences::add);
    }
    return new Relocation(List.copyOf(segments), found, List.copyOf(differences));
  }

  private static Optional<String> difference(
      AddressSegment segment, Optional<SunSpecChain.Model> model) {
    int expected = segment.length() - SunSpecWalk.HEADER_WORDS;
    if (model.isEmpty()) {
      return Optional.of(segment.title() + " is not in the device");
    }
    int actual = model.get().length();
    return actual == expected
        ? Optional.empty()
        : Optional.of(
            segment.title() + " has " + actual + " words in the device, " + expected + " expected");
  }

  /// What is missing or of another length than the map expects, in words for people.
  public List<String> differences() {
    return differences;
  }

  /// The model that a segment is in the device; nothing if the device does not have it.
  public Optional<SunSpecChain.Model> model(AddressSegment segment) {
    return Optional.ofNullable(found.get(segment));
  }

  /// How many segments the device has.
  public int foundSegments() {
    return found.size();
  }

  /// The place of words on the wire; nothing if the device does not have the first of them. A range
  /// that begins in a segment must end in it.
  ///
  /// @param address nominal address
  public Optional<Place> place(RegisterTable table, int address, int count) {
    for (AddressSegment segment : segments) {
      if (segment.table() == table
          && address >= segment.nominalAddress()
          && address < segment.end()) {
        return inSegment(segment, address - segment.nominalAddress(), count);
      }
    }
    return Optional.of(new Place(address, count));
  }

  private Optional<Place> inSegment(AddressSegment segment, int offset, int count) {
    SunSpecChain.@Nullable Model model = found.get(segment);
    int left = model == null ? 0 : model.end() - model.address() - offset;
    return model == null || left <= 0
        ? Optional.empty()
        : Optional.of(new Place(model.address() + offset, Math.min(count, left)));
  }
}
