package dev.voltbus.contract;

import java.time.Duration;
import java.util.List;

/// A read request as acquisition first sends it to a device: what `voltbus read` and `trace` ask.
///
/// @param group poll group it belongs to
/// @param period time between two polls of the group
/// @param table table read
/// @param address nominal address of the first word; in a segment of the map the device may hold it
///   elsewhere
/// @param count words, or bits of coils and discrete inputs
/// @param keys the registers it brings
/// @param end why it ends where it ends, for people
public record PlannedRead(
    String group,
    Duration period,
    RegisterTable table,
    int address,
    int count,
    List<String> keys,
    String end) {
  public PlannedRead {
    keys = List.copyOf(keys);
    if (address < 0 || count < 1 || address + count > 0x10000) {
      throw new IllegalArgumentException(
          table.word() + " " + address + ": count " + count + " is not within 0..65535");
    }
  }
}
