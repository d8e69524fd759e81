package dev.voltbus.simulator;

import dev.voltbus.contract.Access;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The words one or more registers of a profile share, and what was written to them.
final class SharedRow {
  private final DoubleSupplier seconds;
  private final List<ShownRegister> parts = new ArrayList<>();
  private int @Nullable [] kept;

  SharedRow(DoubleSupplier seconds) {
    this.seconds = seconds;
  }

  void add(ShownRegister part) {
    parts.add(part);
  }

  /// Another signal for a register; it wins over what was written.
  void replace(ShownRegister part) {
    parts.replaceAll(old -> old.spec().key().equals(part.spec().key()) ? part : old);
    kept = null;
  }

  /// What was written is lost.
  void restart() {
    kept = null;
    parts.forEach(ShownRegister::restart);
  }

  Row at(int address) {
    int length = parts.getFirst().wire().words();
    boolean writable = parts.stream().anyMatch(part -> part.spec().access() == Access.READ_WRITE);
    @Nullable Predicate<int[]> allowed =
        writable ? words -> parts.stream().allMatch(part -> part.allows(words)) : null;
    return new Row(address, length, this::words, allowed, words -> kept = words.clone());
  }

  private int[] words() {
    if (kept != null) {
      return kept.clone();
    }
    int[] words = new int[parts.getFirst().wire().words()];
    for (ShownRegister part : parts) {
      int[] own = part.words(seconds.getAsDouble());
      for (int i = 0; i < words.length; i++) {
        words[i] |= own[i];
      }
    }
    return words;
  }
}
