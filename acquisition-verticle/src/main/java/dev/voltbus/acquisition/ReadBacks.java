package dev.voltbus.acquisition;

import dev.voltbus.contract.RegisterBlock;
import dev.voltbus.contract.WireSource;
import dev.voltbus.modbus.Words;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/// The newest words read back after writes. A poll takes its time: what it read of a register
/// before the register was written and read back must not go out after the result of the write.
final class ReadBacks {
  private final Map<WriteTarget, Newest> newest = new HashMap<>();

  private record Newest(Words words, long startedNanos) {}

  /// @param startedNanos when the read was handed to the wire
  void note(WriteTarget target, Words words, long startedNanos) {
    newest.put(target, new Newest(words, startedNanos));
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
        } else {
          admitted = admitted.with(wire.address(), next.getValue().words.toArray());
        }
      }
    }
    return admitted;
  }
}
