package dev.voltbus.contract;

import java.util.List;
import java.util.Optional;

/// The SunSpec models that a device holds, as its chain lists them.
///
/// @param base address of the mark `SunS`
/// @param models models in the order of the chain
/// @param end how the chain ended, in words for people
public record SunSpecChain(int base, List<Model> models, String end) {

  /// A model in a device.
  ///
  /// @param id SunSpec model id
  /// @param occurrence 1 for the first model with this id, 2 for the next
  /// @param address address of its first word, the id
  /// @param length words behind id and length word, as the device states it
  public record Model(int id, int occurrence, int address, int length) {
    /// The first address behind it.
    public int end() {
      return address + SunSpecWalk.HEADER_WORDS + length;
    }
  }

  public SunSpecChain {
    models = List.copyOf(models);
  }

  /// The model with an id, if the device has it so many times.
  public Optional<Model> find(int id, int occurrence) {
    return models.stream()
        .filter(model -> model.id() == id && model.occurrence() == occurrence)
        .findFirst();
  }
}
