package dev.voltbus.acquisition;

import dev.voltbus.contract.RegisterBlock;
import dev.voltbus.contract.WireSource;
import dev.voltbus.modbus.Words;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// The newest words read back after writes. A poll takes its time: what it read of a register
/// before the register was written and read back must not go out after the result of the write.
final class ReadBacks {
  private final Map<WriteTarget, Newest> newest = new HashMap<>();

  private record Newest(Words words, long factor, long startedNanos) {}

  /// @param startedNanos when the read was handed to the wire
  void note(WriteTarget target, Reading reading, long startedNanos) {
    @Nullable Words words = reading.words();
    if (words != null) {
      newest.put(target, new Newest(words, reading.factor(), startedNanos));
    }
  }

  /// The block with newer words where there are some; what the block itself has newer is forgotten
  /// here.
  ///
  /// @param device name of its device
  RegisterBlock admit(String device, RegisterBlock block, long startedNanos) {
    RegisterBlock admitted = block;
    Iterator<Map.Entry<WriteTarget, Newest>> all = newest.entrySet().iterator();
    while (block.isRead() && all.hasNext()) {
      Map.Entry<WriteTarget, Newest> next = all.next();
      WireSource wire = next.getKey().wire();
      if (next.getKey().device().name().equals(device)
          && block.covers(wire.table(), wire.address(), wire.words())) {
        if (startedNanos >= next.getValue().startedNanos) {
          all.remove();
        } else if (hasFactor(block, next.getKey(), next.getValue().factor)) {
          admitted = admitted.with(wire.address(), next.getValue().words.toArray());
        }
      }
    }
    return admitted;
  }

  /// Words and scale factor count together: newer words are worth nothing beside another factor.
  private static boolean hasFactor(RegisterBlock block, WriteTarget target, long factor) {
    @Nullable Place place = target.factorPlace();
    if (place == null) {
      return true;
    }
    boolean covered = block.covers(place.table(), place.address(), place.count());
    return covered && target.factor(words(block, place)) == factor;
  }

  private static Words words(RegisterBlock block, Place place) {
    return Words.of(IntStream.range(place.address(), place.end()).map(block::word).toArray());
  }
}
