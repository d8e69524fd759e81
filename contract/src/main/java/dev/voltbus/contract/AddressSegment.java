package dev.voltbus.contract;

/// A part of the register map that a device may hold somewhere else than the map says: a SunSpec
/// model, whose place in the chain is found by reading it. The map has it at its nominal address;
/// blocks and values carry nominal addresses, the wire the real ones.
///
/// @param modelId SunSpec model id, 1..65534
/// @param occurrence 1 for the first model with this id in the chain, 2 for the next
/// @param table table of the device's registers
/// @param nominalAddress address of the model's first word, its id, in the map
/// @param length number of words with id and length word
public record AddressSegment(
    int modelId, int occurrence, RegisterTable table, int nominalAddress, int length) {

  public AddressSegment {
    if (modelId < 1 || modelId > 65534) {
      throw new IllegalArgumentException("model " + modelId + " is not in 1..65534");
    }
    if (occurrence < 1 || occurrence > 100) {
      throw new IllegalArgumentException(
          "model " + modelId + ": occurrence " + occurrence + " is not in 1..100");
    }
    if (length < 2 || nominalAddress < 0 || nominalAddress + length > 0x10000) {
      throw new IllegalArgumentException(
          "model "
              + modelId
              + ": "
              + length
              + " words from address "
              + nominalAddress
              + " are not in 0..65535");
    }
  }

  /// The first address behind it.
  public int end() {
    return nominalAddress + length;
  }

  /// Whether an address lies in it.
  public boolean contains(RegisterTable inTable, int address) {
    return inTable == table && address >= nominalAddress && address < end();
  }

  /// Whether a register lies in it.
  public boolean contains(WireSource wire) {
    return wire.table() == table && wire.address() >= nominalAddress && wire.end() <= end();
  }

  /// `model 160`, or `model 160 no. 2` where the chain has several.
  public String title() {
    return occurrence == 1 ? "model " + modelId : "model " + modelId + " no. " + occurrence;
  }
}
